//! A backup is taken while others write, and brought back later: what was answered before it is there, and whoever followed
//! the history that is no more is told to begin anew.

mod copies;
mod inside;
mod offers;

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    time::Duration,
};

use sea_orm::ConnectionTrait;
use styrkedja::proto::v1::ListDocumentsRequest;
use tonic::Code;

use crate::{
    faults::outside::Outside,
    sync::{compare, must_be_in_step},
    world::{Engine, World, tell},
};
use copies::{copies, hand_in, write_on};
use inside::{epoch_of, feeding, halting_tool, put_epoch};

stories!(
    a_backup_is_brought_back_and_everybody_begins_anew,
    what_is_there_is_not_replaced_unless_it_is_named,
    what_is_no_backup_is_not_brought_back,
    without_a_new_epoch_a_copy_goes_wrong_in_silence,
);

/// The restore drills of one run.
const DRILLS: usize = 3;

async fn a_backup_is_brought_back_and_everybody_begins_anew(world: World) {
    let mut copies = copies(&world).await;
    let principal = world.principal_of("Karbyskolan").await;
    for drill in 0..DRILLS {
        let first = hand_in(&world, &principal).await;
        copies[0].pull().await;
        let writing = write_on(&world, &principal);
        let backup = back_up(&world, &format!("{drill}.backup"));
        writing.abort();
        let lost = hand_in(&world, &principal).await;
        for copy in &mut copies[1..] {
            copy.pull().await;
            assert!(copy.replica.documents.contains_key(&lost));
        }

        world.stop().await;
        let restored = says(&world, &restore(&backup, Some(world.place().name())));
        assert!(restored.contains("the journal is whole"), "{restored}");
        world.start().await;

        let kept: Vec<_> = principal.all(ListDocumentsRequest::default()).await;
        let kept: Vec<_> = kept.into_iter().map(|one| one.id).collect();
        assert!(kept.contains(&first) && !kept.contains(&lost));
        // Somebody writes at the positions that are in use for the second time.
        for _ in 0..5 {
            hand_in(&world, &principal).await;
        }
        for copy in &mut copies {
            copy.must_begin_anew().await;
            copy.replica.cursor.clear();
            copy.pull().await;
            must_be_in_step(&copy.replica, &copy.caller).await;
            assert!(!copy.replica.documents.contains_key(&lost));
        }
        says(&world, &["audit".into(), "verify".into()]);
    }
}

/// The control: the same, had the restore not begun a new epoch.
async fn without_a_new_epoch_a_copy_goes_wrong_in_silence(world: World) {
    let mut copies = copies(&world).await;
    let principal = world.principal_of("Karbyskolan").await;
    let backup = back_up(&world, "one.backup");
    hand_in(&world, &principal).await;
    for copy in &mut copies {
        copy.pull().await;
    }
    world.stop().await;
    let epoch = epoch_of(world.place()).await;
    says(&world, &restore(&backup, Some(world.place().name())));
    assert_ne!(epoch_of(world.place()).await, epoch);
    put_epoch(world.place(), epoch).await;
    world.start().await;
    for _ in 0..5 {
        hand_in(&world, &principal).await;
    }
    let mut wrong = 0;
    for copy in &mut copies {
        copy.pull().await;
        wrong += usize::from(compare(&copy.replica, &copy.caller).await.is_err());
    }
    assert_eq!(wrong, copies.len(), "the drill would find nothing");
}

async fn what_is_there_is_not_replaced_unless_it_is_named(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let backup = back_up(&world, "one.backup");
    let again = run(&world, &["backup".into(), "--to".into(), backup.clone()]);
    refused(&again, "is there already");
    let name = world.place().name().to_owned();
    let busy = match world.place().engine() {
        Engine::Sqlite => "in use by another server",
        Engine::Postgres => "stop the servers first",
    };
    refused(&run(&world, &restore(&backup, Some(&name))), busy);
    let one = hand_in(&world, &principal).await;
    world.stop().await;
    for named in [None, Some("another.db")] {
        refused(&run(&world, &restore(&backup, named)), "--overwrite");
    }
    world.start().await;
    assert!(principal.gets(&one, 0).await.is_ok(), "nothing was changed");
    world.stop().await;
    let said = says(&world, &restore(&backup, Some(&name)));
    if world.place().engine() == Engine::Sqlite {
        // What was replaced is still there.
        let (_, kept) = said.split_once("kept as ").expect("it says where");
        let words = ["audit", "verify", "--database"].map(PathBuf::from);
        let kept = PathBuf::from(format!("sqlite:{kept}"));
        says(&world, &[words.to_vec(), vec![kept]].concat());
    }
    world.start().await;
    let gone = principal.gets(&one, 0).await.expect_err("it is no more");
    assert_eq!(gone.code(), Code::NotFound);
}

/// Cut off, damaged, written by the other database, or something else altogether.
async fn what_is_no_backup_is_not_brought_back(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    for _ in 0..30 {
        hand_in(&world, &principal).await;
    }
    let whole = std::fs::read(back_up(&world, "whole.backup")).expect("it can be read");
    world.stop().await;
    let before = epoch_of(world.place()).await;
    let mut damaged = whole.clone();
    let middle = whole.len() / 2;
    for byte in &mut damaged[middle..middle + 5000] {
        *byte ^= 0x55;
    }
    let other = match world.place().engine() {
        Engine::Sqlite => b"PGDMP and so on".to_vec(),
        Engine::Postgres => b"SQLite format 3\0 and so on".to_vec(),
    };
    for bytes in [whole[..middle].to_vec(), damaged, other, Vec::new()] {
        let file = world.place().folder().join("bad.backup");
        std::fs::write(&file, bytes).expect("it can be written");
        let output = run(&world, &restore(&file, Some(world.place().name())));
        assert_eq!(output.status.code(), Some(1), "{output:?}");
    }
    assert_eq!(epoch_of(world.place()).await, before, "nothing was changed");
    world.start().await;
    let all = principal.all(ListDocumentsRequest::default()).await;
    assert_eq!(all.len(), 30);
}

/// Its log is left beside a file that is gone: SQLite would take it for that of the file which comes in its place.
#[test]
fn a_log_that_was_left_is_not_taken_into_what_is_restored() {
    tell(Engine::Sqlite, |world: World| async move {
        let principal = world.principal_of("Karbyskolan").await;
        let kept = hand_in(&world, &principal).await;
        let backup = back_up(&world, "one.backup");
        world.stop().await;
        let killed = Outside::start(&world, Some(world.address()), |_| ()).await;
        while principal.gets(&kept, 0).await.is_err() {}
        let lost = hand_in(&world, &principal).await;
        drop(killed);
        let file = world.place().folder().join(world.place().name());
        std::fs::remove_file(&file).expect("it is there");

        refused(&run(&world, &restore(&backup, None)), "--overwrite");
        let said = says(&world, &restore(&backup, Some(world.place().name())));
        let (_, log) = said.split_once("kept as ").expect("it says where");
        assert!(log.ends_with("-wal") && Path::new(log).exists(), "{log}");
        says(&world, &["audit".into(), "verify".into()]);
        world.start().await;
        assert!(principal.gets(&kept, 0).await.is_ok());
        let gone = principal.gets(&lost, 0).await.expect_err("it is no more");
        assert_eq!(gone.code(), Code::NotFound);
    });
}

/// The end of its input must not be taken for the end of the backup.
#[test]
fn a_restore_that_is_killed_changes_nothing() {
    tell(Engine::Postgres, |world: World| async move {
        let principal = world.principal_of("Karbyskolan").await;
        let backup = back_up(&world, "one.backup");
        let one = hand_in(&world, &principal).await;
        world.stop().await;
        let before = epoch_of(world.place()).await;

        let tools = world.place().folder().join("tools");
        halting_tool(&tools);
        let path = std::env::var("PATH").unwrap_or_default();
        let words = restore(&backup, Some(world.place().name()));
        let mut command = command(&world, &words);
        command.env("PATH", format!("{}:{path}", tools.display()));
        let mut restoring = command.spawn().expect("the program runs");
        while !tools.join("halted").exists() {
            let ended = restoring.try_wait().expect("it is asked");
            assert!(ended.is_none(), "it ended: {ended:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // The old tables are dropped, and nothing is committed yet.
        feeding(world.place(), true).await;
        restoring.kill().expect("it runs");
        restoring.wait().expect("it ends");
        feeding(world.place(), false).await;

        assert_eq!(epoch_of(world.place()).await, before);
        says(&world, &["audit".into(), "verify".into()]);
        world.start().await;
        assert!(principal.gets(&one, 0).await.is_ok());
    });
}

/// A role that may not look at what others do sees that they are there.
#[test]
fn a_role_without_privileges_does_not_restore_beside_others() {
    tell(Engine::Postgres, |world: World| async move {
        let backup = back_up(&world, "one.backup");
        world.stop().await;
        let connected = sea_orm::Database::connect(world.place().url())
            .await
            .expect("it connects");
        connected
            .execute_unprepared("CREATE ROLE plain LOGIN")
            .await
            .expect("it is made");
        let url = world.place().url().replace("//styrkedja@", "//plain@");
        let database = ["--database".into(), url.into()];
        let words = restore(&backup, Some(world.place().name()));
        let words: Vec<_> = words.into_iter().chain(database).collect();
        refused(&run(&world, &words), "stop the servers first");
    });
}

fn back_up(world: &World, name: &str) -> PathBuf {
    let file = world.place().folder().join(name);
    says(world, &["backup".into(), "--to".into(), file.clone()]);
    file
}

fn restore(from: &Path, overwrite: Option<&str>) -> Vec<PathBuf> {
    let words = ["restore".into(), "--from".into(), from.to_owned()];
    let named = overwrite.map(|name| ["--overwrite".into(), name.into()]);
    words
        .into_iter()
        .chain(named.into_iter().flatten())
        .collect()
}

fn says(world: &World, words: &[PathBuf]) -> String {
    let output = run(world, words);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {error}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn refused(output: &Output, why: &str) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.contains(why), "{error}");
}

fn run(world: &World, words: &[PathBuf]) -> Output {
    let mut command = command(world, words);
    tokio::task::block_in_place(|| command.output().expect("the program runs"))
}

fn command(world: &World, words: &[PathBuf]) -> Command {
    let place = world.place();
    let mut command = Command::new(env!("CARGO_BIN_EXE_styrkedja"));
    command.args(words).arg("--home").arg(place.folder());
    if !words.contains(&"--database".into()) {
        command.args(["--database", place.url()]);
    }
    command
}
