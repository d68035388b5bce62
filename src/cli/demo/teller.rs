//! Tells the story as it happens, one row a step, and holds it to the script: a step that ends otherwise ends the demo.
//! Knows answers and refusals; does not know what the story is about.

use std::io::{self, Write};

use prost::Message;
use tonic::Status;
use tonic_types::StatusExt;

use super::{
    caller::Caller,
    words::{Language, Text},
};
use crate::proto::v1::{ErrorReason, Finding, Findings};

const WHO: usize = 27;
const WHAT: usize = 56;
const ANSWER: usize = 44;

pub struct Teller<'a> {
    out: &'a mut (dyn Write + Send),
    pub language: Language,
    pub steps: usize,
    pub refusals: usize,
}

impl<'a> Teller<'a> {
    pub fn new(out: &'a mut (dyn Write + Send), language: Language) -> Self {
        Self {
            out,
            language,
            steps: 0,
            refusals: 0,
        }
    }

    /// A paragraph between rows.
    pub fn say(&mut self, text: Text<'_>) -> io::Result<()> {
        writeln!(self.out, "{}", self.language.of(text))
    }

    /// A heading over the rows that follow.
    pub fn chapter(&mut self, title: Text<'_>) -> io::Result<()> {
        let title = self.language.of(title);
        writeln!(self.out, "\n{title}\n{}", "─".repeat(title.chars().count()))
    }

    /// A step that the story says goes well.
    pub fn goes_well<T>(
        &mut self,
        who: &Caller,
        what: Text<'_>,
        answer: Result<T, Status>,
        told: impl FnOnce(&T, Language) -> String,
    ) -> anyhow::Result<T> {
        match answer {
            Ok(answer) => {
                let told = told(&answer, self.language);
                self.row(who.name, self.language.of(what), &told)?;
                Ok(answer)
            }
            Err(status) => {
                self.row(
                    who.name,
                    self.language.of(what),
                    &refusal(&status, self.language),
                )?;
                anyhow::bail!(
                    "step {}: expected to go well, was refused: {}",
                    self.steps,
                    status.message()
                )
            }
        }
    }

    /// A step that the story says is refused, and why.
    pub fn is_refused<T>(
        &mut self,
        who: &Caller,
        what: Text<'_>,
        answer: Result<T, Status>,
        reason: ErrorReason,
    ) -> anyhow::Result<Status> {
        let expected = name_of(reason);
        let Err(status) = answer else {
            self.row(who.name, self.language.of(what), "OK")?;
            anyhow::bail!(
                "step {}: expected the refusal {expected}, went well",
                self.steps
            );
        };
        let told = refusal(&status, self.language);
        self.row(who.name, self.language.of(what), &told)?;
        self.refusals += 1;
        anyhow::ensure!(
            reason_of(&status) == expected,
            "step {}: expected the refusal {expected}, was {}: {}",
            self.steps,
            reason_of(&status),
            status.message()
        );
        Ok(status)
    }

    fn row(&mut self, who: &str, what: &str, answer: &str) -> io::Result<()> {
        self.steps += 1;
        let columns = [
            wrapped(who, WHO),
            wrapped(what, WHAT),
            wrapped(answer, ANSWER),
        ];
        let height = columns.iter().map(Vec::len).max().unwrap_or_default();
        let cell =
            |column: &Vec<String>, line: usize| column.get(line).cloned().unwrap_or_default();
        for line in 0..height {
            let number = if line == 0 {
                self.steps.to_string()
            } else {
                String::new()
            };
            let [who, what, answer] = [0, 1, 2].map(|column| cell(&columns[column], line));
            let row = format!("{number:>4}  {who:<WHO$}  {what:<WHAT$}  {answer}");
            writeln!(self.out, "{}", row.trim_end())?;
        }
        self.out.flush()
    }
}

/// What a refusal says of itself: the status, the reason where it says more, and the fields or rules at fault.
fn refusal(status: &Status, language: Language) -> String {
    let (code, reason) = (code_of(status), reason_of(status));
    let mut told = vec![
        language.of(["✗ nekas:", "✗ refused:"]).to_owned(),
        code.clone(),
    ];
    if reason != code {
        told.push(reason);
    }
    let mut at_fault: Vec<String> = findings(status)
        .into_iter()
        .map(|finding| finding.rule)
        .collect();
    if at_fault.is_empty()
        && let Some(fields) = status.get_details_bad_request()
    {
        let fields = fields.field_violations.into_iter();
        at_fault = fields.map(|violation| violation.field).collect();
    }
    at_fault.dedup();
    if !at_fault.is_empty() {
        told.push(format!("({})", at_fault.join(", ")));
    }
    told.join(" ")
}

/// The findings in the details of a refusal.
pub fn findings(status: &Status) -> Vec<Finding> {
    let Ok(details) = tonic_types::pb::Status::decode(status.details()) else {
        return Vec::new();
    };
    let found = details
        .details
        .iter()
        .find(|any| any.type_url.ends_with("/styrkedja.v1.Findings"));
    found
        .and_then(|any| Findings::decode(any.value.as_slice()).ok())
        .map(|findings| findings.findings)
        .unwrap_or_default()
}

fn reason_of(status: &Status) -> String {
    status
        .get_details_error_info()
        .map(|info| info.reason)
        .unwrap_or_default()
}

fn name_of(reason: ErrorReason) -> &'static str {
    reason.as_str_name().trim_start_matches("ERROR_REASON_")
}

/// The status as the contract spells it, for example `NOT_FOUND`.
fn code_of(status: &Status) -> String {
    let mut name = String::new();
    for letter in format!("{:?}", status.code()).chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

/// Lines of at most that many characters, broken between words.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last().map_or(0, |line| line.chars().count());
        if line > 0 && line + 1 + word.chars().count() > width {
            lines.push(word.to_owned());
        } else if let Some(last) = lines.last_mut() {
            if line > 0 {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn a_refusal_is_told_by_status_reason_and_what_is_at_fault() {
        let in_words = |error: Error| refusal(&Status::from(error), Language::En);
        assert_eq!(in_words(Error::NotFound), "✗ refused: NOT_FOUND");
        assert_eq!(
            in_words(Error::OwnReview),
            "✗ refused: FAILED_PRECONDITION OWN_REVIEW"
        );
        let finding = Finding {
            rule: "analysis.areas_missing".to_owned(),
            ..Finding::default()
        };
        assert_eq!(
            in_words(Error::Findings(vec![finding])),
            "✗ refused: INVALID_ARGUMENT FINDINGS (analysis.areas_missing)"
        );
    }

    fn told(
        tell: impl FnOnce(&mut Teller<'_>, &Caller) -> anyhow::Result<()>,
    ) -> anyhow::Result<String> {
        let runtime = tokio::runtime::Runtime::new()?;
        let _inside = runtime.enter();
        let channel = tonic::transport::Endpoint::from_static("http://127.0.0.1:1").connect_lazy();
        let mut out = Vec::new();
        let mut teller = Teller::new(&mut out, Language::En);
        tell(&mut teller, &Caller::new("someone", None, &channel)?)?;
        Ok(String::from_utf8(out)?)
    }

    #[test]
    fn a_step_that_ends_as_the_script_says_is_a_row() {
        let row = told(|teller, who| {
            teller.goes_well(who, ["", "Asks"], Ok(7), |answer, _| answer.to_string())?;
            let refused = Err::<(), _>(Status::from(Error::NotFound));
            teller.is_refused(who, ["", "Asks"], refused, ErrorReason::NotFound)?;
            Ok(())
        });
        let row = row.unwrap();
        assert!(
            row.contains("   1  someone") && row.contains("NOT_FOUND"),
            "{row}"
        );
    }

    #[test]
    fn a_step_that_ends_otherwise_ends_the_story() {
        let refused = || Err::<u8, _>(Status::from(Error::NotFound));
        let what = ["", "Asks"];
        for wrong in [
            told(|teller, who| {
                teller
                    .goes_well(who, what, refused(), |_, _| String::new())
                    .map(drop)
            }),
            told(|teller, who| {
                teller
                    .is_refused(who, what, Ok(7), ErrorReason::NotFound)
                    .map(drop)
            }),
            told(|teller, who| {
                teller
                    .is_refused(who, what, refused(), ErrorReason::OwnReview)
                    .map(drop)
            }),
        ] {
            assert!(
                wrong
                    .unwrap_err()
                    .to_string()
                    .starts_with("step 1: expected")
            );
        }
    }

    #[test]
    fn long_cells_are_broken_between_words() {
        assert_eq!(wrapped("åtta små ord", 8), ["åtta små", "ord"]);
        assert_eq!(wrapped("", 8), [""]);
    }
}
