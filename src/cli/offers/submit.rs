//! `styrkedja offers submit`.

mod stream;

use std::path::PathBuf;

use anyhow::anyhow;
use clap::{Args, ValueEnum};
use serde::Serialize;
use uuid::Uuid;

use super::{
    Layout, check, format, number_of,
    tally::{Report, Tally, Told},
    university,
};
use crate::{
    cli::{
        failure::Failure,
        organizations::{REFERENCE, reference},
        output,
        remote::{Remote, may_pass},
    },
    clock,
    offers::files::Format,
    organizations::codes::OrganizationNumber,
    proto::v1::{OrganizationRef, SubmissionHeader, SubmissionMode, SubmissionOutcome},
};
use stream::{Broken, Files, Stream};

/// How many streams in a row a submission is tried in that is cut off before anything more is answered.
const TRIES: u32 = 5;

#[derive(Args, Debug)]
pub struct Submit {
    /// Files of EMIL 3 or CSV. What belongs together may lie in several.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Layout of the files. By default they are told by the ending of the first.
    #[arg(long, value_enum)]
    format: Option<Layout>,
    /// Whether offers that the files do not name stay, or are withdrawn.
    #[arg(long, value_enum, default_value = "delta")]
    mode: Mode,
    /// Which numbering the ids of the offers belong to.
    #[arg(long, default_value = "emil")]
    id_scheme: String,
    /// The university that offers. By default the one that you submit for.
    #[arg(long, value_parser = reference, long_help = REFERENCE)]
    university: Option<OrganizationRef>,
    /// Check everything and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Of a catalogue: agree to so many withdrawals.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    confirm_withdrawals: u32,
    /// File for every row with its findings: JSON lines where it ends with `.jsonl`, else CSV.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// A submission that was cut off, to go on with.
    #[arg(long, value_name = "UUID")]
    submission: Option<Uuid>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Mode {
    Delta,
    Catalogue,
}

/// What became of a submission.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Submitted {
    submission: String,
    created: u64,
    updated: u64,
    unchanged: u64,
    withdrawn: u64,
    refused: u64,
    /// Rows that were not sent, since they could not be read.
    unread: u64,
    /// Withdrawals that the exchange left undone.
    withheld: u64,
    ended: bool,
}

/// Takes what becomes of rows.
struct Outcome {
    submitted: Submitted,
    tally: Tally,
    report: Report,
}

impl Submit {
    pub async fn run(self, remote: &Remote) -> Result<(), Failure> {
        let university = university(remote, self.university.clone()).await?;
        let header = SubmissionHeader {
            submission_id: self.submission.unwrap_or_else(clock::new_id).to_string(),
            university_id: university
                .as_ref()
                .map(|one| one.id.clone())
                .unwrap_or_default(),
            id_scheme: self.id_scheme.clone(),
            mode: match self.mode {
                Mode::Delta => SubmissionMode::Delta,
                Mode::Catalogue => SubmissionMode::Catalogue,
            }
            .into(),
            validate_only: self.dry_run,
            confirmed_withdrawals: self.confirm_withdrawals,
        };
        let files = Files {
            paths: self.files.clone(),
            format: format(self.format, &self.files),
            university: university.as_ref().and_then(number_of),
        };
        let mut outcome = Outcome {
            submitted: Submitted {
                submission: header.submission_id.clone(),
                ..Submitted::default()
            },
            tally: Tally::default(),
            report: Report::create(self.report.as_deref())?,
        };
        let sent = self.send(remote, header, &files, &mut outcome).await;
        self.tell(remote, outcome, sent)
    }

    /// Sends the files, and goes on where a stream was cut off, or while the exchange is busy.
    async fn send(
        &self,
        remote: &Remote,
        header: SubmissionHeader,
        files: &Files,
        outcome: &mut Outcome,
    ) -> Result<(), Failure> {
        let mut stream = Stream::new(header);
        let mut tries = 1;
        loop {
            let mut goes_on = false;
            let mut tell = |told| {
                goes_on = true;
                outcome.add(&told)
            };
            let broken = match remote.connect().await {
                Ok(mut client) => match stream.run(&mut client.offers, files, &mut tell).await {
                    Ok(ended) => {
                        outcome.submitted.unread = stream.unread();
                        if let Some(whole) = ended {
                            outcome.submitted.ended = true;
                            outcome.submitted.withheld = whole.withheld;
                        }
                        return Ok(());
                    }
                    Err(Broken::Refused(status)) if may_pass(&status) => remote.refused(*status),
                    Err(Broken::Refused(status)) => return Err(remote.refused(*status)),
                    Err(Broken::Other(error)) => return Err(error.into()),
                    Err(Broken::Files(error)) => return Err(Failure::Usage(error.to_string())),
                },
                // A server that is started anew does not listen for a while.
                Err(failure) if tries > 1 => failure,
                Err(failure) => return Err(failure),
            };
            if goes_on {
                tries = 1;
            }
            if tries == TRIES || self.dry_run {
                return Err(broken);
            }
            tokio::time::sleep(std::time::Duration::from_secs(tries.into())).await;
            tries += 1;
        }
    }

    fn tell(
        &self,
        remote: &Remote,
        outcome: Outcome,
        sent: Result<(), Failure>,
    ) -> Result<(), Failure> {
        let Outcome {
            submitted,
            tally,
            report,
        } = outcome;
        report.end()?;
        output::print(remote.output, &submitted, |submitted| {
            let facts = output::facts([
                ("Submission", submitted.submission.clone()),
                ("New", submitted.created.to_string()),
                ("Changed", submitted.updated.to_string()),
                ("As they stood", submitted.unchanged.to_string()),
                ("Withdrawn", submitted.withdrawn.to_string()),
                ("Refused", submitted.refused.to_string()),
                ("Not read", submitted.unread.to_string()),
                ("Withdrawals withheld", submitted.withheld.to_string()),
            ]);
            let findings = tally.draw(remote.language(), self.report.as_deref());
            let dry = if self.dry_run {
                "\nThis was a dry run: nothing is changed."
            } else {
                ""
            };
            format!("{facts}{dry}\n{findings}")
        })?;
        sent?;
        if submitted.withheld > 0 {
            return Err(anyhow!(
                "{} offers are not in the catalogue and were left as they are; --confirm-withdrawals {} withdraws them",
                submitted.withheld,
                submitted.withheld
            )
            .into());
        }
        if !submitted.ended {
            return Err(anyhow!(
                "the catalogue was left open and nothing was withdrawn, since not all of it could be read; mend the files, and go on with --submission {}",
                submitted.submission
            )
            .into());
        }
        check::refused(tally.refused)
    }
}

impl Outcome {
    fn add(&mut self, told: &Told) -> anyhow::Result<()> {
        self.tally.add(told);
        let counted = &mut self.submitted;
        match told.outcome {
            SubmissionOutcome::Created => counted.created += 1,
            SubmissionOutcome::Updated => counted.updated += 1,
            SubmissionOutcome::Unchanged => counted.unchanged += 1,
            SubmissionOutcome::Withdrawn => counted.withdrawn += 1,
            SubmissionOutcome::Refused => counted.refused += 1,
            SubmissionOutcome::Unspecified => {}
        }
        self.report.add(told)
    }
}
