//! How rules about organizations are told: rule, severity, and what is wrong and how to mend it in Swedish and English.
//!
//! Holds no rule of its own.

use crate::proto::v1::{Finding, Severity};

/// A text in Swedish and in English.
type Both<T> = (T, T);

/// What a rule says, not yet of any field.
#[derive(Clone, Debug)]
pub struct Saying {
    rule: &'static str,
    severity: Severity,
    texts: Box<Texts>,
}

#[derive(Clone, Debug)]
struct Texts {
    message: Both<String>,
    remedy: Both<String>,
}

impl Saying {
    /// Something for which the record is refused. Messages are written here, never taken from the record.
    pub fn error(
        rule: &'static str,
        message: Both<impl Into<String>>,
        remedy: Both<impl Into<String>>,
    ) -> Self {
        Self::new(rule, Severity::Error, message, remedy)
    }

    /// Something worth a look, that stops nothing.
    pub fn note(
        rule: &'static str,
        message: Both<impl Into<String>>,
        remedy: Both<impl Into<String>>,
    ) -> Self {
        Self::new(rule, Severity::Note, message, remedy)
    }

    fn new(
        rule: &'static str,
        severity: Severity,
        message: Both<impl Into<String>>,
        remedy: Both<impl Into<String>>,
    ) -> Self {
        Self {
            rule,
            severity,
            texts: Box::new(Texts {
                message: (message.0.into(), message.1.into()),
                remedy: (remedy.0.into(), remedy.1.into()),
            }),
        }
    }

    /// Says it of a field of the record that has the key.
    pub fn at(self, field: impl Into<String>, key: impl Into<String>) -> Finding {
        let Texts { message, remedy } = *self.texts;
        Finding {
            rule: self.rule.to_owned(),
            severity: self.severity.into(),
            field: field.into(),
            key: key.into(),
            message_sv: message.0,
            message_en: message.1,
            remedy_sv: remedy.0,
            remedy_en: remedy.1,
        }
    }
}

/// Whether a record with the finding is refused.
pub fn refuses(finding: &Finding) -> bool {
    finding.severity() == Severity::Error
}
