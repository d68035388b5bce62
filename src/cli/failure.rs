//! Why a command did not do what it was asked to, as a person reads it.

use std::{fmt, process::ExitCode};

use prost::Message;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::output;
use crate::proto::v1::Findings;

/// Why a command failed.
#[derive(Debug)]
pub enum Failure {
    /// What was asked can not be understood. Nothing was sent.
    Usage(String),
    /// The exchange refused.
    Refused {
        status: Box<Status>,
        language: output::Language,
    },
    /// Something else went wrong.
    Other(anyhow::Error),
}

impl Failure {
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Usage(_) => 2,
            Self::Refused { .. } | Self::Other(_) => 1,
        })
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(wrong) => write!(f, "{wrong}"),
            Self::Refused { status, language } => refusal(f, status, *language),
            // On one line and without a backtrace.
            Self::Other(error) => write!(f, "{error:#}"),
        }
    }
}

fn refusal(f: &mut fmt::Formatter<'_>, status: &Status, language: output::Language) -> fmt::Result {
    let details = status.get_error_details();
    let reason = details
        .error_info()
        .map(|info| info.reason.as_str())
        .unwrap_or_default();
    write!(f, "refused: {}", code(status.code()))?;
    for part in [reason, status.message()] {
        if !part.is_empty() {
            write!(f, ": {part}")?;
        }
    }
    if let Some(info) = details.error_info() {
        let mut facts: Vec<_> = info.metadata.iter().collect();
        facts.sort();
        for (name, value) in facts {
            write!(f, "\n  {name}: {value}")?;
        }
    }
    if let Some(retry) = details.retry_info().and_then(|info| info.retry_delay) {
        write!(f, "\n  try again in {} s", retry.as_secs().max(1))?;
    }
    let findings = findings(status);
    if !findings.findings.is_empty() {
        return write!(f, "\n{}", output::findings(&findings.findings, language));
    }
    for violation in details
        .bad_request()
        .map(|request| request.field_violations.as_slice())
        .unwrap_or_default()
    {
        write!(f, "\n  {}: {}", violation.field, violation.description)?;
    }
    Ok(())
}

/// The name of a code as gRPC writes it.
fn code(code: Code) -> String {
    format!("{code:?}")
        .chars()
        .fold(String::new(), |name, letter| {
            let gap = if letter.is_uppercase() && !name.is_empty() {
                "_"
            } else {
                ""
            };
            name + gap + &letter.to_ascii_uppercase().to_string()
        })
}

/// The findings among the details, which the standard details know nothing of.
fn findings(status: &Status) -> Findings {
    let details = tonic_types::pb::Status::decode(status.details())
        .unwrap_or_default()
        .details;
    details
        .iter()
        .find(|detail| detail.type_url.ends_with("/styrkedja.v1.Findings"))
        .and_then(|detail| Findings::decode(detail.value.as_slice()).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use tonic_types::ErrorDetails;

    use super::*;

    #[test]
    fn a_refusal_tells_reason_facts_and_fields() {
        let mut details = ErrorDetails::new();
        details
            .set_error_info(
                "FIELDS_INVALID",
                "styrkedja",
                HashMap::from([("act".to_owned(), "x".to_owned())]),
            )
            .add_bad_request_violation("document.round", "must be shorter");
        let status = Status::with_error_details(Code::InvalidArgument, "fields are wrong", details);
        let text = Failure::Refused {
            status: Box::new(status),
            language: output::Language::En,
        }
        .to_string();
        for part in [
            "INVALID_ARGUMENT",
            "FIELDS_INVALID",
            "fields are wrong",
            "act: x",
            "document.round: must be shorter",
        ] {
            assert!(text.contains(part), "{part} is not in: {text}");
        }
    }
}
