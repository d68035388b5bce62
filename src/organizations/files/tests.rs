use std::path::PathBuf;

use super::*;
use crate::proto::v1::{
    OrganizationType, OrganizerType, SchoolForm, SchoolType, organization_ref::Identity,
};

fn sample(path: &str) -> Reading {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/samples")
        .join(path);
    Reading::of(&path, Format::of(&path), &mut |_| {}).expect("the sample can be read")
}

/// What was found, as key, field and rule.
fn told(reading: &Reading) -> Vec<(&str, &str, &str)> {
    fn tell(finding: &Finding) -> (&str, &str, &str) {
        (&finding.key, &finding.field, &finding.rule)
    }
    reading.findings.iter().map(tell).collect()
}

fn find<'a>(reading: &'a Reading, code: &str) -> &'a OrganizationRecord {
    let has = |record: &&OrganizationRecord| {
        record.school_unit_code == code || record.organization_number == code
    };
    reading.records.iter().find(has).expect("it was read")
}

fn form(
    school_type: SchoolType,
    grades: impl IntoIterator<Item = u32>,
    pupils: Option<u32>,
) -> SchoolForm {
    SchoolForm {
        school_type: school_type.into(),
        grades: grades.into_iter().collect(),
        pupils,
    }
}

#[test]
fn a_right_register_is_read_whole_in_every_encoding() {
    let reading = sample("register/right");
    assert_eq!(told(&reading), []);
    assert_eq!(
        (reading.records.len(), reading.rows, reading.refused()),
        (11, 12, 0)
    );
    let agency = find(&reading, "19266756");
    assert_eq!(agency.key, "specialskola.csv:2");
    assert_eq!(agency.school_forms, [form(SchoolType::Sp, 2..=10, None)]);
}

#[test]
fn a_unit_on_several_sheets_is_one_record() {
    let reading = sample("register/right");
    let unit = find(&reading, "48184058");
    assert_eq!(
        unit.school_forms,
        [
            form(SchoolType::Gran, 6..=9, None),
            form(SchoolType::Gr, 6..=9, Some(39))
        ]
    );
    assert_eq!(unit.key, "grundsarskola.csv:2");
}

#[test]
fn pupils_are_summed_by_form() {
    let reading = sample("register/right");
    let unit = find(&reading, "52293921");
    assert_eq!(
        unit.school_forms,
        [
            form(SchoolType::Fklass, [], Some(56)),
            form(SchoolType::Gr, 1..=9, Some(413))
        ]
    );
    assert_eq!(
        find(&reading, "85788659").school_forms,
        [form(SchoolType::Gy, [], Some(337))]
    );
    let parent = unit
        .parent
        .as_ref()
        .and_then(|parent| parent.identity.clone());
    assert_eq!(
        parent,
        Some(Identity::OrganizationNumber("2120000027".to_owned()))
    );
}

#[test]
fn an_organizer_is_as_the_register_writes_it_and_a_municipality_lies_where_its_units_do() {
    let reading = sample("register/right");
    let vallentuna = find(&reading, "2120000027");
    assert_eq!(vallentuna.display_name, "VALLENTUNA KOMMUN");
    assert_eq!(vallentuna.municipality_code, "0115");
    assert_eq!(vallentuna.organizer_type(), OrganizerType::Municipal);
    let company = find(&reading, "5567812069");
    assert_eq!(
        (company.organizer_type(), company.municipality_code.as_str()),
        (OrganizerType::Independent, "")
    );
    assert_eq!(
        find(&reading, "2021005745").organizer_type(),
        OrganizerType::State
    );
}

#[test]
fn every_fault_of_a_register_is_told_by_row() {
    let reading = sample("register/faulty");
    assert_eq!(
        told(&reading),
        [
            ("anteckningar.csv", "", "file.unknown"),
            ("grundsarskola.csv", "", "file.encoding"),
            ("grundskola.csv", "TRIVSEL", "file.column_unknown"),
            ("grundskola.csv:9", "", "file.cells"),
            (
                "grundskola.csv:3",
                "SKOLENHETSKOD",
                "register.twice_in_sheet"
            ),
            (
                "grundskola.csv:4",
                "KOMMUN",
                "municipality_code.leading_zero"
            ),
            (
                "grundskola.csv:5",
                "ORGANISATIONSNR",
                "organization_number.spreadsheet"
            ),
            (
                "grundskola.csv:6",
                "KOMMUN",
                "municipality_code.spreadsheet"
            ),
            (
                "grundskola.csv:7",
                "ORGANISATIONSNR",
                "organization_number.digit_lost"
            ),
            (
                "grundskola.csv:8",
                "SKOLENHETSKOD",
                "school_unit_code.length"
            ),
            (
                "grundskola.csv:8",
                "ORGANISATIONSNR",
                "organization_number.luhn"
            ),
            ("grundskola.csv:8", "KOMMUN", "municipality_code.county"),
            ("grundskola.csv:8", "NAMN", "file.cell_missing"),
            ("grundskola.csv:8", "ÅR1", "register.flag"),
            ("grundskola.csv:10", "ELEVER FKLASS", "register.pupils"),
            ("gymnasieskola.csv:2", "KOMMUN", "register.disagrees"),
            (
                "gymnasieskola.csv:3",
                "SKOLENHETSKOD",
                "school_unit_code.spreadsheet"
            ),
            (
                "huvudman.csv:3",
                "ORGANISATIONSNR",
                "register.twice_in_sheet"
            ),
            (
                "huvudman.csv:4",
                "ORGANISATIONSNR",
                "organization_number.luhn"
            ),
            (
                "huvudman.csv:5",
                "ORGANISATIONSNR",
                "organization_number.hyphen"
            ),
            ("huvudman.csv:6", "HUVUDMANNATYP", "register.organizer_type"),
            ("huvudman.csv:7", "NAMN", "file.cell_missing"),
            (
                "huvudman.csv:8",
                "ORGANISATIONSNR",
                "organization_number.century"
            ),
            ("sameskola.csv", "", "file.empty"),
            ("specialskola.csv", "SKOLANS NAMN", "file.column_unknown"),
            ("specialskola.csv", "NAMN", "file.column_missing"),
        ]
    );
    let read: Vec<_> = reading
        .records
        .iter()
        .map(|record| record.display_name.as_str())
        .collect();
    assert_eq!(
        read,
        [
            "VALLENTUNA KOMMUN",
            "Bällstabergsskolan",
            "Hagaskolan",
            "Hjälmstaskolan"
        ]
    );
    let remedy = reading
        .findings
        .iter()
        .find(|finding| finding.key == "grundskola.csv:4")
        .map(|finding| &finding.remedy_sv);
    assert!(remedy.is_some_and(|remedy| remedy.contains("0115")));
}

#[test]
fn what_the_register_lacks_comes_from_a_plain_file() {
    let reading = sample("organizations/sbs.csv");
    assert_eq!(told(&reading), []);
    let kinds: Vec<_> = reading
        .records
        .iter()
        .map(OrganizationRecord::r#type)
        .collect();
    assert_eq!(
        kinds,
        [
            OrganizationType::NationalAgency,
            OrganizationType::University,
            OrganizationType::University,
            OrganizationType::Administration,
            OrganizationType::Preschool,
            OrganizationType::Preschool,
        ]
    );
    assert_eq!(
        reading.records[4].school_forms,
        [form(SchoolType::Fs, [], None)]
    );
}

#[test]
fn predecessors_dates_and_forms_are_read() {
    let reading = sample("organizations/svenstavik.csv");
    assert_eq!(told(&reading), []);
    let merged = find(&reading, "60381291");
    assert_eq!(
        merged.school_forms,
        [
            form(SchoolType::Fklass, [], None),
            form(SchoolType::Gr, 1..=9, None)
        ]
    );
    let dates: Vec<_> = merged
        .predecessors
        .iter()
        .map(|predecessor| predecessor.date.as_str())
        .collect();
    assert_eq!(dates, ["2018-01-01", "2018-01-01"]);
    assert_eq!(
        (merged.start_date.as_str(), merged.end_date.as_str()),
        ("2018-01-01", "2019-12-31")
    );
}

#[test]
fn every_fault_of_a_plain_file_is_told_by_row() {
    let reading = sample("organizations/faulty.csv");
    assert_eq!(
        told(&reading),
        [
            ("faulty.csv:2", "type", "file.word"),
            ("faulty.csv:5", "parent", "organization_number.hyphen"),
            ("faulty.csv:6", "school_forms", "file.school_form"),
            ("faulty.csv:6", "parent", "file.reference"),
            ("faulty.csv:6", "predecessors", "file.predecessor"),
            (
                "faulty.csv:3",
                "organization_number",
                "organization_number.luhn"
            ),
            (
                "faulty.csv:4",
                "external_id",
                "organization.external_id_missing"
            ),
            ("egen nyckel", "end_date", "organization.end_before_start"),
            ("faulty.csv:8", "display_name", "contract.string.min_len"),
        ]
    );
    assert!(reading.records.is_empty());
}

#[test]
fn json_lines_are_read_and_their_faults_told_by_line() {
    let reading = sample("organizations/universities.jsonl");
    assert_eq!(
        told(&reading),
        [
            ("universities.jsonl:4", "", "file.json"),
            ("universities.jsonl:5", "", "file.json")
        ]
    );
    let keys: Vec<_> = reading
        .records
        .iter()
        .map(|record| record.key.as_str())
        .collect();
    assert_eq!(keys, ["universities.jsonl:1", "miun"]);
}

#[test]
fn a_folder_without_sheets_and_a_path_to_nothing_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let reading = Reading::of(folder.path(), Format::Register, &mut |_| {}).expect("it is there");
    assert_eq!(told(&reading), [("", "", "file.no_sheet")]);
    assert!(Reading::of(&folder.path().join("none"), Format::Csv, &mut |_| {}).is_err());
}
