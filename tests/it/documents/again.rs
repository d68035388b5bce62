//! Requests that come again, come late, or come at once with others.

use styrkedja::{
    database::{Database, Purpose},
    journal::verify,
    proto::v1::{
        ActionPlan, Analysis, CreateDocumentRequest, CreateGrantRequest, Document, DocumentState,
        ListDocumentsRequest, RevokeGrantRequest, Role, UpdateDocumentRequest, document::Content,
    },
};
use tonic::Code;

use super::{acts::*, papers::*};
use crate::world::{World, request_id};

stories!(
    a_request_that_comes_again_is_answered_as_the_first_time,
    a_request_is_known_again_when_the_grant_that_allowed_it_has_ended,
    a_request_id_is_for_one_request_of_one_caller,
    what_may_no_longer_be_done_is_not_answered_again,
    of_changes_made_at_once_one_goes_in,
    of_the_same_request_many_times_at_once_one_goes_in,
    a_stale_etag_is_answered_with_the_current_one,
);

async fn a_request_that_comes_again_is_answered_as_the_first_time(world: World) {
    let (principal, officer) = (
        world.principal_of("Karbyskolan").await,
        world.officer().await,
    );
    let mut paper = analysis(&world.id_of("Karbyskolan"));
    analysis_in(&mut paper).development_areas[0].themes = Vec::new();
    let create = creation(&paper);
    let first = principal
        .documents()
        .create_document(create.clone())
        .await
        .expect("taken")
        .into_inner();
    let draft = first.document.clone().expect("a document");
    let mut edited = draft.clone();
    analysis_in(&mut edited).title = "Ny titel".into();
    let update = change(&edited, &["analysis.title"]);
    let updated = principal.updates(update.clone()).await.expect("changed");
    let submit = submission(&updated);
    let submitted = principal.hands_in(submit.clone()).await.expect("handed in");
    let review = returning(submitted.document.as_ref().expect("a document"));
    let reviewed = officer.reviews(review.clone()).await.expect("returned");

    let again = principal
        .documents()
        .create_document(create)
        .await
        .expect("taken before")
        .into_inner();
    assert_eq!(again, first);
    assert_eq!(
        principal.updates(update).await.expect("changed before"),
        updated
    );
    assert_eq!(
        principal.hands_in(submit).await.expect("handed in before"),
        submitted
    );
    assert_eq!(
        officer.reviews(review).await.expect("returned before"),
        reviewed
    );

    let request = withdrawal(&reviewed);
    let gone = principal
        .documents()
        .withdraw_document(request.clone())
        .await
        .expect("withdrawn")
        .into_inner();
    let again = principal
        .documents()
        .withdraw_document(request)
        .await
        .expect("withdrawn before")
        .into_inner();
    assert_eq!(again, gone);
    assert_eq!(
        principal.revisions(&draft.id).await.expect("its history"),
        [5, 4, 3, 2, 1]
    );
}

async fn a_request_is_known_again_when_the_grant_that_allowed_it_has_ended(world: World) {
    // It belongs to the organizer by one grant and to the school by the other, and either would do.
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let officer = world.officer().await;
    let also_principal = CreateGrantRequest {
        subject: system.subject.clone(),
        ..world.request(Role::Principal, "Karbyskolan")
    };
    officer
        .access()
        .create_grant(also_principal)
        .await
        .expect("it is granted");
    let create = creation(&analysis(&world.id_of("Karbyskolan")));
    let mut documents = system.documents();
    let first = documents.create_document(create.clone()).await;
    let first = first.expect("taken").into_inner();
    let submit = submission(first.document.as_ref().expect("a document"));
    let submitted = system.hands_in(submit.clone()).await.expect("handed in");

    let end = RevokeGrantRequest {
        request_id: request_id(),
        validate_only: false,
        id: system.grant.clone().expect("the world granted it").id,
    };
    officer
        .access()
        .revoke_grant(end)
        .await
        .expect("it is revoked");
    let again = documents.create_document(create).await;
    assert_eq!(again.expect("taken before").into_inner(), first);
    let again = system.hands_in(submit).await.expect("handed in before");
    assert_eq!(again, submitted);
    let all = system.all(ListDocumentsRequest::default()).await;
    assert_eq!(all.len(), 1);

    // What it goes on to write is noted under its other home, and the journal holds together.
    system.draft(&analysis(&world.id_of("Karbyskolan"))).await;
    let database = Database::open(world.place().url(), Purpose::Inspect).await;
    let database = database.expect("it can be read beside the server");
    verify(&database, None, |_, _| ())
        .await
        .expect("the journal is whole");
    database.close().await;
}

async fn a_request_id_is_for_one_request_of_one_caller(world: World) {
    let (principal, teacher) = (
        world.principal_of("Karbyskolan").await,
        world.teacher_of("Karbyskolan").await,
    );
    let create = creation(&analysis(&world.id_of("Karbyskolan")));
    let draft = principal
        .documents()
        .create_document(create.clone())
        .await
        .expect("taken")
        .into_inner();
    let draft = draft.document.expect("a document");

    let mut other = create.clone();
    analysis_in(other.document.as_mut().expect("a document")).title = "En annan".into();
    let refused = principal
        .documents()
        .create_document(other)
        .await
        .expect_err("another request");
    assert_eq!(
        (refused.code(), reason(&refused)),
        (Code::AlreadyExists, "REQUEST_ID_CONFLICT".to_owned())
    );

    // The same words as another kind of document are another request.
    let titled = |content| Document {
        content: Some(content),
        ..Document {
            owner_id: world.id_of("Karbyskolan"),
            ..Document::default()
        }
    };
    let title = || "Samma titel".to_owned();
    let first = creation(&titled(Content::Analysis(Analysis {
        title: title(),
        ..Analysis::default()
    })));
    let second = CreateDocumentRequest {
        document: Some(titled(Content::ActionPlan(ActionPlan {
            title: title(),
            ..ActionPlan::default()
        }))),
        ..first.clone()
    };
    let mut documents = principal.documents();
    documents.create_document(first).await.expect("taken");
    let refused = documents
        .create_document(second)
        .await
        .expect_err("another kind");
    assert_eq!(reason(&refused), "REQUEST_ID_CONFLICT");

    let mut submit = submission(&draft);
    submit.request_id = create.request_id.clone();
    assert_eq!(
        reason(
            &principal
                .hands_in(submit)
                .await
                .expect_err("another method")
        ),
        "REQUEST_ID_CONFLICT"
    );

    let mut edited = draft.clone();
    analysis_in(&mut edited).title = "Ny titel".into();
    let update = change(&edited, &["analysis.title"]);
    let changed = principal.updates(update.clone()).await.expect("changed");
    let tried = UpdateDocumentRequest {
        validate_only: true,
        ..update.clone()
    };
    assert_eq!(
        principal.updates(tried).await.expect("the same request"),
        changed
    );
    let refused = teacher
        .updates(update)
        .await
        .expect_err("an answer is for one caller");
    assert_eq!(reason(&refused), "REQUEST_ID_CONFLICT");

    // Another organization has request ids of its own.
    let elsewhere = world.principal_of("Bällstabergsskolan").await;
    let mut same_id = creation(&analysis(&world.id_of("Bällstabergsskolan")));
    same_id.request_id = create.request_id;
    let answer = elsewhere
        .documents()
        .create_document(same_id)
        .await
        .expect("it is theirs")
        .into_inner();
    assert_ne!(answer.document.expect("a document").id, draft.id);
}

async fn what_may_no_longer_be_done_is_not_answered_again(world: World) {
    let (principal, elsewhere) = (
        world.principal_of("Karbyskolan").await,
        world.principal_of("Bällstabergsskolan").await,
    );
    let draft = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    let submit = submission(&draft);
    principal.hands_in(submit.clone()).await.expect("handed in");
    let refused = elsewhere
        .hands_in(submit)
        .await
        .expect_err("access comes first");
    assert_eq!(refused.code(), Code::NotFound);
}

async fn of_changes_made_at_once_one_goes_in(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let draft = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    let changes = (0..8).map(|number| {
        let mut edited = draft.clone();
        analysis_in(&mut edited).title = format!("Titel {number}");
        principal.updates(change(&edited, &["analysis.title"]))
    });
    let outcomes = futures::future::join_all(changes).await;
    let (went_in, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!((went_in.len(), refused.len()), (1, 7));
    let now = went_in.into_iter().flatten().next().expect("one went in");
    for refused in refused {
        let refused = refused.expect_err("refused");
        assert_eq!(
            (refused.code(), metadata(&refused, "etag")),
            (Code::Aborted, now.etag.clone())
        );
    }
    assert_eq!(
        principal.gets(&draft.id, 0).await.expect("it is there"),
        now
    );
}

async fn of_the_same_request_many_times_at_once_one_goes_in(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let create = creation(&analysis(&world.id_of("Karbyskolan")));
    let tries = (0..8).map(|_| async {
        principal
            .documents()
            .create_document(create.clone())
            .await
            .expect("taken, once")
            .into_inner()
    });
    let answers = futures::future::join_all(tries).await;
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(
        principal.all(ListDocumentsRequest::default()).await.len(),
        1
    );

    let submit = submission(answers[0].document.as_ref().expect("a document"));
    let tries = (0..8).map(|_| principal.hands_in(submit.clone()));
    let answers: Vec<_> = futures::future::join_all(tries)
        .await
        .into_iter()
        .flatten()
        .collect();
    assert_eq!(answers.len(), 8);
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

async fn a_stale_etag_is_answered_with_the_current_one(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let draft = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    let mut edited = draft.clone();
    edited.period = Some(period("2019-08-01", "2020-07-31"));
    let current = principal
        .updates(change(&edited, &["period"]))
        .await
        .expect("changed");
    assert_eq!(
        (current.state(), current.revision),
        (DocumentState::Draft, 2)
    );
    assert_eq!(current.content_hash, draft.content_hash);
    for refused in [
        principal.updates(change(&draft, &["period"])).await,
        principal.submits(&draft).await,
        principal.withdraws(&draft).await,
    ] {
        let refused = refused.expect_err("the etag is stale");
        assert_eq!(
            (refused.code(), reason(&refused)),
            (Code::Aborted, "ETAG_MISMATCH".to_owned())
        );
        assert_eq!(metadata(&refused, "etag"), current.etag);
    }
}
