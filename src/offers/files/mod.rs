//! Files of course offers that universities have, read into offers and written from them: EMIL 3 and CSV.
//!
//! Whatever is in a file, reading goes on to its end, and what is wrong or not kept is told with its place. Knows no server,
//! no database and no caller.

mod codes;
mod csv;
mod emil;
mod judge;
mod languages;
mod local_time;
mod plain;
mod rules;

use std::{
    collections::HashSet,
    io,
    path::{Path, PathBuf},
};

pub use emil::{University, Writer};
pub use judge::judge;

use crate::{
    organizations::codes::OrganizationNumber,
    proto::v1::{Finding, SubmittedOffer},
};

/// How files are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// EMIL 3 as JSON: a document with lists, a list of items, or an item on each line.
    Emil,
    /// A table of one row an offer.
    Csv,
}

impl Format {
    /// The layout that a path has by its looks.
    pub fn of(path: &Path) -> Self {
        let is_table = path.extension().is_some_and(|extension| {
            extension.eq_ignore_ascii_case("csv") || extension.eq_ignore_ascii_case("tsv")
        });
        if is_table { Self::Csv } else { Self::Emil }
    }
}

/// What was read at a place in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The file and the line, `offers.json:17`.
    pub place: String,
    /// The id of the item. Empty: it could not be read, or there is none.
    pub id: String,
    pub part: Part,
    pub findings: Vec<Finding>,
}

/// What a row is.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    Offer(Box<SubmittedOffer>),
    /// An offer that shall stand no longer.
    Withdrawal,
    /// Something that may have been an offer, and could not be read.
    Unread,
    /// Something else of which there is something to say.
    Remark,
}

impl Row {
    fn unread(place: &str, id: &str, findings: Vec<Finding>) -> Self {
        Self {
            place: place.to_owned(),
            id: id.to_owned(),
            part: Part::Unread,
            findings,
        }
    }

    fn remark(place: &str, id: &str, findings: Vec<Finding>) -> Self {
        Self {
            part: Part::Remark,
            ..Self::unread(place, id, findings)
        }
    }
}

/// Reads files, all of one format, and gives each row as it is known. `university` is the organization number that providers
/// are held against. Only what the machine can not read is an error.
pub fn read(
    paths: &[PathBuf],
    format: Format,
    university: Option<&OrganizationNumber>,
    give: &mut dyn FnMut(Row),
) -> io::Result<()> {
    let mut ids = HashSet::new();
    let (mut has_offers, mut has_unread) = (false, false);
    let mut checked = |row: Row| {
        let row = once(row, &mut ids);
        has_offers |= matches!(row.part, Part::Offer(_) | Part::Withdrawal);
        has_unread |= row.part == Part::Unread;
        give(row);
    };
    match format {
        Format::Emil => emil::read(paths, university, &mut checked)?,
        Format::Csv => csv::read(paths, &mut checked)?,
    }
    if !has_offers && !has_unread {
        let names: Vec<_> = paths.iter().map(|path| crate::files::name(path)).collect();
        let names = names.join(", ");
        let finding = rules::no_offers().at("", names.clone());
        give(Row::unread(&names, "", vec![finding]));
    }
    Ok(())
}

/// A row whose id was not given before. What is too large to be sent counts as not read.
fn once(mut row: Row, ids: &mut HashSet<String>) -> Row {
    let is_item = matches!(row.part, Part::Offer(_) | Part::Withdrawal);
    if is_item && !ids.insert(row.id.clone()) {
        row.findings
            .push(rules::id_twice().at("id", row.id.clone()));
        row.part = Part::Remark;
    }
    if let Part::Offer(offer) = &row.part
        && judge::is_too_large(offer)
    {
        row.findings
            .push(rules::offer_too_large().at("", row.id.clone()));
        row.part = Part::Unread;
    }
    row
}
