//! Compiles descriptors and `buf.validate` options into plans. Refuses any rule that the check does not know:
//! a rule that is stated and not enforced would be a lie of the contract.

mod kinds;
mod predefined;
mod stated;
mod values;

use std::collections::HashMap;

use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, MessageDescriptor, OneofDescriptor,
};

use super::{
    pattern::Pattern,
    plan::{Breach, Field, Kind, MAX_FIELDS, Message, Oneof, Plans, Rule, Test},
    sayings,
};

/// Compiles the plans of the messages and of all that they are made of. What can not be enforced is named in `missing`.
pub(super) fn compile<'a>(
    pool: &DescriptorPool,
    messages: impl Iterator<Item = &'a str>,
    missing: &mut Vec<String>,
) -> Plans {
    let mut compiling = Compiling {
        plans: Plans::default(),
        patterns: HashMap::new(),
        missing,
    };
    for message in messages.filter_map(|name| pool.get_message_by_name(name)) {
        compiling.message(&message);
    }
    compiling.plans
}

struct Compiling<'a> {
    plans: Plans,
    /// By their text: the same few stand at many fields.
    patterns: HashMap<String, Pattern>,
    missing: &'a mut Vec<String>,
}

/// What the options of a field ask.
#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of buf.validate"
)]
struct Asked {
    required: bool,
    skips_zero: bool,
    skips_empty_list: bool,
    rules: Vec<Rule>,
    min_items: Option<(u64, Breach)>,
    max_items: Option<(u64, Breach)>,
    unique: bool,
}

impl Compiling<'_> {
    fn message(&mut self, message: &MessageDescriptor) -> usize {
        if let Some(place) = self.plans.place_of(message.full_name()) {
            return place;
        }
        let place = self.plans.reserve(message.full_name());
        let plan = self.plan(message);
        self.plans.fill(place, plan);
        place
    }

    fn plan(&mut self, message: &MessageDescriptor) -> Message {
        let name = message.full_name();
        if stated::option(message.parent_pool(), &message.options(), "message").is_some() {
            self.unknown(name, "message");
        }
        let mut described: Vec<_> = message.fields().collect();
        described.sort_by_key(FieldDescriptor::number);
        if described.len() > MAX_FIELDS {
            self.missing.push(format!(
                "{name} has more than {MAX_FIELDS} fields, which the check can not hold"
            ));
            return Message::default();
        }
        let oneofs: Vec<_> = message
            .oneofs()
            .filter(|oneof| !oneof.is_synthetic())
            .collect();
        let fields: Vec<_> = described
            .iter()
            .enumerate()
            .map(|(slot, field)| self.field(slot, field, &oneofs))
            .collect();
        let oneofs = oneofs
            .iter()
            .enumerate()
            .map(|(place, oneof)| {
                self.oneof(oneof, slots(&fields, |field| field.oneof == Some(place)))
            })
            .collect();
        Message {
            demanded: slots(&fields, |field| field.when_absent.is_some()),
            limited: slots(&fields, |field| {
                field.min_items.is_some() || field.max_items.is_some()
            }),
            oneofs,
            fields,
        }
    }

    fn oneof(&mut self, oneof: &OneofDescriptor, members: u64) -> Oneof {
        let names: Vec<_> = oneof
            .fields()
            .map(|field| field.name().to_owned())
            .collect();
        let names = names.join(", ");
        let mut required = false;
        if let Some(rules) = stated::option(oneof.parent_pool(), &oneof.options(), "oneof") {
            for (rule, value) in rules.fields() {
                match (rule.name(), value.as_bool()) {
                    ("required", Some(stated)) => required = stated,
                    (other, _) => self.unknown(oneof.full_name(), &format!("oneof.{other}")),
                }
            }
        }
        Oneof {
            members,
            name: oneof.name().to_owned(),
            when_none: required.then(|| sayings::oneof_required(&names)),
            when_several: sayings::several_of(&names),
        }
    }

    fn field(&mut self, slot: usize, field: &FieldDescriptor, oneofs: &[OneofDescriptor]) -> Field {
        if field.is_map() || field.is_group() {
            self.missing.push(format!(
                "{} is a map or a group, which the check does not know",
                field.full_name()
            ));
        }
        let kind = self.kind(field);
        let mut asked = Asked {
            rules: kinds::implied(field),
            ..Asked::default()
        };
        if let Some(rules) = stated::option(
            field.parent_message().parent_pool(),
            &field.options(),
            "field",
        ) {
            self.field_rules(field, &rules, &mut asked);
        }
        if asked.required && !field.supports_presence() && !field.is_list() {
            asked.rules.insert(
                0,
                Rule {
                    test: Test::NotZero,
                    breach: sayings::required(),
                },
            );
        }
        let of = field.containing_oneof();
        Field {
            number: field.number(),
            slot,
            name: field.name().to_owned(),
            list: field.is_list(),
            oneof: of.and_then(|of| {
                oneofs
                    .iter()
                    .position(|oneof| oneof.full_name() == of.full_name())
            }),
            when_absent: when_absent(field, &kind, &asked),
            rules: asked.rules,
            skips_zero: asked.skips_zero && (field.is_list() || !field.supports_presence()),
            min_items: asked.min_items,
            max_items: asked.max_items,
            unique: asked.unique,
            kind,
        }
    }

    fn field_rules(&mut self, field: &FieldDescriptor, rules: &DynamicMessage, asked: &mut Asked) {
        self.only_known_options(field, rules);
        for (rule, value) in rules.fields() {
            match (
                rule.name(),
                value.as_bool(),
                value.as_enum_number(),
                value.as_message(),
            ) {
                ("required", Some(required), ..) => asked.required = required,
                ("ignore", _, Some(0), _) => {}
                ("ignore", _, Some(1), _) if field.is_list() => asked.skips_empty_list = true,
                ("ignore", _, Some(1), _) => asked.skips_zero = true,
                ("repeated", .., Some(rules)) if field.is_list() => {
                    self.list_rules(field, rules, asked);
                }
                (kind, .., Some(rules)) if !field.is_list() => {
                    self.value_rules(field, kind, rules, &mut asked.rules);
                }
                (other, ..) => self.unknown(field.full_name(), other),
            }
        }
    }

    fn list_rules(&mut self, field: &FieldDescriptor, rules: &DynamicMessage, asked: &mut Asked) {
        self.only_known_options(field, rules);
        for (rule, value) in rules.fields() {
            match (
                rule.name(),
                value.as_u64(),
                value.as_bool(),
                value.as_message(),
            ) {
                ("min_items", Some(least), ..) => {
                    asked.min_items = Some((least, sayings::min_items(least)));
                }
                ("max_items", Some(most), ..) => {
                    asked.max_items = Some((most, sayings::max_items(most)));
                }
                ("unique", _, Some(unique), _) if kinds::compares(field) => asked.unique = unique,
                ("items", .., Some(rules)) => self.item_rules(field, rules, asked),
                (other, ..) => self.unknown(field.full_name(), &format!("repeated.{other}")),
            }
        }
    }

    fn item_rules(&mut self, field: &FieldDescriptor, rules: &DynamicMessage, asked: &mut Asked) {
        self.only_known_options(field, rules);
        for (rule, value) in rules.fields() {
            match (rule.name(), value.as_enum_number(), value.as_message()) {
                ("ignore", Some(0), _) => {}
                ("ignore", Some(1), _) => asked.skips_zero = true,
                (kind, _, Some(rules)) => self.value_rules(field, kind, rules, &mut asked.rules),
                (other, ..) => self.unknown(field.full_name(), &format!("repeated.items.{other}")),
            }
        }
    }

    /// Rules of a later `validate.proto`, or of our own making, are options too.
    fn only_known_options(&mut self, field: &FieldDescriptor, rules: &DynamicMessage) {
        if rules.extensions().next().is_some() || rules.unknown_fields().next().is_some() {
            self.unknown(field.full_name(), "that extends buf.validate");
        }
    }

    fn unknown(&mut self, name: &str, rule: &str) {
        self.missing.push(format!(
            "{name} states the rule {rule}, which the check does not know"
        ));
    }
}

/// The slots of the fields that a question is answered yes for, one bit each.
fn slots(fields: &[Field], belongs: impl Fn(&Field) -> bool) -> u64 {
    let belonging = fields.iter().filter(|field| belongs(field));
    belonging.fold(0, |slots, field| slots | 1 << field.slot)
}

/// What is broken by leaving the field out: a field that does not tell whether it is there counts as empty then.
fn when_absent(field: &FieldDescriptor, kind: &Kind, asked: &Asked) -> Option<Breach> {
    if asked.required {
        return Some(sayings::required());
    }
    if field.is_list() {
        let least = asked
            .min_items
            .as_ref()
            .filter(|(least, _)| *least > 0 && !asked.skips_empty_list);
        return least.map(|(_, breach)| breach.clone());
    }
    if field.supports_presence() || asked.skips_zero {
        return None;
    }
    let zero = kind.zero()?;
    asked
        .rules
        .iter()
        .find(|rule| !rule.test.holds(zero))
        .map(|rule| rule.breach.clone())
}
