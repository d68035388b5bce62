//! What is wrong with a request that acts on a document or lists documents is named, and changes nothing.

use styrkedja::proto::v1::{
    Document, DocumentKind, ExternalId, Justification, ListDocumentsRequest, ReviewComment,
    ReviewReason, UpdateDocumentRequest,
};
use tonic::Code;

use super::{acts::*, papers::*};
use crate::world::World;

stories!(
    a_mask_names_what_may_be_written,
    a_change_needs_mask_and_etag,
    a_review_has_a_reason_that_fits_and_comments_on_fields,
    personal_data_beside_the_content_is_found_too,
    ids_that_are_none_are_named,
    an_external_id_is_for_one_document_of_the_owner_and_kind,
    a_token_of_a_page_is_for_one_listing,
);

async fn a_mask_names_what_may_be_written(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let draft = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    let paths = [
        "analysis.title",
        "state",
        "owner_id",
        "id",
        "etag",
        "analysis.problems.statement",
        "action_plan.goals",
        "analysis.nothing",
        "",
        "period.start_date",
        "analysis.problems[0]",
    ];
    let status = refused(
        principal.updates(change(&draft, &paths)).await,
        "FIELDS_INVALID",
    );
    let expected: Vec<_> = (1..paths.len())
        .map(|index| format!("update_mask.paths[{index}]"))
        .collect();
    assert_eq!(fields(&status), expected);

    let mut other_kind = plan("", &draft);
    (other_kind.id, other_kind.etag) = (draft.id.clone(), draft.etag.clone());
    let status = refused(
        principal
            .updates(change(&other_kind, &["analysis.title"]))
            .await,
        "FIELDS_INVALID",
    );
    assert_eq!(fields(&status), ["document.action_plan"]);
    let without = Document {
        content: None,
        ..draft.clone()
    };
    let status = refused(
        principal.updates(change(&without, &["analysis"])).await,
        "FIELDS_INVALID",
    );
    assert_eq!(fields(&status), ["document.analysis"]);
    // What the mask does not name is not looked at.
    let updated = principal
        .updates(change(&other_kind, &["round"]))
        .await
        .expect("the round is changed");
    assert_eq!(
        (&updated.content, &updated.owner_id),
        (&draft.content, &draft.owner_id)
    );
}

async fn a_change_needs_mask_and_etag(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let draft = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    let bare = UpdateDocumentRequest {
        update_mask: None,
        etag: String::new(),
        ..change(&draft, &[])
    };
    let status = refused(principal.updates(bare).await, "FIELDS_INVALID");
    assert_eq!(fields(&status), ["update_mask", "etag"]);
    let status = refused(
        principal.updates(change(&draft, &[])).await,
        "FIELDS_INVALID",
    );
    assert_eq!(fields(&status), ["update_mask.paths"]);
    let no_etag = Document {
        etag: String::new(),
        ..draft.clone()
    };
    for answer in [
        principal.submits(&no_etag).await,
        principal.withdraws(&no_etag).await,
    ] {
        assert_eq!(fields(&refused(answer, "FIELDS_INVALID")), ["etag"]);
    }
    assert_eq!(
        principal.gets(&draft.id, 0).await.expect("unchanged"),
        draft
    );
}

async fn a_review_has_a_reason_that_fits_and_comments_on_fields(world: World) {
    let (principal, officer) = (
        world.principal_of("Karbyskolan").await,
        world.officer().await,
    );
    let draft = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    let submitted = principal.submits(&draft).await.expect("it breaks no rule");

    let mut review = acceptance(&submitted);
    review.reason = ReviewReason::Other.into();
    assert_eq!(
        fields(&refused(officer.reviews(review).await, "FIELDS_INVALID")),
        ["reason"]
    );
    let mut review = returning(&submitted);
    review.reason = ReviewReason::MeetsRequirements.into();
    assert_eq!(
        fields(&refused(officer.reviews(review).await, "FIELDS_INVALID")),
        ["reason"]
    );

    let comments = [
        "analysis.title",
        "analysis.nothing",
        "action_plan.goals",
        "analysis.problems[0].statement",
        "etag",
    ];
    let mut review = returning(&submitted);
    review.comments = comments
        .map(|field| ReviewComment {
            field: field.to_owned(),
            text: "Se över.".to_owned(),
        })
        .to_vec();
    let status = refused(officer.reviews(review).await, "FIELDS_INVALID");
    assert_eq!(
        fields(&status),
        [
            "comments[1].field",
            "comments[2].field",
            "comments[4].field"
        ]
    );
    assert_eq!(
        officer.gets(&draft.id, 0).await.expect("unchanged"),
        submitted
    );
}

async fn ids_that_are_none_are_named(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    for id in [
        "",
        "1",
        "57370453",
        "{01890a5d-ac96-774b-bcce-b302099a8057}",
        "01890a5dac96774bbcceb302099a8057",
    ] {
        assert_eq!(
            fields(&refused(principal.gets(id, 0).await, "FIELDS_INVALID")),
            ["id"],
            "{id}"
        );
        assert_eq!(
            fields(&refused(principal.revisions(id).await, "FIELDS_INVALID")),
            ["id"],
            "{id}"
        );
    }
    let mut create = creation(&analysis(&world.id_of("Karbyskolan")));
    create.request_id = "ett".into();
    let status = principal
        .documents()
        .create_document(create)
        .await
        .expect_err("the request has no id");
    assert_eq!(fields(&status), ["request_id"]);
    let list = ListDocumentsRequest {
        include_below: true,
        ..Default::default()
    };
    assert_eq!(
        fields(&refused(principal.lists(list).await, "FIELDS_INVALID")),
        ["owner_id"]
    );
}

async fn an_external_id_is_for_one_document_of_the_owner_and_kind(world: World) {
    let karby = world.id_of("Karbyskolan");
    let principal = world.principal_of("Karbyskolan").await;
    let external_id = Some(ExternalId {
        scheme: "stories".to_owned(),
        value: "karby-1".to_owned(),
    });
    let with_id = |paper: Document| Document {
        external_id: external_id.clone(),
        ..paper
    };
    let first = principal.draft(&with_id(analysis(&karby))).await;
    let status = principal
        .creates(&with_id(analysis(&karby)))
        .await
        .expect_err("it is taken");
    assert_eq!(
        (status.code(), reason(&status)),
        (Code::AlreadyExists, "EXTERNAL_ID_TAKEN".to_owned())
    );
    principal.draft(&with_id(plan(&karby, &first))).await;
    let elsewhere = world.principal_of("Bällstabergsskolan").await;
    elsewhere
        .draft(&with_id(analysis(&world.id_of("Bällstabergsskolan"))))
        .await;

    let second = principal.draft(&analysis(&karby)).await;
    let status = principal
        .updates(change(&with_id(second.clone()), &["external_id"]))
        .await
        .expect_err("it is taken");
    assert_eq!(reason(&status), "EXTERNAL_ID_TAKEN");
    let freed = Document {
        external_id: None,
        ..first
    };
    principal
        .updates(change(&freed, &["external_id"]))
        .await
        .expect("it is given up");
    principal
        .updates(change(&with_id(second), &["external_id"]))
        .await
        .expect("it is free");
    let found = ListDocumentsRequest {
        external_id,
        kinds: vec![DocumentKind::Analysis.into()],
        ..Default::default()
    };
    assert_eq!(principal.all(found).await.len(), 1);
}

async fn a_token_of_a_page_is_for_one_listing(world: World) {
    let (karby, principal) = (
        world.id_of("Karbyskolan"),
        world.principal_of("Karbyskolan").await,
    );
    for _ in 0..3 {
        principal.draft(&analysis(&karby)).await;
    }
    let one = ListDocumentsRequest {
        page_size: 1,
        ..Default::default()
    };
    let token = principal
        .lists(one.clone())
        .await
        .expect("a page")
        .next_page_token;
    let with_token = |token: &str| ListDocumentsRequest {
        page_token: token.to_owned(),
        ..one.clone()
    };
    principal
        .lists(with_token(&token))
        .await
        .expect("it is theirs");

    let mut tampered = token.clone().into_bytes();
    tampered[5] = if tampered[5] == b'A' { b'B' } else { b'A' };
    let tampered = String::from_utf8(tampered).expect("letters");
    let other_filter = ListDocumentsRequest {
        round: "sbs-2019-1".to_owned(),
        ..with_token(&token)
    };
    let teacher = world.teacher_of("Karbyskolan").await;
    let refusals = [
        refused(
            principal.lists(with_token(&tampered)).await,
            "CURSOR_INVALID",
        ),
        refused(principal.lists(with_token("x")).await, "CURSOR_INVALID"),
        refused(principal.lists(other_filter).await, "CURSOR_INVALID"),
        refused(teacher.lists(with_token(&token)).await, "CURSOR_INVALID"),
    ];
    for status in &refusals {
        assert_eq!(
            (status.message(), status.details()),
            (refusals[0].message(), refusals[0].details())
        );
    }
}

async fn personal_data_beside_the_content_is_found_too(world: World) {
    let (principal, officer) = (
        world.principal_of("Karbyskolan").await,
        world.officer().await,
    );
    let mut paper = analysis(&world.id_of("Karbyskolan"));
    analysis_in(&mut paper)
        .participation
        .as_mut()
        .expect("participation")
        .pupils = 0;
    let draft = principal.draft(&paper).await;
    let mut submit = submission(&draft);
    let because = |reason: &str| Justification {
        rule: "analysis.no_pupils_took_part".to_owned(),
        field: "analysis.participation.pupils".to_owned(),
        reason: reason.to_owned(),
    };
    submit.justifications = vec![because("Fråga elev@skola.example.")];
    let status = refused(principal.hands_in(submit.clone()).await, "FINDINGS");
    let found = told(&findings(&status));
    assert!(
        found.contains(&"personal_data.email_address justifications[0].reason".to_owned()),
        "{found:?}"
    );
    submit.justifications = vec![because("Eleverna hörs i september.")];
    let submitted = principal.hands_in(submit).await.expect("handed in");
    let submitted = submitted.document.expect("a document");

    let mut review = returning(&submitted);
    review.text = "Ring 20121201-2387.".into();
    review.comments = vec![ReviewComment {
        field: "analysis.title".to_owned(),
        text: "Skriv till elev@skola.example.".to_owned(),
    }];
    let status = refused(officer.reviews(review).await, "FINDINGS");
    assert_eq!(
        told(&findings(&status)),
        [
            "personal_data.identity_number text",
            "personal_data.email_address comments[0].text",
        ]
    );
}
