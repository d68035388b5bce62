//! How answers look: tables for people, protobuf JSON for programs.

use std::io::{self, Write};

use clap::ValueEnum;
use comfy_table::{ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};
use prost::{Message, Name};
use prost_types::Timestamp;
use serde::Serialize;

use super::json;
use crate::proto::v1::{Finding, Severity};
pub use crate::proto::word;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Table,
    Json,
}

/// The language of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    Sv,
    En,
}

/// Prints an answer whole as JSON, or what `draw` makes of it.
pub fn show<T: Message + Name>(
    format: Format,
    answer: &T,
    draw: impl FnOnce(&T) -> String,
) -> anyhow::Result<()> {
    match format {
        Format::Json => line(&json::write(answer)?),
        Format::Table => line(&draw(answer)),
    }
}

/// As `show`, of what is no message of the contract.
pub fn print<T: Serialize>(
    format: Format,
    answer: &T,
    draw: impl FnOnce(&T) -> String,
) -> anyhow::Result<()> {
    match format {
        Format::Json => line(&serde_json::to_string_pretty(answer)?),
        Format::Table => line(&draw(answer)),
    }
}

/// Prints to the output. An output that was closed early, as by `head`, is no failure.
pub fn line(text: &str) -> anyhow::Result<()> {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

pub fn table<const N: usize>(
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut table = Table::new();
    table
        .load_style(UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(header);
    table.add_rows(rows);
    table.to_string()
}

/// One thing, a line for each fact that it has.
pub fn facts<const N: usize>(facts: [(&str, String); N]) -> String {
    let mut table = Table::new();
    table
        .load_style(UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic);
    table.add_rows(
        facts
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| [name.to_owned(), value]),
    );
    table.to_string()
}

/// A table of findings with what to do about each, in one language.
pub fn findings(findings: &[Finding], language: Language) -> String {
    let header = match language {
        Language::Sv => [
            "Grad",
            "Fält",
            "Vad som är fel",
            "Vad man kan göra",
            "Regel",
        ],
        Language::En => ["Severity", "Field", "What is wrong", "What to do", "Rule"],
    };
    table(
        header,
        findings.iter().map(|finding| {
            let (message, remedy) = match language {
                Language::Sv => (&finding.message_sv, &finding.remedy_sv),
                Language::En => (&finding.message_en, &finding.remedy_en),
            };
            let field = if finding.key.is_empty() {
                finding.field.clone()
            } else {
                format!("{} ({})", finding.field, finding.key)
            };
            [
                severity(finding.severity(), language).to_owned(),
                field,
                message.clone(),
                remedy.clone(),
                finding.rule.clone(),
            ]
        }),
    )
}

pub fn severity(severity: Severity, language: Language) -> &'static str {
    match (severity, language) {
        (Severity::Error, Language::Sv) => "fel",
        (Severity::Error, Language::En) => "error",
        (Severity::Justify, Language::Sv) => "motivera",
        (Severity::Justify, Language::En) => "justify",
        (Severity::Note, Language::Sv) => "not",
        (Severity::Note, Language::En) => "note",
        (Severity::Unspecified, _) => "",
    }
}

/// A moment to the second, in UTC.
pub fn time(time: Option<&Timestamp>) -> String {
    time.and_then(|time| chrono::DateTime::from_timestamp(time.seconds, 0))
        .map(|time| time.format("%Y-%m-%d %H:%M:%S").to_string())
        .unwrap_or_default()
}

pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_told_in_the_language_asked_for() {
        let finding = Finding {
            severity: Severity::Justify.into(),
            field: "analysis.problems[0]".into(),
            message_sv: "svensk".into(),
            message_en: "english".into(),
            remedy_en: "mend it".into(),
            ..Finding::default()
        };
        let text = findings(std::slice::from_ref(&finding), Language::En);
        assert!(
            text.contains("justify") && text.contains("english") && text.contains("mend it"),
            "{text}"
        );
        assert!(findings(&[finding], Language::Sv).contains("svensk"));
    }
}
