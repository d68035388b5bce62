//! Streams in time: who waits for whom, and what ends them.

use std::time::Duration;

use styrkedja::{
    client::{self, Client},
    proto::v1::{
        Document, ListDocumentsRequest, PushItem, PushRequest, PushResponse, push_response::Outcome,
    },
};
use tokio::{sync::mpsc, time::timeout};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status, Streaming, transport::Channel};
use tonic_types::StatusExt;

use super::{
    EACH, TOGETHER, changed, commit, header, known_as, new, push, push_one, sent, word, words,
};
use crate::{
    documents::papers::{analysis_in, much_evidence, problem},
    sync::revoke_role_of,
    world::{Caller, World},
};

stories!(
    who_waits_for_an_answer_before_the_next_item_is_served,
    who_does_not_take_answers_holds_up_nobody_else,
    a_revoked_caller_writes_no_more,
    a_stopping_server_ends_the_stream,
    who_takes_all_the_room_there_is_leaves_room_for_others,
    a_revoked_caller_is_told_nothing_more,
    systems_that_push_the_same_documents_at_once_lose_nothing,
);

/// A push that is under way.
pub struct Open {
    parts: mpsc::Sender<PushRequest>,
    answers: Streaming<PushResponse>,
}

impl Open {
    pub async fn by(caller: &Caller, meant: styrkedja::proto::v1::PushHeader) -> Self {
        let (parts, requests) = mpsc::channel(10_000);
        parts.send(header(meant)).await.expect("it is sent");
        let answers = caller.sync().push(ReceiverStream::new(requests)).await;
        let answers = answers.expect("it begins").into_inner();
        Self { parts, answers }
    }

    pub async fn send(&self, part: PushRequest) {
        self.parts.send(part).await.expect("it is sent");
    }

    /// What comes within a minute.
    pub async fn told(&mut self) -> Result<Option<PushResponse>, Status> {
        let next = timeout(Duration::from_mins(1), self.answers.message()).await;
        next.expect("something comes in time")
    }

    pub async fn answer(&mut self) -> String {
        word(&self.outcome().await.expect("it says something"))
    }

    pub async fn outcome(&mut self) -> Option<Outcome> {
        let answer = self.told().await.expect("the stream goes on");
        answer.expect("an answer").outcome
    }
}

fn items(world: &World, prefix: &str, count: usize) -> Vec<PushItem> {
    let owner = world.id_of("Karbyskolan");
    (0..count)
        .map(|number| new(&known_as(&format!("{prefix}-{number}"), &owner)))
        .collect()
}

async fn who_waits_for_an_answer_before_the_next_item_is_served(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let mut open = Open::by(&system, EACH).await;
    for item in items(&world, "a", 5) {
        open.send(sent(&item)).await;
        assert_eq!(open.answer().await, "created");
    }
    let mut open = Open::by(&system, TOGETHER).await;
    for batch in items(&world, "b", 6).chunks(3) {
        for item in batch {
            open.send(sent(item)).await;
        }
        open.send(commit()).await;
        for _ in batch {
            assert_eq!(open.answer().await, "created");
        }
    }
    drop(open.parts);
    let end = open.answers.message().await.expect("it ends well");
    assert_eq!(end, None);
}

async fn who_does_not_take_answers_holds_up_nobody_else(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let other = world.principal_of("Bällstabergsskolan").await;
    let mut slow = Open::by(&system, EACH).await;
    let all = items(&world, "a", 6000);
    let parts = slow.parts.clone();
    let sending = {
        let all = all.clone();
        tokio::spawn(async move {
            for item in all {
                parts.send(sent(&item)).await.expect("it is sent");
            }
        })
    };
    // Long enough for the answers to fill all there is room for.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let owner = world.id_of("Bällstabergsskolan");
    for number in 0..20 {
        let item = new(&known_as(&format!("b-{number}"), &owner));
        let served = timeout(Duration::from_secs(5), push(&other, EACH, &[item])).await;
        let answers = served.expect("it is served in time").expect("answered");
        assert_eq!(words(&answers), ["created"]);
    }
    // Taken in the end, the answers are all there.
    for at in 0..all.len() {
        let answer = slow
            .told()
            .await
            .expect("the stream goes on")
            .expect("an answer");
        assert_eq!(answer.index, at as u64);
    }
    sending.await.expect("all is sent");
}

async fn a_revoked_caller_writes_no_more(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let mut open = Open::by(&system, EACH).await;
    let items = items(&world, "a", 2);
    open.send(sent(&items[0])).await;
    assert_eq!(open.answer().await, "created");
    revoke_role_of(&world, &system).await;
    open.send(sent(&items[1])).await;
    let refused = open.told().await.expect_err("it ends");
    assert_eq!(refused.code(), Code::PermissionDenied);
    // Also where nothing is sent.
    let principal = world.principal_of("Karbyskolan").await;
    let mut open = Open::by(&principal, EACH).await;
    revoke_role_of(&world, &principal).await;
    let refused = open.told().await.expect_err("it ends");
    assert_eq!(refused.code(), Code::PermissionDenied);
}

async fn a_stopping_server_ends_the_stream(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let items = items(&world, "a", 2);
    for meant in [EACH, TOGETHER] {
        let mut open = Open::by(&system, meant).await;
        open.send(sent(&items[0])).await;
        open.send(commit()).await;
        assert_eq!(open.answer().await, "created");
        if meant.together {
            // Not committed.
            open.send(sent(&items[1])).await;
        }
        let stopping = {
            let world = world.clone();
            tokio::spawn(async move { world.stop().await })
        };
        let ended = open.told().await.expect_err("it ends");
        assert_eq!(ended.code(), Code::Unavailable);
        let reason = ended.get_details_error_info().expect("it has a reason");
        assert_eq!(reason.reason, "TRY_AGAIN");
        let stopped = timeout(Duration::from_secs(10), stopping).await;
        stopped.expect("it stops").expect("it stops well");
        world.start().await;
        let all = system.all(ListDocumentsRequest::default()).await;
        assert_eq!(all.len(), 1, "what was answered is there, and nothing else");
    }
}

async fn systems_that_push_the_same_documents_at_once_lose_nothing(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let owner = world.id_of("Karbyskolan");
    let paper = known_as("a", &owner);
    let made = push(&system, EACH, &[new(&paper)]).await.expect("answered");
    let Some(Outcome::Created(made)) = &made[0].outcome else {
        panic!("{made:?}")
    };
    // Each adds a problem of its own, all from the first revision.
    let pushes = (0..12).map(|number| {
        let mut paper = paper.clone();
        analysis_in(&mut paper)
            .problems
            .push(problem(&format!("p{}", number + 2)));
        let (system, item) = (system.clone(), changed(&paper, &made.etag));
        async move { words(&push(&system, EACH, &[item]).await.expect("answered")) }
    });
    let told = futures::future::join_all(pushes).await;
    let told: Vec<String> = told.into_iter().flatten().collect();
    assert!(
        told.iter()
            .all(|word| ["updated", "merged", "TRY_AGAIN"].contains(&word.as_str())),
        "{told:?}"
    );
    let written = told.iter().filter(|word| *word != "TRY_AGAIN").count();
    assert!(written > 0, "{told:?}");
    let mut kept = system.gets(&made.id, 0).await.expect("it is there");
    assert_eq!(analysis_in(&mut kept).problems.len(), 1 + written);
    assert_eq!(kept.revision as usize, 1 + written);
}

/// Documents of some 120 KiB.
pub fn heavy(world: &World, prefix: &str, owner: &str, count: usize) -> Vec<Document> {
    let owner = world.id_of(owner);
    let paper = |number| {
        let mut paper = known_as(&format!("{prefix}-{number}"), &owner);
        analysis_in(&mut paper).evidence = much_evidence(60);
        paper
    };
    (0..count).map(paper).collect()
}

/// The caller, on a connection of its own.
pub async fn apart(world: &World, caller: &Caller) -> Caller {
    let channel = client::connect(&world.address(), None).await;
    on(world, caller, &channel.expect("it listens"))
}

/// The caller, on this connection.
pub fn on(world: &World, caller: &Caller, channel: &Channel) -> Caller {
    let token = world.token_of(&caller.subject);
    let client = Client::new(channel, Some(&token)).expect("the token can be sent");
    Caller::new("", None, client)
}

async fn who_takes_all_the_room_there_is_leaves_room_for_others(world: World) {
    let hog = world.organizer_system_of("Vallentuna kommun").await;
    let other = world.principal_of("Bällstabergsskolan").await;
    let other = apart(&world, &other).await;
    // Batches that nobody commits, of more than all pushes may take.
    let items: Vec<_> = heavy(&world, "a", "Karbyskolan", 100)
        .iter()
        .map(new)
        .collect();
    let mut hogs = Vec::new();
    for _ in 0..8 {
        let open = Open::by(&apart(&world, &hog).await, TOGETHER).await;
        for item in &items {
            open.send(sent(item)).await;
        }
        hogs.push(open);
    }
    // Long enough for them to take what they can.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let owner = world.id_of("Bällstabergsskolan");
    for number in 0..5 {
        let item = new(&known_as(&format!("b-{number}"), &owner));
        let served = timeout(Duration::from_secs(2), push(&other, EACH, &[item])).await;
        let answers = served.expect("it is served at once").expect("answered");
        assert_eq!(words(&answers), ["created"]);
    }
    // Of those who wait for room and hold some, some must give way; and to wait for room is not to be idle.
    let ended = hogs
        .iter_mut()
        .map(|open| timeout(Duration::from_secs(14), open.answers.message()));
    let ended = futures::future::join_all(ended).await;
    let ended: Vec<_> = ended.into_iter().flatten().collect();
    assert!(!ended.is_empty(), "nobody gave way");
    for end in ended {
        let end = end.expect_err("nothing was committed");
        let reason = end.get_details_error_info().expect("a reason").reason;
        assert_eq!(reason, "TRY_AGAIN");
    }
}

/// Answers of some 120 KiB that a client of ours lets come before it takes any: its window is of two MiB. What waits behind
/// them on the server is eight more.
const ON_THE_WIRE: usize = 18;

async fn a_revoked_caller_is_told_nothing_more(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let caller = apart(&world, &system).await;
    let mut stale = Vec::new();
    for mut paper in heavy(&world, "a", "Karbyskolan", 64) {
        let theirs = paper.clone();
        analysis_in(&mut paper).evidence.truncate(1);
        let Outcome::Created(made) = push_one(&caller, new(&paper)).await else {
            panic!("not created")
        };
        push_one(&caller, changed(&theirs, &made.etag)).await;
        // Little is sent, in one batch, and much is answered.
        "Vi vill läsa mer.".clone_into(&mut analysis_in(&mut paper).pupils_say);
        stale.push(changed(&paper, &made.etag));
    }
    let mut idle = Open::by(&system, EACH).await;
    let mut open = Open::by(&caller, EACH).await;
    for item in &stale {
        open.send(sent(item)).await;
    }
    // The first answers are on their way, and more than can be on its way is not taken.
    assert_eq!(open.answer().await, "merged");
    tokio::time::sleep(Duration::from_secs(3)).await;
    revoke_role_of(&world, &system).await;
    // Both are looked at now and then, and at the one that is under way as often.
    idle.told().await.expect_err("it ends");
    tokio::time::sleep(Duration::from_secs(6)).await;
    let mut told = 0;
    let end = loop {
        match open.told().await {
            Ok(Some(_)) => told += 1,
            Ok(None) => panic!("it ended well"),
            Err(end) => break end,
        }
    };
    assert_eq!(end.code(), Code::PermissionDenied);
    assert!(told <= ON_THE_WIRE, "{told} were told");
}
