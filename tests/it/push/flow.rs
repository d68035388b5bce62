//! Streams in time: who waits for whom, and what ends them.

use std::time::Duration;

use styrkedja::proto::v1::{PushItem, PushRequest, PushResponse, RevokeGrantRequest};
use tokio::{sync::mpsc, time::timeout};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status, Streaming};
use tonic_types::StatusExt;

use super::{EACH, TOGETHER, commit, header, known_as, new, push, sent, word, words};
use crate::world::{Caller, World, request_id};

stories!(
    who_waits_for_an_answer_before_the_next_item_is_served,
    who_does_not_take_answers_holds_up_nobody_else,
    a_revoked_caller_writes_no_more,
    a_stopping_server_ends_the_stream,
    systems_that_push_the_same_documents_at_once_lose_nothing,
);

/// A push that is under way.
struct Open {
    parts: mpsc::Sender<PushRequest>,
    answers: Streaming<PushResponse>,
}

impl Open {
    async fn by(caller: &Caller, meant: styrkedja::proto::v1::PushHeader) -> Self {
        let (parts, requests) = mpsc::channel(10_000);
        parts.send(header(meant)).await.expect("it is sent");
        let answers = caller.sync().push(ReceiverStream::new(requests)).await;
        let answers = answers.expect("it begins").into_inner();
        Self { parts, answers }
    }

    async fn send(&self, part: PushRequest) {
        self.parts.send(part).await.expect("it is sent");
    }

    /// What comes within ten seconds.
    async fn next(&mut self) -> Result<Option<PushResponse>, Status> {
        let next = timeout(Duration::from_secs(10), self.answers.message()).await;
        next.expect("something comes in time")
    }

    async fn answer(&mut self) -> String {
        let answer = self.next().await.expect("the stream goes on");
        word(
            &answer
                .expect("an answer")
                .outcome
                .expect("it says something"),
        )
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
            .next()
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
    let request = RevokeGrantRequest {
        request_id: request_id(),
        validate_only: false,
        id: system.grant.clone().expect("the world granted it").id,
    };
    let officer = world.officer().await;
    officer
        .access()
        .revoke_grant(request)
        .await
        .expect("revoked");
    open.send(sent(&items[1])).await;
    let refused = open.next().await.expect_err("it ends");
    assert_eq!(refused.code(), Code::PermissionDenied);
    // Also where nothing is sent.
    let principal = world.principal_of("Karbyskolan").await;
    let mut open = Open::by(&principal, EACH).await;
    let request = RevokeGrantRequest {
        request_id: request_id(),
        validate_only: false,
        id: principal.grant.clone().expect("the world granted it").id,
    };
    officer
        .access()
        .revoke_grant(request)
        .await
        .expect("revoked");
    let refused = open.next().await.expect_err("it ends");
    assert_eq!(refused.code(), Code::PermissionDenied);
}

async fn a_stopping_server_ends_the_stream(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let mut open = Open::by(&system, TOGETHER).await;
    open.send(sent(&items(&world, "a", 1)[0])).await;
    let stopping = {
        let world = world.clone();
        tokio::spawn(async move { world.stop().await })
    };
    let ended = open.next().await.expect_err("it ends");
    assert_eq!(ended.code(), Code::Unavailable);
    let reason = ended
        .get_details_error_info()
        .expect("it has a reason")
        .reason;
    assert_eq!(reason, "TRY_AGAIN");
    timeout(Duration::from_secs(10), stopping)
        .await
        .expect("it stops")
        .expect("it stops well");
}

async fn systems_that_push_the_same_documents_at_once_lose_nothing(world: World) {
    use crate::documents::papers::analysis_in;
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let owner = world.id_of("Karbyskolan");
    let paper = known_as("a", &owner);
    let made = push(&system, EACH, &[new(&paper)]).await.expect("answered");
    let Some(styrkedja::proto::v1::push_response::Outcome::Created(made)) = &made[0].outcome else {
        panic!("{made:?}")
    };
    // Each adds a problem of its own, all from the first revision.
    let pushes = (0..12).map(|number| {
        let mut paper = paper.clone();
        analysis_in(&mut paper)
            .problems
            .push(crate::documents::papers::problem(&format!(
                "p{}",
                number + 2
            )));
        let (system, item) = (system.clone(), super::changed(&paper, &made.etag));
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
    let mut kept = system.gets(&made.id, 0).await.expect("it is there");
    assert_eq!(analysis_in(&mut kept).problems.len(), 1 + written);
    assert_eq!(kept.revision as usize, 1 + written);
}
