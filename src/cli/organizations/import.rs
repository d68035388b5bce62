//! `styrkedja organizations import`.

use std::{fs, path::PathBuf, time::Duration};

use anyhow::{Context, anyhow};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use uuid::Uuid;

use crate::{
    cli::{
        failure::Failure,
        output,
        remote::{Remote, may_pass},
    },
    clock,
    organizations::files::{Format, Reading},
    proto::v1::{
        Finding, ImportHeader, ImportOrganizationsRequest, ImportOrganizationsResponse,
        OrganizationRecord, import_organizations_request::Part,
    },
};

/// Findings shown; the rest goes to the report.
const SHOWN: usize = 20;
/// How many times an import is sent when the exchange is busy.
const TRIES: u32 = 5;

#[derive(Args, Debug)]
pub struct Import {
    /// Folder with the sheets of the national register as CSV files, or a file.
    files: PathBuf,
    /// Checks everything and changes nothing.
    #[arg(long)]
    dry_run: bool,
    /// Layout of the files. By default a folder is a register, and a file is told by its ending.
    #[arg(long, value_enum)]
    format: Option<Layout>,
    /// File for all findings, as CSV.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Where the records come from, for example `Skolenhetsregistret 2020-06-01`. By default the name of the path.
    #[arg(long)]
    source: Option<String>,
    /// Id of the request. With the id of an import that was cut, it goes on where it was.
    #[arg(long, value_name = "UUID")]
    request_id: Option<Uuid>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Layout {
    Register,
    Csv,
    Jsonl,
}

impl Import {
    pub async fn run(self, remote: &Remote) -> Result<(), Failure> {
        let reading = self.read()?;
        let (rows, unread) = (reading.rows, reading.refused());
        let mut answer = ImportOrganizationsResponse::default();
        if !reading.records.is_empty() {
            answer = self.send(remote, reading.records).await?;
        }
        answer.refused += u32::try_from(unread)?;
        answer.findings.splice(0..0, reading.findings);
        if let Some(path) = &self.report {
            report(path, &answer.findings).with_context(|| path.display().to_string())?;
        }
        output::show(remote.output, &answer, |answer| {
            self.draw(answer, rows, remote)
        })?;
        match answer.refused {
            0 => Ok(()),
            1 => Err(anyhow!("1 record was refused").into()),
            refused => Err(anyhow!("{refused} records were refused").into()),
        }
    }

    fn read(&self) -> Result<Reading, Failure> {
        let format = match self.format {
            None => Format::of(&self.files),
            Some(Layout::Register) => Format::Register,
            Some(Layout::Csv) => Format::Csv,
            Some(Layout::Jsonl) => Format::JsonLines,
        };
        let bar =
            ProgressBar::new_spinner().with_style(style("{spinner} reading: {human_pos} rows"));
        let reading = Reading::of(&self.files, format, &mut |rows| bar.inc(rows as u64));
        bar.finish_and_clear();
        reading.map_err(|error| Failure::Usage(format!("{}: {error}", self.files.display())))
    }

    /// Sends the records, and once more with the same request id while the exchange is busy or the way to it is cut.
    async fn send(
        &self,
        remote: &Remote,
        records: Vec<OrganizationRecord>,
    ) -> Result<ImportOrganizationsResponse, Failure> {
        let mut client = remote.connect().await?.organizations;
        let parts = self.parts(records);
        let mut tries = 1;
        loop {
            let bar = ProgressBar::new(parts.len() as u64)
                .with_style(style("{bar:40} sent: {human_pos}/{human_len} {elapsed}"));
            bar.enable_steady_tick(Duration::from_millis(200));
            let moving = bar.clone();
            let stream = parts.clone().into_iter().inspect(move |_| moving.inc(1));
            let answered = client
                .import_organizations(tokio_stream::iter(stream))
                .await;
            bar.finish_and_clear();
            match answered {
                Ok(answer) => return Ok(answer.into_inner()),
                Err(status) if may_pass(&status) && tries < TRIES => {
                    tokio::time::sleep(Duration::from_secs(tries.into())).await;
                    tries += 1;
                }
                Err(status) => return Err(remote.refused(status)),
            }
        }
    }

    fn parts(&self, records: Vec<OrganizationRecord>) -> Vec<ImportOrganizationsRequest> {
        let name = || {
            self.files
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
        };
        let header = ImportHeader {
            request_id: self.request_id.unwrap_or_else(clock::new_id).to_string(),
            validate_only: self.dry_run,
            source: self
                .source
                .clone()
                .or_else(name)
                .unwrap_or_else(|| "files".to_owned()),
        };
        let parts =
            std::iter::once(Part::Header(header)).chain(records.into_iter().map(Part::Record));
        parts
            .map(|part| ImportOrganizationsRequest { part: Some(part) })
            .collect()
    }

    fn draw(&self, answer: &ImportOrganizationsResponse, rows: usize, remote: &Remote) -> String {
        let rows = [
            ("Rows read", rows.to_string()),
            ("Registered", answer.created.to_string()),
            ("Changed", answer.updated.to_string()),
            ("As registered", answer.unchanged.to_string()),
            ("Refused", answer.refused.to_string()),
        ];
        let mut text = output::facts(rows);
        if self.dry_run {
            text += "\nThis was a dry run: nothing is changed.";
        }
        let shown = answer.findings.len().min(SHOWN);
        let text = remote.with_findings(text, answer.findings.get(..shown).unwrap_or_default());
        match (answer.findings.len() - shown, &self.report) {
            (0, _) => text,
            (more, Some(path)) => {
                format!("{text}\n{more} more findings are in {}.", path.display())
            }
            (more, None) => format!("{text}\n{more} more findings; --report FILE keeps them all."),
        }
    }
}

/// Writes all findings as CSV, with a mark by which spreadsheets know UTF-8.
fn report(path: &PathBuf, findings: &[Finding]) -> anyhow::Result<()> {
    let mut writer = csv::Writer::from_writer(b"\xEF\xBB\xBF".to_vec());
    writer.write_record([
        "key",
        "field",
        "severity",
        "rule",
        "message_sv",
        "remedy_sv",
        "message_en",
        "remedy_en",
    ])?;
    for finding in findings {
        let severity = output::word(finding.severity().as_str_name(), "SEVERITY_");
        writer.write_record([
            &finding.key,
            &finding.field,
            &severity,
            &finding.rule,
            &finding.message_sv,
            &finding.remedy_sv,
            &finding.message_en,
            &finding.remedy_en,
        ])?;
    }
    let bytes = writer.into_inner().map_err(|error| anyhow!("{error}"))?;
    Ok(fs::write(path, bytes)?)
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
