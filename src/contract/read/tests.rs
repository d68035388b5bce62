use prost_reflect::Value;

use super::*;
use crate::{
    contract::{
        self,
        draft::{Draft, MESSAGES, METHODS, VALUES},
    },
    proto::v1::{DocumentKind, Role},
};

#[test]
fn the_contract_is_complete() {
    assert_eq!(contract::load().map(|_| ()), Ok(()));
}

#[test]
fn reading_it_unchanged_from_a_draft_misses_nothing() {
    assert_eq!(Draft::new().missing(), Vec::<String>::new());
}

/// What is missing once each of these has lost its rule. All are taken away at once: reading a draft takes time.
fn missing_without<'a>(
    option: &str,
    list: &[&str],
    names: impl Iterator<Item = &'a str>,
) -> Vec<String> {
    names
        .fold(Draft::new(), |draft, name| {
            draft.without(option, list, name)
        })
        .missing()
}

#[test]
fn every_method_without_a_rule_stops_the_start_by_name() {
    let contract = contract::get();
    let missing = missing_without(
        "access",
        METHODS,
        contract.methods().map(|method| &*method.name),
    );
    for Method { path, .. } in contract.methods() {
        assert!(
            missing.contains(&format!("{path} states no access rule")),
            "{path}"
        );
    }
}

#[test]
fn every_role_without_a_rule_stops_the_start_by_name() {
    let names: Vec<_> = contract::get()
        .roles()
        .map(|(role, _)| role.as_str_name())
        .collect();
    let missing = missing_without("role", VALUES, names.iter().copied());
    for name in names {
        assert!(
            missing.contains(&format!("{name} states no access rule")),
            "{name}"
        );
    }
}

#[test]
fn every_kind_without_a_rule_stops_the_start_by_name() {
    let contract = contract::get();
    let names: Vec<_> = contract.kinds().map(|(_, kind)| &*kind.message).collect();
    let short = names
        .iter()
        .map(|name| name.trim_start_matches("styrkedja.v1."));
    let missing = missing_without("kind", MESSAGES, short);
    for name in names {
        assert!(
            missing.contains(&format!("{name} states no access rule")),
            "{name}"
        );
    }
}

#[test]
fn one_missing_rule_alone_stops_the_start() {
    let missing = Draft::new()
        .without("access", METHODS, "GetDocument")
        .missing();
    assert_eq!(
        missing,
        ["/styrkedja.v1.DocumentService/GetDocument states no access rule"]
    );
}

#[test]
fn a_kind_without_content_and_content_without_a_kind_stop_the_start() {
    let mut draft = Draft::new();
    let value = draft.find(VALUES, "DOCUMENT_KIND_ACTION_PLAN");
    value.set_field_by_name("name", Value::String("DOCUMENT_KIND_AGREEMENT".to_owned()));
    let missing = draft.missing();
    assert_eq!(
        missing,
        [
            "Document.action_plan has no DOCUMENT_KIND_ACTION_PLAN",
            "DOCUMENT_KIND_AGREEMENT has no field agreement in Document.content",
        ]
    );
}

#[test]
fn everything_that_is_missing_is_named_at_once() {
    let missing = Draft::new()
        .without("access", METHODS, "GetDocument")
        .without("role", VALUES, "ROLE_TEACHER")
        .without("kind", MESSAGES, "FollowUpReport")
        .missing();
    assert_eq!(missing.len(), 3, "{missing:?}");
}

#[test]
fn a_method_without_act_limit_or_deadline_stops_the_start() {
    for (field, value) in [
        ("act", Value::EnumNumber(0)),
        ("max_request_bytes", Value::U32(0)),
        ("deadline_ms", Value::U32(0)),
    ] {
        let missing = Draft::new()
            .with("access", METHODS, "GetDocument", field, value)
            .missing();
        assert_eq!(
            missing,
            [format!(
                "/styrkedja.v1.DocumentService/GetDocument states no {field}"
            )]
        );
    }
}

#[test]
fn an_assignment_from_nowhere_stops_the_start() {
    let homes = |role, homes| {
        Draft::new()
            .with("role", VALUES, role, "home_at", Value::List(homes))
            .missing()
    };
    let agency = Value::EnumNumber(v1::OrganizationType::NationalAgency.into());
    for (role, missing) in [
        ("ROLE_OBSERVER", homes("ROLE_OBSERVER", Vec::new())),
        ("ROLE_TEACHER", homes("ROLE_TEACHER", vec![agency])),
    ] {
        let told = "states home_at without being assigned, or is assigned without it";
        assert_eq!(missing, [format!("{role} {told}")]);
    }
}

#[test]
fn an_act_that_no_role_may_do_stops_the_start() {
    let officer = vec![Value::EnumNumber(Act::ReadOrganizations.into())];
    let draft = Draft::new()
        .with(
            "role",
            VALUES,
            "ROLE_AGENCY_OFFICER",
            "acts",
            Value::List(officer.clone()),
        )
        .with(
            "role",
            VALUES,
            "ROLE_OPERATOR",
            "acts",
            Value::List(officer),
        );
    let missing = draft.missing();
    let import = "/styrkedja.v1.OrganizationService/ImportOrganizations is for ACT_IMPORT_ORGANIZATIONS, which no role may do";
    assert!(missing.iter().any(|line| line == import), "{missing:?}");
}

#[test]
fn parts_in_a_kind_and_acts_of_a_role_must_both_allow() {
    let contract = contract::get();
    let allows = |role, act| contract.allows(role, act, DocumentKind::Analysis);
    assert!(allows(Role::Principal, Act::SubmitDocuments));
    assert!(
        !allows(Role::Teacher, Act::SubmitDocuments),
        "an author without the act"
    );
    assert!(
        !allows(Role::UniversityCoordinator, Act::SubmitDocuments),
        "the act without being author of the kind"
    );
    assert!(allows(Role::GoverningBoard, Act::ReadDocuments));
    assert!(!allows(Role::GoverningBoard, Act::EditDocuments));
    assert!(!contract.allows(
        Role::Principal,
        Act::SubmitDocuments,
        DocumentKind::Unspecified
    ));
    assert!(!allows(Role::Unspecified, Act::ReadDocuments));
}

/// Every list of documents that states a rule, by message and field.
fn merged_lists() -> Vec<(String, String)> {
    let pool = contract::descriptors();
    let lists = contract::get().merges.keys().filter_map(|name| {
        let (message, field) = name.rsplit_once('.')?;
        let described = pool
            .get_message_by_name(message)?
            .get_field_by_name(field)?;
        let message = message.trim_start_matches("styrkedja.v1.");
        described
            .is_list()
            .then(|| (message.to_owned(), field.to_owned()))
    });
    lists.collect()
}

#[test]
fn every_list_of_documents_without_a_merge_rule_stops_the_start_by_name() {
    let lists = merged_lists();
    assert!(lists.len() > 20, "only {lists:?}");
    let mut draft = Draft::new();
    // Of one that is left out, what it holds can not be missed.
    for (message, field) in lists.iter().filter(|(message, _)| message != "Document") {
        let (options, merge) = draft.field_option(message, field, "merge");
        options.clear_extension(&merge);
    }
    let missing = draft.missing();
    for (message, field) in lists.iter().filter(|(message, _)| {
        // Items are merged one by one only where their list says so.
        ["Analysis", "ActionPlan", "FollowUpReport", "Participation"].contains(&&**message)
    }) {
        let named = format!(
            "styrkedja.v1.{message}.{field} is a list of documents and states no merge rule"
        );
        assert!(missing.contains(&named), "{named}");
    }
    let (message, field) = ("Measure", "goal_ids");
    let mut draft = Draft::new();
    let (options, merge) = draft.field_option(message, field, "merge");
    options.clear_extension(&merge);
    assert_eq!(
        draft.missing(),
        ["styrkedja.v1.Measure.goal_ids is a list of documents and states no merge rule"]
    );
}

#[test]
fn a_merge_rule_that_does_not_fit_its_field_stops_the_start() {
    let misfits = [
        ("Measure", "goal_ids", "rule", Value::EnumNumber(4)),
        ("Measure", "goal_ids", "rule", Value::EnumNumber(2)),
        ("Measure", "goal_ids", "key", Value::String("id".to_owned())),
        ("Measure", "schedule", "rule", Value::EnumNumber(3)),
        (
            "ActionPlan",
            "goals",
            "key",
            Value::String("number".to_owned()),
        ),
        (
            "ActionPlan",
            "goals",
            "key",
            Value::String("baseline".to_owned()),
        ),
        ("ActionPlan", "goals", "key", Value::String(String::new())),
    ];
    for (message, field, part, value) in misfits {
        let mut draft = Draft::new();
        let (options, merge) = draft.field_option(message, field, "merge");
        let stated = options.get_extension_mut(&merge).as_message_mut().unwrap();
        stated.set_field_by_name(part, value);
        let named =
            format!("styrkedja.v1.{message}.{field} states a merge rule that does not fit it");
        assert!(draft.missing().contains(&named), "{named}");
    }
}
