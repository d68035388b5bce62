//! Imports into a register that grows by them.

mod parents;

use super::*;
use crate::proto::v1::{
    self, OrganizationRef, OrganizationType as Kind, OrganizerType, organization_ref::Identity,
};

fn today() -> Date {
    "2020-06-01".parse().expect("a day")
}

fn number(number: &str) -> OrganizationRef {
    OrganizationRef {
        identity: Some(Identity::OrganizationNumber(number.to_owned())),
    }
}

fn code(code: &str) -> OrganizationRef {
    OrganizationRef {
        identity: Some(Identity::SchoolUnitCode(code.to_owned())),
    }
}

fn own(value: &str) -> v1::ExternalId {
    v1::ExternalId {
        scheme: "own".to_owned(),
        value: value.to_owned(),
    }
}

fn area_ref(value: &str) -> OrganizationRef {
    OrganizationRef {
        identity: Some(Identity::ExternalId(own(value))),
    }
}

fn organizer(organization_number: &str) -> OrganizationRecord {
    OrganizationRecord {
        key: organization_number.to_owned(),
        r#type: Kind::Organizer.into(),
        display_name: "KOMMUN".to_owned(),
        organization_number: organization_number.to_owned(),
        organizer_type: OrganizerType::Municipal.into(),
        ..OrganizationRecord::default()
    }
}

fn unit(school_unit_code: &str, parent: OrganizationRef) -> OrganizationRecord {
    OrganizationRecord {
        key: school_unit_code.to_owned(),
        r#type: Kind::SchoolUnit.into(),
        display_name: "Skola".to_owned(),
        school_unit_code: school_unit_code.to_owned(),
        parent: Some(parent),
        ..OrganizationRecord::default()
    }
}

fn area(value: &str, parent: OrganizationRef) -> OrganizationRecord {
    OrganizationRecord {
        key: value.to_owned(),
        r#type: Kind::Area.into(),
        display_name: "Område".to_owned(),
        external_id: Some(own(value)),
        parent: Some(parent),
        ..OrganizationRecord::default()
    }
}

fn from(record: OrganizationRecord, predecessors: &[(&str, &str)]) -> OrganizationRecord {
    let predecessors = predecessors.iter().map(|(of, date)| v1::Predecessor {
        organization: Some(code(of)),
        date: (*date).to_owned(),
    });
    OrganizationRecord {
        predecessors: predecessors.collect(),
        ..record
    }
}

/// A register that grows by imports.
#[derive(Default)]
struct Kept {
    organizations: Vec<Organization>,
    successions: Vec<Succession>,
}

impl Kept {
    fn register(&self) -> Register {
        Register::new(self.organizations.clone(), self.successions.clone())
    }

    /// Imports, and gives outcomes by key with the rules that refused.
    fn import(&mut self, records: &[OrganizationRecord]) -> Vec<(String, Outcome, Vec<String>)> {
        let steps = plan(records, &self.register(), today(), Time::from_micros(7));
        let mut told = Vec::new();
        for step in steps {
            if let Some(organization) = &step.organization {
                self.organizations.retain(|kept| kept.id != organization.id);
                self.organizations.push(organization.clone());
            }
            self.successions.extend(&step.successions);
            let key = step
                .findings
                .first()
                .map_or_else(String::new, |finding| finding.key.clone());
            let rules = step
                .findings
                .iter()
                .map(|finding| finding.rule.replace("organization.", ""))
                .collect();
            told.push((key, step.outcome, rules));
        }
        told
    }

    fn outcomes(&mut self, records: &[OrganizationRecord]) -> Vec<Outcome> {
        self.import(records)
            .into_iter()
            .map(|(_, outcome, _)| outcome)
            .collect()
    }

    /// The refusals of an import, by key.
    fn refusals(&mut self, records: &[OrganizationRecord]) -> Vec<(String, String)> {
        let refused = self
            .import(records)
            .into_iter()
            .filter(|(_, outcome, _)| *outcome == Outcome::Refused);
        refused
            .map(|(key, _, rules)| (key, rules.join(" ")))
            .collect()
    }

    fn find(&self, code: &str) -> Option<&Organization> {
        let same = |organization: &&Organization| {
            organization
                .facts
                .unit_code
                .as_ref()
                .is_some_and(|unit_code| unit_code.as_str() == code)
        };
        self.organizations.iter().find(same)
    }
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(key, rule)| ((*key).to_owned(), (*rule).to_owned()))
        .collect()
}

const VALLENTUNA: &str = "2120000027";
const BERG: &str = "2120002502";

#[test]
fn a_changed_record_makes_the_next_revision_and_what_it_leaves_open_stays() {
    let mut kept = Kept::default();
    kept.import(&[organizer(BERG), unit("64147674", number(BERG))]);
    let renamed = OrganizationRecord {
        display_name: "Svenstaviks skola F-6".to_owned(),
        start_date: "2020-01-01".to_owned(),
        parent: None,
        ..unit("64147674", number(BERG))
    };
    assert_eq!(kept.outcomes(&[renamed]), [Outcome::Updated]);
    let found = kept.find("64147674").expect("registered");
    assert_eq!(
        (found.revision, found.facts.display_name.as_str()),
        (2, "Svenstaviks skola F-6")
    );
    assert!(found.facts.belongings.parent().is_some());

    let as_before = OrganizationRecord {
        display_name: "Svenstaviks skola F-6".to_owned(),
        ..unit("64147674", number(BERG))
    };
    assert_eq!(kept.outcomes(&[as_before]), [Outcome::Unchanged]);
}

#[test]
fn what_names_nothing_is_told_so() {
    let mut kept = Kept::default();
    let orphan = OrganizationRecord {
        parent: None,
        ..unit("57370453", number(BERG))
    };
    let records = [
        unit("64147674", number(BERG)),
        orphan,
        from(
            unit("63849173", number(VALLENTUNA)),
            &[("60381291", "2020-01-01")],
        ),
        organizer(VALLENTUNA),
    ];
    assert_eq!(
        kept.refusals(&records),
        pairs(&[
            ("64147674", "parent_unknown"),
            ("57370453", "parent_missing"),
            ("63849173", "predecessor_unknown")
        ])
    );
}

#[test]
fn the_second_record_of_one_organization_is_refused() {
    let mut kept = Kept::default();
    let records = [
        organizer(BERG),
        unit("64147674", number(BERG)),
        unit("64147674", number(BERG)),
    ];
    assert_eq!(
        kept.refusals(&records),
        pairs(&[("64147674", "twice_in_import")])
    );
    assert!(kept.find("64147674").is_some());
}

#[test]
fn codes_of_two_organizations_in_one_record_are_told() {
    let mut kept = Kept::default();
    let with_id = |code: &str, value: &str| OrganizationRecord {
        external_id: Some(own(value)),
        ..unit(code, number(BERG))
    };
    kept.import(&[
        organizer(BERG),
        with_id("64147674", "one"),
        with_id("63849173", "two"),
    ]);
    assert_eq!(
        kept.refusals(&[with_id("64147674", "two")]),
        pairs(&[("64147674", "identities_disagree")])
    );
    // A new code for a known external id is a change of code.
    assert_eq!(
        kept.outcomes(&[with_id("60381291", "one")]),
        [Outcome::Updated]
    );
    assert!(kept.find("64147674").is_none());
}

#[test]
fn an_organization_stays_what_it_is() {
    let mut kept = Kept::default();
    kept.import(&[organizer(BERG), area("office", number(BERG))]);
    let other = OrganizationRecord {
        r#type: Kind::Administration.into(),
        ..area("office", number(BERG))
    };
    assert_eq!(
        kept.refusals(&[other]),
        pairs(&[("office", "type_changed")])
    );
}

#[test]
fn a_school_comes_from_two_and_becomes_two() {
    let mut kept = Kept::default();
    let records = [
        organizer(BERG),
        unit("24753562", number(BERG)),
        unit("39932052", number(BERG)),
        from(
            unit("60381291", number(BERG)),
            &[("24753562", "2018-01-01"), ("39932052", "2018-01-01")],
        ),
        from(
            unit("64147674", number(BERG)),
            &[("60381291", "2020-01-01")],
        ),
        from(
            unit("63849173", number(BERG)),
            &[("60381291", "2020-01-01")],
        ),
    ];
    assert_eq!(kept.outcomes(&records), [Outcome::Created; 6]);
    assert_eq!(kept.successions.len(), 4);
    assert_eq!(kept.outcomes(&records), [Outcome::Unchanged; 6]);

    let back = from(
        unit("24753562", number(BERG)),
        &[("64147674", "2020-05-01")],
    );
    assert_eq!(
        kept.refusals(&[back]),
        pairs(&[("24753562", "predecessor_cycle")])
    );
    let other_day = from(
        unit("64147674", number(BERG)),
        &[("60381291", "2020-02-01")],
    );
    assert_eq!(
        kept.refusals(&[other_day]),
        pairs(&[("64147674", "predecessor_day")])
    );
}

#[test]
fn a_record_without_a_key_is_told_by_its_number() {
    let mut kept = Kept::default();
    let nameless = OrganizationRecord {
        key: String::new(),
        display_name: String::new(),
        ..organizer(BERG)
    };
    assert_eq!(
        kept.refusals(&[organizer(VALLENTUNA), nameless]),
        pairs(&[("#2", "name_blank")])
    );
}
