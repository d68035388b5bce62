//! A CSV file with the fields of a record as its columns: for what the national register does not have, such as
//! universities, administrations, areas, preschools, predecessors and dates.

use uuid::Uuid;

use super::{File, Reading, rules};
use crate::{
    files::table::{Columns, Row},
    organizations::{
        codes::{OrganizationNumber, OrganizationNumberFault, SchoolUnitCode, SchoolUnitCodeFault},
        findings::Saying,
    },
    proto::v1::{
        ExternalId, OrganizationRecord, OrganizationRef, OrganizationType, OrganizerType,
        Predecessor, SchoolForm, SchoolType, organization_ref::Identity,
    },
};

const OTHERS: &[&str] = &[
    "KEY",
    "ORGANIZATION_NUMBER",
    "SCHOOL_UNIT_CODE",
    "MUNICIPALITY_CODE",
    "ORGANIZER_TYPE",
    "SCHOOL_FORMS",
    "EXTERNAL_ID",
    "PARENT",
    "PARENT_SINCE",
    "START_DATE",
    "END_DATE",
    "PREDECESSORS",
];
const COLUMNS: Columns<'static> = Columns {
    required: &["TYPE", "DISPLAY_NAME"],
    known: &|column| OTHERS.contains(&column),
    meant: &|heading| heading,
};

pub(super) fn read(file: &File, reading: &mut Reading, progress: &mut dyn FnMut(usize)) {
    for row in reading.rows_of(file, &COLUMNS) {
        progress(1);
        let record = record(&row);
        match record {
            Ok(record) => reading.records.push(record),
            Err(said) => said
                .into_iter()
                .for_each(|(column, saying)| reading.say(&row.key, column, saying)),
        }
    }
}

fn record(row: &Row) -> Result<OrganizationRecord, Vec<(&'static str, Saying)>> {
    let mut said = Vec::new();
    let mut record = OrganizationRecord {
        key: row.key.clone(),
        display_name: row.cell("DISPLAY_NAME").to_owned(),
        organization_number: row.cell("ORGANIZATION_NUMBER").to_owned(),
        school_unit_code: row.cell("SCHOOL_UNIT_CODE").to_owned(),
        municipality_code: row.cell("MUNICIPALITY_CODE").to_owned(),
        parent_since: row.cell("PARENT_SINCE").to_owned(),
        start_date: row.cell("START_DATE").to_owned(),
        end_date: row.cell("END_DATE").to_owned(),
        ..OrganizationRecord::default()
    };
    if !row.cell("KEY").is_empty() {
        row.cell("KEY").clone_into(&mut record.key);
    }
    match kind(row.cell("TYPE")) {
        Some(kind) => record.r#type = kind.into(),
        None => said.push(("type", rules::word("national-agency, organizer, administration, area, school-unit, preschool, university"))),
    }
    match row.cell("ORGANIZER_TYPE") {
        "" => {}
        text => match organizer_type(text) {
            Some(kind) => record.organizer_type = kind.into(),
            None => said.push(("organizer_type", rules::organizer_type())),
        },
    }
    for text in parts(row.cell("SCHOOL_FORMS")) {
        match form(text) {
            Some(form) => record.school_forms.push(form),
            None => said.push(("school_forms", rules::form())),
        }
    }
    match row.cell("EXTERNAL_ID") {
        "" => {}
        text => match external(text) {
            Some(id) => record.external_id = Some(id),
            None => said.push(("external_id", rules::reference())),
        },
    }
    match row.cell("PARENT") {
        "" => {}
        text => match reference(text) {
            Ok(parent) => record.parent = Some(parent),
            Err(saying) => said.push(("parent", saying)),
        },
    }
    for text in parts(row.cell("PREDECESSORS")) {
        match predecessor(text) {
            Ok(predecessor) => record.predecessors.push(predecessor),
            Err(saying) => said.push(("predecessors", saying)),
        }
    }
    if said.is_empty() {
        Ok(record)
    } else {
        Err(said)
    }
}

/// What stands between bars.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split('|')
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

/// A type by its name in the contract, or its Swedish one.
fn kind(text: &str) -> Option<OrganizationType> {
    Some(match text.to_lowercase().replace('_', "-").as_str() {
        "national-agency" | "myndighet" => OrganizationType::NationalAgency,
        "organizer" | "huvudman" => OrganizationType::Organizer,
        "administration" | "förvaltning" => OrganizationType::Administration,
        "area" | "område" | "verksamhetsområde" => OrganizationType::Area,
        "school-unit" | "skolenhet" => OrganizationType::SchoolUnit,
        "preschool" | "förskola" => OrganizationType::Preschool,
        "university" | "lärosäte" => OrganizationType::University,
        _ => return None,
    })
}

fn organizer_type(text: &str) -> Option<OrganizerType> {
    OrganizerType::from_str_name(&format!("ORGANIZER_TYPE_{}", text.to_uppercase()))
        .filter(|kind| *kind != OrganizerType::Unspecified)
        .or_else(|| super::register::organizer_type(text))
}

/// A form, its years and its pupils: `GR:1-6:213`, `GR:1-3,7`, `FKLASS::40`, `FS`.
fn form(text: &str) -> Option<SchoolForm> {
    let mut parts = text.split(':').map(str::trim);
    let school_type =
        SchoolType::from_str_name(&format!("SCHOOL_TYPE_{}", parts.next()?.to_uppercase()))?;
    let grades = match parts.next().filter(|years| !years.is_empty()) {
        Some(years) => years
            .split(',')
            .map(span)
            .collect::<Option<Vec<_>>>()?
            .concat(),
        None => Vec::new(),
    };
    let pupils = parts
        .next()
        .filter(|pupils| !pupils.is_empty())
        .map(str::parse)
        .transpose()
        .ok()?;
    let whole = parts.next().is_none() && school_type != SchoolType::Unspecified;
    whole.then_some(SchoolForm {
        school_type: school_type.into(),
        grades,
        pupils,
    })
}

fn span(text: &str) -> Option<Vec<u32>> {
    let year = |text: &str| {
        text.trim()
            .parse::<u32>()
            .ok()
            .filter(|year| (1..=10).contains(year))
    };
    match text.split_once('-') {
        Some((first, last)) => Some((year(first)?..=year(last)?).collect()),
        None => Some(vec![year(text)?]),
    }
}

fn external(text: &str) -> Option<ExternalId> {
    let (scheme, value) = text.split_once('=')?;
    Some(ExternalId {
        scheme: scheme.trim().to_owned(),
        value: value.trim().to_owned(),
    })
}

/// An organization by whichever of its identities. A code that was spoilt is told for what it was.
fn reference(text: &str) -> Result<OrganizationRef, Saying> {
    let identity = if let Some(id) = external(text) {
        Identity::ExternalId(id)
    } else if Uuid::try_parse(text).is_ok() {
        Identity::Id(text.to_owned())
    } else if text.bytes().filter(u8::is_ascii_digit).count() >= 9 {
        let number: OrganizationNumber = text.parse().map_err(OrganizationNumberFault::saying)?;
        Identity::OrganizationNumber(number.to_string())
    } else if text.bytes().any(|byte| byte.is_ascii_digit()) {
        let code: SchoolUnitCode = text.parse().map_err(SchoolUnitCodeFault::saying)?;
        Identity::SchoolUnitCode(code.to_string())
    } else {
        return Err(rules::reference());
    };
    Ok(OrganizationRef {
        identity: Some(identity),
    })
}

/// What an organization came from, and the day: `60381291@2020-01-01`.
fn predecessor(text: &str) -> Result<Predecessor, Saying> {
    let (organization, date) = text.rsplit_once('@').ok_or_else(rules::predecessor)?;
    Ok(Predecessor {
        organization: Some(reference(organization.trim())?),
        date: date.trim().to_owned(),
    })
}
