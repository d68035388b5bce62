//! The check against messages made by hand; `conformance/` holds it against the whole contract.

mod wire;

use prost::Message as _;

use super::*;
use crate::{contract, proto::v1};

const ID: &str = "0199e5c4-0000-7000-8000-000000000001";

fn plan(message: &str) -> &'static Message {
    let plans = &contract::get().plans;
    plans
        .place_of(message)
        .and_then(|place| plans.at(place))
        .expect("a plan")
}

fn violations(message: &str, bytes: &[u8]) -> Vec<(String, String)> {
    let plans = &contract::get().plans;
    match check(plans, plan(message), bytes) {
        Ok(()) => Vec::new(),
        Err(Refusal::Fields(violations)) => violations
            .into_iter()
            .map(|told| (told.field, told.rule))
            .collect(),
        Err(other) => panic!("{other:?}"),
    }
}

fn refusal(message: &str, bytes: &[u8]) -> Option<Refusal> {
    let plans = &contract::get().plans;
    check(plans, plan(message), bytes).err()
}

fn create(document: v1::Document) -> Vec<(String, String)> {
    let request = v1::CreateDocumentRequest {
        request_id: ID.to_owned(),
        document: Some(document),
        ..Default::default()
    };
    violations(
        "styrkedja.v1.CreateDocumentRequest",
        &request.encode_to_vec(),
    )
}

fn analysis(analysis: v1::Analysis) -> v1::Document {
    v1::Document {
        content: Some(v1::document::Content::Analysis(analysis)),
        ..Default::default()
    }
}

fn told(field: &str, rule: &str) -> (String, String) {
    (field.to_owned(), rule.to_owned())
}

#[test]
fn a_request_that_keeps_the_rules_passes() {
    assert_eq!(
        create(analysis(v1::Analysis {
            title: "Nuläge".to_owned(),
            ..Default::default()
        })),
        []
    );
}

#[test]
fn everything_wrong_is_found_at_once_with_its_path() {
    let problem = v1::Problem {
        id: "p 1".to_owned(),
        statement: "x".repeat(2001),
        ..Default::default()
    };
    let document = v1::Document {
        round: "Hösten".to_owned(),
        external_id: Some(v1::ExternalId {
            scheme: String::new(),
            value: "a\0b".to_owned(),
        }),
        ..analysis(v1::Analysis {
            problems: vec![
                v1::Problem {
                    id: "ok".to_owned(),
                    ..Default::default()
                },
                problem,
            ],
            ..Default::default()
        })
    };
    let found = create(document);
    assert_eq!(
        found,
        [
            told("document.external_id.value", "string.control_characters"),
            told("document.external_id.scheme", "string.min_len"),
            told("document.round", "string.pattern"),
            told("document.analysis.problems[1].id", "string.inner_id"),
            told("document.analysis.problems[1].statement", "string.max_len"),
        ]
    );
}

#[test]
fn an_empty_request_lacks_what_is_required() {
    let found = violations("styrkedja.v1.CreateDocumentRequest", &[]);
    assert_eq!(
        found,
        [
            told("request_id", "string.uuid"),
            told("document", "required")
        ]
    );
}

#[test]
fn lengths_are_counted_in_characters_and_not_in_bytes() {
    let title = |characters| {
        create(analysis(v1::Analysis {
            title: "å".repeat(characters),
            ..Default::default()
        }))
    };
    assert_eq!(title(200), []);
    assert_eq!(
        title(201),
        [told("document.analysis.title", "string.max_len")]
    );
}

#[test]
fn a_required_oneof_is_told_by_its_name() {
    assert_eq!(
        violations("styrkedja.v1.GetOrganizationRequest", &[0x0A, 0x00]),
        [told("organization.identity", "oneof.required")]
    );
}

#[test]
fn enum_numbers_outside_the_contract_are_told_whether_a_rule_says_so_or_not() {
    let document = v1::Document {
        kind: 99,
        state: -1,
        ..analysis(v1::Analysis::default())
    };
    let found = create(document);
    assert_eq!(
        found,
        [
            told("document.kind", "enum.defined_only"),
            told("document.state", "enum.defined_only")
        ]
    );
}

#[test]
fn packed_and_single_items_count_alike() {
    let forms = |bytes: &[u8]| violations("styrkedja.v1.SchoolForm", bytes);
    assert_eq!(forms(&[0x08, 4, 0x12, 3, 1, 2, 3]), []);
    assert_eq!(
        forms(&[0x08, 4, 0x10, 1, 0x12, 2, 2, 11]),
        [told("grades[2]", "uint32.lte")]
    );
    assert_eq!(
        forms(&[0x08, 4, 0x10, 1, 0x12, 2, 2, 1]),
        [told("grades[2]", "repeated.unique")]
    );
    assert_eq!(
        forms(&[0x08, 4, 0x12, 11, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10]).first(),
        Some(&told("grades", "repeated.max_items"))
    );
}

#[test]
fn a_field_that_tells_whether_it_is_there_is_only_looked_at_when_it_is() {
    assert_eq!(
        violations("styrkedja.v1.SchoolForm", &[0x08, 4, 0x18, 0]),
        []
    );
    assert_eq!(violations("styrkedja.v1.SchoolForm", &[0x08, 4]), []);
}

#[test]
fn texts_that_are_no_utf8_or_turn_around_are_told() {
    let text = |text: &[u8]| {
        let mut bytes = vec![0x12, u8::try_from(text.len()).unwrap()];
        bytes.extend(text);
        violations("styrkedja.v1.ListGrantsRequest", &bytes)
    };
    assert_eq!(text(b"idp:anna"), []);
    assert_eq!(text(&[0xC3]), [told("subject", "string.utf8")]);
    assert_eq!(
        text("idp:\u{202E}anna".as_bytes()),
        [told("subject", "string.bidirectional_characters")]
    );
    assert_eq!(text("a\0\u{2066}".as_bytes()).len(), 2);
}

#[test]
fn the_value_is_never_told() {
    let request = v1::GetDocumentRequest {
        id: "secret-secret".to_owned(),
        revision: 1,
    };
    let Some(Refusal::Fields(found)) =
        refusal("styrkedja.v1.GetDocumentRequest", &request.encode_to_vec())
    else {
        panic!("passes")
    };
    assert!(!format!("{found:?}").contains("secret"));
}

#[test]
fn an_address_has_no_white_space() {
    let found = |url: &str| {
        let reference = v1::DocumentReference {
            url: url.to_owned(),
            ..Default::default()
        };
        violations("styrkedja.v1.DocumentReference", &reference.encode_to_vec())
    };
    for url in ["", "https://www.vallentuna.se/förskola?a=b#c"] {
        assert_eq!(found(url), []);
    }
    for url in [
        "https://a b",
        "https://a\tb",
        "https://a\n",
        "https://a\u{a0}b",
        "https://",
        "ftp://a",
    ] {
        assert_eq!(found(url), [told("url", "string.pattern")], "{url:?}");
    }
}

#[test]
fn an_id_of_an_item_has_its_form_wherever_it_stands() {
    let found = |id: &str| {
        let problem = v1::Problem {
            id: id.to_owned(),
            evidence_ids: vec![id.to_owned()],
            ..Default::default()
        };
        violations("styrkedja.v1.Problem", &problem.encode_to_vec())
    };
    for id in ["1", "e1", "P-1_a", &"x".repeat(40)] {
        assert_eq!(found(id), []);
    }
    let [one, other] = [
        told("id", "string.inner_id"),
        told("evidence_ids[0]", "string.inner_id"),
    ];
    for id in ["-a", "_a", "a b", "a\n", "å", &"x".repeat(41)] {
        assert_eq!(found(id), [one.clone(), other.clone()], "{id:?}");
    }
    // In a list an empty text is there; alone it is the same as none.
    assert_eq!(found(""), [other, one]);
}
