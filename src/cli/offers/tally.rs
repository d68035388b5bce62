//! What became of rows, as it is shown and reported: a table of findings, each sort once, and a file with every row.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

use anyhow::Context;
use serde_json::{Value, json};

use crate::{
    cli::output::{self, Language},
    organizations::findings::refuses,
    proto::v1::{Finding, SubmissionOutcome, SubmissionRow},
};

/// Sorts of findings shown; the rest goes to the report.
const SHOWN: usize = 20;

/// A row as it is told: what was read, and what the exchange said of it.
#[derive(Default)]
pub struct Told {
    /// The file and the line. Empty: it came from no file.
    pub place: String,
    pub id: String,
    /// What became of it. Unspecified: it was not sent.
    pub outcome: SubmissionOutcome,
    pub document_id: String,
    pub revision: u32,
    pub findings: Vec<Finding>,
    /// Why it was refused, where no finding says so.
    pub refusal: String,
}

impl Told {
    /// An answer, with what was found when it was read.
    pub fn of(row: SubmissionRow, place: String, mut findings: Vec<Finding>) -> Self {
        let outcome = row.outcome();
        findings.extend(row.findings);
        Self {
            place,
            id: row.id,
            outcome,
            document_id: row.document_id,
            revision: row.revision,
            findings,
            refusal: row
                .refusal
                .map(|refusal| refusal.message)
                .unwrap_or_default(),
        }
    }

    pub fn is_refused(&self) -> bool {
        self.outcome == SubmissionOutcome::Refused || self.findings.iter().any(refuses)
    }

    fn outcome_word(&self) -> String {
        let word = output::word(self.outcome.as_str_name(), "SUBMISSION_OUTCOME_");
        if word.is_empty() {
            "not-sent".to_owned()
        } else {
            word
        }
    }
}

/// Counts findings by their sorts, in the order of what is worst.
#[derive(Default)]
pub struct Tally {
    sorts: BTreeMap<(i32, String, String), Sort>,
    /// Rows that were refused, or could not be read.
    pub refused: u64,
}

struct Sort {
    count: u64,
    example: String,
    finding: Finding,
}

impl Tally {
    pub fn add(&mut self, told: &Told) {
        self.refused += u64::from(told.is_refused());
        let name = if told.id.is_empty() {
            &told.place
        } else {
            &told.id
        };
        let refusal = (!told.refusal.is_empty()).then(|| refusal_as_finding(told));
        for finding in told.findings.iter().chain(&refusal) {
            let key = (
                finding.severity,
                finding.rule.clone(),
                without_places(&finding.field),
            );
            let sort = self.sorts.entry(key).or_insert_with(|| Sort {
                count: 0,
                example: name.clone(),
                finding: finding.clone(),
            });
            sort.count += 1;
        }
    }

    /// A table of the sorts of findings. Empty where there are none.
    pub fn draw(&self, language: Language, report: Option<&Path>) -> String {
        if self.sorts.is_empty() {
            return String::new();
        }
        let header = match language {
            Language::Sv => [
                "Grad",
                "Antal",
                "Fält",
                "Vad som är fel",
                "Vad man kan göra",
                "Till exempel",
            ],
            Language::En => [
                "Severity",
                "Count",
                "Field",
                "What is wrong",
                "What to do",
                "For example",
            ],
        };
        let rows = self.sorts.iter().take(SHOWN).map(|((_, _, field), sort)| {
            let (message, remedy) = match language {
                Language::Sv => (&sort.finding.message_sv, &sort.finding.remedy_sv),
                Language::En => (&sort.finding.message_en, &sort.finding.remedy_en),
            };
            [
                output::severity(sort.finding.severity(), language).to_owned(),
                sort.count.to_string(),
                field.clone(),
                message.clone(),
                remedy.clone(),
                sort.example.clone(),
            ]
        });
        let table = output::table(header, rows);
        let more = self.sorts.len().saturating_sub(SHOWN);
        match (more, report) {
            (0, _) => table,
            (more, Some(path)) => format!(
                "{table}\n{more} more sorts of findings are in {}.",
                path.display()
            ),
            (more, None) => {
                format!("{table}\n{more} more sorts of findings; --report FILE keeps them all.")
            }
        }
    }
}

/// A refusal without findings, told beside them.
fn refusal_as_finding(told: &Told) -> Finding {
    Finding {
        rule: "refused".to_owned(),
        severity: crate::proto::v1::Severity::Error.into(),
        key: told.id.clone(),
        message_sv: told.refusal.clone(),
        message_en: told.refusal.clone(),
        ..Finding::default()
    }
}

/// A path with all places in lists alike: `content.locations[].town`.
fn without_places(field: &str) -> String {
    let mut out = String::with_capacity(field.len());
    let mut in_place = false;
    for letter in field.chars() {
        in_place &= letter != ']';
        if !in_place {
            out.push(letter);
        }
        in_place |= letter == '[';
    }
    out
}

/// A file with every row, as JSON on lines or as CSV.
pub enum Report {
    Nowhere,
    Lines(BufWriter<File>),
    Table(Box<csv::Writer<File>>),
}

impl Report {
    /// Lines of JSON where the name ends so, else CSV with a mark by which spreadsheets know UTF-8.
    pub fn create(path: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = path else {
            return Ok(Self::Nowhere);
        };
        let mut file = File::create(path).with_context(|| path.display().to_string())?;
        let ends = |end: &str| {
            path.extension()
                .is_some_and(|extension| extension.eq_ignore_ascii_case(end))
        };
        if ends("jsonl") || ends("ndjson") || ends("json") {
            return Ok(Self::Lines(BufWriter::new(file)));
        }
        file.write_all(b"\xEF\xBB\xBF")?;
        let mut table = csv::Writer::from_writer(file);
        table.write_record([
            "place",
            "id",
            "outcome",
            "document_id",
            "revision",
            "severity",
            "rule",
            "field",
            "message_sv",
            "remedy_sv",
            "message_en",
            "remedy_en",
        ])?;
        Ok(Self::Table(Box::new(table)))
    }

    pub fn add(&mut self, told: &Told) -> anyhow::Result<()> {
        match self {
            Self::Nowhere => {}
            Self::Lines(file) => {
                serde_json::to_writer(&mut *file, &line(told))?;
                file.write_all(b"\n")?;
            }
            Self::Table(table) => {
                let refusal = (!told.refusal.is_empty()).then(|| refusal_as_finding(told));
                let findings: Vec<_> = told.findings.iter().chain(&refusal).collect();
                let nothing = Finding::default();
                let findings = if findings.is_empty() {
                    vec![&nothing]
                } else {
                    findings
                };
                for finding in findings {
                    table.write_record(cells(told, finding))?;
                }
            }
        }
        Ok(())
    }

    pub fn end(self) -> anyhow::Result<()> {
        match self {
            Self::Nowhere => {}
            Self::Lines(mut file) => file.flush()?,
            Self::Table(mut table) => table.flush()?,
        }
        Ok(())
    }
}

fn cells(told: &Told, finding: &Finding) -> [String; 12] {
    [
        told.place.clone(),
        told.id.clone(),
        told.outcome_word(),
        told.document_id.clone(),
        told.revision.to_string(),
        output::word(finding.severity().as_str_name(), "SEVERITY_"),
        finding.rule.clone(),
        finding.field.clone(),
        finding.message_sv.clone(),
        finding.remedy_sv.clone(),
        finding.message_en.clone(),
        finding.remedy_en.clone(),
    ]
}

fn line(told: &Told) -> Value {
    let findings = told.findings.iter().map(|finding| {
        json!({
            "severity": output::word(finding.severity().as_str_name(), "SEVERITY_"),
            "rule": finding.rule,
            "field": finding.field,
            "messageSv": finding.message_sv,
            "remedySv": finding.remedy_sv,
            "messageEn": finding.message_en,
            "remedyEn": finding.remedy_en,
        })
    });
    json!({
        "place": told.place,
        "id": told.id,
        "outcome": told.outcome_word(),
        "documentId": told.document_id,
        "revision": told.revision,
        "refusal": told.refusal,
        "findings": findings.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_of_one_sort_are_counted_as_one() {
        let finding = |place: usize| Finding {
            rule: "emil.not_kept".to_owned(),
            severity: crate::proto::v1::Severity::Note.into(),
            field: format!("content.locations[{place}].streetAddress"),
            message_sv: "Sparas inte.".to_owned(),
            ..Finding::default()
        };
        let mut tally = Tally::default();
        for place in 0..3 {
            tally.add(&Told {
                id: format!("e.{place}"),
                findings: vec![finding(place)],
                ..Told::default()
            });
        }
        let text = tally.draw(Language::Sv, None);
        assert!(
            text.contains("locations[].streetAddress")
                && text.contains("e.0")
                && text.contains('3'),
            "{text}"
        );
        assert_eq!((tally.sorts.len(), tally.refused), (1, 0));
    }
}
