//! Watching: what changes is told as it happens, and only to whoever may still watch.

use std::time::{Duration, Instant};

use styrkedja::{
    client::Client,
    clock,
    proto::v1::{CreateGrantRequest, Role, WatchRequest, WatchResponse},
};
use tonic::{Code, Status, Streaming};

use super::{Replica, Told, grant, heavy_analysis, must_be_in_step, narrow, revoke};
use crate::{
    documents::{acts::*, papers::*},
    world::{AUDIENCE, Engine, ISSUER, World},
};

stories!(
    what_is_committed_is_told_at_once,
    whoever_has_nothing_to_hear_hears_so,
    nothing_is_told_after_a_revocation,
    a_token_that_ends_ends_the_watch,
    a_grant_that_ends_by_time_ends_the_watch,
    a_server_that_stops_ends_its_watches_at_once,
    a_reader_that_stops_reading_is_cut_off_and_goes_on_later,
    what_one_server_writes_is_told_by_another,
);

/// How long anything may take to be told.
const SOON: Duration = Duration::from_secs(10);

/// A caller that watches, and its copy.
pub struct Watcher {
    stream: Streaming<WatchResponse>,
    pub copy: Replica,
}

impl Watcher {
    pub async fn of(client: &Client, copy: Replica) -> Self {
        let request = WatchRequest {
            cursor: copy.cursor.clone(),
            filter: copy.filter.clone(),
        };
        let stream = client.sync.clone().watch(request).await;
        Self {
            stream: stream.expect("it may be watched").into_inner(),
            copy,
        }
    }

    async fn by(world: &World, subject: &str) -> Self {
        let token = world.token_of(subject);
        let client = Client::new(world.channel(), Some(&token)).expect("the token can be sent");
        let mut watcher = Self::of(&client, Replica::default()).await;
        watcher.until(|told| *told == Told::SnapshotEnd).await;
        watcher
    }

    /// Listens until it is told so.
    pub async fn until(&mut self, what: impl Fn(&Told) -> bool) -> Vec<Told> {
        let mut all = Vec::new();
        while !all.iter().any(&what) {
            let message = tokio::time::timeout(SOON, self.stream.message()).await;
            let message = message.unwrap_or_else(|_| panic!("only {all:?} was told"));
            let message = message.expect("it goes on").expect("it does not end");
            all.extend(self.copy.take(message));
        }
        all
    }

    /// Listens until the end.
    async fn end(&mut self, within: Duration) -> (Vec<Told>, Status) {
        let mut all = Vec::new();
        let listening = async {
            loop {
                match self.stream.message().await {
                    Ok(Some(message)) => all.extend(self.copy.take(message)),
                    Ok(None) => panic!("a watch never ends well"),
                    Err(status) => return status,
                }
            }
        };
        let status = tokio::time::timeout(within, listening).await;
        (all, status.expect("it ends in time"))
    }
}

fn says(status: &Status) -> (Code, String) {
    (status.code(), reason(status))
}

async fn what_is_committed_is_told_at_once(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let mut watcher = Watcher::by(&world, &principal.subject).await;
    for _ in 0..5 {
        let draft = principal
            .draft(&analysis(&world.id_of("Karbyskolan")))
            .await;
        let began = Instant::now();
        let told = watcher.until(|_| true).await;
        assert_eq!(told, [Told::Upsert(draft.id, 1)]);
        assert!(began.elapsed() < Duration::from_secs(3));
    }
    let more = CreateGrantRequest {
        subject: principal.subject.clone(),
        ..world.request(Role::Teacher, "Svenstaviks skola")
    };
    let more = grant(&world.officer().await, more).await;
    let named = |name: &str| {
        let name = name.to_owned();
        move |told: &Told| *told == Told::Organization(name.clone())
    };
    watcher.until(named("Svenstaviks skola")).await;
    revoke(&world.officer().await, &more).await;
    watcher
        .until(|told| matches!(told, Told::OrganizationLeft(_)))
        .await;
    let last = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    watcher
        .until(|told| *told == Told::Upsert(last.id.clone(), 1))
        .await;
    must_be_in_step(&watcher.copy, &principal).await;
}

/// A message with a cursor comes at least every 30 seconds.
async fn whoever_has_nothing_to_hear_hears_so(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let mut watcher = Watcher::by(&world, &principal.subject).await;
    let before = watcher.copy.cursor.clone();
    // Written elsewhere: it does not concern the copy, and moves its cursor.
    let other = world.principal_of("Ormsta förskola").await;
    other
        .draft(&analysis(&world.id_of("Ormsta förskola")))
        .await;
    let listening = async {
        loop {
            let message = watcher.stream.message().await;
            let message = message.expect("it goes on").expect("it does not end");
            assert!(message.events.is_empty(), "{message:?}");
            if !message.cursor.is_empty() && message.cursor != before {
                return message;
            }
        }
    };
    let bookmark = tokio::time::timeout(Duration::from_secs(30), listening).await;
    let bookmark = bookmark.expect("a bookmark comes");
    let progress = bookmark.progress.expect("how far it has come");
    assert_eq!(progress.position, progress.head);
}

async fn nothing_is_told_after_a_revocation(world: World) {
    let (officer, head) = (
        world.officer().await,
        world.head_of("Vallentuna kommun").await,
    );
    let principal = world.principal_of("Karbyskolan").await;
    let draft = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    let mut watcher = Watcher::by(&world, &head.subject).await;
    revoke(&officer, &head.grant.clone().expect("granted")).await;
    principal.submits(&draft).await.expect("it breaks no rule");
    let (told, status) = watcher.end(Duration::from_mins(1)).await;
    assert_eq!(
        says(&status),
        (Code::PermissionDenied, "ROLE_MAY_NOT".to_owned())
    );
    let shown = told
        .iter()
        .any(|told| matches!(told, Told::Upsert(..) | Told::Entered(..)));
    assert!(!shown, "{told:?}");
}

async fn a_token_that_ends_ends_the_watch(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let name = principal.subject.trim_start_matches("exchange:");
    let now = clock::now().seconds();
    let token = world
        .key()
        .mint(ISSUER, AUDIENCE, name, Duration::from_secs(3), now)
        .expect("a token can be signed");
    let client = Client::new(world.channel(), Some(&token)).expect("the token can be sent");
    let mut watcher = Watcher::of(&client, Replica::default()).await;
    let (_, status) = watcher.end(Duration::from_mins(1)).await;
    assert_eq!(
        says(&status),
        (Code::Unauthenticated, "TOKEN_NOT_ACCEPTED".to_owned())
    );
    // With a new one it goes on from the last cursor.
    let client = Client::new(world.channel(), Some(&world.token_of(&principal.subject)))
        .expect("the token can be sent");
    let copy = watcher.copy;
    let mut again = Watcher::of(&client, copy).await;
    let draft = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    let told = again.until(|told| matches!(told, Told::Upsert(..))).await;
    assert_eq!(told, [Told::Upsert(draft.id, 1)]);
}

async fn a_grant_that_ends_by_time_ends_the_watch(world: World) {
    let head = world.head_of("Bergs kommun").await;
    let brief = CreateGrantRequest {
        subject: head.subject.clone(),
        home_organization_id: world.id_of("Skolverket"),
        not_after: Some(clock::now().plus_seconds(3).into()),
        ..world.request(Role::Observer, "Vallentuna kommun")
    };
    grant(&world.officer().await, brief).await;
    let mut watcher = Watcher::by(&world, &head.subject).await;
    let (_, status) = watcher.end(Duration::from_mins(1)).await;
    assert_eq!(
        says(&status),
        (Code::OutOfRange, "RESYNC_REQUIRED".to_owned())
    );
}

async fn a_server_that_stops_ends_its_watches_at_once(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let mut watcher = Watcher::by(&world, &principal.subject).await;
    let began = Instant::now();
    let (ended, ()) = tokio::join!(watcher.end(SOON), world.stop());
    assert_eq!(says(&ended.1), (Code::Unavailable, "TRY_AGAIN".to_owned()));
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "the server waited"
    );
}

async fn a_reader_that_stops_reading_is_cut_off_and_goes_on_later(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let other = Watcher::by(&world, &system.subject).await;
    let token = world.token_of(&system.subject);
    let client = Client::new(&narrow(&world).await, Some(&token)).expect("it can be sent");
    let slow = Watcher::of(&client, Replica::default()).await;
    let owner = world.id_of("Karbyskolan");
    for _ in 0..250 {
        system.draft(&heavy_analysis(&owner)).await;
    }
    tokio::time::sleep(Duration::from_secs(12)).await;
    let mut slow = slow;
    let (_, status) = slow.end(SOON).await;
    assert_eq!(
        says(&status),
        (Code::ResourceExhausted, "READER_TOO_SLOW".to_owned())
    );
    assert_eq!(metadata(&status, "cursor"), slow.copy.cursor);
    slow.copy.pull(&system).await.expect("the rest");
    must_be_in_step(&slow.copy, &system).await;
    // It cost the other nothing.
    let mut other = other;
    while other.copy.documents.len() < 250 {
        other.until(|told| matches!(told, Told::Upsert(..))).await;
    }
    must_be_in_step(&other.copy, &system).await;
}

async fn what_one_server_writes_is_told_by_another(world: World) {
    if world.place().engine() == Engine::Sqlite {
        // An SQLite file has one server at a time.
        return;
    }
    let principal = world.principal_of("Karbyskolan").await;
    let (other, channel) = world.another_server().await;
    let there = Client::new(&channel, Some(&world.token_of(&principal.subject)))
        .expect("the token can be sent");
    let mut watcher = Watcher::of(&there, Replica::default()).await;
    watcher.until(|told| *told == Told::SnapshotEnd).await;
    let draft = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    let told = watcher.until(|told| matches!(told, Told::Upsert(..))).await;
    assert_eq!(told, [Told::Upsert(draft.id.clone(), 1)]);

    // What the one gave out, the other goes on from.
    let mut copy = watcher.copy.clone();
    principal.submits(&draft).await.expect("it breaks no rule");
    let told = copy.pull(&principal).await.expect("what has changed");
    assert_eq!(told, [Told::Upsert(draft.id.clone(), 2)]);

    // A revocation on the one ends the watch on the other.
    revoke(
        &world.officer().await,
        &principal.grant.clone().expect("granted"),
    )
    .await;
    let (_, status) = watcher.end(Duration::from_mins(1)).await;
    assert_eq!(status.code(), Code::PermissionDenied);
    other.stop().await;
}
