//! `styrkedja document submit`.

use clap::Args;

use super::envelope;
use crate::{
    cli::{failure::Failure, output, remote::Remote, writing::Writing},
    proto::v1::{Justification, SubmitDocumentRequest},
};

#[derive(Args, Debug)]
pub struct Submit {
    /// Id of the document.
    id: String,
    /// The etag of the state to submit.
    #[arg(long)]
    etag: String,
    /// Reason for a finding that asks for one. Any number.
    #[arg(long = "justify", value_name = "RULE@FIELD=REASON", value_parser = justification)]
    justifications: Vec<Justification>,
    #[command(flatten)]
    writing: Writing,
}

impl Submit {
    pub async fn run(self, remote: &Remote) -> Result<(), Failure> {
        let request = SubmitDocumentRequest {
            request_id: self.writing.request_id(),
            validate_only: self.writing.dry_run,
            id: self.id,
            etag: self.etag,
            justifications: self.justifications,
        };
        let mut client = remote.connect().await?.documents;
        let answer = remote.answer(client.submit_document(request)).await?;
        Ok(output::show(remote.output, &answer, |answer| {
            let text = answer.document.as_ref().map(envelope).unwrap_or_default();
            remote.with_findings(self.writing.noted(text), &answer.findings)
        })?)
    }
}

fn justification(text: &str) -> Result<Justification, String> {
    let form = "give the rule, `@`, the field, `=` and the reason";
    let (place, reason) = text.split_once('=').ok_or(form)?;
    let (rule, field) = place.split_once('@').ok_or(form)?;
    Ok(Justification {
        rule: rule.to_owned(),
        field: field.to_owned(),
        reason: reason.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_may_hold_what_separates_the_rest() {
        let read = justification("analysis.few@analysis.problems=one = enough @ present").unwrap();
        assert_eq!(
            (read.rule.as_str(), read.field.as_str()),
            ("analysis.few", "analysis.problems")
        );
        assert_eq!(read.reason, "one = enough @ present");
        assert!(justification("because").is_err());
    }
}
