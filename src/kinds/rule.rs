//! How a rule is stated and how what it finds is told. Knows no rule and no kind.

use crate::proto::v1;

/// What breaking a rule leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// An error that even a draft is refused for.
    Refuse,
    Error,
    Justify,
    Note,
}

/// One rule, in the words that its finding uses.
#[derive(Debug)]
pub(super) struct Rule {
    pub id: &'static str,
    pub verdict: Verdict,
    pub message_sv: &'static str,
    pub remedy_sv: &'static str,
    pub message_en: &'static str,
    pub remedy_en: &'static str,
}

impl Rule {
    /// The finding in the words of the rule.
    pub fn words(&self, finding: v1::Finding) -> v1::Finding {
        v1::Finding {
            message_sv: self.message_sv.to_owned(),
            message_en: self.message_en.to_owned(),
            remedy_sv: self.remedy_sv.to_owned(),
            remedy_en: self.remedy_en.to_owned(),
            ..finding
        }
    }

    /// Whether the finding uses the words of the rule.
    pub fn speaks_in(&self, finding: &v1::Finding) -> bool {
        finding.message_sv == self.message_sv
            && finding.message_en == self.message_en
            && finding.remedy_sv == self.remedy_sv
            && finding.remedy_en == self.remedy_en
    }
}

/// States rules: name, verdict, id, then message and remedy in Swedish, message and remedy in English.
macro_rules! rules {
    ($($name:ident $verdict:ident $id:literal $message_sv:literal $remedy_sv:literal $message_en:literal $remedy_en:literal;)*) => {
        $(pub(in crate::kinds) const $name: $crate::kinds::rule::Rule = $crate::kinds::rule::Rule {
            id: $id,
            verdict: $crate::kinds::rule::Verdict::$verdict,
            message_sv: $message_sv,
            remedy_sv: $remedy_sv,
            message_en: $message_en,
            remedy_en: $remedy_en,
        };)*

        /// Every rule stated here.
        pub(in crate::kinds) const ALL: &[&$crate::kinds::rule::Rule] = &[$(&$name),*];
    };
}
pub(super) use rules;

/// An item of a list in a document. Spells its fields' paths, and only when asked.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub list: &'static str,
    pub index: usize,
    pub key: &'a str,
}

impl<'a> At<'a> {
    /// The items of a list, each with its place and its id.
    pub fn each<T, I: AsRef<str> + ?Sized + 'a>(
        list: &'static str,
        items: &'a [T],
        id: impl Fn(&'a T) -> &'a I,
    ) -> impl Iterator<Item = (Self, &'a T)> {
        items.iter().enumerate().map(move |(index, item)| {
            (
                Self {
                    list,
                    index,
                    key: id(item).as_ref(),
                },
                item,
            )
        })
    }

    pub fn field(&self, name: &str) -> String {
        let Self { list, index, .. } = self;
        if name.is_empty() {
            format!("{list}[{index}]")
        } else {
            format!("{list}[{index}].{name}")
        }
    }
}

/// What the rules have found so far.
#[derive(Default)]
pub(super) struct Report {
    pub findings: Vec<v1::Finding>,
}

impl Report {
    pub fn add(&mut self, rule: &Rule, field: impl Into<String>, key: &str) {
        let severity = match rule.verdict {
            Verdict::Refuse | Verdict::Error => v1::Severity::Error,
            Verdict::Justify => v1::Severity::Justify,
            Verdict::Note => v1::Severity::Note,
        };
        self.findings.push(rule.words(v1::Finding {
            rule: rule.id.to_owned(),
            severity: severity.into(),
            field: field.into(),
            key: key.to_owned(),
            ..v1::Finding::default()
        }));
    }

    /// Notes the rule as broken at a field of the document itself unless it holds.
    pub fn must(&mut self, holds: bool, rule: &Rule, field: &str) {
        if !holds {
            self.add(rule, field, "");
        }
    }

    /// Notes the rule as broken at a field of an item unless it holds.
    pub fn item_must(&mut self, holds: bool, rule: &Rule, at: At<'_>, field: &str) {
        if !holds {
            self.add(rule, at.field(field), at.key);
        }
    }
}

/// Whether a text says nothing.
pub(super) fn blank(text: &str) -> bool {
    text.trim().is_empty()
}
