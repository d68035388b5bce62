//! `styrkedja sync status` and `show`.

use clap::Args;
use prost_types::Timestamp;

use super::{Place, told};
use crate::{
    cli::{failure::Failure, json, output, remote::Remote},
    clock,
    proto::v1::{Document, Findings},
    replica::{Answer, OutboxRow, Status, Tally},
};

#[derive(Args, Debug)]
pub struct Show {
    /// Id of a document, or its external id.
    name: String,
}

impl Show {
    pub async fn run(&self, remote: &Remote, place: &Place) -> Result<(), Failure> {
        let mut replica = place.open(remote).await?;
        let named = told(replica.documents(&self.name).await, remote)?;
        told(replica.close().await, remote)?;
        let name = &self.name;
        match named.as_slice() {
            [held] => Ok(output::line(&json::write(&json::read::<Document>(held)?)?)?),
            [] => Err(Failure::Usage(format!("the replica holds no {name}"))),
            _ => Err(Failure::Usage(format!(
                "several documents have the external id {name}: name one by its id"
            ))),
        }
    }
}

pub async fn report(remote: &Remote, place: &Place) -> Result<(), Failure> {
    let mut replica = place.open(remote).await?;
    let status = told(replica.status().await, remote)?;
    told(replica.close().await, remote)?;
    Ok(output::print(remote.output, &status, |status| {
        with_outbox(draw(status), status, remote)
    })?)
}

fn draw(status: &Status) -> String {
    let total = |tallies: &[Tally]| tallies.iter().map(|tally| tally.count).sum::<i64>();
    let in_state = |state: &str| {
        let rows = status.outbox.iter();
        rows.filter(|row| row.state == state).count().to_string()
    };
    let facts = output::facts([
        ("Copy for", status.subject.clone()),
        ("Position", status.position.to_string()),
        ("Last heard", heard(&status.heard_time)),
        (
            "Snapshot",
            if status.in_snapshot {
                "under way".to_owned()
            } else {
                String::new()
            },
        ),
        ("Documents", total(&status.documents).to_string()),
        ("  pushed and not told yet", status.ahead.to_string()),
        ("Organizations", total(&status.organizations).to_string()),
        ("Waiting in the outbox", in_state("waiting")),
        ("Conflicts", in_state("conflict")),
        ("Refused", in_state("refused")),
    ]);
    let rows = status.documents.iter().chain(&status.organizations);
    let rows = rows.map(|tally| {
        [
            tally.kind.clone(),
            tally.state.clone(),
            tally.count.to_string(),
        ]
    });
    format!(
        "{facts}\n{}",
        output::table(["Kind", "State", "Held"], rows)
    )
}

/// When the exchange was last heard of, and how long ago that is.
fn heard(time: &str) -> String {
    if time.is_empty() {
        return "never: pull first".to_owned();
    }
    let then: Option<Timestamp> = time.parse().ok();
    let seconds = then.map_or(0, |then| clock::now().seconds() - then.seconds);
    let ago = match seconds {
        ..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    };
    format!("{time}, {ago} ago")
}

/// A text with what is in the outbox below, and what was answered.
pub fn with_outbox(text: String, status: &Status, remote: &Remote) -> String {
    if status.outbox.is_empty() {
        return text;
    }
    let rows = status.outbox.iter().map(|row| {
        let answer = row.answer.clone().unwrap_or_default();
        [
            row.number.to_string(),
            row.state.clone(),
            row.title.clone(),
            row.base_etag.clone().unwrap_or_else(|| "new".to_owned()),
            answer.reason.clone(),
            told_by(&answer),
        ]
    });
    let header = ["Outbox", "State", "Title", "Made from", "Reason", "Answer"];
    let text = format!("{text}\n{}", output::table(header, rows));
    status.outbox.iter().fold(text, |text, row| {
        remote.with_findings(text, &findings(row).findings)
    })
}

fn told_by(answer: &Answer) -> String {
    let fields = answer.fields.iter();
    let fields = fields.map(|(field, wrong)| format!("\n{field}: {wrong}"));
    let conflict = if answer.conflict_id.is_empty() {
        String::new()
    } else {
        format!("\nconflict {}", answer.conflict_id)
    };
    format!("{}{conflict}{}", answer.message, fields.collect::<String>())
}

fn findings(row: &OutboxRow) -> Findings {
    let findings = row
        .answer
        .as_ref()
        .and_then(|answer| answer.findings.as_ref());
    findings
        .and_then(|findings| json::read(&findings.to_string()).ok())
        .unwrap_or_default()
}
