//! The national register of school units (Skolenhetsregistret), as a folder with a CSV file for each sheet.
//!
//! A unit stands on the sheet of every form that it teaches, so its rows are put together. Columns that name persons are
//! not read.

mod organizer;
mod sheet;
mod unit;

use std::collections::{BTreeMap, HashMap};

use super::{File, Reading, rules};
use crate::{
    organizations::codes::{MunicipalityCode, OrganizationNumber, SchoolUnitCode},
    proto::v1::{
        OrganizationRecord, OrganizationRef, OrganizationType, OrganizerType,
        organization_ref::Identity,
    },
};
use organizer::OrganizerRow;
use sheet::Sheet;
use unit::UnitRow;

/// What the sheets have told so far.
#[derive(Default)]
struct Gathered {
    organizers: Vec<OrganizerRow>,
    units: Vec<UnitRow>,
    places: HashMap<SchoolUnitCode, usize>,
}

pub(super) fn read(files: &[File], reading: &mut Reading, progress: &mut dyn FnMut(usize)) {
    let mut gathered = Gathered::default();
    let mut sheets = 0;
    for file in files {
        let stem = file.name.to_lowercase();
        let stem = stem.strip_suffix(".csv").unwrap_or(&stem);
        if stem == organizer::FILE {
            gathered.organizers(file, reading, progress);
        } else if let Some(sheet) = sheet::named(stem) {
            gathered.units(file, sheet, reading, progress);
        } else {
            reading.say(&file.name, "", rules::unknown_file());
            continue;
        }
        sheets += 1;
    }
    if sheets == 0 {
        reading.say("", "", rules::no_sheet());
    }
    let municipalities = gathered.municipalities();
    reading
        .records
        .extend(gathered.organizers.into_iter().map(|organizer| {
            let municipality = municipalities.get(&organizer.number).cloned();
            organizer.record(municipality)
        }));
    reading
        .records
        .extend(gathered.units.into_iter().map(UnitRow::record));
}

impl Gathered {
    fn organizers(&mut self, file: &File, reading: &mut Reading, progress: &mut dyn FnMut(usize)) {
        let mut seen: HashMap<OrganizationNumber, String> = HashMap::new();
        for row in reading.rows_of(file, &organizer::COLUMNS) {
            progress(1);
            let Some(organizer) = OrganizerRow::read(&row, reading) else {
                continue;
            };
            if let Some(first) = seen.get(&organizer.number) {
                reading.say(&row.key, organizer::NUMBER, rules::twice_in_sheet(first));
                continue;
            }
            seen.insert(organizer.number.clone(), row.key);
            self.organizers.push(organizer);
        }
    }

    fn units(
        &mut self,
        file: &File,
        sheet: &Sheet,
        reading: &mut Reading,
        progress: &mut dyn FnMut(usize),
    ) {
        let mut seen: HashMap<SchoolUnitCode, String> = HashMap::new();
        for row in reading.rows_of(file, &unit::COLUMNS) {
            progress(1);
            let Some(unit) = UnitRow::read(&row, sheet, reading) else {
                continue;
            };
            if let Some(first) = seen.get(&unit.code) {
                reading.say(&row.key, unit::CODE, rules::twice_in_sheet(first));
                continue;
            }
            seen.insert(unit.code.clone(), row.key);
            self.put_together(unit, reading);
        }
    }

    /// Adds the forms of a row to what earlier sheets told of the unit.
    fn put_together(&mut self, unit: UnitRow, reading: &mut Reading) {
        let next = self.units.len();
        let place = *self.places.entry(unit.code.clone()).or_insert(next);
        let Some(known) = self.units.get_mut(place) else {
            self.units.push(unit);
            return;
        };
        let differing = known.differs(&unit);
        for column in &differing {
            reading.say(&unit.key, column, rules::disagrees(&known.key));
        }
        if differing.is_empty() {
            known.add_forms(unit.forms);
        }
    }

    /// The municipality that each municipal organizer is, which its own sheet does not say: the one in which most of its
    /// units lie.
    fn municipalities(&self) -> HashMap<OrganizationNumber, MunicipalityCode> {
        let mut units: HashMap<&OrganizationNumber, BTreeMap<&MunicipalityCode, usize>> =
            HashMap::new();
        for unit in &self.units {
            if let Some(municipality) = &unit.municipality {
                *units
                    .entry(&unit.organizer)
                    .or_default()
                    .entry(municipality)
                    .or_default() += 1;
            }
        }
        let of = |organizer: &OrganizerRow| {
            let most = units
                .get(&organizer.number)?
                .iter()
                .max_by_key(|(_, units)| **units)?;
            Some((organizer.number.clone(), (*most.0).clone()))
        };
        self.organizers
            .iter()
            .filter(|organizer| organizer.is_municipality)
            .filter_map(of)
            .collect()
    }
}

impl OrganizerRow {
    fn record(self, municipality: Option<MunicipalityCode>) -> OrganizationRecord {
        OrganizationRecord {
            key: self.key,
            r#type: OrganizationType::Organizer.into(),
            display_name: self.name,
            organization_number: self.number.to_string(),
            municipality_code: municipality
                .map(|code| code.to_string())
                .unwrap_or_default(),
            organizer_type: self.kind.into(),
            ..OrganizationRecord::default()
        }
    }
}

impl UnitRow {
    fn record(self) -> OrganizationRecord {
        OrganizationRecord {
            key: self.key,
            r#type: OrganizationType::SchoolUnit.into(),
            display_name: self.name,
            school_unit_code: self.code.to_string(),
            municipality_code: self
                .municipality
                .map(|code| code.to_string())
                .unwrap_or_default(),
            school_forms: self.forms,
            parent: Some(OrganizationRef {
                identity: Some(Identity::OrganizationNumber(self.organizer.to_string())),
            }),
            ..OrganizationRecord::default()
        }
    }
}

/// The kind of organizer, in any spelling of the registers.
pub(super) fn organizer_type(text: &str) -> Option<OrganizerType> {
    Some(match text.to_lowercase().as_str() {
        "kommunal" | "kommun" => OrganizerType::Municipal,
        "enskild" | "fristående" => OrganizerType::Independent,
        "region" => OrganizerType::Region,
        "statlig" | "stat" | "same" | "sameskolan" => OrganizerType::State,
        _ => return None,
    })
}
