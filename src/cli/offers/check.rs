//! `styrkedja offers check`.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::{
    Layout, format,
    tally::{Report, Tally, Told},
};
use crate::{
    cli::{failure::Failure, output, remote::Remote},
    offers::files::{self, Part, Row},
    organizations::codes::OrganizationNumber,
};

#[derive(Args, Debug)]
pub struct Check {
    /// Files of EMIL 3 or CSV.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Layout of the files. By default they are told by the ending of the first.
    #[arg(long, value_enum)]
    format: Option<Layout>,
    /// Organization number of the university, which providers are held against.
    #[arg(long, value_name = "NUMBER", value_parser = number)]
    organization_number: Option<OrganizationNumber>,
    /// File for every row with its findings: JSON lines where it ends with `.jsonl`, else CSV.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// What was read.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Checked {
    offers: u64,
    withdrawals: u64,
    refused: u64,
}

impl Check {
    pub fn run(self, remote: &Remote) -> Result<(), Failure> {
        let format = format(self.format, &self.files);
        let mut report = Report::create(self.report.as_deref())?;
        let (mut tally, mut checked) = (Tally::default(), Checked::default());
        let mut failed = Ok(());
        let read = files::read(
            &self.files,
            format,
            self.organization_number.as_ref(),
            &mut |row| {
                match &row.part {
                    Part::Offer(_) => checked.offers += 1,
                    Part::Withdrawal => checked.withdrawals += 1,
                    Part::Unread | Part::Remark => {}
                }
                let told = judged(row);
                tally.add(&told);
                if failed.is_ok() {
                    failed = report.add(&told);
                }
            },
        );
        read.map_err(|error| Failure::Usage(error.to_string()))?;
        failed?;
        report.end()?;
        checked.refused = tally.refused;
        output::print(remote.output, &checked, |checked| {
            let facts = output::facts([
                ("Offers", checked.offers.to_string()),
                ("Withdrawals", checked.withdrawals.to_string()),
                ("Refused", checked.refused.to_string()),
            ]);
            format!(
                "{facts}\n{}",
                tally.draw(remote.language(), self.report.as_deref())
            )
        })?;
        refused(tally.refused)
    }
}

/// A row with what the exchange would say of it.
fn judged(row: Row) -> Told {
    let mut findings = row.findings;
    if let Part::Offer(offer) = &row.part {
        findings.extend(files::judge(offer));
    }
    Told {
        place: row.place,
        id: row.id,
        findings,
        ..Told::default()
    }
}

/// Fails where something was refused.
pub fn refused(count: u64) -> Result<(), Failure> {
    match count {
        0 => Ok(()),
        1 => Err(anyhow::anyhow!("1 row was refused").into()),
        count => Err(anyhow::anyhow!("{count} rows were refused").into()),
    }
}

fn number(text: &str) -> Result<OrganizationNumber, String> {
    text.parse()
        .map_err(|_| "is no organization number of 10 digits".to_owned())
}
