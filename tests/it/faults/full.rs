//! A disk that is full: writes are refused with words that say so, reads go on, and when there is room again so do writes.

use std::{fs, os::unix::fs::PermissionsExt, process::Command};

use styrkedja::{
    database::{Database, Purpose},
    journal,
    proto::v1::{ExternalId, ListDocumentsRequest, PushItem, WatchRequest, push_response::Outcome},
};
use tempfile::TempDir;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::{outside::Outside, preloaded};
use crate::{
    documents::{acts::*, papers::*},
    push::{self, EACH, push},
    sync::{Replica, must_be_in_step},
    world::{
        Caller, Engine, Place, World,
        postgres::{Cluster, Durability},
        runtime, tell,
    },
};

/// What the files of SQLite may still grow, in bytes.
const ROOM: u64 = 300_000;

const REFUSED: usize = 20;
const PUSHED: usize = 3;

/// The files of a real server may grow no more: to the database that is a disk without room.
#[test]
fn a_full_disk_refuses_writes_and_serves_reads() {
    tell(Engine::Sqlite, |world: World| async move {
        let principal = world.principal_of("Karbyskolan").await;
        world.stop().await;
        let server = Outside::start(&world, Some(world.address()), |_| ()).await;
        while principal
            .lists(ListDocumentsRequest::default())
            .await
            .is_err()
        {}
        let fill = || limit(&server, &(size(&world) + ROOM).to_string());
        let (copy, written) =
            disk_fills(&world, &principal, fill, || limit(&server, "unlimited")).await;
        assert!(written > 5, "only {written} fitted");
        server.stop();
        world.start().await;
        must_be_in_step(&copy, &principal).await;
    });
}

/// The same of PostgreSQL, whose tables find no room to grow in.
#[test]
fn a_full_disk_of_postgres_refuses_writes_and_serves_reads() {
    let folder = TempDir::with_prefix("styrkedja-full-").expect("a folder can be made");
    // PostgreSQL may run as another user.
    let open = fs::Permissions::from_mode(0o755);
    fs::set_permissions(folder.path(), open).expect("it may be");
    let sign = folder.path().join("full");
    let named = format!("-DFULL=\"{}\"", sign.display());
    let library = preloaded(folder.path(), "full", include_str!("full.c"), &named);
    let surrounded = |command: &mut Command| {
        command.env("LD_PRELOAD", &library);
    };
    let cluster = Cluster::start_in(Durability::None, surrounded).expect("PostgreSQL starts");
    runtime().block_on(async {
        let place = Place::elsewhere(Engine::Postgres, cluster.create().await);
        let world = World::at(place).await;
        let principal = world.principal_of("Karbyskolan").await;
        let fill = || fs::write(&sign, "").expect("it can be said");
        let empty = || fs::remove_file(&sign).expect("it was said");
        let (copy, _) = disk_fills(&world, &principal, fill, empty).await;
        must_be_in_step(&copy, &principal).await;
        world.stop().await;
    });
}

/// Fills the disk while somebody writes and watches, and empties it again. Tells what a copy then holds, and how much had
/// been written before the disk was full.
async fn disk_fills(
    world: &World,
    principal: &Caller,
    fill: impl FnOnce(),
    empty: impl FnOnce(),
) -> (Replica, usize) {
    let owner = world.id_of("Karbyskolan");
    let mut copy = Replica::default();
    copy.pull(principal).await.expect("a snapshot");
    let request = WatchRequest {
        cursor: copy.cursor.clone(),
        filter: None,
    };
    let watch = principal.sync().watch(request).await;
    let mut watch = watch.expect("it is watched").into_inner();

    fill();
    let (mut written, mut refused) = (0, Vec::new());
    while refused.len() < REFUSED {
        let creation = creation(&analysis(&owner));
        let mut documents = principal.documents();
        match documents.create_document(creation.clone()).await {
            // What is smaller than that which was refused may still fit.
            Ok(_) => written += 1,
            Err(status) => {
                says_that_there_is_no_room(&status);
                refused.push(creation);
            }
        }
        let all = principal.all(ListDocumentsRequest::default()).await;
        assert_eq!(all.len(), written);
    }
    // What is larger fits neither.
    let items = pushed(&owner);
    let answers = push(principal, EACH, &items)
        .await
        .expect("each is answered");
    for answer in answers {
        let Some(Outcome::Refused(refused)) = answer.outcome else {
            panic!("there is room: {answer:?}")
        };
        says_that_there_is_no_room(&push::status(&refused));
    }
    copy.pull(principal).await.expect("it can be read");
    must_be_in_step(&copy, principal).await;

    empty();
    // Whoever tries again with the same request id has one effect.
    for creation in refused.iter().chain(&refused) {
        let mut documents = principal.documents();
        let created = documents.create_document(creation.clone()).await;
        created.expect("there is room again");
    }
    for _ in 0..2 {
        let answers = push(principal, EACH, &items).await;
        for answer in answers.expect("each is answered") {
            assert!(matches!(answer.outcome, Some(Outcome::Created(_))));
        }
    }
    let mut watching = copy.clone();
    while watching.documents.len() < written + REFUSED + PUSHED {
        let message = watch.message().await.expect("it goes on");
        watching.take(message.expect("it does not end"));
    }
    copy.pull(principal).await.expect("what has changed");
    must_be_in_step(&copy, principal).await;
    let database = Database::open(world.place().url(), Purpose::Inspect).await;
    let database = database.expect("it opens");
    let whole = journal::verify(&database, None, |_, _| ()).await;
    whole.expect("the journal is whole");
    database.close().await;
    (copy, written)
}

/// Items that are larger than what was refused before.
fn pushed(owner: &str) -> Vec<PushItem> {
    let items = (0..PUSHED).map(|number| {
        let mut paper = analysis(owner);
        analysis_in(&mut paper).evidence = much_evidence(50);
        paper.external_id = Some(ExternalId {
            scheme: "stories".to_owned(),
            value: format!("full-{number}"),
        });
        push::new(&paper)
    });
    items.collect()
}

fn says_that_there_is_no_room(status: &Status) {
    assert_eq!(
        (status.code(), reason(status).as_str()),
        (Code::Unavailable, "TRY_AGAIN"),
        "{status:?}"
    );
    assert!(status.message().contains("storage is full"), "{status:?}");
    assert!(status.get_details_retry_info().is_some());
    let swedish = status.get_details_localized_message();
    assert!(swedish.is_some_and(|told| told.message.contains("lagringen är full")));
}

/// The larger of the database and of what was written last.
fn size(world: &World) -> u64 {
    let folder = world.place().folder();
    let sizes = ["styrkedja.db", "styrkedja.db-wal"].map(|name| {
        let file = fs::metadata(folder.join(name));
        file.map_or(0, |file| file.len())
    });
    sizes.into_iter().max().unwrap_or_default()
}

/// Lets the files of the server grow so far, in bytes.
fn limit(server: &Outside, bytes: &str) {
    let limited = Command::new("prlimit")
        .args(["--pid", &server.id().to_string()])
        .arg(format!("--fsize={bytes}:"))
        .status();
    assert!(limited.expect("prlimit (util-linux) runs").success());
}
