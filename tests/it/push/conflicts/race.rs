//! Conflicts and resolutions in a race with what else is written.

use std::time::Duration;

use styrkedja::proto::v1::{
    Document, KeepTheirs, ListConflictsRequest, PushItem, PushResponse, TakeYours,
    push_response::Outcome, resolve_conflict_request::Resolution,
};

use super::{Dispute, all, dispute, reason, resolve};
use crate::{
    documents::papers::analysis_in,
    push::{EACH, changed, known_as, push, push_one, word},
    world::{Caller, World},
};

stories!(
    theirs_is_not_kept_once_somebody_changed_it,
    yours_is_not_taken_where_it_stood_once_somebody_changed_it,
    one_change_pushed_twice_at_once_is_one_conflict,
    one_change_pushed_twice_at_once_again_and_again_is_one_conflict_each_time,
);

/// How often a change is pushed twice without holding up either.
const ROUNDS: usize = 25;

/// Changes the document and resolves the conflict in one instant: each is decided on what stood before the other.
async fn at_once(world: &World, dispute: &Dispute, etag: &str, resolution: Resolution) -> String {
    let held = world.place().hold().await;
    let mut paper = dispute.base.clone();
    "Ännu en titel".clone_into(&mut analysis_in(&mut paper).title);
    let item = changed(&paper, etag);
    let system = dispute.system.clone();
    let changing = tokio::spawn(async move { push_one(&system, item).await });
    // It waits to be written.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let (by, request) = (dispute.principal.clone(), dispute.request(etag, resolution));
    let resolving = tokio::spawn(async move { resolve(&by, request).await });
    tokio::time::sleep(Duration::from_millis(500)).await;
    held.rollback().await.expect("it is released");
    let changed = changing.await.expect("it is answered");
    assert_eq!(word(&changed), "updated");
    match resolving.await.expect("it is answered") {
        Ok(_) => "resolved".to_owned(),
        Err(refused) => reason(&refused),
    }
}

async fn theirs_is_not_kept_once_somebody_changed_it(world: World) {
    let dispute = Dispute::arises(&world).await;
    let etag = dispute.conflict.etag.clone();
    let keep = Resolution::KeepTheirs(KeepTheirs {});
    let told = at_once(&world, &dispute, &etag, keep).await;
    assert_eq!(told, "ETAG_MISMATCH");
}

async fn yours_is_not_taken_where_it_stood_once_somebody_changed_it(world: World) {
    let dispute = Dispute::arises(&world).await;
    // Somebody writes what was pushed, so that to take it changes nothing.
    let mut yours = dispute.base.clone();
    "Vår titel".clone_into(&mut analysis_in(&mut yours).title);
    let item = changed(&yours, &dispute.conflict.etag);
    let Outcome::Updated(stands) = push_one(&dispute.system, item).await else {
        panic!("not updated")
    };
    let take = Resolution::TakeYours(TakeYours {});
    let told = at_once(&world, &dispute, &stands.etag, take).await;
    assert_eq!(told, "ETAG_MISMATCH");
}

/// Pushes a change in two streams under two request ids, and both are decided before either is written.
async fn push_twice(world: &World, by: &Caller, item: impl Fn() -> PushItem) -> [PushResponse; 2] {
    let held = world.place().hold().await;
    let streams = [item(), item()].map(|item| {
        let by = by.clone();
        tokio::spawn(async move { answer(&by, item).await })
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    held.rollback().await.expect("it is released");
    let [one, other] = streams;
    [one.await, other.await].map(|answer| answer.expect("it is answered"))
}

async fn answer(by: &Caller, item: PushItem) -> PushResponse {
    let answers = push(by, EACH, &[item]).await;
    answers.expect("it is answered").remove(0)
}

/// The conflict that both answers name, which was written for one of them.
fn one_conflict(answers: [PushResponse; 2]) -> String {
    let written = answers.iter().filter(|answer| answer.position > 0).count();
    assert_eq!(written, 1, "{answers:?}");
    let [one, other] = answers.map(|answer| match answer.outcome {
        Some(Outcome::Conflict(conflict)) => conflict.conflict_id,
        other => panic!("{other:?}"),
    });
    assert_eq!(one, other);
    one
}

/// What `dispute` pushed last, with another title.
fn titled(base: &Document, etag: String, title: &str) -> impl Fn() -> PushItem {
    let mut paper = base.clone();
    title.clone_into(&mut analysis_in(&mut paper).title);
    move || changed(&paper, &etag)
}

async fn one_change_pushed_twice_at_once_is_one_conflict(world: World) {
    let dispute = Dispute::arises(&world).await;
    let system = &dispute.system;
    let made = system.gets(&dispute.conflict.document_id, 1).await;
    let etag = made.expect("it was made").etag;
    // Nobody has pushed this one before.
    let item = titled(&dispute.base, etag.clone(), "En annan titel");
    let first = one_conflict(push_twice(&world, system, &item).await);
    let open = || all(system, ListConflictsRequest::default());
    assert_eq!(open().await.len(), 2);
    // Once it is resolved, the change is a conflict again, and one.
    let resolution = Resolution::KeepTheirs(KeepTheirs {});
    let mut request = dispute.request(&dispute.conflict.etag, resolution);
    request.id.clone_from(&first);
    resolve(&dispute.principal, request)
        .await
        .expect("it is resolved");
    assert_eq!(open().await.len(), 1);
    let second = one_conflict(push_twice(&world, system, &item).await);
    assert_ne!(first, second);
    assert_eq!(open().await.len(), 2);
    let resolved_too = ListConflictsRequest {
        include_resolved: true,
        ..ListConflictsRequest::default()
    };
    let made: Vec<_> = all(system, resolved_too)
        .await
        .into_iter()
        .map(|conflict| conflict.id)
        .collect();
    assert_eq!(made, [dispute.conflict.conflict_id.clone(), first, second]);
    // Two changes at the same instant are two.
    let other = titled(&dispute.base, etag, "Ännu en annan titel");
    let (one, another) = tokio::join!(answer(system, other()), answer(&dispute.principal, other()));
    assert!(one.position > 0 && another.position > 0);
    assert_eq!(open().await.len(), 4);
}

async fn one_change_pushed_twice_at_once_again_and_again_is_one_conflict_each_time(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let school = world.id_of("Karbyskolan");
    for round in 0..ROUNDS {
        let base = known_as(&format!("a-{round}"), &school);
        let conflict = dispute(&system, &base).await;
        let made = system.gets(&conflict.document_id, 1).await;
        let item = titled(&base, made.expect("it was made").etag, "En annan titel");
        let answers = tokio::join!(answer(&system, item()), answer(&system, item()));
        one_conflict(answers.into());
    }
    let open = all(&system, ListConflictsRequest::default()).await;
    assert_eq!(open.len(), 2 * ROUNDS);
}
