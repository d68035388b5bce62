//! The current-state analysis: problems rest on evidence, causes explain problems, areas answer causes.
//! Does not know how a plan goes on from it.

pub(super) mod rules;
#[cfg(test)]
pub(super) mod tests;

use std::collections::BTreeSet;

use prost::Message;
use uuid::Uuid;
use v1::evidence::Source;

use super::{
    Content, Item, ItemKind, Kind, Link, Mention, Relation, Subject, every_kind, figures,
    link::Links,
    rule::{At, Report, Rule, blank},
    themes,
};
use crate::proto::v1::{self, Analysis};

const EVIDENCE: &str = "analysis.evidence";
const PROBLEMS: &str = "analysis.problems";
const CAUSES: &str = "analysis.causes";
const AREAS: &str = "analysis.development_areas";

impl Kind for Analysis {
    fn title(&self) -> &str {
        &self.title
    }

    fn items(&self) -> Vec<Item<'_>> {
        let lists = [
            (
                ItemKind::Evidence,
                EVIDENCE,
                self.evidence
                    .iter()
                    .map(|item| &*item.id)
                    .collect::<Vec<_>>(),
            ),
            (
                ItemKind::Problem,
                PROBLEMS,
                self.problems.iter().map(|item| &*item.id).collect(),
            ),
            (
                ItemKind::Cause,
                CAUSES,
                self.causes.iter().map(|item| &*item.id).collect(),
            ),
            (
                ItemKind::Area,
                AREAS,
                self.development_areas
                    .iter()
                    .map(|item| &*item.id)
                    .collect(),
            ),
        ];
        Item::of_lists(lists)
    }

    fn links(&self) -> Vec<Link> {
        let mut links = Vec::new();
        for (at, problem) in At::each(PROBLEMS, &self.problems, |item| &item.id) {
            Links::from(at, &mut links).own(
                Relation::ProblemEvidence,
                "evidence_ids",
                &problem.evidence_ids,
            );
        }
        for (at, cause) in At::each(CAUSES, &self.causes, |item| &item.id) {
            Links::from(at, &mut links).own(
                Relation::CauseProblem,
                "problem_ids",
                &cause.problem_ids,
            );
        }
        for (at, area) in At::each(AREAS, &self.development_areas, |item| &item.id) {
            Links::from(at, &mut links).own(Relation::AreaCause, "cause_ids", &area.cause_ids);
        }
        links
    }

    fn mentions(&self) -> Vec<Mention> {
        let evidence = At::each(EVIDENCE, &self.evidence, |item| &item.id);
        let named = evidence.filter_map(|(at, evidence)| {
            let Some(Source::Observation(observed)) = &evidence.source else {
                return None;
            };
            let field = "observation.organization_id";
            Mention::of(&observed.organization_id, None, at, field)
        });
        named.collect()
    }

    fn check(&self, _: &Subject<'_>, report: &mut Report) {
        report.must(!blank(&self.title), &rules::TITLE_MISSING, "analysis.title");
        report.must(
            !blank(&self.present_state),
            &rules::PRESENT_STATE_MISSING,
            "analysis.present_state",
        );
        check_evidence(self, report);
        check_problems(self, report);
        check_causes(self, report);
        check_areas(self, report);
        check_participation(self, report);
    }

    fn check_beside(&self, _: Uuid, _: &Content, _: &mut Report) {}

    fn encode(&self) -> Vec<u8> {
        self.encode_to_vec()
    }
}

fn check_evidence(analysis: &Analysis, report: &mut Report) {
    let used: BTreeSet<_> = analysis
        .problems
        .iter()
        .flat_map(|problem| &problem.evidence_ids)
        .collect();
    for (at, evidence) in At::each(EVIDENCE, &analysis.evidence, |item| &item.id) {
        report.item_must(
            !blank(&evidence.description),
            &rules::EVIDENCE_UNDESCRIBED,
            at,
            "description",
        );
        match &evidence.source {
            None => report.item_must(false, &rules::EVIDENCE_WITHOUT_SOURCE, at, ""),
            Some(source) => check_source(source, report, at),
        }
        report.item_must(used.contains(&evidence.id), &rules::EVIDENCE_UNUSED, at, "");
    }
}

fn check_source(source: &Source, report: &mut Report, at: At<'_>) {
    let mut must = |holds: bool, field: &str| {
        report.item_must(holds, &rules::SOURCE_INCOMPLETE, at, field);
    };
    match source {
        Source::Observation(observation) => {
            must(!observation.indicator.is_empty(), "observation.indicator");
            must(!observation.period.is_empty(), "observation.period");
            must(observation.figure.is_some(), "observation.figure");
            figures::check_period(&observation.period, report, at, "observation.period");
            figures::check(
                observation.figure.as_ref(),
                report,
                at,
                "observation.figure",
            );
        }
        Source::Document(document) => must(!blank(&document.title), "document.title"),
        Source::Quote(quote) => {
            must(!blank(&quote.text), "quote.text");
            must(!blank(&quote.origin), "quote.origin");
        }
    }
}

fn check_problems(analysis: &Analysis, report: &mut Report) {
    report.must(
        !analysis.problems.is_empty(),
        &rules::PROBLEMS_MISSING,
        PROBLEMS,
    );
    let explained: BTreeSet<_> = analysis
        .causes
        .iter()
        .flat_map(|cause| &cause.problem_ids)
        .collect();
    for (at, problem) in At::each(PROBLEMS, &analysis.problems, |item| &item.id) {
        report.item_must(
            !blank(&problem.statement),
            &rules::PROBLEM_UNSTATED,
            at,
            "statement",
        );
        report.item_must(
            !problem.evidence_ids.is_empty(),
            &rules::PROBLEM_WITHOUT_EVIDENCE,
            at,
            "evidence_ids",
        );
        report.item_must(
            problem.influenceable,
            &rules::PROBLEM_NOT_INFLUENCEABLE,
            at,
            "influenceable",
        );
        report.item_must(
            explained.contains(&problem.id),
            &rules::PROBLEM_WITHOUT_CAUSE,
            at,
            "",
        );
    }
}

fn check_causes(analysis: &Analysis, report: &mut Report) {
    for (at, cause) in At::each(CAUSES, &analysis.causes, |item| &item.id) {
        report.item_must(
            !cause.problem_ids.is_empty(),
            &rules::CAUSE_WITHOUT_PROBLEM,
            at,
            "problem_ids",
        );
        report.item_must(
            !blank(&cause.assumption),
            &rules::CAUSE_UNSTATED,
            at,
            "assumption",
        );
        report.item_must(
            cause.category() != v1::CauseCategory::Unspecified,
            &rules::CAUSE_WITHOUT_CATEGORY,
            at,
            "category",
        );
        report.item_must(
            cause.level() != v1::CauseLevel::Unspecified,
            &rules::CAUSE_WITHOUT_LEVEL,
            at,
            "level",
        );
    }
}

fn check_areas(analysis: &Analysis, report: &mut Report) {
    let areas = &analysis.development_areas;
    report.must(!areas.is_empty(), &rules::AREAS_MISSING, AREAS);
    let mut taken = BTreeSet::new();
    for (at, area) in At::each(AREAS, areas, |item| &item.id) {
        report.item_must(!blank(&area.title), &rules::AREA_WITHOUT_TITLE, at, "title");
        report.item_must(
            !blank(&area.description),
            &rules::AREA_UNDESCRIBED,
            at,
            "description",
        );
        report.item_must(
            !area.cause_ids.is_empty(),
            &rules::AREA_WITHOUT_CAUSE,
            at,
            "cause_ids",
        );
        if let Some(rule) = fault_of_priority(area.priority, &mut taken, areas) {
            report.item_must(false, rule, at, "priority");
        }
        check_themes(&area.themes, report, at);
    }
}

/// Priorities are 1, 2, 3 and so on, each once.
fn fault_of_priority(
    priority: u32,
    taken: &mut BTreeSet<u32>,
    areas: &[v1::DevelopmentArea],
) -> Option<&'static Rule> {
    if priority == 0 {
        Some(&rules::AREA_WITHOUT_PRIORITY)
    } else if !taken.insert(priority) {
        Some(&rules::AREA_PRIORITY_TAKEN)
    } else {
        let follows = priority == 1 || areas.iter().any(|area| area.priority == priority - 1);
        (!follows).then_some(&rules::AREA_PRIORITY_GAP)
    }
}

fn check_themes(themes: &[String], report: &mut Report, at: At<'_>) {
    report.item_must(!themes.is_empty(), &rules::AREA_WITHOUT_THEME, at, "themes");
    themes::check(themes, report, &at.field("themes"), at.key);
}

fn check_participation(analysis: &Analysis, report: &mut Report) {
    const STAFF: &str = "analysis.participation.staff";
    let nobody = v1::Participation::default();
    let participation = analysis.participation.as_ref().unwrap_or(&nobody);
    let staff: u64 = participation
        .staff
        .iter()
        .map(|staff| u64::from(staff.count))
        .sum();
    report.must(staff > 0, &rules::NO_STAFF, STAFF);
    report.must(
        participation.pupils > 0,
        &rules::NO_PUPILS,
        "analysis.participation.pupils",
    );
    let categories = At::each(STAFF, &participation.staff, |_| "");
    let categories = categories.map(|(at, staff)| (staff.category, at));
    every_kind::check_once(
        categories,
        &rules::STAFF_CATEGORY_REPEATED,
        report,
        "category",
    );
    let told = participation.pupils == 0 || !blank(&analysis.pupils_say);
    report.must(told, &rules::PUPILS_SAY_MISSING, "analysis.pupils_say");
}
