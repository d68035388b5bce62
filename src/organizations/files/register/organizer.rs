//! A row of the sheet of organizers (huvudman).

use super::organizer_type;
use crate::{
    files::{
        rules as shared,
        table::{Columns, Row},
    },
    organizations::{
        codes::{OrganizationNumber, OrganizationNumberFault},
        files::{Reading, rules},
    },
    proto::v1::OrganizerType,
};

pub(super) const FILE: &str = "huvudman";
pub(super) const NUMBER: &str = "ORGANISATIONSNR";
const TYPE: &str = "HUVUDMANNATYP";
const NAME: &str = "NAMN";
const LEGAL_FORM: &str = "JURIDISK FORM";

pub(super) const COLUMNS: Columns<'static> = Columns {
    required: &[NUMBER, TYPE, NAME],
    known: &is_known,
    meant: &|heading| heading,
};

/// Columns that are there and say nothing of the organizer that its units do not say.
const OTHERS: &[&str] = &[
    LEGAL_FORM,
    "FÖRSKOLEKLASS",
    "FRITIDSHEM",
    "GRUNDSKOLA",
    "GYMNASIESKOLA",
    "GRUNDSÄRSKOLA",
    "GYMNSÄRSKOLA",
    "SPECIALSKOLA",
    "SAMESKOLA",
    "KOMMUNAL VUXENUTB.",
    "SÄRSKILD UTB. FÖR VUXNA",
    "KOMM. VUXENUTB. I SV. FÖR INV.",
    "POSTADRESS",
    "POSTNR",
    "POSTORT",
    "TELENR",
    "EPOST",
    "WEBB",
];

pub(super) struct OrganizerRow {
    pub(super) key: String,
    pub(super) number: OrganizationNumber,
    /// As the register writes it, which is in capitals for many.
    pub(super) name: String,
    pub(super) kind: OrganizerType,
    /// Whether it is a municipality, and not a body that municipalities have formed.
    pub(super) is_municipality: bool,
}

impl OrganizerRow {
    pub(super) fn read(row: &Row, reading: &mut Reading) -> Option<Self> {
        let number = row
            .cell(NUMBER)
            .parse()
            .map_err(OrganizationNumberFault::saying);
        let number = number
            .map_err(|saying| reading.say(&row.key, NUMBER, saying))
            .ok();
        let kind = organizer_type(row.cell(TYPE));
        if kind.is_none() {
            reading.say(&row.key, TYPE, rules::organizer_type());
        }
        let name = row.cell(NAME);
        if name.is_empty() {
            reading.say(&row.key, NAME, shared::cell_missing());
            return None;
        }
        Some(Self {
            key: row.key.clone(),
            number: number?,
            name: name.to_owned(),
            kind: kind?,
            is_municipality: row.cell(LEGAL_FORM) == "Kommuner",
        })
    }
}

fn is_known(column: &str) -> bool {
    OTHERS.contains(&column)
}
