//! The follow-up report: what was done of each measure, what was reached of each goal, which effects are judged and why.
//! Does not know the plan, unless it is shown one.

pub(super) mod rules;
#[cfg(test)]
pub(super) mod tests;

use std::collections::BTreeSet;

use prost::Message;
use uuid::Uuid;

use super::{
    Content, Item, ItemKind, Kind, Link, Mention, Relation, Subject, every_kind, figures,
    link::Links,
    rule::{At, Report, blank},
};
use crate::proto::v1::{
    self, DocumentLink, Effect, EffectJudgement, FollowUpReport, GoalAttainment, GoalOutcome,
    MeasureOutcome, MeasureState,
};

const MEASURES: &str = "follow_up_report.measures";
const GOALS: &str = "follow_up_report.goals";
const EFFECTS: &str = "follow_up_report.effects";

impl Kind for FollowUpReport {
    fn title(&self) -> &str {
        &self.title
    }

    fn items(&self) -> Vec<Item<'_>> {
        Item::of_lists([
            (
                ItemKind::MeasureOutcome,
                MEASURES,
                self.measures
                    .iter()
                    .map(|item| &*item.id)
                    .collect::<Vec<_>>(),
            ),
            (
                ItemKind::GoalOutcome,
                GOALS,
                self.goals.iter().map(|item| &*item.id).collect(),
            ),
            (
                ItemKind::Effect,
                EFFECTS,
                self.effects.iter().map(|item| &*item.id).collect(),
            ),
        ])
    }

    fn links(&self) -> Vec<Link> {
        let mut links = Vec::new();
        for (at, outcome) in At::each(MEASURES, &self.measures, |item| &item.id) {
            if let Some(measure) = &outcome.measure {
                Links::from(at, &mut links).other(Relation::OutcomeMeasure, "measure", measure);
            }
        }
        for (at, outcome) in At::each(GOALS, &self.goals, |item| &item.id) {
            if let Some(goal) = &outcome.goal {
                Links::from(at, &mut links).other(Relation::OutcomeGoal, "goal", goal);
            }
        }
        for (at, effect) in At::each(EFFECTS, &self.effects, |item| &item.id) {
            Links::from(at, &mut links)
                .others(Relation::EffectMeasure, "measures", &effect.measures)
                .others(Relation::EffectGoal, "goals", &effect.goals);
        }
        links
    }

    fn mentions(&self) -> Vec<Mention> {
        let goals = At::each(GOALS, &self.goals, |item| &item.id);
        let named = goals.filter_map(|(at, goal)| {
            let observed = goal.outcome.as_ref()?;
            Mention::of(
                &observed.organization_id,
                None,
                at,
                "outcome.organization_id",
            )
        });
        named.collect()
    }

    fn check(&self, subject: &Subject<'_>, report: &mut Report) {
        let of_round = !self.concludes_round || !subject.round.is_empty();
        report.must(
            !blank(&self.title),
            &rules::TITLE_MISSING,
            "follow_up_report.title",
        );
        report.must(
            of_round,
            &rules::CONCLUDES_NO_ROUND,
            "follow_up_report.concludes_round",
        );
        check_measures(self, report);
        check_goals(self, report);
        check_effects(self, report);
        report.must(
            !blank(&self.next_steps),
            &rules::NEXT_STEPS_MISSING,
            "follow_up_report.next_steps",
        );
    }

    fn check_beside(&self, other_id: Uuid, other: &Content, report: &mut Report) {
        let told: BTreeSet<_> = measures_told(self).chain(goals_told(self)).collect();
        for item in super::items(other) {
            let (rule, list) = if item.kind == ItemKind::Measure {
                (&rules::MEASURE_UNREPORTED, MEASURES)
            } else if item.kind == ItemKind::Goal {
                (&rules::GOAL_UNREPORTED, GOALS)
            } else {
                continue;
            };
            if !told.contains(&(other_id, item.id)) {
                report.add(rule, list, item.id);
            }
        }
    }

    fn encode(&self) -> Vec<u8> {
        self.encode_to_vec()
    }
}

/// Document and item that a link leads to, whatever the revision.
fn end(link: &DocumentLink) -> (Uuid, &str) {
    // The contract lets no other document id than a UUID in.
    (
        Uuid::try_parse(&link.document_id).unwrap_or_default(),
        &link.item_id,
    )
}

fn measures_told(report: &FollowUpReport) -> impl Iterator<Item = (Uuid, &str)> {
    report
        .measures
        .iter()
        .filter_map(|outcome| outcome.measure.as_ref().map(end))
}

fn goals_told(report: &FollowUpReport) -> impl Iterator<Item = (Uuid, &str)> {
    report
        .goals
        .iter()
        .filter_map(|outcome| outcome.goal.as_ref().map(end))
}

fn check_measures(content: &FollowUpReport, report: &mut Report) {
    report.must(
        !content.measures.is_empty(),
        &rules::MEASURES_MISSING,
        MEASURES,
    );
    let measures = At::each(MEASURES, &content.measures, |item| &item.id)
        .filter_map(|(at, outcome)| Some((end(outcome.measure.as_ref()?), at)));
    every_kind::check_once(measures, &rules::MEASURE_REPEATED, report, "measure");
    let judged: BTreeSet<_> = content
        .effects
        .iter()
        .flat_map(|effect| &effect.measures)
        .map(end)
        .collect();
    for (at, outcome) in At::each(MEASURES, &content.measures, |item| &item.id) {
        check_measure(outcome, content.concludes_round, report, at);
        let completed = outcome.state() == MeasureState::Completed;
        let effect = outcome
            .measure
            .as_ref()
            .is_some_and(|measure| judged.contains(&end(measure)));
        report.item_must(!completed || effect, &rules::MEASURE_WITHOUT_EFFECT, at, "");
    }
}

fn check_measure(outcome: &MeasureOutcome, concludes: bool, report: &mut Report, at: At<'_>) {
    let state = outcome.state();
    let begun = matches!(
        state,
        MeasureState::Ongoing | MeasureState::Completed | MeasureState::Cancelled
    );
    let unfinished = matches!(state, MeasureState::NotStarted | MeasureState::Ongoing);
    report.item_must(
        state != MeasureState::Unspecified,
        &rules::MEASURE_WITHOUT_STATE,
        at,
        "state",
    );
    report.item_must(
        !(concludes && unfinished),
        &rules::MEASURE_UNFINISHED,
        at,
        "state",
    );
    report.item_must(!blank(&outcome.done), &rules::MEASURE_UNTOLD, at, "done");
    let participation = outcome.participation.as_ref();
    let anybody = participation.is_some_and(took_part);
    report.item_must(
        !begun || anybody,
        &rules::NOBODY_TOOK_PART,
        at,
        "participation",
    );

    let mut categories = BTreeSet::new();
    for (index, staff) in participation
        .iter()
        .flat_map(|they| &they.staff)
        .enumerate()
    {
        let field = format!("participation.staff[{index}].category");
        report.item_must(
            categories.insert(staff.category),
            &rules::STAFF_CATEGORY_REPEATED,
            at,
            &field,
        );
    }
}

fn took_part(participation: &v1::Participation) -> bool {
    participation.pupils > 0
        || participation.guardians > 0
        || participation.staff.iter().any(|staff| staff.count > 0)
}

fn check_goals(content: &FollowUpReport, report: &mut Report) {
    report.must(!content.goals.is_empty(), &rules::GOALS_MISSING, GOALS);
    let goals = At::each(GOALS, &content.goals, |item| &item.id)
        .filter_map(|(at, outcome)| Some((end(outcome.goal.as_ref()?), at)));
    every_kind::check_once(goals, &rules::GOAL_REPEATED, report, "goal");
    for (at, goal) in At::each(GOALS, &content.goals, |item| &item.id) {
        let attainment = goal.attainment();
        let fully = matches!(
            attainment,
            GoalAttainment::Reached | GoalAttainment::Unspecified
        );
        check_outcome(goal, report, at);
        report.item_must(
            attainment != GoalAttainment::Unspecified,
            &rules::GOAL_WITHOUT_ATTAINMENT,
            at,
            "attainment",
        );
        report.item_must(
            !contradicted(goal),
            &rules::GOAL_CONTRADICTED,
            at,
            "attainment",
        );
        report.item_must(
            fully || !blank(&goal.comment),
            &rules::GOAL_UNEXPLAINED,
            at,
            "comment",
        );
    }
}

fn check_outcome(goal: &GoalOutcome, report: &mut Report, at: At<'_>) {
    let nothing = v1::ObservedFigure::default();
    let outcome = goal.outcome.as_ref().unwrap_or(&nothing);
    let mut must = |holds: bool, field: &str| {
        report.item_must(holds, &rules::OUTCOME_INCOMPLETE, at, field);
    };
    must(!outcome.indicator.is_empty(), "outcome.indicator");
    must(!outcome.period.is_empty(), "outcome.period");
    must(outcome.figure.is_some(), "outcome.figure");

    let figure = outcome.figure.as_ref();
    let differ = figures::units_differ(figure, goal.baseline.as_ref())
        || figures::units_differ(figure, goal.target.as_ref())
        || figures::units_differ(goal.baseline.as_ref(), goal.target.as_ref());
    report.item_must(
        !differ,
        &rules::GOAL_UNITS_DIFFER,
        at,
        "outcome.figure.unit",
    );
    figures::check_period(&outcome.period, report, at, "outcome.period");
    figures::check(figure, report, at, "outcome.figure");
    figures::check(goal.baseline.as_ref(), report, at, "baseline");
    figures::check(goal.target.as_ref(), report, at, "target");
}

/// Whether the goal is said to be reached and the figures say that it is not, or the other way round.
fn contradicted(goal: &GoalOutcome) -> bool {
    let number = |figure: Option<&v1::Figure>| figure.and_then(figures::number);
    let figure = goal
        .outcome
        .as_ref()
        .and_then(|outcome| outcome.figure.as_ref());
    let (Some(outcome), Some(baseline), Some(target)) = (
        number(figure),
        number(goal.baseline.as_ref()),
        number(goal.target.as_ref()),
    ) else {
        return false;
    };
    let reached = if target >= baseline {
        outcome >= target
    } else {
        outcome <= target
    };
    match goal.attainment() {
        GoalAttainment::Reached => !reached,
        GoalAttainment::NotReached | GoalAttainment::PartlyReached => reached,
        GoalAttainment::TooEarly | GoalAttainment::Unspecified => false,
    }
}

fn check_effects(content: &FollowUpReport, report: &mut Report) {
    report.must(
        !content.effects.is_empty(),
        &rules::EFFECTS_MISSING,
        EFFECTS,
    );
    let measures: BTreeSet<_> = measures_told(content).collect();
    let goals: BTreeSet<_> = goals_told(content).collect();
    let unstarted: BTreeSet<_> = content
        .measures
        .iter()
        .filter(|outcome| outcome.state() == MeasureState::NotStarted)
        .filter_map(|outcome| outcome.measure.as_ref().map(end))
        .collect();
    for (at, effect) in At::each(EFFECTS, &content.effects, |item| &item.id) {
        report.item_must(
            !effect.measures.is_empty(),
            &rules::EFFECT_OF_NOTHING,
            at,
            "measures",
        );
        for (index, measure) in effect.measures.iter().enumerate() {
            let field = format!("measures[{index}]");
            report.item_must(
                measures.contains(&end(measure)),
                &rules::EFFECT_UNREPORTED,
                at,
                &field,
            );
            let judged_too_soon = seen(effect) && unstarted.contains(&end(measure));
            report.item_must(!judged_too_soon, &rules::EFFECT_OF_UNSTARTED, at, &field);
        }
        for (index, goal) in effect.goals.iter().enumerate() {
            let field = format!("goals[{index}]");
            report.item_must(
                goals.contains(&end(goal)),
                &rules::EFFECT_UNREPORTED,
                at,
                &field,
            );
        }
        check_judgement(effect, report, at);
    }
}

/// Whether the effect is said to be there.
fn seen(effect: &Effect) -> bool {
    match effect.judgement() {
        EffectJudgement::Negative
        | EffectJudgement::Small
        | EffectJudgement::Clear
        | EffectJudgement::Large => true,
        EffectJudgement::Unspecified | EffectJudgement::TooEarly | EffectJudgement::None => false,
    }
}

fn check_judgement(effect: &Effect, report: &mut Report, at: At<'_>) {
    let judged = effect.judgement() != EffectJudgement::Unspecified;
    let none = effect.judgement() == EffectJudgement::None;
    report.item_must(judged, &rules::EFFECT_UNJUDGED, at, "judgement");
    report.item_must(
        !blank(&effect.reasons),
        &rules::EFFECT_WITHOUT_REASONS,
        at,
        "reasons",
    );
    report.item_must(
        !none || !blank(&effect.why_no_effect),
        &rules::NO_EFFECT_UNEXPLAINED,
        at,
        "why_no_effect",
    );
}
