//! What becomes of offers: new, changed, unchanged, withdrawn or refused, and all of it in the report.

use prost::Message;
use styrkedja::proto::v1::{
    CourseOffer, DocumentState, SubmissionHeader, SubmittedOffer,
    submit_course_offers_request::Part,
};
use tonic::Code;
use tonic_types::StatusExt;

use super::{END, Told, delta, events, offer, report, sample, stands, stream, submit, withdrawn};
use crate::{
    offers::UPPSALA,
    push::status,
    world::{Caller, World},
};

stories!(
    what_stands_already_costs_nothing,
    all_that_is_wrong_is_told_at_once,
    a_malformed_offer_does_not_end_the_stream,
    of_two_offers_with_one_id_the_first_counts,
    what_was_withdrawn_comes_back_as_another_document,
    a_dry_run_leaves_no_trace,
    a_stream_must_be_a_submission,
    a_submission_ends_once,
    one_string_of_100_megabytes_ends_the_stream_and_nothing_else,
);

/// Submits these parts as a delta of their own, to its end.
async fn delta_of(caller: &Caller, parts: impl IntoIterator<Item = Part>) -> Told {
    let told = submit(caller, &delta(), parts.into_iter().chain([END])).await;
    told.expect("it is taken")
}

async fn what_stands_already_costs_nothing(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    let three = || [offer("a", 30), offer("b", 30), offer("c", 30)];
    let first = delta_of(&uppsala, three()).await;
    assert_eq!(first.words(), ["created", "created", "created"]);
    assert_eq!((first.before, first.end().created), (0, 3));
    let indices: Vec<u64> = first.rows.iter().map(|row| row.index).collect();
    assert_eq!(indices, [0, 1, 2]);
    let kept = uppsala.gets(&first.rows[0].document_id, 0).await;
    let kept = kept.expect("it is there");
    assert_eq!((kept.state(), kept.revision), (DocumentState::Submitted, 1));
    let known_as = kept.external_id.expect("it has an id outside");
    assert_eq!((&*known_as.scheme, &*known_as.value), ("uu.emil", "a"));

    let again = delta_of(&uppsala, three()).await;
    assert_eq!(again.words(), ["unchanged", "unchanged", "unchanged"]);
    let ids = |told: &Told| {
        let ids = told.rows.iter().map(|row| row.document_id.clone());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(ids(&again), ids(&first));

    let changed = [offer("a", 30), offer("b", 31), withdrawn("c")];
    let changed = delta_of(&uppsala, changed).await;
    assert_eq!(changed.words(), ["unchanged", "updated", "withdrawn"]);
    let revisions: Vec<u32> = changed.rows.iter().map(|row| row.revision).collect();
    assert_eq!(revisions, [1, 2, 2]);
    let kept = uppsala.gets(&changed.rows[1].document_id, 0).await;
    let kept = kept.expect("it is there");
    assert_eq!((kept.state(), kept.revision), (DocumentState::Submitted, 2));
    let again = delta_of(&uppsala, [withdrawn("c"), withdrawn("d")]).await;
    assert_eq!(again.words(), ["unchanged", "NOT_FOUND"]);
    // The report says the same, now and later.
    let (whole, rows) = report(&uppsala, &changed.end().id, 0).await.expect("told");
    assert_eq!((&whole, &rows), (changed.end(), &changed.rows));
    let (_, rest) = report(&uppsala, &changed.end().id, 2).await.expect("told");
    assert_eq!(rest, changed.rows[2..]);
}

async fn all_that_is_wrong_is_told_at_once(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    let mut wrong = sample();
    let offering = wrong.offering.as_mut().expect("it is given");
    let execution = offering.execution.as_mut().expect("it has a time");
    "2026-01-01".clone_into(&mut execution.end_date);
    "9999".clone_into(&mut offering.places[0].municipality_code);
    wrong.themes.clear();
    let told = delta_of(&uppsala, [stands("a", wrong), offer("b", 1)]).await;
    assert_eq!(told.words(), ["refused", "created"]);
    let findings = &told.rows[0].findings;
    assert!(findings.len() >= 3, "{findings:?}");
    for finding in findings {
        assert!(!finding.message_sv.is_empty() && !finding.message_en.is_empty());
        assert!(!finding.remedy_sv.is_empty() && !finding.remedy_en.is_empty());
    }
    assert_eq!(told.rows[0].document_id, "");
    // With all its words later too.
    let (_, rows) = report(&uppsala, &told.end().id, 0).await.expect("told");
    assert_eq!(rows, told.rows);
}

async fn a_malformed_offer_does_not_end_the_stream(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    let mut wrong = sample();
    wrong.themes.push("Not A Code".to_owned());
    wrong.course.as_mut().expect("it is taught").id = "x".repeat(121);
    let mut cut = SubmittedOffer {
        id: "cut".to_owned(),
        offer: Some(sample()),
    }
    .encode_to_vec();
    cut.truncate(cut.len() - 10);
    let mut large = sample();
    large.course.as_mut().expect("it is taught").description[0].value = "x".repeat(140_000);
    let parts = [
        offer("a", 1),
        stands("wrong", wrong),
        Part::Offer(cut.into()),
        stands("large", large),
        stands("", sample()),
        stands("none", CourseOffer::default()),
        offer("b", 1),
    ];
    let told = delta_of(&uppsala, parts).await;
    let expected = [
        "created",
        "FIELDS_INVALID",
        "MALFORMED",
        "REQUEST_TOO_LARGE",
        "FIELDS_INVALID",
        "refused",
        "created",
    ];
    assert_eq!(told.words(), expected);
    let ids: Vec<&str> = told.rows.iter().map(|row| &*row.id).collect();
    assert_eq!(ids, ["a", "wrong", "cut", "large", "", "none", "b"]);
    let refusal = told.rows[1].refusal.as_ref().expect("it says why");
    let faults = status(refusal).get_details_bad_request();
    let faults = faults.expect("it names fields").field_violations;
    let fields: Vec<&str> = faults.iter().map(|fault| &*fault.field).collect();
    assert_eq!(fields, ["offer.course.id", "offer.themes[2]"]);
    assert_eq!((told.end().created, told.end().refused), (2, 5));
}

async fn of_two_offers_with_one_id_the_first_counts(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    let told = delta_of(
        &uppsala,
        [offer("a", 1), offer("b", 1), offer("a", 2), withdrawn("b")],
    )
    .await;
    let expected = ["created", "created", "FIELDS_INVALID", "FIELDS_INVALID"];
    assert_eq!(told.words(), expected);
    let refusal = told.rows[2].refusal.as_ref().expect("it says why");
    let faults = status(refusal).get_details_bad_request();
    let faults = faults.expect("it names fields").field_violations;
    assert_eq!(faults[0].field, "id");
    let standing = uppsala.gets(&told.rows[0].document_id, 0).await;
    assert_eq!(standing.expect("it is there").revision, 1);
}

async fn what_was_withdrawn_comes_back_as_another_document(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    let first = delta_of(&uppsala, [offer("a", 1)]).await;
    delta_of(&uppsala, [withdrawn("a")]).await;
    let again = delta_of(&uppsala, [offer("a", 1)]).await;
    assert_eq!(again.words(), ["created"]);
    let (old, new) = (&first.rows[0].document_id, &again.rows[0].document_id);
    assert_ne!(old, new);
    // What was withdrawn stays so, and its id outside has gone over.
    let old = uppsala.gets(old, 0).await.expect("it is told of");
    assert_eq!(old.state(), DocumentState::Withdrawn);
    assert_eq!((old.external_id, old.content), (None, None));
    let new = uppsala.gets(new, 0).await.expect("it is there");
    assert_eq!(new.external_id.map(|id| id.value).as_deref(), Some("a"));
    // And so again and again.
    for _ in 0..2 {
        delta_of(&uppsala, [withdrawn("a")]).await;
        assert_eq!(
            delta_of(&uppsala, [offer("a", 1)]).await.words(),
            ["created"]
        );
    }
}

async fn a_dry_run_leaves_no_trace(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    delta_of(&uppsala, [offer("a", 1), offer("b", 1)]).await;
    let (_, before) = events(&uppsala, "").await;
    let dry = SubmissionHeader {
        validate_only: true,
        ..delta()
    };
    let parts = || {
        let wrong = CourseOffer::default();
        [
            offer("a", 1),
            offer("b", 2),
            offer("c", 1),
            stands("d", wrong),
            withdrawn("e"),
            END,
        ]
    };
    let told = submit(&uppsala, &dry, parts()).await.expect("it is taken");
    let expected = ["unchanged", "updated", "created", "refused", "NOT_FOUND"];
    assert_eq!(told.words(), expected);
    assert_eq!((told.end().created, told.end().ended), (1, true));
    let refused = report(&uppsala, &dry.submission_id, 0).await;
    assert_eq!(refused.expect_err("there is none").code(), Code::NotFound);
    assert_eq!(events(&uppsala, &before).await.0, []);
    // The id of a dry run is free.
    let real = SubmissionHeader {
        validate_only: false,
        ..dry
    };
    let told = submit(&uppsala, &real, parts()).await.expect("it is taken");
    assert_eq!(
        (told.before, told.words()),
        (0, expected.map(str::to_owned).to_vec())
    );
}

async fn a_stream_must_be_a_submission(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    let head = Part::Header(delta());
    let twice = [head.clone(), head.clone()];
    let headless = [offer("a", 1)];
    let other = [Part::Header(SubmissionHeader {
        id_scheme: "Not A Scheme".to_owned(),
        ..delta()
    })];
    for parts in [&twice[..], &headless, &other, &[END]] {
        let refused = stream(&uppsala, parts.to_vec()).await;
        let refused = refused.expect_err("it is no submission");
        assert_eq!(refused.code(), Code::InvalidArgument, "{parts:?}");
    }
    let empty = stream(&uppsala, []).await.expect("nothing was asked");
    assert_eq!(empty, Told::default());
}

async fn a_submission_ends_once(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    let header = delta();
    let told = submit(&uppsala, &header, [offer("a", 1), END, END, offer("b", 1)]).await;
    assert_eq!(told.expect("it is taken").words(), ["created"]);
    let refused = submit(&uppsala, &header, [offer("b", 1)]).await;
    let refused = refused.expect_err("it has ended");
    assert_eq!(refused.code(), Code::FailedPrecondition);
    let info = refused.get_details_error_info().expect("it has a reason");
    assert_eq!(info.reason, "SUBMISSION_ENDED");
    // A submission of nothing ends as well.
    let told = submit(&uppsala, &delta(), [END])
        .await
        .expect("it is taken");
    assert_eq!((told.rows.len(), told.end().ended), (0, true));
}

async fn one_string_of_100_megabytes_ends_the_stream_and_nothing_else(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    let mut huge = sample();
    huge.course.as_mut().expect("it is taught").description[0].value = "x".repeat(100_000_000);
    let refused = submit(&uppsala, &delta(), [offer("a", 1), stands("huge", huge)]).await;
    let refused = refused.expect_err("it is too large");
    let info = refused.get_details_error_info().expect("it has a reason");
    assert_eq!(info.reason, "REQUEST_TOO_LARGE");
    assert_eq!(
        delta_of(&uppsala, [offer("b", 1)]).await.words(),
        ["created"]
    );
}
