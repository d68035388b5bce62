//! The rules that the contract states, read from the descriptors and not from the plans that are held against them.

use std::collections::BTreeSet;

use prost_reflect::{
    DynamicMessage, ExtensionDescriptor, FieldDescriptor, MessageDescriptor, OneofDescriptor, Value,
};

use crate::contract::{descriptors, draft::Draft, get};

/// A rule of a field, or of the items of a list.
#[derive(Clone, Debug)]
pub(super) struct Stated {
    pub field: FieldDescriptor,
    /// For example `string.max_len`.
    pub rule: String,
    pub value: Value,
    pub on_items: bool,
}

/// Every rule of every message that requests are made of.
pub(super) fn rules() -> Vec<Stated> {
    messages()
        .iter()
        .flat_map(MessageDescriptor::fields)
        .flat_map(|field| rules_of(&field))
        .collect()
}

/// Every oneof of which one member is required.
pub(super) fn required_oneofs() -> Vec<OneofDescriptor> {
    let extension = descriptors()
        .get_extension_by_name("buf.validate.oneof")
        .unwrap();
    let oneofs = messages()
        .into_iter()
        .flat_map(|message| message.oneofs().collect::<Vec<_>>());
    oneofs
        .filter(|oneof| oneof.options().has_extension(&extension))
        .collect()
}

/// Every message that requests are made of.
pub(super) fn messages() -> Vec<MessageDescriptor> {
    fn reach(message: &MessageDescriptor, reached: &mut Vec<MessageDescriptor>) {
        if reached.contains(message) {
            return;
        }
        reached.push(message.clone());
        for field in message.fields() {
            if let Some(inner) = field.kind().as_message() {
                reach(inner, reached);
            }
        }
    }
    let mut reached = Vec::new();
    for method in get().methods() {
        reach(
            &descriptors().get_message_by_name(&method.request).unwrap(),
            &mut reached,
        );
    }
    reached
}

pub(super) fn rules_of(field: &FieldDescriptor) -> Vec<Stated> {
    let extension = descriptors()
        .get_extension_by_name("buf.validate.field")
        .unwrap();
    let options = field.options();
    let mut stated = Vec::new();
    if options.has_extension(&extension) {
        unfold(
            field,
            options.get_extension(&extension).as_message().unwrap(),
            "",
            false,
            &mut stated,
        );
    }
    stated
}

fn unfold(
    field: &FieldDescriptor,
    rules: &DynamicMessage,
    above: &str,
    on_items: bool,
    stated: &mut Vec<Stated>,
) {
    for (extension, _) in rules.extensions() {
        let (rule, value) = predefined(&extension);
        stated.push(Stated {
            field: field.clone(),
            rule,
            value,
            on_items,
        });
    }
    for (rule, value) in rules.fields() {
        let name = format!("{above}{}", rule.name());
        match value.as_message() {
            Some(rules) if rule.name() == "items" => unfold(field, rules, "", true, stated),
            Some(rules) => unfold(field, rules, &format!("{name}."), on_items, stated),
            None => stated.push(Stated {
                field: field.clone(),
                rule: name,
                value: value.clone(),
                on_items,
            }),
        }
    }
}

/// The id and the pattern of a predefined rule.
fn predefined(extension: &ExtensionDescriptor) -> (String, Value) {
    let option = descriptors()
        .get_extension_by_name("buf.validate.predefined")
        .unwrap();
    let options = extension.options();
    let predefined = options.get_extension(&option);
    let sentences = predefined.as_message().unwrap().get_field_by_name("cel");
    let sentences = sentences.unwrap().as_list().unwrap().to_vec();
    let [sentence] = &*sentences else {
        panic!("{} says more than one thing", extension.full_name())
    };
    let text = |name| {
        let text = sentence.as_message().unwrap().get_field_by_name(name);
        text.unwrap().as_str().unwrap().to_owned()
    };
    let expression = text("expression");
    let pattern = expression.split('\'').nth(1).unwrap().to_owned();
    (text("id"), Value::String(pattern))
}

#[test]
fn these_kinds_of_rules_are_in_use() {
    let kinds: BTreeSet<_> = rules().into_iter().map(|stated| stated.rule).collect();
    let in_use = [
        "bytes.len",
        "enum.defined_only",
        "enum.not_in",
        "ignore",
        "repeated.max_items",
        "repeated.unique",
        "required",
        "string.inner_id",
        "string.max_len",
        "string.min_len",
        "string.pattern",
        "string.uuid",
        "uint32.gte",
        "uint32.lte",
    ];
    assert_eq!(Vec::from_iter(kinds), in_use);
    assert!(!required_oneofs().is_empty());
}

#[test]
fn a_rule_that_the_check_does_not_know_stops_the_start_by_name() {
    let mut draft = Draft::new();
    let text = |draft: &mut Draft, field: &str, rule: &str, value| {
        let rules = draft
            .rules("Analysis", field)
            .get_field_by_name_mut("string")
            .unwrap();
        rules
            .as_message_mut()
            .unwrap()
            .set_field_by_name(rule, value);
    };
    text(&mut draft, "title", "email", Value::Bool(true));
    text(
        &mut draft,
        "present_state",
        "pattern",
        Value::String("(".to_owned()),
    );
    draft
        .rules("Analysis", "problems")
        .set_field_by_name("ignore", Value::EnumNumber(3));
    assert_eq!(
        draft.missing(),
        [
            "styrkedja.v1.Analysis.title states the rule string.email, which the check does not know",
            "styrkedja.v1.Analysis.present_state states the rule string.pattern, which the check does not know",
            "styrkedja.v1.Analysis.problems states the rule ignore, which the check does not know",
        ]
    );
}

#[test]
fn a_predefined_rule_that_says_what_the_check_does_not_know_stops_the_start_by_name() {
    for (part, other) in [
        ("expression", "this.size() <= 40"),
        (
            "expression",
            "!rule || this.matches('a') && this.matches('b')",
        ),
        ("expression", "!rule || this.matches('(')"),
        ("id", ""),
        ("message", ""),
    ] {
        let mut draft = Draft::new();
        let sentences = draft.predefined("inner_id").get_field_by_name_mut("cel");
        let sentence = sentences.unwrap().as_list_mut().unwrap()[0].as_message_mut();
        let other = Value::String(other.to_owned());
        sentence.unwrap().set_field_by_name(part, other);
        let missing = draft.missing();
        let problem = "styrkedja.v1.Problem.id states the rule styrkedja.v1.inner_id, which the check does not know";
        assert!(missing.iter().any(|told| told == problem), "{missing:?}");
        let fields = rules().into_iter();
        let fields = fields.filter(|stated| stated.rule == "string.inner_id");
        assert_eq!(missing.len(), fields.count());
    }
}

/// The negative control of all that holds the check against the contract: without the rule nothing is found.
#[test]
fn what_is_checked_is_what_the_contract_states() {
    use prost::Message as _;
    let analysis = crate::proto::v1::Analysis {
        title: "x".repeat(201),
        ..Default::default()
    }
    .encode_to_vec();
    let refused = |contract| super::refusal(contract, "styrkedja.v1.Analysis", &analysis).is_some();
    let mut draft = Draft::new();
    draft
        .rules("Analysis", "title")
        .clear_field_by_name("string");
    assert!(refused(get()));
    assert!(!refused(&draft.read().unwrap()));
}
