//! The matrix in the documents is that of the contract, and no rule can go without its showing.

use std::{env, fs};

use super::*;
use crate::{
    contract::{self, KindRule, RoleRule},
    proto::v1::{DocumentState, Reach},
};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/access-matrix.txt");

#[test]
fn the_reviewed_text_is_what_the_contract_says() {
    let text = text(contract::get());
    if env::var_os("UPDATE_MATRIX").is_some() {
        fs::write(FILE, &text).unwrap();
    }
    let reviewed = fs::read_to_string(FILE).unwrap_or_default();
    let differs = text
        .lines()
        .zip(reviewed.lines())
        .find(|(now, reviewed)| now != reviewed);
    assert!(
        text == reviewed,
        "docs/access-matrix.txt is not what the contract says, first at {differs:#?}; write it anew with \
         UPDATE_MATRIX=1 and review the difference",
    );
}

/// All that the matrix says of a role.
fn said_of(role: Role, contract: &'static Contract) -> (String, Vec<String>) {
    let cells = cells_of(contract, |holder| holder.role == role);
    let said = cells.iter().map(|cell| {
        let Cell {
            method,
            act,
            holder,
            about,
            relation,
            spot,
            verdict,
        } = cell;
        format!(
            "{} {act:?} {holder:?} {about:?} {relation:?} {spot:?} {verdict:?}",
            method.path
        )
    });
    (text::roles(contract), said.collect())
}

/// The contract with one rule changed.
fn with(change: impl FnOnce(&mut Contract)) -> &'static Contract {
    let mut contract = contract::get().rules_alone();
    change(&mut contract);
    Box::leak(Box::new(contract))
}

/// A rule by name, and how to take it away.
type Taking = (String, Box<dyn Fn(&mut RoleRule)>);

/// Each way of taking one thing away from a role.
fn takings(rule: &RoleRule) -> Vec<Taking> {
    let mut takings: Vec<Taking> = Vec::new();
    for act in rule.acts.clone() {
        takings.push((
            format!("{act:?}"),
            Box::new(move |rule| rule.acts.retain(|known| *known != act)),
        ));
    }
    for kind in rule.granted_at.clone() {
        takings.push((
            format!("{kind:?}"),
            Box::new(move |rule| rule.granted_at.retain(|known| *known != kind)),
        ));
    }
    for kind in rule.home_at.clone() {
        takings.push((
            format!("home at {kind:?}"),
            Box::new(move |rule| rule.home_at.retain(|known| *known != kind)),
        ));
    }
    for role in rule.may_grant.clone() {
        takings.push((
            format!("grant {role:?}"),
            Box::new(move |rule| rule.may_grant.retain(|known| *known != role)),
        ));
    }
    takings.push((
        "assigned".to_owned(),
        Box::new(|rule| rule.assigned = !rule.assigned),
    ));
    takings.push((
        "round".to_owned(),
        Box::new(|rule| rule.round_required = !rule.round_required),
    ));
    takings.push((
        "end".to_owned(),
        Box::new(|rule| rule.end_required = !rule.end_required),
    ));
    takings.extend(reaches(rule));
    takings
}

fn reaches(rule: &RoleRule) -> Vec<Taking> {
    let lesser = |reach: Reach| match reach {
        Reach::Unspecified => None,
        Reach::Own => Some(Reach::Unspecified),
        Reach::OwnAndBelow => Some(Reach::Own),
        Reach::Nation => Some(Reach::OwnAndBelow),
    };
    let mut takings: Vec<Taking> = Vec::new();
    if let Some(reach) = lesser(rule.author) {
        takings.push((
            "author".to_owned(),
            Box::new(move |rule| rule.author = reach),
        ));
    }
    if let Some(reach) = lesser(rule.review) {
        takings.push((
            "review".to_owned(),
            Box::new(move |rule| rule.review = reach),
        ));
    }
    if let Some(reach) = lesser(rule.read) {
        takings.push(("read".to_owned(), Box::new(move |rule| rule.read = reach)));
    }
    if rule.acts.contains(&Act::ReadDocuments) {
        let nothing = DocumentState::Unspecified;
        takings.push((
            "sees_others_from".to_owned(),
            Box::new(move |rule| rule.sees_others_from = nothing),
        ));
        takings.push((
            "sees_own_from".to_owned(),
            Box::new(move |rule| rule.sees_own_from = nothing),
        ));
    }
    takings
}

/// Whether taking this away takes nothing yet: there is no document to which it could apply, or all see it anyway.
fn is_idle(role: Role, read: Reach, taking: &str) -> bool {
    let takes_part = contract::get().kinds().any(|(_, kind)| {
        [&kind.authors, &kind.reviewers, &kind.readers]
            .into_iter()
            .any(|part| part.contains(&role))
    });
    match taking {
        "sees_others_from" if takes_part => read == Reach::Own,
        "sees_own_from" if takes_part => role == Role::AgencyOfficer,
        "sees_others_from" | "sees_own_from" | "author" | "CreateDocuments" => !takes_part,
        _ => false,
    }
}

#[test]
fn no_rule_of_a_role_can_go_without_its_showing() {
    for (role, rule) in contract::get().roles() {
        let reviewed = said_of(role, contract::get());
        for (name, take) in takings(rule) {
            let changed = said_of(role, with(|contract| take(contract.role_mut(role))));
            assert_eq!(
                changed == reviewed,
                is_idle(role, rule.read, &name),
                "{role:?}: {name}"
            );
        }
    }
}

/// The roles that take one part in a kind.
type Part = fn(&mut KindRule) -> &mut Vec<Role>;

#[test]
fn nobody_can_leave_a_kind_without_its_showing() {
    let parts: [(&str, Part); 3] = [
        ("authors", |rule| &mut rule.authors),
        ("reviewers", |rule| &mut rule.reviewers),
        ("readers", |rule| &mut rule.readers),
    ];
    for (kind, rule) in contract::get().kinds() {
        for (name, part) in parts {
            for role in part(&mut rule.clone()).clone() {
                let changed =
                    with(|contract| part(contract.kind_mut(kind)).retain(|known| *known != role));
                let shows = said_of(role, changed) != said_of(role, contract::get());
                assert!(shows, "{kind:?}: {role:?} among {name}");
            }
        }
    }
}

#[test]
fn no_rule_of_a_field_can_go_without_its_showing() {
    let reviewed = text::fields(contract::get());
    assert!(contract::get().narrowed().count() > 0);
    for (message, field) in contract::get().narrowed() {
        let opened = with(|contract| {
            let narrowed = contract.narrowed_mut(message);
            narrowed.retain(|known| known.number != field.number);
        });
        assert_ne!(text::fields(opened), reviewed, "{message}.{}", field.name);
        for (role, _) in contract::get().roles() {
            let changed = with(|contract| {
                let narrowed = contract.narrowed_mut(message).iter_mut();
                for known in narrowed.filter(|known| known.number == field.number) {
                    if known.visible_to.contains(&role) {
                        known.visible_to.retain(|other| *other != role);
                    } else {
                        known.visible_to.push(role);
                    }
                }
            });
            let of = (message, &field.name, role);
            assert_ne!(text::fields(changed), reviewed, "{of:?}");
        }
    }
}
