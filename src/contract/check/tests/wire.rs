//! Bytes that no generated client sends: unknown and broken fields, wrong types, repetitions, floods.

use std::time::Instant;

use super::*;

#[test]
fn a_field_that_the_contract_does_not_have_is_found_by_number_wherever_it_is() {
    let mut inner = v1::Analysis {
        title: "Nuläge".to_owned(),
        ..Default::default()
    }
    .encode_to_vec();
    inner.extend([0xFA, 0x07, 0x01, b'x']);
    let mut document = vec![0xA2, 0x01, u8::try_from(inner.len()).unwrap()];
    document.extend(inner);
    let mut request = v1::CreateDocumentRequest {
        request_id: ID.to_owned(),
        ..Default::default()
    }
    .encode_to_vec();
    request.extend([0x1A, u8::try_from(document.len()).unwrap()]);
    request.extend(document);
    let found = violations("styrkedja.v1.CreateDocumentRequest", &request);
    assert_eq!(found, [told("document.analysis.127", "wire.unknown_field")]);
}

#[test]
fn unknown_groups_are_passed_over_and_told() {
    let nested = [0xFB, 0x07, 0x08, 0x01, 0x13, 0x14, 0xFC, 0x07];
    assert_eq!(
        violations("styrkedja.v1.WhoAmIRequest", &nested),
        [told("127", "wire.unknown_field")]
    );
    assert_eq!(
        refusal("styrkedja.v1.WhoAmIRequest", &[0xFB, 0x07]),
        Some(Refusal::Malformed)
    );
    assert_eq!(
        refusal("styrkedja.v1.WhoAmIRequest", &[0xFC, 0x07]),
        Some(Refusal::Malformed)
    );
    assert_eq!(
        refusal("styrkedja.v1.WhoAmIRequest", &[0x0B; 100]),
        Some(Refusal::Malformed)
    );
}

#[test]
fn a_field_of_another_type_is_told_by_its_path() {
    let found = violations("styrkedja.v1.GetDocumentRequest", &[0x08, 0x01]);
    assert_eq!(found, [told("id", "wire.type")]);
}

#[test]
fn what_comes_twice_does_not_win_in_silence() {
    let once = v1::GetDocumentRequest {
        id: ID.to_owned(),
        revision: 1,
    }
    .encode_to_vec();
    let found = violations("styrkedja.v1.GetDocumentRequest", &once.repeat(2));
    assert_eq!(
        found,
        [
            told("id", "wire.duplicate"),
            told("revision", "wire.duplicate")
        ]
    );
}

#[test]
fn two_members_of_a_oneof_are_told() {
    let mut request = v1::CreateDocumentRequest {
        request_id: ID.to_owned(),
        ..Default::default()
    }
    .encode_to_vec();
    request.extend([0x1A, 6, 0xA2, 0x01, 0, 0xAA, 0x01, 0]);
    let found = violations("styrkedja.v1.CreateDocumentRequest", &request);
    assert_eq!(found, [told("document.content", "wire.oneof")]);
}

#[test]
fn numbers_that_decoding_would_cut_are_told() {
    // 2^32 + 1 would become revision 1.
    let mut request = v1::GetDocumentRequest {
        id: ID.to_owned(),
        revision: 0,
    }
    .encode_to_vec();
    request.extend([0x10, 0x81, 0x80, 0x80, 0x80, 0x10]);
    assert_eq!(
        violations("styrkedja.v1.GetDocumentRequest", &request),
        [told("revision", "wire.range")]
    );
}

#[test]
fn bytes_that_are_no_protobuf_are_told_apart_from_broken_rules() {
    for bytes in [
        &[0x0A][..],
        &[0x0A, 5, b'x'],
        &[0x80; 11],
        &[0x07],
        &[0x00],
        &[
            0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02,
        ],
    ] {
        assert_eq!(
            refusal("styrkedja.v1.GetDocumentRequest", bytes),
            Some(Refusal::Malformed),
            "{bytes:?}"
        );
        assert!(v1::GetDocumentRequest::decode(bytes).is_err(), "{bytes:?}");
    }
}

#[test]
fn four_mebibytes_of_empty_messages_are_refused_at_once() {
    for message in [
        "google.protobuf.FieldMask",
        "styrkedja.v1.OrganizationRecord",
    ] {
        let start = Instant::now();
        let bytes = [0x0A, 0x00].repeat(2 * 1024 * 1024);
        assert_eq!(refusal(message, &bytes), Some(Refusal::TooManyElements));
        assert!(start.elapsed().as_millis() < 500, "{:?}", start.elapsed());
    }
    let most = [0x0A, 0x00].repeat(MAX_ELEMENTS as usize);
    assert_eq!(refusal("google.protobuf.FieldMask", &most), None);
}

#[test]
fn no_more_violations_are_told_than_anybody_reads() {
    let bytes = [0xF8, 0x07, 0x01].repeat(1000);
    let found = violations("styrkedja.v1.WhoAmIRequest", &bytes);
    assert_eq!(found.len(), MAX_VIOLATIONS + 1);
    assert_eq!(found.last(), Some(&told("", "more")));
}
