//! Contents that nobody would write: the samples, changed at random.

use proptest::prelude::*;
use prost::Message;
use prost_reflect::{DynamicMessage, ReflectMessage, Value};

use super::{document, findings_of, kinds, sample};
use crate::kinds::*;

/// Changes a message field by field as the choices say: takes away, doubles, writes over.
fn scramble(message: &mut DynamicMessage, choices: &mut dyn Iterator<Item = u8>) {
    for field in message.descriptor().fields().collect::<Vec<_>>() {
        if !message.has_field(&field) {
            continue;
        }
        match choices.next().unwrap_or(u8::MAX) {
            0..40 => message.clear_field(&field),
            choice => scramble_value(message.get_field_mut(&field), choice, choices),
        }
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "all other values stay as they are"
)]
fn scramble_value(value: &mut Value, choice: u8, choices: &mut dyn Iterator<Item = u8>) {
    match value {
        Value::Message(message) => scramble(message, choices),
        Value::List(values) => {
            if let (40..80, Some(first)) = (choice, values.first().cloned()) {
                values.push(first);
            }
            for value in values {
                scramble_value(value, choice, choices);
            }
        }
        Value::String(text) if (80..120).contains(&choice) => {
            *text = "1985-02-30 å".repeat(usize::from(choice % 3));
        }
        Value::EnumNumber(number) if (80..120).contains(&choice) => *number = i32::from(choice),
        Value::U32(number) if (80..120).contains(&choice) => *number = u32::MAX - u32::from(choice),
        _ => {}
    }
}

proptest! {
    #[test]
    fn any_content_is_judged_without_panic_always_alike_and_in_order(
        name in prop::sample::select(kinds()),
        choices in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let bytes = sample(&name).encode_to_vec();
        let mut document = DynamicMessage::decode(document(), bytes.as_slice()).unwrap();
        let mut content = document.get_field_by_name(&name.replace('-', "_")).unwrap().into_owned();
        scramble_value(&mut content, u8::MAX, &mut choices.into_iter());
        document.set_field_by_name(&name.replace('-', "_"), content);
        let document = v1::Document::decode(document.encode_to_vec().as_slice()).unwrap();

        let found = findings_of(&document);
        prop_assert_eq!(&found, &findings_of(&document));
        prop_assert!(found.is_sorted_by_key(|finding| fields::place(&finding.field)));
        for finding in &found {
            prop_assert!(fields::is_known(&finding.field), "{}", finding.field);
            prop_assert!(rules().any(|rule| rule.id == finding.rule));
        }
        let content = Content::from(document.content.unwrap());
        prop_assert_eq!(Content::decode(content.kind(), &content.encode()).unwrap(), content);
    }
}
