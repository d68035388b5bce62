//! Items and messages that are not as they should be.

use prost::Message;
use styrkedja::proto::v1::{
    Document, PushItem, PushRequest, push_item::Precondition, push_request::Part,
    push_response::Outcome,
};
use tonic_types::{StatusExt, pb::BadRequest};

use super::{EACH, TOGETHER, changed, header, known_as, new, part, push, sent, stream, words};
use crate::{documents::papers::analysis_in, world::World};

stories!(
    a_malformed_item_is_answered_and_the_stream_goes_on,
    everything_wrong_with_an_item_is_told_at_once,
    what_the_exchange_does_not_know_is_refused,
    a_stream_that_is_no_push_ends,
);

/// The fields that a refusal names.
fn fields(outcome: Option<&Outcome>) -> Vec<String> {
    let Some(Outcome::Refused(status)) = outcome else {
        panic!("not refused: {outcome:?}")
    };
    let bad = status
        .details
        .iter()
        .find(|detail| detail.type_url.ends_with("google.rpc.BadRequest"))
        .expect("it names fields");
    let bad = BadRequest::decode(&*bad.value).expect("they can be read");
    bad.field_violations
        .into_iter()
        .map(|violation| violation.field)
        .collect()
}

async fn a_malformed_item_is_answered_and_the_stream_goes_on(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let owner = world.id_of("Karbyskolan");
    let good = |name: &str| sent(&new(&known_as(name, &owner)));
    let raw = |bytes: Vec<u8>| part(Part::Item(bytes.into()));
    let mut large = known_as("large", &owner);
    analysis_in(&mut large).present_state = "å".repeat(19_000);
    for number in 0..60 {
        analysis_in(&mut large)
            .evidence
            .push(styrkedja::proto::v1::Evidence {
                id: format!("e{}", number + 2),
                description: "b".repeat(1900),
                source: None,
            });
    }
    let known = crate::world::request_id();
    let mut torn = PushItem {
        request_id: known.clone(),
        ..PushItem::default()
    }
    .encode_to_vec();
    torn.extend([0xFF; 40]);
    let parts = vec![
        header(EACH),
        good("a-1"),
        raw(vec![]),
        raw(vec![0xFF; 40]),
        // The end of a group that never began.
        raw(vec![0x0C]),
        sent(&PushItem {
            request_id: "not an id".to_owned(),
            ..new(&known_as("x", &owner))
        }),
        sent(&new(&large)),
        good("a-2"),
        raw(torn),
    ];
    let answers = stream(&system, parts).await.expect("it goes on");
    assert_eq!(
        words(&answers),
        [
            "created",
            "FIELDS_INVALID",
            "MALFORMED",
            "MALFORMED",
            "FIELDS_INVALID",
            "REQUEST_TOO_LARGE",
            "created",
            "MALFORMED"
        ]
    );
    assert_eq!(answers[4].request_id, "not an id");
    assert_eq!(answers[7].request_id, known);
    assert!(
        answers
            .iter()
            .zip(0..)
            .all(|(answer, at)| answer.index == at)
    );
    // Together, it is the fault of all.
    let parts = vec![header(TOGETHER), good("a-3"), raw(vec![]), super::commit()];
    let answers = stream(&system, parts).await.expect("it goes on");
    assert_eq!(words(&answers), ["BATCH_REFUSED", "FIELDS_INVALID"]);
}

async fn everything_wrong_with_an_item_is_told_at_once(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let owner = world.id_of("Karbyskolan");
    let mut faulty = known_as("a-1", &owner);
    "Not A Round".clone_into(&mut faulty.round);
    analysis_in(&mut faulty).title = "x".repeat(201);
    "not an id".clone_into(&mut analysis_in(&mut faulty).problems[0].id);
    let bare = PushItem {
        request_id: String::new(),
        document: None,
        precondition: None,
    };
    let unnamed = Document {
        owner_id: String::new(),
        external_id: None,
        ..known_as("x", &owner)
    };
    let given = Document {
        etag: "1-2".to_owned(),
        author: "exchange:anna".to_owned(),
        revision: 3,
        content: None,
        ..known_as("x", &owner)
    };
    let both_named = Document {
        id: crate::world::request_id(),
        ..known_as("x", &owner)
    };
    let items = [
        new(&faulty),
        bare,
        new(&unnamed),
        new(&given),
        changed(&both_named, "1-2"),
        new(&both_named),
    ];
    let answers = push(&system, EACH, &items).await.expect("answered");
    let named: Vec<Vec<String>> = answers
        .iter()
        .map(|answer| fields(answer.outcome.as_ref()))
        .collect();
    let expected: [&[&str]; 6] = [
        &[
            "document.round",
            "document.analysis.title",
            "document.analysis.problems[0].id",
        ],
        &["request_id", "document", "precondition"],
        &["document.owner_id", "document.external_id"],
        &[
            "document.revision",
            "document.etag",
            "document.author",
            "document.content",
        ],
        &["document.owner_id"],
        &["document.id"],
    ];
    for (named, expected) in named.iter().zip(expected) {
        let (mut named, mut expected) = (named.clone(), expected.to_vec());
        named.sort();
        expected.sort_unstable();
        assert_eq!(named, expected);
    }
    // What even a draft may not hold is told with the findings of the kind.
    let mut personal = known_as("a-1", &owner);
    "Ring 19121212-1212.".clone_into(&mut analysis_in(&mut personal).pupils_say);
    let answers = push(&system, EACH, &[new(&personal)])
        .await
        .expect("answered");
    assert_eq!(words(&answers), ["FINDINGS"]);
}

async fn what_the_exchange_does_not_know_is_refused(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let mut bytes = new(&known_as("a-1", &world.id_of("Karbyskolan"))).encode_to_vec();
    // Field 99, a varint.
    bytes.extend([0x98, 0x06, 0x01]);
    let parts = vec![header(EACH), part(Part::Item(bytes.into()))];
    let answers = stream(&system, parts).await.expect("answered");
    assert_eq!(fields(answers[0].outcome.as_ref()), ["99"]);
}

async fn a_stream_that_is_no_push_ends(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let item = new(&known_as("a-1", &world.id_of("Karbyskolan")));
    let large = PushItem {
        precondition: Some(Precondition::Etag("x".repeat(600_000))),
        ..item.clone()
    };
    let no_part = PushRequest { part: None };
    let streams = [
        (vec![sent(&item)], "FIELDS_INVALID"),
        (vec![header(EACH), header(EACH)], "FIELDS_INVALID"),
        (vec![header(EACH), no_part], "FIELDS_INVALID"),
        (vec![header(EACH), sent(&large)], "REQUEST_TOO_LARGE"),
    ];
    for (parts, reason) in streams {
        let refused = stream(&system, parts).await.expect_err("it is no push");
        let info = refused.get_details_error_info().expect("it has a reason");
        assert_eq!(info.reason, reason);
    }
    let nothing = stream(&system, Vec::new())
        .await
        .expect("nothing is no fault");
    assert_eq!(nothing, []);
}
