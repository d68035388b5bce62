//! Hands a document in for review, once every rule of its kind holds or is justified.

use uuid::Uuid;

use super::{
    Answer, Call,
    judge::judge,
    present_content_of,
    write::{Decided, must_act_on, must_allow, must_be_seen, write},
};
use crate::{
    access::Grant,
    clock,
    documents::model::{Revision, Step},
    error::{Error, Result},
    exchange::Exchange,
    kinds,
    proto::v1::{Act, Finding, Justification, Severity},
};

pub async fn submit(
    exchange: &Exchange,
    call: &Call,
    document: Uuid,
    etag: &str,
    justifications: Vec<Justification>,
) -> Result<Answer> {
    let (head, grant) = must_act_on(exchange, call, Act::SubmitDocuments, document).await?;
    let decided = decide(exchange, call, grant, &head, etag, justifications).await;
    write(exchange, call, grant, decided).await
}

async fn decide(
    exchange: &Exchange,
    call: &Call,
    grant: &Grant,
    head: &Revision,
    etag: &str,
    justifications: Vec<Justification>,
) -> Result<Decided> {
    must_be_seen(head, etag)?;
    let state = must_allow(head, Step::Submit)?;
    let content = present_content_of(head)?;
    let findings = judge(exchange, &call.caller, head, &content)
        .await?
        .findings;
    let findings = [findings, personal_data_in(&justifications)].concat();
    let (justifications, findings) = weigh(findings, justifications)?;
    let mut revision = head.next(
        state,
        call.caller.subject().to_owned(),
        grant.home,
        clock::now(),
    );
    revision.justifications = justifications;
    Ok(Decided {
        revision,
        links: Vec::new(),
        findings,
        expects: Vec::new(),
    })
}

fn personal_data_in(justifications: &[Justification]) -> Vec<Finding> {
    let texts = justifications.iter().enumerate();
    kinds::personal_data(texts.map(|(index, justification)| {
        (
            format!("justifications[{index}].reason"),
            justification.reason.as_str(),
        )
    }))
}

/// The justifications that answer a finding, and all findings, if none of these stops the submission.
fn weigh(
    mut findings: Vec<Finding>,
    justifications: Vec<Justification>,
) -> Result<(Vec<Justification>, Vec<Finding>)> {
    let answers = |justification: &Justification, finding: &Finding| {
        finding.severity() == Severity::Justify
            && finding.rule == justification.rule
            && finding.field == justification.field
    };
    let stops = |finding: &Finding| match finding.severity() {
        Severity::Error | Severity::Unspecified => true,
        Severity::Justify => !justifications
            .iter()
            .any(|justification| answers(justification, finding)),
        Severity::Note => false,
    };
    let stopped = findings.iter().any(stops);
    let (used, unused): (Vec<_>, Vec<_>) =
        justifications
            .into_iter()
            .enumerate()
            .partition(|(_, justification)| {
                findings
                    .iter()
                    .any(|finding| answers(justification, finding))
            });
    findings.extend(
        unused
            .into_iter()
            .map(|(index, _)| nothing_to_justify(index)),
    );
    if stopped {
        return Err(Error::Findings(findings));
    }
    Ok((
        used.into_iter()
            .map(|(_, justification)| justification)
            .collect(),
        findings,
    ))
}

fn nothing_to_justify(index: usize) -> Finding {
    Finding {
        rule: "document.nothing_to_justify".to_owned(),
        severity: Severity::Note.into(),
        field: format!("justifications[{index}]"),
        key: String::new(),
        message_sv: "Motiveringen svarar inte mot någon anmärkning, och har inte sparats.".to_owned(),
        message_en: "The justification answers no finding, and has not been kept.".to_owned(),
        remedy_sv: "Ange anmärkningens regel och fält så som de står i anmärkningen, eller ta bort motiveringen.".to_owned(),
        remedy_en: "Give the finding's rule and field as they stand in the finding, or take the justification away."
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(rule: &str, field: &str, severity: Severity) -> Finding {
        Finding {
            rule: rule.to_owned(),
            field: field.to_owned(),
            severity: severity.into(),
            ..Finding::default()
        }
    }

    fn because(rule: &str, field: &str) -> Justification {
        Justification {
            rule: rule.to_owned(),
            field: field.to_owned(),
            reason: "Därför.".to_owned(),
        }
    }

    #[test]
    fn an_error_stops_whatever_is_said_of_it() {
        let findings = vec![finding("a", "x", Severity::Error)];
        assert!(
            matches!(weigh(findings, vec![because("a", "x")]), Err(Error::Findings(all)) if all.len() == 2)
        );
    }

    #[test]
    fn a_justification_is_for_one_rule_at_one_field() {
        let findings = vec![
            finding("a", "x", Severity::Justify),
            finding("a", "y", Severity::Justify),
        ];
        assert!(weigh(findings.clone(), vec![because("a", "x")]).is_err());
        assert!(weigh(findings.clone(), vec![because("a", "x"), because("b", "y")]).is_err());
        let (kept, told) = weigh(findings, vec![because("a", "y"), because("a", "x")]).unwrap();
        assert_eq!((kept.len(), told.len()), (2, 2));
    }

    #[test]
    fn a_justification_of_nothing_is_noted_and_not_kept() {
        let (kept, told) = weigh(
            vec![finding("n", "", Severity::Note)],
            vec![because("a", "x")],
        )
        .unwrap();
        assert!(kept.is_empty());
        assert_eq!(
            told.last()
                .map(|finding| (finding.field.as_str(), finding.severity())),
            Some(("justifications[0]", Severity::Note))
        );
    }
}
