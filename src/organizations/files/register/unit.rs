//! A row of a sheet of school units.

use super::sheet::{self, Sheet};
use crate::{
    files::{
        rules as shared,
        table::{Columns, Row},
    },
    organizations::{
        codes::{
            MunicipalityCode, OrganizationNumber, OrganizationNumberFault, SchoolUnitCode,
            SchoolUnitCodeFault,
        },
        files::Reading,
    },
    proto::v1::SchoolForm,
};

pub(super) const CODE: &str = "SKOLENHETSKOD";
const ORGANIZER: &str = "ORGANISATIONSNR";
const NAME: &str = "NAMN";
const MUNICIPALITY: &str = "KOMMUN";

pub(super) const COLUMNS: Columns<'static> = Columns {
    required: &[CODE, ORGANIZER, NAME, MUNICIPALITY],
    known: &is_known,
    meant: &|heading| heading,
};

/// Columns of every sheet that are not read. Those that name or reach a person are among them.
const OTHERS: &[&str] = &[
    "HUVUDMANNATYP",
    "LÄN",
    "LÄNSNAMN",
    "KOMMUNNAMN",
    "ADRESS",
    "POSTNR",
    "POSTORT",
    "BESÖKSADRESS",
    "BESÖKSPOSTNR",
    "BESÖKSPOSTORT",
    "HUVUDMANS NAMN",
    "JURIDISK FORM",
    "INRIKTNING",
    "REKTORS NAMN",
    "EPOST",
    "TELENR",
    "WEBB",
];

/// Headings of programmes, which are not read, hold one of these words.
const PROGRAMMES: &[&str] = &[
    "PROGRAM",
    "UTBIL",
    "BACCALAUREATE",
    "INDIVIDUELL",
    "INTRODUKTION",
    "INRIKTAT VAL",
    "TEKNISKT ÅR",
];

/// What one sheet tells of a unit.
pub(super) struct UnitRow {
    pub(super) key: String,
    pub(super) code: SchoolUnitCode,
    pub(super) organizer: OrganizationNumber,
    pub(super) municipality: Option<MunicipalityCode>,
    pub(super) name: String,
    pub(super) forms: Vec<SchoolForm>,
}

impl UnitRow {
    /// Reads a row, and tells everything that is wrong with it.
    pub(super) fn read(row: &Row, sheet: &Sheet, reading: &mut Reading) -> Option<Self> {
        let code = row.cell(CODE).parse().map_err(SchoolUnitCodeFault::saying);
        let code = code
            .map_err(|saying| reading.say(&row.key, CODE, saying))
            .ok();
        let organizer = row
            .cell(ORGANIZER)
            .parse()
            .map_err(OrganizationNumberFault::saying);
        let organizer = organizer
            .map_err(|saying| reading.say(&row.key, ORGANIZER, saying))
            .ok();
        let municipality = Some(row.cell(MUNICIPALITY)).filter(|code| !code.is_empty());
        let municipality = municipality.map(str::parse::<MunicipalityCode>).transpose();
        let municipality = municipality
            .map_err(|fault| reading.say(&row.key, MUNICIPALITY, fault.saying()))
            .ok();
        let name = row.cell(NAME);
        if name.is_empty() {
            reading.say(&row.key, NAME, shared::cell_missing());
        }
        let forms = sheet.forms(row, reading);
        Some(Self {
            key: row.key.clone(),
            code: code?,
            organizer: organizer?,
            municipality: municipality?,
            name: Some(name).filter(|name| !name.is_empty())?.to_owned(),
            forms: forms?,
        })
    }

    /// The columns in which another row of the unit says something else.
    pub(super) fn differs(&self, other: &Self) -> Vec<&'static str> {
        let columns = [
            (ORGANIZER, self.organizer == other.organizer),
            (MUNICIPALITY, self.municipality == other.municipality),
            (NAME, self.name == other.name),
        ];
        columns
            .into_iter()
            .filter(|(_, same)| !same)
            .map(|(column, _)| column)
            .collect()
    }

    /// Adds forms from another sheet. A form on two sheets, as a preschool class may be, is one.
    pub(super) fn add_forms(&mut self, forms: Vec<SchoolForm>) {
        for form in forms {
            let known = self
                .forms
                .iter_mut()
                .find(|known| known.school_type == form.school_type);
            match known {
                Some(known) if known.pupils.is_none() => known.pupils = form.pupils,
                Some(_) => {}
                None => self.forms.push(form),
            }
        }
    }
}

fn is_known(column: &str) -> bool {
    let is_year = column
        .strip_prefix(sheet::YEAR)
        .is_some_and(|year| matches!(year.parse(), Ok(1..=10)));
    OTHERS.contains(&column)
        || is_year
        || column == sheet::PRESCHOOL_CLASS
        || column.starts_with("ELEVER ")
        || column.starts_with("TOTALT ANTAL ELEVER ")
        || PROGRAMMES.iter().any(|word| column.contains(word))
}
