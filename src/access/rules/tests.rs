use super::*;
use crate::{
    access::{register::Snapshot, tree::Tree},
    contract,
};

const NOW: Time = Time::from_micros(1_790_000_000_000_000);

const AGENCY: Uuid = Uuid::from_u128(1);
const UNIVERSITY: Uuid = Uuid::from_u128(2);
const UNIT: Uuid = Uuid::from_u128(3);
const CLOSED_UNIT: Uuid = Uuid::from_u128(4);

fn officer() -> Caller {
    let mut tree = Tree::default();
    tree.put(AGENCY, OrganizationType::NationalAgency, None);
    tree.put(UNIVERSITY, OrganizationType::University, None);
    tree.put(UNIT, OrganizationType::SchoolUnit, None);
    tree.put(CLOSED_UNIT, OrganizationType::SchoolUnit, None);
    tree.close(CLOSED_UNIT, Some(NOW.plus_seconds(-86_400).date()));
    let own = NewGrant {
        subject: "exchange:officer".to_owned(),
        ..new(Role::AgencyOfficer, AGENCY, AGENCY)
    };
    let snapshot = Snapshot::of(tree, [own.made(Uuid::from_u128(9), NOW)]);
    Caller::new(
        "exchange:officer",
        NOW,
        NOW,
        contract::get(),
        Arc::new(snapshot),
    )
}

fn new(role: Role, organization: Uuid, home: Uuid) -> NewGrant {
    NewGrant {
        subject: "exchange:anna".to_owned(),
        role,
        organization,
        home,
        round: None,
        not_after: None,
    }
}

/// What is wrong with the grant: fields, rules, and what to do.
fn told(new: &NewGrant) -> Vec<(String, String, String)> {
    let officer = officer();
    let granting = granting(&officer, new).expect("the officer may grant it");
    let faults = faults(&officer, granting, new, &["exchange", "idp"]).into_iter();
    faults
        .map(|fault| (fault.field, fault.rule, fault.description))
        .collect()
}

fn rules(new: &NewGrant) -> Vec<String> {
    told(new).into_iter().map(|(_, rule, _)| rule).collect()
}

#[test]
fn nothing_new_is_granted_at_an_organization_that_has_ended() {
    assert_eq!(told(&new(Role::Principal, UNIT, UNIT)), []);
    let [(field, rule, _)] = &told(&new(Role::Principal, CLOSED_UNIT, CLOSED_UNIT))[..] else {
        panic!("one fault");
    };
    assert_eq!(
        (field.as_str(), rule.as_str()),
        ("organization_id", "grant.organization_ended")
    );
}

#[test]
fn an_assignment_is_for_somebody_of_another_organization() {
    let supporter = |home| rules(&new(Role::MethodSupporter, UNIT, home));
    assert_eq!(supporter(AGENCY), [""; 0]);
    assert_eq!(supporter(UNIT), ["grant.other_home"]);
    assert_eq!(
        rules(&new(Role::Principal, UNIT, UNIVERSITY)),
        ["grant.same_home"]
    );
}

#[test]
fn an_assignment_is_for_somebody_from_where_the_role_comes() {
    let from_the_university = told(&new(Role::MethodSupporter, UNIT, UNIVERSITY));
    let [(field, rule, description)] = &from_the_university[..] else {
        panic!("one fault");
    };
    assert_eq!(
        (field.as_str(), rule.as_str()),
        ("home_organization_id", "grant.home_at")
    );
    assert!(description.ends_with("name one of these types: ORGANIZATION_TYPE_NATIONAL_AGENCY."));
    for (role, rule) in contract::get().roles().filter(|(_, rule)| rule.assigned) {
        for (home, kind) in [
            (AGENCY, OrganizationType::NationalAgency),
            (UNIVERSITY, OrganizationType::University),
            (CLOSED_UNIT, OrganizationType::SchoolUnit),
        ] {
            let refused = rules(&new(role, UNIT, home)).contains(&"grant.home_at".to_owned());
            assert_eq!(
                refused,
                !rule.home_at.contains(&kind),
                "{role:?} of {kind:?}"
            );
        }
    }
}

#[test]
fn what_to_do_is_told_with_the_types_that_would_do() {
    let at_the_agency = told(&new(Role::Principal, AGENCY, AGENCY));
    let [(field, rule, description)] = &at_the_agency[..] else {
        panic!("one fault");
    };
    assert_eq!(
        (field.as_str(), rule.as_str()),
        ("organization_id", "grant.granted_at")
    );
    assert!(description.ends_with(
        "name one of these types: ORGANIZATION_TYPE_SCHOOL_UNIT, ORGANIZATION_TYPE_PRESCHOOL."
    ));
}

#[test]
fn a_subject_is_of_an_issuer_whose_tokens_are_accepted() {
    let subject = |subject: &str| NewGrant {
        subject: subject.to_owned(),
        ..new(Role::Principal, UNIT, UNIT)
    };
    assert_eq!(told(&subject("idp:anna")), []);
    for unknown in ["idp2:anna", "id:anna", "anna"] {
        let [(field, rule, description)] = &told(&subject(unknown))[..] else {
            panic!("one fault");
        };
        assert_eq!(
            (field.as_str(), rule.as_str()),
            ("subject", "grant.known_issuer")
        );
        assert!(description.ends_with("and a colon: exchange, idp."));
    }
}

#[test]
fn an_end_lies_ahead() {
    let until = |end| NewGrant {
        not_after: Some(end),
        ..new(Role::Principal, UNIT, UNIT)
    };
    assert_eq!(rules(&until(NOW.plus_seconds(1))), [""; 0]);
    assert_eq!(rules(&until(NOW)), ["grant.end_ahead"]);
}
