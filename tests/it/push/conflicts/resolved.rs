//! Conflicts resolved, by either side.

use styrkedja::proto::v1::{
    ConflictResolution, ConflictState, Document, KeepTheirs, ListConflictsRequest,
    ResolveConflictRequest, TakeYours, push_response::Outcome,
    resolve_conflict_request::Resolution,
};

use super::{Dispute, all, reason, resolve, title};
use crate::{
    documents::papers::analysis_in,
    push::{changed, known_as, new, push_one, word},
    world::{World, request_id},
};

stories!(
    theirs_can_be_kept,
    yours_can_be_taken,
    both_can_be_put_together,
    a_resolution_is_made_once_and_on_what_was_seen,
    what_is_handed_in_can_only_be_kept,
    a_resolution_is_one_write_that_the_feed_tells_of,
    a_change_by_id_takes_back_no_new_name,
);

async fn theirs_can_be_kept(world: World) {
    let dispute = Dispute::arises(&world).await;
    let request = dispute.request(
        &dispute.conflict.etag,
        Resolution::KeepTheirs(KeepTheirs {}),
    );
    let first = resolve(&dispute.principal, request.clone()).await;
    let first = first.expect("it is resolved");
    let document = first.document.clone().expect("the document");
    assert_eq!(
        (document.etag, document.revision),
        (dispute.conflict.etag.clone(), 2)
    );
    let conflict = first.conflict.clone().expect("the conflict");
    assert_eq!(conflict.state(), ConflictState::Resolved);
    assert_eq!(conflict.resolution(), ConflictResolution::KeepTheirs);
    assert_eq!(conflict.resolver, dispute.principal.subject);
    assert_eq!(conflict.resolved_revision, 0);
    let again = resolve(&dispute.principal, request).await;
    assert_eq!(again.expect("it was resolved before"), first);
    assert_eq!(
        all(&dispute.system, ListConflictsRequest::default()).await,
        []
    );
    // The change that was given up remains.
    let kept = dispute.get(&dispute.system).await.expect("it is there");
    assert_eq!(
        title(kept.conflict.expect("the conflict").yours.as_ref()),
        "Vår titel"
    );
}

async fn yours_can_be_taken(world: World) {
    let dispute = Dispute::arises(&world).await;
    let taken = dispute
        .resolve(&dispute.system, Resolution::TakeYours(TakeYours {}))
        .await
        .expect("it is resolved");
    let document = taken.document.expect("the document");
    assert_eq!(title(Some(&document)), "Vår titel");
    assert_eq!(document.revision, 3);
    assert_eq!(taken.conflict.expect("the conflict").resolved_revision, 3);
    let kept = dispute.principal.gets(&document.id, 0).await;
    assert_eq!(kept.expect("it is there"), document);
}

async fn both_can_be_put_together(world: World) {
    let dispute = Dispute::arises(&world).await;
    let mut both = Document {
        owner_id: String::new(),
        external_id: None,
        ..dispute.base.clone()
    };
    "Bådas titel".clone_into(&mut analysis_in(&mut both).title);
    let named = Document {
        id: dispute.conflict.document_id.clone(),
        etag: "1".to_owned(),
        ..both.clone()
    };
    let refused = dispute
        .resolve(&dispute.system, Resolution::TakeBoth(named))
        .await
        .expect_err("the exchange gives these");
    let fields = tonic_types::StatusExt::get_details_bad_request(&refused).expect("fields");
    let fields: Vec<_> = fields
        .field_violations
        .iter()
        .map(|one| one.field.as_str())
        .collect();
    assert_eq!(fields, ["take_both.etag"]);
    let taken = dispute
        .resolve(&dispute.principal, Resolution::TakeBoth(both))
        .await
        .expect("it is resolved");
    let document = taken.document.expect("the document");
    assert_eq!(title(Some(&document)), "Bådas titel");
    assert_eq!(document.external_id, dispute.base.external_id);
}

async fn a_resolution_is_made_once_and_on_what_was_seen(world: World) {
    let dispute = Dispute::arises(&world).await;
    let yours = || Resolution::TakeYours(TakeYours {});
    let stale = resolve(&dispute.system, dispute.request("1-0", yours())).await;
    assert_eq!(reason(&stale.expect_err("it is stale")), "ETAG_MISMATCH");
    let dry = ResolveConflictRequest {
        validate_only: true,
        ..dispute.request(&dispute.conflict.etag, yours())
    };
    let tried = resolve(&dispute.system, dry).await.expect("it would do");
    assert_eq!(tried.document.expect("the document").revision, 3);
    let seen = dispute.get(&dispute.system).await.expect("it is there");
    assert_eq!(
        seen.conflict.expect("the conflict").state(),
        ConflictState::Open
    );
    // Of many at once, one stands.
    let requests = (0..8).map(|_| dispute.resolve(&dispute.principal, yours()));
    let answers = futures::future::join_all(requests).await;
    let resolved = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(resolved, 1);
    for refused in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert!(["CONFLICT_RESOLVED", "ETAG_MISMATCH"].contains(&&*reason(refused)));
    }
    let later = dispute.resolve(&dispute.system, yours()).await;
    assert_eq!(
        reason(&later.expect_err("it is resolved")),
        "CONFLICT_RESOLVED"
    );
    assert_eq!(
        dispute
            .system
            .revisions(&dispute.conflict.document_id)
            .await
            .expect("its history"),
        [3, 2, 1]
    );
    let reader = world.board_of("Vallentuna kommun").await;
    let denied = dispute.resolve(&reader, yours()).await;
    assert_eq!(reason(&denied.expect_err("it may not")), "ROLE_MAY_NOT");
}

async fn what_is_handed_in_can_only_be_kept(world: World) {
    let dispute = Dispute::arises(&world).await;
    let draft = dispute
        .principal
        .gets(&dispute.conflict.document_id, 0)
        .await;
    let submitted = dispute.principal.submits(&draft.expect("the draft")).await;
    let etag = submitted.expect("it is handed in").etag;
    let yours = dispute.request(&etag, Resolution::TakeYours(TakeYours {}));
    let refused = resolve(&dispute.system, yours).await;
    assert_eq!(
        reason(&refused.expect_err("it is handed in")),
        "STATE_FORBIDS"
    );
    // The officer sees what was handed in, and not what was not.
    let officer = world.officer().await;
    assert!(officer.gets(&dispute.conflict.document_id, 0).await.is_ok());
    assert!(dispute.get(&officer).await.is_err());
    let theirs = dispute.request(&etag, Resolution::KeepTheirs(KeepTheirs {}));
    resolve(&dispute.system, theirs).await.expect("it is kept");
}

async fn a_resolution_is_one_write_that_the_feed_tells_of(world: World) {
    use crate::sync::Replica;
    let dispute = Dispute::arises(&world).await;
    let mut replica = Replica::default();
    replica.pull(&dispute.system).await.expect("it is told");
    dispute
        .resolve(&dispute.principal, Resolution::TakeYours(TakeYours {}))
        .await
        .expect("it is resolved");
    replica.pull(&dispute.system).await.expect("it is told");
    let held = &replica.documents[&dispute.conflict.document_id];
    assert_eq!(title(Some(held)), "Vår titel");
    let database = styrkedja::database::Database::open(
        world.place().url(),
        styrkedja::database::Purpose::Inspect,
    )
    .await
    .expect("it opens");
    styrkedja::journal::verify(&database, None, |_, _| ())
        .await
        .expect("the journal verifies");
    database.close().await;
}

async fn a_change_by_id_takes_back_no_new_name(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let base = known_as("a-1", &world.id_of("Karbyskolan"));
    let Outcome::Created(made) = push_one(&system, new(&base)).await else {
        panic!("not created")
    };
    let by_id = |title: &str, name: Option<&str>| {
        let mut paper = Document {
            id: made.id.clone(),
            owner_id: String::new(),
            external_id: name.and_then(|name| known_as(name, "").external_id),
            ..base.clone()
        };
        title.clone_into(&mut analysis_in(&mut paper).title);
        changed(&paper, &made.etag)
    };
    let told = push_one(&system, by_id("Deras titel", Some("b-1"))).await;
    assert_eq!(word(&told), "updated");
    let Outcome::Conflict(conflict) = push_one(&system, by_id("Vår titel", None)).await else {
        panic!("no conflict")
    };
    let request = ResolveConflictRequest {
        request_id: request_id(),
        validate_only: false,
        id: conflict.conflict_id,
        etag: conflict.etag,
        resolution: Some(Resolution::TakeYours(TakeYours {})),
    };
    let taken = resolve(&system, request).await.expect("it is resolved");
    let document = taken.document.expect("the document");
    assert_eq!(title(Some(&document)), "Vår titel");
    assert_eq!(document.external_id, known_as("b-1", "").external_id);
}
