//! The life of documents: from draft to accepted, by way of return, and withdrawn.

use styrkedja::proto::v1::{
    DocumentKind, DocumentState, ListDocumentsRequest, ReviewComment, ReviewDecision,
    WithdrawReason,
};
use tonic::Code;

use super::{acts::*, papers::*};
use crate::world::World;

stories!(
    an_analysis_is_returned_mended_and_accepted,
    a_withdrawn_document_leaves_its_keys,
    an_accepted_document_stays_as_it_is,
    a_dry_run_says_the_same_and_keeps_nothing,
);

async fn an_analysis_is_returned_mended_and_accepted(world: World) {
    let (principal, officer) = (
        world.principal_of("Karbyskolan").await,
        world.officer().await,
    );
    let karby = world.id_of("Karbyskolan");

    let created = principal
        .creates(&analysis(&karby))
        .await
        .expect("the draft is taken");
    assert_eq!(told(&created.findings), [""; 0]);
    let draft = created.document.expect("a document");
    assert_eq!(
        (draft.kind(), draft.state(), draft.revision),
        (DocumentKind::Analysis, DocumentState::Draft, 1)
    );
    assert_eq!(
        (&draft.owner_id, &draft.author),
        (&karby, &principal.subject)
    );
    assert_eq!(draft.content_hash.len(), 32);
    assert_eq!(draft.content, analysis(&karby).content);
    assert_eq!(
        principal.gets(&draft.id, 0).await.expect("it is there"),
        draft
    );

    let submitted = principal.submits(&draft).await.expect("it breaks no rule");
    assert_eq!(
        (submitted.state(), submitted.revision),
        (DocumentState::Submitted, 2)
    );
    assert_eq!(submitted.content_hash, draft.content_hash);
    assert_ne!(submitted.etag, draft.etag);

    let comment = ReviewComment {
        field: "analysis.problems[0].statement".to_owned(),
        text: "Vilka elever?".to_owned(),
    };
    let mut request = returning(
        &officer
            .gets(&draft.id, 0)
            .await
            .expect("the officer sees it"),
    );
    request.comments = vec![comment.clone()];
    let returned = officer.reviews(request).await.expect("it is returned");
    assert_eq!(returned.state(), DocumentState::Returned);
    let review = returned.review.clone().expect("a review");
    assert_eq!(
        (review.decision(), review.comments.as_slice()),
        (ReviewDecision::Return, &[comment][..])
    );
    assert_eq!(
        (review.revision, &review.content_hash),
        (2, &draft.content_hash)
    );
    assert_eq!(review.organization_id, world.id_of("Skolverket"));

    let mut mended = returned.clone();
    analysis_in(&mut mended).problems[0].statement =
        "Få elever i årskurs 4–6 läser skönlitteratur.".into();
    let mended = principal
        .updates(change(&mended, &["analysis.problems"]))
        .await
        .expect("it is mended");
    assert_eq!(
        (mended.state(), mended.revision),
        (DocumentState::Returned, 4)
    );
    assert_eq!(mended.review, Some(review));
    assert_ne!(mended.content_hash, draft.content_hash);

    let again = principal
        .submits(&mended)
        .await
        .expect("it is handed in again");
    let accepted = officer
        .reviews(acceptance(&again))
        .await
        .expect("it is accepted");
    assert_eq!(
        (accepted.state(), accepted.revision),
        (DocumentState::Accepted, 6)
    );
    assert_eq!(accepted.content, mended.content);
    assert_eq!(
        principal.gets(&draft.id, 0).await.expect("it is there"),
        accepted
    );
    assert_eq!(
        principal.gets(&draft.id, 1).await.expect("so is the draft"),
        draft
    );
    assert_eq!(
        principal.revisions(&draft.id).await.expect("its history"),
        [6, 5, 4, 3, 2, 1]
    );
}

async fn a_withdrawn_document_leaves_its_keys(world: World) {
    let (principal, officer) = (
        world.principal_of("Karbyskolan").await,
        world.officer().await,
    );
    let mut paper = analysis(&world.id_of("Karbyskolan"));
    paper.external_id = Some(external_id("karby-2019"));
    let draft = principal.draft(&paper).await;
    let submitted = principal.submits(&draft).await.expect("it breaks no rule");
    let returned = officer
        .reviews(returning(&submitted))
        .await
        .expect("it is returned");
    let page_before = officer
        .lists(ListDocumentsRequest {
            page_size: 1,
            ..Default::default()
        })
        .await
        .expect("a page");
    assert_eq!(page_before.documents.len(), 1);

    let tombstone = principal
        .withdraws(&returned)
        .await
        .expect("its author may withdraw it");
    assert_eq!(
        (tombstone.state(), tombstone.withdraw_reason()),
        (DocumentState::Withdrawn, WithdrawReason::Mistake)
    );
    assert_eq!(tombstone.external_id, paper.external_id);
    assert_eq!(
        (&tombstone.owner_id, &tombstone.round),
        (&paper.owner_id, &paper.round)
    );
    for caller in [&principal, &officer] {
        for revision in [0, 2, 4] {
            let shown = caller
                .gets(&draft.id, revision)
                .await
                .expect("its keys are there");
            assert_eq!((shown.content, shown.review), (None, None));
            assert!(shown.content_hash.is_empty() && shown.justifications.is_empty());
        }
    }
    assert_eq!(
        principal
            .gets(&draft.id, 0)
            .await
            .expect("its keys are there"),
        tombstone
    );
    assert_eq!(officer.all(ListDocumentsRequest::default()).await, []);
    let withdrawn = ListDocumentsRequest {
        states: vec![DocumentState::Withdrawn.into()],
        ..Default::default()
    };
    assert_eq!(
        principal.all(withdrawn).await,
        std::slice::from_ref(&tombstone)
    );
    let differences = principal
        .compares(&draft.id, 1, 3)
        .await
        .expect("they can be compared");
    assert!(
        differences
            .iter()
            .all(|difference| difference.field == "state"),
        "{differences:?}"
    );

    let refused = principal
        .withdraws(&tombstone)
        .await
        .expect_err("there is no more to withdraw");
    assert_eq!(
        (refused.code(), reason(&refused)),
        (Code::FailedPrecondition, "STATE_FORBIDS".to_owned())
    );
    assert_eq!(metadata(&refused, "state"), "DOCUMENT_STATE_WITHDRAWN");
    let taken = principal
        .creates(&paper)
        .await
        .expect_err("its key is still its own");
    assert_eq!(
        (taken.code(), reason(&taken)),
        (Code::AlreadyExists, "EXTERNAL_ID_TAKEN".to_owned())
    );
}

async fn an_accepted_document_stays_as_it_is(world: World) {
    let (principal, officer) = (
        world.principal_of("Karbyskolan").await,
        world.officer().await,
    );
    let draft = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    let submitted = principal.submits(&draft).await.expect("it breaks no rule");
    for refused in [
        principal
            .updates(change(&submitted, &["analysis.title"]))
            .await,
        principal.submits(&submitted).await,
    ] {
        assert_eq!(
            reason(&refused.expect_err("it is with the reviewer")),
            "STATE_FORBIDS"
        );
    }
    let accepted = officer
        .reviews(acceptance(&submitted))
        .await
        .expect("it is accepted");
    for refused in [
        principal
            .updates(change(&accepted, &["analysis.title"]))
            .await,
        principal.submits(&accepted).await,
        officer.reviews(returning(&accepted)).await,
    ] {
        let refused = refused.expect_err("it is accepted");
        assert_eq!(
            (reason(&refused), metadata(&refused, "state")),
            (
                "STATE_FORBIDS".to_owned(),
                "DOCUMENT_STATE_ACCEPTED".to_owned()
            )
        );
    }
}

async fn a_dry_run_says_the_same_and_keeps_nothing(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let paper = analysis(&world.id_of("Karbyskolan"));
    let mut dry = creation(&paper);
    dry.validate_only = true;
    let tried = principal
        .documents()
        .create_document(dry.clone())
        .await
        .expect("it would be taken")
        .into_inner();
    assert_eq!(tried.document.expect("a document").content, paper.content);
    assert_eq!(principal.all(ListDocumentsRequest::default()).await, []);

    let draft = principal.draft(&paper).await;
    let mut dry = submission(&draft);
    dry.validate_only = true;
    let tried = principal
        .hands_in(dry.clone())
        .await
        .expect("it would be taken")
        .document
        .expect("a document");
    assert_eq!(
        (tried.state(), tried.revision),
        (DocumentState::Submitted, 2)
    );
    assert_eq!(
        principal.gets(&draft.id, 0).await.expect("it is there"),
        draft
    );
    // Nothing is kept of a dry run, its request id included.
    dry.validate_only = false;
    principal.hands_in(dry).await.expect("it is taken");
}

fn external_id(value: &str) -> styrkedja::proto::v1::ExternalId {
    styrkedja::proto::v1::ExternalId {
        scheme: "stories".to_owned(),
        value: value.to_owned(),
    }
}
