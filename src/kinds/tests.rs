//! Holds the samples against the rules, and every rule against a document that breaks it.

mod links;
mod scrambled;

use prost::Message;
use prost_reflect::{DynamicMessage, MessageDescriptor};
use uuid::Uuid;

use super::*;

/// A rule, where and with which key it is found, and what breaks it in a document that breaks none.
pub(super) struct Case(
    pub &'static str,
    pub &'static str,
    pub &'static str,
    pub fn(&mut v1::Document),
);

const PLAN_ID: &str = "00000000-0000-7000-8000-0000000000b1";

/// Every kind of the contract, by the name of its complete sample.
fn kinds() -> Vec<String> {
    let kinds = crate::contract::get().kinds();
    kinds
        .map(|(_, rule)| rule.field.replace('_', "-"))
        .collect()
}

pub(super) fn sample(name: &str) -> v1::Document {
    let json = std::fs::read_to_string(format!("docs/samples/{name}.json")).unwrap();
    let mut json = serde_json::Deserializer::from_str(&json);
    let message = DynamicMessage::deserialize(document(), &mut json).unwrap();
    v1::Document::decode(message.encode_to_vec().as_slice()).unwrap()
}

fn document() -> MessageDescriptor {
    fields::document().unwrap()
}

fn content(document: &v1::Document) -> Content {
    document.content.clone().unwrap().into()
}

fn findings_of(document: &v1::Document) -> Vec<v1::Finding> {
    let content = content(document);
    let period = document.period.as_ref();
    let subject = Subject {
        period,
        round: &document.round,
        content: &content,
        encoded: &content.encode(),
    };
    let mut found = findings(subject, &links(&content));
    put_in_order(&mut found);
    found
}

#[test]
fn a_finding_is_kept_without_the_words_of_its_rule_and_gets_them_back() {
    let mut document = sample("analysis");
    document.period = None;
    let found = findings_of(&document);
    let [finding] = &found[..] else {
        panic!("one rule is broken: {found:?}")
    };
    let kept = without_words(finding);
    assert!(kept.message_sv.is_empty() && kept.remedy_en.is_empty());
    assert_eq!(&with_words(kept), finding);
    let own = v1::Finding {
        message_sv: "Andra ord.".to_owned(),
        ..finding.clone()
    };
    assert_eq!(with_words(without_words(&own)), own);
}

fn told(findings: &[v1::Finding]) -> Vec<String> {
    findings
        .iter()
        .map(|found| format!("{} {} {}", found.rule, found.field, found.key))
        .collect()
}

fn cases() -> Vec<(&'static str, Vec<Case>)> {
    vec![
        ("analysis", analysis::tests::cases()),
        ("action-plan", action_plan::tests::cases()),
        ("follow-up-report", follow_up_report::tests::cases()),
        ("course-offer", course_offer::tests::cases()),
    ]
}

#[test]
fn the_complete_samples_break_no_rule() {
    for name in kinds() {
        assert_eq!(told(&findings_of(&sample(&name))), [""; 0], "{name}");
    }
}

#[test]
fn the_samples_are_what_the_contract_lets_in() {
    let contract = crate::contract::get();
    let rules = contract
        .request("styrkedja.v1.CreateDocumentRequest")
        .unwrap();
    let others = ["analysis-with-faults", "analysis-berg"].map(str::to_owned);
    for name in kinds().into_iter().chain(others) {
        let id = Uuid::nil().to_string();
        let mut document = sample(&name);
        document.owner_id.clone_from(&id);
        let request = v1::CreateDocumentRequest {
            request_id: id,
            document: Some(document),
            validate_only: true,
        };
        rules.check(&request.encode_to_vec()).unwrap();
    }
}

#[test]
fn every_broken_rule_is_found_where_it_is_broken() {
    for (name, cases) in cases() {
        for Case(rule, field, key, change) in cases {
            let mut document = sample(name);
            change(&mut document);
            let told = told(&findings_of(&document));
            assert!(
                told.contains(&format!("{rule} {field} {key}")),
                "{rule} is not among {told:#?}"
            );
        }
    }
}

#[test]
fn no_rule_is_without_a_document_that_breaks_it() {
    let beside = [
        "follow_up_report.measure_unreported",
        "follow_up_report.goal_unreported",
    ];
    let broken: Vec<_> = cases()
        .into_iter()
        .flat_map(|(_, cases)| cases)
        .map(|case| case.0)
        .collect();
    for rule in rules() {
        assert!(
            broken.contains(&rule.id) || beside.contains(&rule.id),
            "{} is never broken",
            rule.id
        );
    }
}

#[test]
fn rules_have_ids_of_their_own_and_words_in_both_languages() {
    let mut ids: Vec<_> = rules().map(|rule| rule.id).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
    for rule in rules() {
        for text in [
            rule.message_sv,
            rule.remedy_sv,
            rule.message_en,
            rule.remedy_en,
        ] {
            assert!(text.ends_with('.'), "{}: {text}", rule.id);
        }
        assert!(
            rule.id.len() <= 80,
            "a justification names the rule in at most 80 characters"
        );
    }
}

#[test]
fn the_faulty_sample_shows_all_its_faults_at_once_in_order() {
    let findings = findings_of(&sample("analysis-with-faults"));
    assert_eq!(
        told(&findings),
        [
            "analysis.present_state_missing analysis.present_state ",
            "figure.out_of_range analysis.evidence[0].observation.figure e1",
            "analysis.evidence_without_source analysis.evidence[1] e2",
            "analysis.evidence_unused analysis.evidence[1] e2",
            "analysis.problem_without_cause analysis.problems[1] p2",
            "analysis.problem_without_evidence analysis.problems[1].evidence_ids p2",
            "analysis.problem_not_influenceable analysis.problems[1].influenceable p2",
            "document.reference_unknown analysis.causes[0].problem_ids[1] c1",
            "analysis.cause_without_problem analysis.causes[1].problem_ids c2",
            "analysis.cause_without_category analysis.causes[1].category c2",
            "analysis.cause_without_level analysis.causes[1].level c2",
            "theme.unknown analysis.development_areas[0].themes[0] a1",
            "analysis.area_priority_taken analysis.development_areas[1].priority a2",
            "analysis.area_undescribed analysis.development_areas[1].description a2",
            "analysis.area_without_cause analysis.development_areas[1].cause_ids a2",
            "analysis.no_pupils_took_part analysis.participation.pupils ",
        ]
    );
    assert!(!findings.iter().any(blocking_always));
}

#[test]
fn the_sample_of_berg_lacks_only_who_took_part() {
    assert_eq!(
        told(&findings_of(&sample("analysis-berg"))),
        [
            "analysis.no_staff_took_part analysis.participation.staff ",
            "analysis.no_pupils_took_part analysis.participation.pupils ",
        ]
    );
}

#[test]
fn drafts_are_refused_for_personal_data_impossible_dates_and_ids_used_twice_only() {
    let refused: Vec<_> = rules()
        .filter(|rule| rule.verdict == Verdict::Refuse)
        .map(|rule| rule.id)
        .collect();
    assert_eq!(
        refused,
        [
            "document.date_unreal",
            "document.period_reversed",
            "document.item_id_taken",
            "figure.period_unreal",
            "personal_data.identity_number",
            "personal_data.email_address",
        ]
    );
    let mut report = Report::default();
    rules().for_each(|rule| report.add(rule, "", ""));
    let blocking = report
        .findings
        .iter()
        .filter(|finding| blocking_always(finding));
    assert_eq!(
        blocking
            .map(|finding| finding.rule.as_str())
            .collect::<Vec<_>>(),
        refused
    );
}

#[test]
fn a_report_is_held_against_the_plan_that_it_follows_up() {
    let plan = content(&sample("action-plan"));
    let mut report = sample("follow-up-report");
    let id = Uuid::parse_str(PLAN_ID).unwrap();
    assert_eq!(
        told(&findings_beside(&content(&report), id, &plan)),
        [""; 0]
    );

    if let Some(v1::document::Content::FollowUpReport(report)) = &mut report.content {
        report.measures.remove(2);
        report.goals.remove(0);
    }
    assert_eq!(
        told(&findings_beside(&content(&report), id, &plan)),
        [
            "follow_up_report.goal_unreported follow_up_report.goals g1",
            "follow_up_report.measure_unreported follow_up_report.measures m3",
        ]
    );
    assert_eq!(
        findings_beside(&content(&report), Uuid::nil(), &plan).len(),
        5,
        "another plan"
    );
    assert!(findings_beside(&plan, id, &content(&report)).is_empty());
}

#[test]
fn content_is_read_back_as_it_was_kept() {
    for name in kinds() {
        let content = content(&sample(&name));
        assert_eq!(
            Content::decode(content.kind(), &content.encode()).unwrap(),
            content
        );
        assert_eq!(
            Content::from(v1::document::Content::from(content.clone())),
            content
        );
        assert!(!content.title().is_empty());
    }
    assert!(matches!(
        Content::decode(DocumentKind::Unspecified, &[]),
        Err(Unreadable::NoKind)
    ));
    assert!(matches!(
        Content::decode(DocumentKind::Analysis, &[0xff]),
        Err(Unreadable::Bytes(_))
    ));
}

#[test]
fn every_kind_has_a_field_of_its_name_and_number() {
    for name in kinds() {
        let content = content(&sample(&name));
        let field = document().get_field_by_name(content.field()).unwrap();
        let as_json_name = format!("DOCUMENT_KIND_{}", content.field().to_uppercase());
        assert_eq!(content.kind().as_str_name(), as_json_name);
        assert!(
            field
                .containing_oneof()
                .is_some_and(|oneof| oneof.name() == "content")
        );
    }
}
