use super::*;
use v1::OrganizationType as Kind;

fn today() -> Date {
    "2020-06-01".parse().expect("a day")
}

fn read(wire: &OrganizationRecord) -> Result<Record, Vec<(String, String)>> {
    Record::read(wire, &wire.key, today()).map_err(|Faulty { findings, .. }| {
        assert!(findings.iter().all(|finding| finding.key == wire.key));
        findings
            .into_iter()
            .map(|finding| (finding.field, finding.rule))
            .collect()
    })
}

fn said(wire: &OrganizationRecord) -> Vec<(String, String)> {
    read(wire).expect_err("refused")
}

fn by_number(number: &str) -> v1::OrganizationRef {
    v1::OrganizationRef {
        identity: Some(organization_ref::Identity::OrganizationNumber(
            number.to_owned(),
        )),
    }
}

fn by_code(code: &str) -> v1::OrganizationRef {
    v1::OrganizationRef {
        identity: Some(organization_ref::Identity::SchoolUnitCode(code.to_owned())),
    }
}

fn organizer() -> OrganizationRecord {
    OrganizationRecord {
        key: "huvudman.csv:3".to_owned(),
        r#type: Kind::Organizer.into(),
        display_name: "VALLENTUNA KOMMUN".to_owned(),
        organization_number: "2120000027".to_owned(),
        organizer_type: OrganizerType::Municipal.into(),
        municipality_code: "0115".to_owned(),
        ..OrganizationRecord::default()
    }
}

fn unit() -> OrganizationRecord {
    OrganizationRecord {
        key: "grundskola.csv:17".to_owned(),
        r#type: Kind::SchoolUnit.into(),
        display_name: "Karbyskolan".to_owned(),
        school_unit_code: "57370453".to_owned(),
        parent: Some(by_number("2120000027")),
        ..OrganizationRecord::default()
    }
}

fn preschool() -> OrganizationRecord {
    OrganizationRecord {
        r#type: Kind::Preschool.into(),
        display_name: "Ormsta förskola".to_owned(),
        school_unit_code: String::new(),
        external_id: Some(v1::ExternalId {
            scheme: "vallentuna".to_owned(),
            value: "ormsta".to_owned(),
        }),
        ..unit()
    }
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(field, rule)| ((*field).to_owned(), format!("organization.{rule}")))
        .collect()
}

#[test]
fn right_records_of_every_sort_are_read() {
    for wire in [organizer(), unit(), preschool()] {
        assert!(read(&wire).is_ok(), "{wire:?}");
    }
}

#[test]
fn everything_wrong_is_told_at_once() {
    let wire = OrganizationRecord {
        display_name: " \t".to_owned(),
        organization_number: "2120000028".to_owned(),
        school_unit_code: "52293921".to_owned(),
        municipality_code: "115".to_owned(),
        parent: Some(by_number("2120000028")),
        start_date: "2020-02-30".to_owned(),
        end_date: "1/7".to_owned(),
        ..organizer()
    };
    let rules: Vec<_> = said(&wire).into_iter().map(|(_, rule)| rule).collect();
    assert_eq!(
        rules,
        [
            "organization.name_blank",
            "organization_number.luhn",
            "municipality_code.leading_zero",
            "organization_number.luhn",
            "date.no_such_day",
            "date.form",
            "organization.unit_code_forbidden",
            "organization.parent_forbidden",
        ]
    );
}

#[test]
fn each_type_has_the_codes_that_it_must_and_no_others() {
    let nameless = OrganizationRecord {
        organization_number: String::new(),
        ..organizer()
    };
    assert_eq!(
        said(&nameless),
        pairs(&[("organization_number", "number_missing")])
    );

    let codeless = OrganizationRecord {
        school_unit_code: String::new(),
        ..unit()
    };
    assert_eq!(
        said(&codeless),
        pairs(&[("school_unit_code", "unit_code_missing")])
    );

    let numbered = OrganizationRecord {
        organization_number: "2120000027".to_owned(),
        ..preschool()
    };
    assert_eq!(
        said(&numbered),
        pairs(&[
            ("organization_number", "number_forbidden"),
            ("parent", "own_parent")
        ])
    );

    let unknown = OrganizationRecord {
        external_id: None,
        ..preschool()
    };
    assert_eq!(
        said(&unknown),
        pairs(&[("external_id", "external_id_missing")])
    );

    let typed = OrganizationRecord {
        organizer_type: OrganizerType::State.into(),
        ..unit()
    };
    assert_eq!(
        said(&typed),
        pairs(&[("organizer_type", "organizer_type_forbidden")])
    );
}

#[test]
fn a_code_that_can_not_be_read_is_not_missing_as_well() {
    let wire = OrganizationRecord {
        school_unit_code: "57370453.0".to_owned(),
        ..unit()
    };
    assert_eq!(
        said(&wire),
        [(
            "school_unit_code".to_owned(),
            "school_unit_code.spreadsheet".to_owned()
        )]
    );
}

#[test]
fn only_units_teach_and_each_form_once() {
    let form = |school_type: v1::SchoolType| SchoolForm {
        school_type: school_type.into(),
        grades: vec![3, 1, 2],
        pupils: None,
    };
    let teaching = OrganizationRecord {
        school_forms: vec![form(v1::SchoolType::Gr)],
        ..organizer()
    };
    assert_eq!(
        said(&teaching),
        pairs(&[("school_forms", "school_forms_forbidden")])
    );

    let twice = OrganizationRecord {
        school_forms: vec![form(v1::SchoolType::Gr), form(v1::SchoolType::Gr)],
        ..unit()
    };
    assert_eq!(
        said(&twice),
        pairs(&[("school_forms[1].school_type", "school_form_twice")])
    );

    let both = OrganizationRecord {
        school_forms: vec![form(v1::SchoolType::Gr), form(v1::SchoolType::Fklass)],
        ..unit()
    };
    let forms = read(&both).expect("right").school_forms;
    assert_eq!(forms[0].school_type(), v1::SchoolType::Fklass);
    assert_eq!(forms[1].grades, [1, 2, 3]);
}

#[test]
fn dates_go_forwards_and_not_beyond_today() {
    let backwards = OrganizationRecord {
        start_date: "2020-01-02".to_owned(),
        end_date: "2020-01-01".to_owned(),
        ..unit()
    };
    assert_eq!(said(&backwards), pairs(&[("end_date", "end_before_start")]));

    let tomorrow = OrganizationRecord {
        parent_since: "2020-06-02".to_owned(),
        ..unit()
    };
    assert_eq!(said(&tomorrow), pairs(&[("parent_since", "in_the_future")]));

    let nowhere = OrganizationRecord {
        parent: None,
        parent_since: "2020-05-01".to_owned(),
        ..unit()
    };
    assert_eq!(
        said(&nowhere),
        pairs(&[("parent_since", "parent_since_alone")])
    );
}

#[test]
fn nothing_comes_from_itself_or_twice_from_another_or_in_the_future() {
    let from = |code: &str, date: &str| v1::Predecessor {
        organization: Some(by_code(code)),
        date: date.to_owned(),
    };
    let wire = OrganizationRecord {
        predecessors: vec![
            from("57370453", "2018-07-01"),
            from("24753562", "2018-07-01"),
            from("24753562", "2018-07-01"),
            from("39932052", "2021-07-01"),
            from("60381291", "2018-06-31"),
        ],
        ..unit()
    };
    assert_eq!(
        said(&wire),
        [
            (
                "predecessors[4].date".to_owned(),
                "date.no_such_day".to_owned()
            ),
            (
                "predecessors[0].organization".to_owned(),
                "organization.own_predecessor".to_owned()
            ),
            (
                "predecessors[2].organization".to_owned(),
                "organization.predecessor_twice".to_owned()
            ),
            (
                "predecessors[3].date".to_owned(),
                "organization.in_the_future".to_owned()
            ),
        ]
    );
}
