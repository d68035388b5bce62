//! Breaks every rule of the contract, one at a time, and sees whether it is found, and nothing else.

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, Value};

use super::{
    stated::{self, Stated},
    valid, violations,
};

#[test]
fn every_rule_of_the_contract_is_found_when_it_is_broken_and_nothing_else_is() {
    let mut broken = 0;
    for stated in stated::rules() {
        let Some(breaking) = breaking(&stated) else {
            continue;
        };
        let mut message = valid::sample(stated.field.parent_message());
        let list = stated.field.is_list() && (stated.on_items || stated.rule == "repeated.unique");
        match breaking {
            Breaking::ByAbsence => message.clear_field(&stated.field),
            Breaking::By(value) if stated.on_items => {
                message.set_field(&stated.field, Value::List(vec![value]));
            }
            Breaking::By(value) => message.set_field(&stated.field, value),
        }
        let at = match (list, stated.rule.as_str()) {
            (true, "repeated.unique") => format!("{}[1]", stated.field.name()),
            (true, _) => format!("{}[0]", stated.field.name()),
            (false, _) => stated.field.name().to_owned(),
        };
        let found = violations(&message);
        let name = format!("{} of {}", stated.rule, stated.field.full_name());
        assert!(
            found
                .iter()
                .any(|told| told.rule == stated.rule && told.field == at),
            "{name} at {at}: {found:?}"
        );
        assert!(
            found
                .iter()
                .all(|told| told.field.starts_with(stated.field.name())),
            "{name}: {found:?}"
        );
        assert!(
            found
                .iter()
                .all(|told| !told.description.is_empty() && !told.description_sv.is_empty()),
            "{name}: {found:?}"
        );
        broken += 1;
    }
    assert!(broken > 100, "{broken}");
}

#[test]
fn every_required_oneof_is_found_when_no_member_is_set() {
    for oneof in stated::required_oneofs() {
        let mut message = valid::sample(oneof.parent_message());
        for member in oneof.fields() {
            message.clear_field(&member);
        }
        let found = violations(&message);
        assert!(
            found
                .iter()
                .any(|told| told.rule == "oneof.required" && told.field == oneof.name()),
            "{}: {found:?}",
            oneof.full_name()
        );
        assert_eq!(found.len(), 1);
    }
}

#[test]
fn every_enum_of_the_contract_refuses_numbers_that_it_does_not_have() {
    for field in fields().filter(|field| matches!(field.kind(), Kind::Enum(_))) {
        let unknown = Value::EnumNumber(12_345);
        let unknown = if field.is_list() {
            Value::List(vec![unknown])
        } else {
            unknown
        };
        assert_found(&field, unknown, "enum.defined_only");
    }
}

#[test]
fn every_text_of_the_contract_refuses_what_must_not_be_stored() {
    for field in fields().filter(|field| matches!(field.kind(), Kind::String)) {
        for (text, rule) in [
            ("a\0b", "string.control_characters"),
            ("a\u{202e}b", "string.bidirectional_characters"),
        ] {
            let text = Value::String(text.to_owned());
            let text = if field.is_list() {
                Value::List(vec![text])
            } else {
                text
            };
            assert_found(&field, text, rule);
        }
    }
}

fn fields() -> impl Iterator<Item = FieldDescriptor> {
    stated::messages()
        .into_iter()
        .flat_map(|message| message.fields().collect::<Vec<_>>())
}

fn assert_found(field: &FieldDescriptor, value: Value, rule: &str) {
    let mut message = DynamicMessage::new(field.parent_message().clone());
    message.set_field(field, value);
    let found = violations(&message);
    let at = if field.is_list() {
        format!("{}[0]", field.name())
    } else {
        field.name().to_owned()
    };
    assert!(
        found
            .iter()
            .any(|told| told.rule == rule && told.field == at),
        "{rule} of {}: {found:?}",
        field.full_name()
    );
}

/// How a rule is broken.
enum Breaking {
    By(Value),
    ByAbsence,
}

/// `None` for what is no rule on a value.
fn breaking(stated: &Stated) -> Option<Breaking> {
    let length = || usize::try_from(stated.value.as_u64().unwrap()).unwrap();
    let number = || stated.value.as_u32().unwrap();
    Some(Breaking::By(match stated.rule.as_str() {
        "ignore" => return None,
        "required" => return Some(Breaking::ByAbsence),
        "string.min_len" => Value::String("x".repeat(length() - 1)),
        "string.max_len" => Value::String("x".repeat(length() + 1)),
        "string.pattern" | "string.inner_id" => Value::String("\u{2603} \u{2603}".to_owned()),
        "string.uuid" => Value::String("0199e5c4-0000-7000-8000-00000000000g".to_owned()),
        "bytes.len" => Value::Bytes(vec![0; length() + 1].into()),
        "enum.defined_only" => Value::EnumNumber(-1),
        "enum.not_in" => {
            let first = stated.value.as_list().unwrap().first();
            Value::EnumNumber(first.and_then(Value::as_i32).unwrap())
        }
        "uint32.gte" => Value::U32(number() - 1),
        "uint32.lte" => Value::U32(number() + 1),
        "repeated.max_items" => Value::List(vec![item(stated); length() + 1]),
        "repeated.unique" => Value::List(vec![item(stated); 2]),
        other => panic!("nothing breaks {other} yet"),
    }))
}

fn item(stated: &Stated) -> Value {
    valid::sampled(&valid::single(
        &stated.field,
        &stated::rules_of(&stated.field),
    ))
}
