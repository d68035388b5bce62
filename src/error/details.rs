//! The details of a refusal, as `google.rpc` has them. They travel in the trailers, where common clients take
//! 8 KiB and no more: what does not fit loses its Swedish text, then its description, then its place.

use std::{collections::HashMap, time::Duration};

use prost::{Message as _, Name as _};
use prost_types::Any;
use tonic_types::pb::{
    BadRequest, ErrorInfo, LocalizedMessage, RetryInfo, bad_request::FieldViolation,
};

use super::DOMAIN;
use crate::{contract::Violation, proto::v1};

/// What violations may take: 8 KiB of trailers, less base64's third, less message, reason and headers.
const VIOLATIONS_BYTES: usize = 4800;
/// Of that, what the violations of a document leave to its findings, which say more.
const FINDINGS_BYTES: usize = 3000;

pub(super) struct Details {
    info: ErrorInfo,
    others: Vec<Any>,
}

impl Details {
    pub(super) fn of(reason: v1::ErrorReason) -> Self {
        let reason = reason
            .as_str_name()
            .trim_start_matches("ERROR_REASON_")
            .to_owned();
        let info = ErrorInfo {
            reason,
            domain: DOMAIN.to_owned(),
            metadata: HashMap::new(),
        };
        Self {
            info,
            others: Vec::new(),
        }
    }

    pub(super) fn with(mut self, key: &str, value: &str) -> Self {
        self.info.metadata.insert(key.to_owned(), value.to_owned());
        self
    }

    pub(super) fn retry(self, after: Duration) -> Self {
        let retry_delay = prost_types::Duration::try_from(after).ok();
        self.and("google.rpc.RetryInfo", &RetryInfo { retry_delay })
    }

    /// The message for those who read Swedish.
    pub(super) fn in_swedish(self, message: &str) -> Self {
        let localized = LocalizedMessage {
            locale: "sv".to_owned(),
            message: message.to_owned(),
        };
        self.and("google.rpc.LocalizedMessage", &localized)
    }

    pub(super) fn violations(self, violations: &[Violation]) -> Self {
        let entries = violations.iter().map(|violation| Entry {
            field: &violation.field,
            rule: &violation.rule,
            description: violation.description.clone(),
            description_sv: violation.description_sv.clone(),
        });
        self.and(
            "google.rpc.BadRequest",
            &bad_request(&entries.collect::<Vec<_>>(), VIOLATIONS_BYTES),
        )
    }

    pub(super) fn findings(self, findings: &[v1::Finding]) -> Self {
        let entries = findings.iter().map(|finding| Entry {
            field: &finding.field,
            rule: &finding.rule,
            description: format!("{} {}", finding.message_en, finding.remedy_en),
            description_sv: String::new(),
        });
        let listed = bad_request(
            &entries.collect::<Vec<_>>(),
            VIOLATIONS_BYTES - FINDINGS_BYTES,
        );
        let mut left = VIOLATIONS_BYTES.saturating_sub(listed.encoded_len());
        let in_full = findings.iter().take_while(|finding| {
            let needed = finding.encoded_len() + 3;
            let fits = needed <= left;
            left = left.saturating_sub(needed);
            fits
        });
        let in_full = v1::Findings {
            findings: in_full.cloned().collect(),
        };
        self.and("google.rpc.BadRequest", &listed)
            .and(&v1::Findings::full_name(), &in_full)
    }

    pub(super) fn into_any(self) -> Vec<Any> {
        let mut details = vec![any("google.rpc.ErrorInfo", &self.info)];
        details.extend(self.others);
        details
    }

    fn and(mut self, name: &str, detail: &impl prost::Message) -> Self {
        self.others.push(any(name, detail));
        self
    }
}

fn any(name: &str, detail: &impl prost::Message) -> Any {
    Any {
        type_url: format!("type.googleapis.com/{name}"),
        value: detail.encode_to_vec(),
    }
}

struct Entry<'a> {
    field: &'a str,
    rule: &'a str,
    description: String,
    description_sv: String,
}

impl Entry<'_> {
    /// The forms it can take, the fullest first.
    fn forms(&self) -> [FieldViolation; 3] {
        let bare = FieldViolation {
            field: self.field.to_owned(),
            reason: as_reason(self.rule),
            ..FieldViolation::default()
        };
        let english = FieldViolation {
            description: self.description.clone(),
            ..bare.clone()
        };
        let sv = (!self.description_sv.is_empty()).then(|| LocalizedMessage {
            locale: "sv".to_owned(),
            message: self.description_sv.clone(),
        });
        [
            FieldViolation {
                localized_message: sv,
                ..english.clone()
            },
            english,
            bare,
        ]
    }
}

/// `string.max_len` as `google.rpc` writes reasons: `STRING_MAX_LEN`.
fn as_reason(rule: &str) -> String {
    rule.to_ascii_uppercase().replace(['.', '-'], "_")
}

/// As much of the entries as fits: every field is named before any is described at length.
fn bad_request(entries: &[Entry<'_>], mut left: usize) -> BadRequest {
    let cost = |form: &FieldViolation| form.encoded_len() + 3;
    let forms: Vec<_> = entries.iter().map(Entry::forms).collect();
    let mut rest: usize = forms.iter().map(|[_, _, bare]| cost(bare)).sum();
    let mut field_violations = Vec::with_capacity(forms.len());
    for (index, forms) in forms.iter().enumerate() {
        rest -= cost(&forms[2]);
        let fitting = forms
            .iter()
            .find(|form| cost(form) + rest <= left)
            .or_else(|| Some(&forms[2]).filter(|bare| cost(bare) + 120 <= left));
        let Some(form) = fitting else {
            field_violations.push(more(entries.len() - index));
            break;
        };
        left -= cost(form);
        field_violations.push(form.clone());
    }
    BadRequest { field_violations }
}

fn more(count: usize) -> FieldViolation {
    FieldViolation {
        description: format!("{count} more are not listed; mend these and try again."),
        reason: "MORE".to_owned(),
        ..FieldViolation::default()
    }
}
