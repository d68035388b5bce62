//! Compiles the rules on single values.

use prost_reflect::{DynamicMessage, FieldDescriptor, Value as Stated};

use super::{Compiling, kinds, stated};
use crate::contract::{
    pattern::Pattern,
    plan::{Breach, Rule, Test},
    sayings,
};

impl Compiling<'_> {
    pub(super) fn value_rules(
        &mut self,
        field: &FieldDescriptor,
        kind: &str,
        rules: &DynamicMessage,
        asked: &mut Vec<Rule>,
    ) {
        if rules.unknown_fields().next().is_some() {
            self.unknown(field.full_name(), "that extends buf.validate");
        }
        self.predefined_rules(field, kind, rules, asked);
        let known = kinds::rules_of(field);
        for (rule, value) in rules.fields() {
            let compiled = match known {
                Some("string") if kind == "string" => self.text(field, rule.name(), value),
                Some("bytes") if kind == "bytes" => bytes(rule.name(), value),
                Some("enum") if kind == "enum" => number_of_enum(field, rule.name(), value),
                Some("string" | "bytes" | "enum" | "bool") | None => None,
                Some(own) if kind == own => bound(kind, rule.name(), value),
                Some(_) => None,
            };
            match compiled {
                Some(rules) => asked.extend(rules),
                None => self.unknown(field.full_name(), &format!("{kind}.{}", rule.name())),
            }
        }
        self.bounds_must_meet(field, asked);
    }

    fn text(&mut self, field: &FieldDescriptor, rule: &str, value: &Stated) -> Option<Vec<Rule>> {
        Some(match (rule, value) {
            ("min_len", Stated::U64(least)) => {
                one(Test::MinChars(*least), sayings::min_len(*least))
            }
            ("max_len", Stated::U64(most)) => one(Test::MaxChars(*most), sayings::max_len(*most)),
            ("pattern", Stated::String(pattern)) => one(
                Test::Pattern(self.pattern(pattern)?),
                sayings::pattern(pattern, &stated::comment(field)),
            ),
            ("uuid", Stated::Bool(true)) => one(Test::Uuid, sayings::uuid()),
            ("uuid", Stated::Bool(false)) => Vec::new(),
            _ => return None,
        })
    }

    pub(super) fn pattern(&mut self, text: &str) -> Option<Pattern> {
        if let Some(known) = self.patterns.get(text) {
            return Some(known.clone());
        }
        let pattern = Pattern::new(text)?;
        self.patterns.insert(text.to_owned(), pattern.clone());
        Some(pattern)
    }

    /// Read literally, `gte` above `lte` lets nothing through; `buf.validate` reads it as "outside of". Neither is wanted.
    fn bounds_must_meet(&mut self, field: &FieldDescriptor, asked: &[Rule]) {
        let least = asked
            .iter()
            .filter_map(|rule| {
                if let Test::AtLeast(least) = rule.test {
                    Some(least)
                } else {
                    None
                }
            })
            .max();
        let most = asked
            .iter()
            .filter_map(|rule| {
                if let Test::AtMost(most) = rule.test {
                    Some(most)
                } else {
                    None
                }
            })
            .min();
        if least.zip(most).is_some_and(|(least, most)| least > most) {
            self.unknown(field.full_name(), "of bounds the wrong way round");
        }
    }
}

fn one(test: Test, breach: Breach) -> Vec<Rule> {
    vec![Rule { test, breach }]
}

fn bytes(rule: &str, value: &Stated) -> Option<Vec<Rule>> {
    let Stated::U64(length) = *value else {
        return None;
    };
    let (min, max) = match rule {
        "len" => (length, length),
        "min_len" => (length, u64::MAX),
        "max_len" => (0, length),
        _ => return None,
    };
    Some(one(
        Test::Bytes { min, max },
        sayings::bytes_len(rule, min, max),
    ))
}

fn number_of_enum(field: &FieldDescriptor, rule: &str, value: &Stated) -> Option<Vec<Rule>> {
    let kind = field.kind();
    let of = kind.as_enum()?;
    let numbers = || {
        value
            .as_list()
            .map(|list| list.iter().filter_map(Stated::as_i32).collect::<Vec<_>>())
    };
    Some(match rule {
        // Asked of every enum, whether stated or not.
        "defined_only" => Vec::new(),
        "in" => {
            let numbers = numbers()?;
            let breach = sayings::enum_in(&stated::values(of, |number| numbers.contains(&number)));
            one(Test::In(numbers), breach)
        }
        "not_in" => {
            let numbers = numbers()?;
            let [named, others] = [true, false]
                .map(|named| stated::values(of, |number| numbers.contains(&number) == named));
            one(Test::NotIn(numbers), sayings::enum_not_in(&named, &others))
        }
        _ => return None,
    })
}

fn bound(kind: &str, rule: &str, value: &Stated) -> Option<Vec<Rule>> {
    let whole = value
        .as_i64()
        .or(value.as_i32().map(i64::from))
        .map(i128::from);
    let whole = whole.or(value
        .as_u64()
        .or(value.as_u32().map(u64::from))
        .map(i128::from));
    let real = value.as_f64().or(value.as_f32().map(f64::from));
    let (test, bound) = match (rule, whole, real) {
        ("gte", Some(least), _) => (Test::AtLeast(least), least.to_string()),
        ("gt", Some(least), _) => (Test::AtLeast(least + 1), least.to_string()),
        ("lte", Some(most), _) => (Test::AtMost(most), most.to_string()),
        ("lt", Some(most), _) => (Test::AtMost(most - 1), most.to_string()),
        ("gte", _, Some(least)) => (Test::AtLeastReal(least), least.to_string()),
        ("gt", _, Some(least)) => (Test::Above(least), least.to_string()),
        ("lte", _, Some(most)) => (Test::AtMostReal(most), most.to_string()),
        ("lt", _, Some(most)) => (Test::Below(most), most.to_string()),
        _ => return None,
    };
    Some(one(test, sayings::bound(kind, rule, &bound)))
}
