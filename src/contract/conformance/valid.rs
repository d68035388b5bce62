//! Random messages that keep every rule of the contract.

use proptest::{prelude::*, sample::select, string::string_regex, test_runner::TestRunner};
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value};

use super::{
    stated::{self, Stated},
    violations,
};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn whatever_keeps_the_rules_passes(message in select(stated::messages()).prop_flat_map(|message| valid(&message))) {
        prop_assert_eq!(violations(&message), []);
    }
}

/// A message of which every field keeps its rules; fields that may be absent sometimes are.
pub(super) fn valid(message: &MessageDescriptor) -> BoxedStrategy<DynamicMessage> {
    if message.full_name() == "google.protobuf.Timestamp" {
        return timestamp(message.clone());
    }
    let alone = message.fields().filter(|field| {
        field
            .containing_oneof()
            .is_none_or(|oneof| oneof.is_synthetic())
    });
    let mut parts: Vec<_> = alone.map(|field| field_of(&field)).collect();
    let oneofs = message.oneofs().filter(|oneof| !oneof.is_synthetic());
    parts.extend(oneofs.map(|oneof| {
        let members: Vec<_> = oneof
            .fields()
            .map(|field| values(&field).prop_map(move |value| Some((field.clone(), value))))
            .collect();
        proptest::strategy::Union::new(members).boxed()
    }));
    let message = message.clone();
    let fill = move |fields: Vec<Option<(FieldDescriptor, Value)>>| {
        let mut filled = DynamicMessage::new(message.clone());
        for (field, value) in fields.into_iter().flatten() {
            filled.set_field(&field, value);
        }
        filled
    };
    parts.prop_map(fill).boxed()
}

/// One valid message, always the same.
pub(super) fn sample(message: &MessageDescriptor) -> DynamicMessage {
    sampled(&valid(message))
}

pub(super) fn sampled<T: std::fmt::Debug>(strategy: &BoxedStrategy<T>) -> T {
    strategy
        .new_tree(&mut TestRunner::deterministic())
        .unwrap()
        .current()
}

fn field_of(field: &FieldDescriptor) -> BoxedStrategy<Option<(FieldDescriptor, Value)>> {
    let rules = stated::rules_of(field);
    let states = |rule: &str| rules.iter().any(|stated| stated.rule == rule);
    let may_be_absent = if field.supports_presence() {
        !states("required")
    } else {
        rules.is_empty() || states("ignore") || field.is_list()
    };
    let present = {
        let field = field.clone();
        values(&field).prop_map(move |value| Some((field.clone(), value)))
    };
    if may_be_absent {
        prop_oneof![Just(None), present].boxed()
    } else {
        present.boxed()
    }
}

fn values(field: &FieldDescriptor) -> BoxedStrategy<Value> {
    let rules = stated::rules_of(field);
    if !field.is_list() {
        return single(field, &rules);
    }
    let most = rules
        .iter()
        .find(|stated| stated.rule == "repeated.max_items")
        .and_then(|stated| stated.value.as_u64());
    let unique = rules.iter().any(|stated| stated.rule == "repeated.unique");
    let most = usize::try_from(most.unwrap_or(3)).unwrap_or(3).min(3);
    let list = proptest::collection::vec(single(field, &rules), 0..=most);
    list.prop_map(move |mut items| {
        if unique {
            let mut seen = Vec::new();
            items.retain(|item| {
                !seen.contains(item) && {
                    seen.push(item.clone());
                    true
                }
            });
        }
        Value::List(items)
    })
    .boxed()
}

/// A value, or an item of a list, that keeps the rules.
pub(super) fn single(field: &FieldDescriptor, rules: &[Stated]) -> BoxedStrategy<Value> {
    let number = |rule: &str| {
        rules
            .iter()
            .find(|stated| stated.rule == rule)
            .and_then(|stated| {
                stated
                    .value
                    .as_u64()
                    .or(stated.value.as_u32().map(u64::from))
            })
    };
    match field.kind() {
        Kind::Message(message) => valid(&message).prop_map(Value::Message).boxed(),
        Kind::Enum(of) => {
            let excluded: Vec<_> = rules
                .iter()
                .filter(|stated| stated.rule == "enum.not_in")
                .filter_map(|stated| stated.value.as_list())
                .flatten()
                .filter_map(Value::as_i32)
                .collect();
            let numbers: Vec<_> = of
                .values()
                .map(|value| value.number())
                .filter(|number| !excluded.contains(number))
                .collect();
            select(numbers).prop_map(Value::EnumNumber).boxed()
        }
        Kind::String => text(
            rules,
            number("string.min_len").unwrap_or(0),
            number("string.max_len").unwrap_or(40),
        ),
        Kind::Bytes => {
            let length = usize::try_from(number("bytes.len").unwrap_or(7)).unwrap();
            proptest::collection::vec(any::<u8>(), length)
                .prop_map(|bytes| Value::Bytes(bytes.into()))
                .boxed()
        }
        Kind::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Kind::Uint32 => {
            let least = u32::try_from(number("uint32.gte").unwrap_or(0)).unwrap();
            let most = u32::try_from(number("uint32.lte").unwrap_or(u32::MAX.into())).unwrap();
            prop_oneof![Just(least), Just(most), least..=most]
                .prop_map(Value::U32)
                .boxed()
        }
        Kind::Int32 => any::<i32>().prop_map(Value::I32).boxed(),
        Kind::Int64 => any::<i64>().prop_map(Value::I64).boxed(),
        Kind::Uint64 => any::<u64>().prop_map(Value::U64).boxed(),
        other @ (Kind::Double
        | Kind::Float
        | Kind::Sint32
        | Kind::Sint64
        | Kind::Fixed32
        | Kind::Fixed64
        | Kind::Sfixed32
        | Kind::Sfixed64) => panic!(
            "{} is a {other:?}, which no message was made of until now",
            field.full_name()
        ),
    }
}

fn text(rules: &[Stated], least: u64, most: u64) -> BoxedStrategy<Value> {
    let pattern = rules
        .iter()
        .find(|stated| matches!(&*stated.rule, "string.pattern" | "string.inner_id"))
        .map(|stated| stated.value.as_str().unwrap().to_owned());
    let most = usize::try_from(most).unwrap();
    if rules.iter().any(|stated| stated.rule == "string.uuid") {
        return string_regex("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
            .unwrap()
            .prop_map(Value::String)
            .boxed();
    }
    let fits = move |text: &String| {
        let chars = text.chars().count();
        chars as u64 >= least && chars <= most && text.chars().all(is_harmless)
    };
    let texts = if let Some(pattern) = pattern {
        string_regex(pattern.trim_start_matches('^').trim_end_matches('$'))
            .unwrap()
            .boxed()
    } else {
        // Rarely the longest that may be, since a message of such is larger than a request may be.
        let signs = format!("[a-zåäö 0-9.,\\n\\t–😀]{{{least},{}}}", most.min(30));
        let longest = Just("å".repeat(most));
        prop_oneof![9 => string_regex(&signs).unwrap(), 1 => longest].boxed()
    };
    texts
        .prop_filter("keeps lengths and harms nobody", fits)
        .prop_map(Value::String)
        .boxed()
}

fn is_harmless(character: char) -> bool {
    match character {
        '\n' | '\t' => true,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            false
        }
        other => !other.is_control(),
    }
}

fn timestamp(message: MessageDescriptor) -> BoxedStrategy<DynamicMessage> {
    let moments = (-62_135_596_800..=253_402_300_799_i64, 0..=999_999_999);
    moments
        .prop_map(move |(seconds, nanos)| {
            let mut timestamp = DynamicMessage::new(message.clone());
            timestamp.set_field_by_name("seconds", Value::I64(seconds));
            timestamp.set_field_by_name("nanos", Value::I32(nanos));
            timestamp
        })
        .boxed()
}
