//! The program as a service: it watches and pushes until it is told to stop, and ends cleanly.

use std::{
    process::Child,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use styrkedja::{
    proto::v1::ListDocumentsRequest,
    replica::{Link, Seen, Token, watch_and_push},
};

use super::{Desk, drafts};
use crate::world::{World, signal};

stories!(
    a_watch_takes_in_what_changes_and_ends_when_it_is_told,
    a_service_pushes_what_comes_into_its_outbox,
    a_service_follows_while_its_pushes_are_refused_for_now,
    a_service_waits_for_a_token_that_is_accepted,
    two_that_pull_into_one_replica_do_it_no_harm,
);

const SOON: Duration = Duration::from_secs(30);

impl Desk {
    /// Waits until the replica holds as many documents.
    async fn holds(&self, count: usize) {
        let began = Instant::now();
        while !self.file.exists() || self.count().await != count {
            assert!(began.elapsed() < SOON, "it does not hold {count}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn count(&self) -> usize {
        let begun = "SELECT name FROM sqlite_schema WHERE name = 'documents'";
        if self.query(begun).await.is_empty() {
            return 0;
        }
        self.query("SELECT id FROM documents").await.len()
    }
}

/// Tells a program to stop, and waits until it has.
fn stop(mut program: Child, name: &str) {
    signal(&program, name);
    let ended = program.wait().expect("it ends");
    assert!(ended.success(), "{name}: {ended:?}");
}

async fn a_watch_takes_in_what_changes_and_ends_when_it_is_told(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let owner = world.id_of("Karbyskolan");
    let desk = Desk::of(&world, system.clone());
    for signal in ["INT", "TERM"] {
        let before = system.all(ListDocumentsRequest::default()).await.len();
        let watching = desk.start(&["watch"]);
        desk.holds(before).await;
        let number = u32::try_from(before).expect("a few");
        drafts(&system, &owner, number..number + 5).await;
        desk.holds(before + 5).await;
        stop(watching, signal);
        desk.must_be_in_step().await;
    }
}

async fn a_service_pushes_what_comes_into_its_outbox(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let made = drafts(&system, &world.id_of("Karbyskolan"), 0..3).await;
    let desk = Desk::of(&world, system.clone());
    let running = desk.start(&["run"]);
    desk.holds(3).await;
    desk.execute(
        "INSERT INTO outbox (document, base_etag)
            SELECT json_set(document, '$.analysis.title', 'Ny titel'), etag FROM documents",
    )
    .await;
    let began = Instant::now();
    while !desk.query("SELECT request_id FROM outbox").await.is_empty() {
        assert!(began.elapsed() < SOON, "it is not pushed");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for draft in &made {
        let now = system.gets(&draft.id, 0).await.expect("it is there");
        assert_eq!(now.revision, 2);
    }
    stop(running, "TERM");
    desk.says(&["pull"]).await;
    desk.must_be_in_step().await;
}

/// Its tokens are accepted while it begins to watch, and for a while no more.
async fn a_service_follows_while_its_pushes_are_refused_for_now(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let owner = world.id_of("Karbyskolan");
    drafts(&system, &owner, 0..3).await;
    let desk = Desk::of(&world, system.clone());
    let accepted = Arc::new(AtomicBool::new(true));
    let (token, is_accepted) = (desk.token.clone(), Arc::clone(&accepted));
    let renew = move || {
        let good = is_accepted.load(Ordering::Relaxed);
        Ok(if good { token.clone() } else { "a.b.c".into() })
    };
    let mut link = Link::new(&desk.server, None, Token::Renewed(Arc::new(renew))).patient();
    let mut replica = desk.replica().await;
    let refused = AtomicU32::new(0);
    let mut tell = |seen: &Seen| refused.store(seen.pushed.cuts, Ordering::Relaxed);
    let following = async {
        desk.holds(3).await;
        accepted.store(false, Ordering::Relaxed);
        desk.execute(
            "INSERT INTO outbox (document, base_etag)
                SELECT json_set(document, '$.analysis.title', 'Ny titel'), etag FROM documents",
        )
        .await;
        tokio::time::sleep(Duration::from_secs(3)).await;
        drafts(&system, &owner, 3..8).await;
        desk.holds(8).await;
        assert!(refused.load(Ordering::Relaxed) > 0, "no push was refused");
        accepted.store(true, Ordering::Relaxed);
        let began = Instant::now();
        while !desk.query("SELECT request_id FROM outbox").await.is_empty() {
            assert!(began.elapsed() < SOON, "it is not pushed");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::select! {
        ended = watch_and_push(&mut replica, &mut link, &mut tell) => panic!("{ended:?}"),
        () = following => {}
    }
    replica.close().await.expect("it closes");
    desk.says(&["pull"]).await;
    desk.must_be_in_step().await;
}

async fn a_service_waits_for_a_token_that_is_accepted(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    drafts(&system, &world.id_of("Karbyskolan"), 0..3).await;
    let mut desk = Desk::of(&world, system.clone());
    desk.replica().await.close().await.expect("it closes");
    let file = desk.file.with_extension("token");
    std::fs::write(&file, "a.b.c").expect("it is written");
    let good = std::mem::take(&mut desk.token);
    "a.b.c".clone_into(&mut desk.token);
    let refused = desk.run(&["pull"]).await;
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(told.contains("give a new one"), "{told}");

    let running = desk.start(&["watch", "--token-file", &file.display().to_string()]);
    tokio::time::sleep(Duration::from_secs(1)).await;
    std::fs::write(&file, good).expect("it is written");
    desk.holds(3).await;
    stop(running, "TERM");
    desk.must_be_in_step().await;
}

async fn two_that_pull_into_one_replica_do_it_no_harm(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let owner = world.id_of("Karbyskolan");
    drafts(&system, &owner, 0..200).await;
    let desk = Desk::of(&world, system.clone());
    desk.replica().await.close().await.expect("it closes");
    let running = desk.start(&["watch"]);
    for round in 0..5 {
        drafts(&system, &owner, 200 + round * 10..210 + round * 10).await;
        desk.says(&["pull"]).await;
    }
    desk.holds(250).await;
    stop(running, "TERM");
    desk.says(&["pull"]).await;
    desk.must_be_in_step().await;
}
