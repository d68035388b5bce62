//! Bytes that nobody would send: at random, and as changes to what is valid. Whatever passes the check must decode, to
//! the same as what was sent.

use std::time::{Duration, Instant};

use proptest::{prelude::*, sample::select};
use prost::Message as _;
use prost_reflect::{DynamicMessage, MessageDescriptor};

use super::{refusal, stated, valid};
use crate::contract::{UNREAD, descriptors, get, is_unread, unread_of};

/// All that is decoded in one piece once it has passed: of a stream of items, the item.
fn requests() -> Vec<MessageDescriptor> {
    let whole = get()
        .methods()
        .map(|method| &*method.request)
        .filter(|request| unread_of(request).is_none());
    whole
        .chain(UNREAD.iter().map(|(.., item)| *item))
        .map(|request| descriptors().get_message_by_name(request).unwrap())
        .collect()
}

fn messages() -> Vec<MessageDescriptor> {
    let mut messages = stated::messages();
    messages.retain(|message| message.fields().all(|field| !is_unread(field.full_name())));
    messages
}

/// A change to bytes, somewhere.
#[derive(Clone, Debug)]
enum Change {
    Set(u8),
    Insert(u8),
    Remove,
    CutHere,
    RepeatFromHere,
}

fn changes() -> impl Strategy<Value = Vec<(prop::sample::Index, Change)>> {
    let change = prop_oneof![
        any::<u8>().prop_map(Change::Set),
        any::<u8>().prop_map(Change::Insert),
        Just(Change::Remove),
        Just(Change::CutHere),
        Just(Change::RepeatFromHere),
    ];
    prop::collection::vec((any::<prop::sample::Index>(), change), 1..4)
}

fn changed(mut bytes: Vec<u8>, changes: Vec<(prop::sample::Index, Change)>) -> Vec<u8> {
    for (index, change) in changes {
        let at = index.index(bytes.len() + 1);
        match change {
            Change::Set(byte) => bytes
                .iter_mut()
                .skip(at)
                .take(1)
                .for_each(|old| *old = byte),
            Change::Insert(byte) => bytes.insert(at, byte),
            Change::Remove => bytes.truncate(at.max(bytes.len().saturating_sub(1))),
            Change::CutHere => bytes.truncate(at),
            Change::RepeatFromHere => bytes.extend_from_within(at..),
        }
    }
    bytes
}

/// What passes decodes, and nothing of it is lost.
fn agrees(message: &MessageDescriptor, bytes: &[u8]) -> Result<(), TestCaseError> {
    let start = Instant::now();
    let passes = refusal(get(), message.full_name(), bytes).is_none();
    prop_assert!(start.elapsed() < Duration::from_secs(1));
    if passes {
        let decoded = DynamicMessage::decode(message.clone(), bytes);
        prop_assert!(decoded.is_ok(), "{decoded:?}");
        let decoded = decoded.unwrap();
        prop_assert_eq!(decoded.unknown_fields().count(), 0);
        let again = decoded.encode_to_vec();
        prop_assert!(refusal(get(), message.full_name(), &again).is_none());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn bytes_at_random_are_judged_as_decoding_judges_them(message in select(messages()), bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        agrees(&message, &bytes)?;
    }

    #[test]
    fn changed_requests_are_judged_as_decoding_judges_them(
        (message, request, changes) in select(requests()).prop_flat_map(|message| (Just(message.clone()), valid::valid(&message), changes())),
    ) {
        agrees(&message, &changed(request.encode_to_vec(), changes))?;
    }
}

#[test]
fn the_worst_that_a_large_request_can_hold_takes_no_long_time() {
    let half_a_mebibyte = 512 * 1024;
    let ids: Vec<u8> = (0..30_000_u32)
        .flat_map(|id| {
            [0x1A, 4]
                .into_iter()
                .chain(id.to_be_bytes().map(|byte| byte % 26 + b'a'))
        })
        .collect();
    let worst = [
        ("styrkedja.v1.Problem", ids),
        (
            "styrkedja.v1.SchoolForm",
            [&[0x12, 0xFF, 0xFF, 0x1F][..], &vec![1; half_a_mebibyte - 1]].concat(),
        ),
        (
            "styrkedja.v1.UpdateDocumentRequest",
            [0x0B].repeat(half_a_mebibyte),
        ),
        (
            "styrkedja.v1.UpdateDocumentRequest",
            [0xF8, 0x07, 0x00].repeat(half_a_mebibyte / 3),
        ),
        (
            "styrkedja.v1.Analysis",
            [0x22, 0x00].repeat(half_a_mebibyte / 2),
        ),
        (
            "styrkedja.v1.Analysis",
            [&[0x12, 0x80, 0x80, 0x20][..], &vec![0xE2; half_a_mebibyte]].concat(),
        ),
    ];
    for (message, bytes) in worst {
        let start = Instant::now();
        assert!(refusal(get(), message, &bytes).is_some(), "{message}");
        assert!(
            start.elapsed() < Duration::from_millis(500),
            "{message}: {:?}",
            start.elapsed()
        );
    }
}
