//! Reads files of organizations into records: the national register (Skolenhetsregistret), a plain CSV and JSON lines.
//!
//! Whatever is in a file, reading goes on to its end: what can not be read is told by row, and what is wrong with a
//! record is told before anything is sent. Knows no server.

mod json_lines;
mod own_csv;
mod register;
mod rules;

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
};

use prost::Message;

use super::{
    codes::Date,
    findings::{Saying, refuses},
    record::Record,
};
use crate::{
    clock, contract,
    error::Error,
    files::{
        self, File,
        table::{self, Columns, Row},
    },
    proto::v1::{
        Finding, ImportOrganizationsRequest, OrganizationRecord, import_organizations_request::Part,
    },
};

/// How files are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A folder with a CSV file for each sheet of the national register, or one of them.
    Register,
    /// A CSV file with the fields of a record as its columns.
    Csv,
    /// A record on each line, as protobuf JSON.
    JsonLines,
}

/// What was read.
#[derive(Debug, Default)]
pub struct Reading {
    /// Records that are right as far as can be told without the register.
    pub records: Vec<OrganizationRecord>,
    /// What was found, in the order of the files.
    pub findings: Vec<Finding>,
    /// Rows read, headers not counted.
    pub rows: usize,
}

impl Format {
    /// The layout that a path has by its looks.
    pub fn of(path: &Path) -> Self {
        let extension = path
            .extension()
            .and_then(|extension| extension.to_str())
            .unwrap_or_default();
        if path.is_dir() {
            Self::Register
        } else if matches!(
            extension.to_ascii_lowercase().as_str(),
            "jsonl" | "ndjson" | "json"
        ) {
            Self::JsonLines
        } else {
            Self::Csv
        }
    }
}

impl Reading {
    /// Reads what is at the path. Only what the machine can not read is an error.
    pub fn of(path: &Path, format: Format, progress: &mut dyn FnMut(usize)) -> io::Result<Self> {
        let today = clock::today()
            .parse()
            .map_err(|_| io::Error::other("today is no day"))?;
        let mut reading = Self::default();
        let files = load(path)?;
        match format {
            Format::Register => register::read(&files, &mut reading, progress),
            Format::Csv => files
                .iter()
                .for_each(|file| own_csv::read(file, &mut reading, progress)),
            Format::JsonLines => files
                .iter()
                .for_each(|file| json_lines::read(file, &mut reading, progress)),
        }
        reading.check(today);
        Ok(reading)
    }

    /// How many rows are refused.
    pub fn refused(&self) -> usize {
        let keys: HashSet<_> = self
            .findings
            .iter()
            .filter(|finding| refuses(finding))
            .map(|finding| &finding.key)
            .collect();
        keys.len()
    }

    fn say(&mut self, key: &str, field: &str, saying: Saying) {
        self.findings.push(saying.at(field, key));
    }

    /// The rows of a table, without those that are told to be wrong.
    fn rows_of(&mut self, file: &File, columns: &Columns<'_>) -> Vec<Row> {
        let findings = &mut self.findings;
        let read = table::rows(file, columns, &mut |key, field, saying| {
            findings.push(saying.at(field, key));
        });
        self.rows += read.count;
        read.rows
    }

    /// Takes out the records that the exchange would refuse, each with all that is wrong with it.
    fn check(&mut self, today: Date) {
        let records = std::mem::take(&mut self.records);
        for record in records {
            let mut found = against_contract(&record);
            if let Err(faulty) = Record::read(&record, &record.key, today) {
                let new =
                    |finding: &Finding| found.iter().all(|known| known.field != finding.field);
                let more: Vec<_> = faulty.findings.into_iter().filter(new).collect();
                found.extend(more);
            }
            if found.is_empty() {
                self.records.push(record);
            }
            self.findings.extend(found);
        }
    }
}

/// Loads a file, or all CSV files of a folder in order of name.
fn load(path: &Path) -> io::Result<Vec<File>> {
    let mut paths: Vec<PathBuf> = if path.is_dir() {
        let entries: Vec<_> = fs::read_dir(path)?.collect::<io::Result<_>>()?;
        let is_csv = |path: &PathBuf| {
            path.extension()
                .is_some_and(|extension| extension.eq_ignore_ascii_case("csv"))
        };
        entries
            .into_iter()
            .map(|entry| entry.path())
            .filter(is_csv)
            .collect()
    } else {
        vec![path.to_owned()]
    };
    paths.sort();
    paths.iter().map(|path| File::load(path)).collect()
}

/// What the contract says of a record, as findings. One message against it would end a whole import.
fn against_contract(record: &OrganizationRecord) -> Vec<Finding> {
    let message = ImportOrganizationsRequest {
        part: Some(Part::Record(record.clone())),
    };
    let Some(request) = contract::get().request("styrkedja.v1.ImportOrganizationsRequest") else {
        return Vec::new();
    };
    match request.check(&message.encode_to_vec()) {
        Ok(()) => Vec::new(),
        Err(Error::Fields(violations)) => violations
            .into_iter()
            .map(|violation| files::rules::breaks_contract(violation, "record.", &record.key))
            .collect(),
        Err(_) => vec![rules::too_large().at("", record.key.clone())],
    }
}

#[cfg(test)]
mod tests;
