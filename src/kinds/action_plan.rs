//! The action plan: goals answer development areas and can be measured, measures answer causes, both are followed up.
//! Does not know whether the analysis that it points at exists.

pub(super) mod rules;
#[cfg(test)]
pub(super) mod tests;

use std::collections::BTreeSet;

use prost::Message;
use uuid::Uuid;

use super::{
    Content, Item, ItemKind, Kind, Link, Mention, Relation, Subject, dates,
    every_kind::{self, DATE_UNREAL},
    figures,
    link::Links,
    rule::{At, Report, blank},
};
use crate::proto::v1::{
    self, ActionPlan, Goal, Measure, MeasureProvider, OrganizationType, Period,
};

const GOALS: &str = "action_plan.goals";
const MEASURES: &str = "action_plan.measures";
const FOLLOW_UPS: &str = "action_plan.follow_ups";

impl Kind for ActionPlan {
    fn title(&self) -> &str {
        &self.title
    }

    fn items(&self) -> Vec<Item<'_>> {
        Item::of_lists([
            (
                ItemKind::Goal,
                GOALS,
                self.goals.iter().map(|item| &*item.id).collect::<Vec<_>>(),
            ),
            (
                ItemKind::Measure,
                MEASURES,
                self.measures.iter().map(|item| &*item.id).collect(),
            ),
            (
                ItemKind::FollowUp,
                FOLLOW_UPS,
                self.follow_ups.iter().map(|item| &*item.id).collect(),
            ),
        ])
    }

    fn links(&self) -> Vec<Link> {
        let mut links = Vec::new();
        for (at, goal) in At::each(GOALS, &self.goals, |item| &item.id) {
            Links::from(at, &mut links).others(
                Relation::GoalArea,
                "development_areas",
                &goal.development_areas,
            );
        }
        for (at, measure) in At::each(MEASURES, &self.measures, |item| &item.id) {
            Links::from(at, &mut links)
                .others(Relation::MeasureCause, "causes", &measure.causes)
                .others(
                    Relation::MeasureArea,
                    "development_areas",
                    &measure.development_areas,
                )
                .own(Relation::MeasureGoal, "goal_ids", &measure.goal_ids);
            if let Some(offer) = &measure.offer {
                Links::from(at, &mut links).other(Relation::MeasureOffer, "offer", offer);
            }
        }
        for (at, follow_up) in At::each(FOLLOW_UPS, &self.follow_ups, |item| &item.id) {
            Links::from(at, &mut links)
                .own(Relation::FollowUpGoal, "goal_ids", &follow_up.goal_ids)
                .own(
                    Relation::FollowUpMeasure,
                    "measure_ids",
                    &follow_up.measure_ids,
                );
        }
        links
    }

    fn check(&self, subject: &Subject<'_>, report: &mut Report) {
        report.must(
            !blank(&self.title),
            &rules::TITLE_MISSING,
            "action_plan.title",
        );
        report.must(!blank(&self.why), &rules::WHY_MISSING, "action_plan.why");
        check_goals(self, report);
        check_measures(self, subject.period, report);
        check_follow_ups(self, report);
    }

    fn mentions(&self) -> Vec<Mention> {
        let university = Some(OrganizationType::University);
        let measures = At::each(MEASURES, &self.measures, |item| &item.id);
        let named = measures.filter_map(|(at, measure)| {
            Mention::of(&measure.university_id, university, at, "university_id")
        });
        named.collect()
    }

    fn check_beside(&self, _: Uuid, _: &Content, _: &mut Report) {}

    fn encode(&self) -> Vec<u8> {
        self.encode_to_vec()
    }
}

fn check_goals(plan: &ActionPlan, report: &mut Report) {
    report.must(!plan.goals.is_empty(), &rules::GOALS_MISSING, GOALS);
    let served: BTreeSet<_> = plan
        .measures
        .iter()
        .flat_map(|measure| &measure.goal_ids)
        .collect();
    let followed: BTreeSet<_> = plan
        .follow_ups
        .iter()
        .flat_map(|follow_up| &follow_up.goal_ids)
        .collect();
    for (at, goal) in At::each(GOALS, &plan.goals, |item| &item.id) {
        report.item_must(
            !blank(&goal.statement),
            &rules::GOAL_UNSTATED,
            at,
            "statement",
        );
        report.item_must(
            goal.term() != v1::GoalTerm::Unspecified,
            &rules::GOAL_WITHOUT_TERM,
            at,
            "term",
        );
        check_areas_of(goal, report, at);
        check_measurable(goal, report, at);
        report.item_must(
            served.contains(&goal.id),
            &rules::GOAL_WITHOUT_MEASURE,
            at,
            "",
        );
        report.item_must(
            followed.contains(&goal.id),
            &rules::GOAL_WITHOUT_FOLLOW_UP,
            at,
            "",
        );
    }
}

fn check_areas_of(goal: &Goal, report: &mut Report, at: At<'_>) {
    report.item_must(
        !goal.development_areas.is_empty(),
        &rules::GOAL_WITHOUT_AREA,
        at,
        "development_areas",
    );
    for (index, area) in goal.development_areas.iter().enumerate() {
        let field = format!("development_areas[{index}].revision");
        report.item_must(area.revision > 0, &rules::GOAL_AREA_UNPINNED, at, &field);
    }
}

/// A goal that can be measured has an indicator, a number to reach and a time to reach it in.
fn check_measurable(goal: &Goal, report: &mut Report, at: At<'_>) {
    let number = |figure: &Option<v1::Figure>| figure.as_ref().and_then(figures::number);
    let (baseline, target) = (number(&goal.baseline), number(&goal.target));
    report.item_must(
        !goal.indicator.is_empty(),
        &rules::GOAL_NOT_MEASURABLE,
        at,
        "indicator",
    );
    report.item_must(target.is_some(), &rules::GOAL_NOT_MEASURABLE, at, "target");
    report.item_must(
        !goal.target_period.is_empty(),
        &rules::GOAL_NOT_MEASURABLE,
        at,
        "target_period",
    );

    report.item_must(
        goal.baseline.is_some(),
        &rules::GOAL_WITHOUT_BASELINE,
        at,
        "baseline",
    );
    let timeless = goal.baseline.is_some() && goal.baseline_period.is_empty();
    report.item_must(
        !timeless,
        &rules::GOAL_WITHOUT_BASELINE,
        at,
        "baseline_period",
    );

    let differ = figures::units_differ(goal.baseline.as_ref(), goal.target.as_ref());
    report.item_must(!differ, &rules::GOAL_UNITS_DIFFER, at, "target.unit");
    let same = !differ && baseline.is_some() && baseline == target;
    report.item_must(!same, &rules::GOAL_TARGET_NO_CHANGE, at, "target");

    let times = (
        dates::months(&goal.baseline_period),
        dates::months(&goal.target_period),
    );
    let reversed = matches!(times, (Some(baseline), Some(target)) if target.last <= baseline.last);
    report.item_must(!reversed, &rules::GOAL_TIMES_REVERSED, at, "target_period");

    figures::check(goal.baseline.as_ref(), report, at, "baseline");
    figures::check_period(&goal.baseline_period, report, at, "baseline_period");
    figures::check(goal.target.as_ref(), report, at, "target");
    figures::check_period(&goal.target_period, report, at, "target_period");
}

fn check_measures(plan: &ActionPlan, period: Option<&Period>, report: &mut Report) {
    report.must(
        !plan.measures.is_empty(),
        &rules::MEASURES_MISSING,
        MEASURES,
    );
    let followed: BTreeSet<_> = plan
        .follow_ups
        .iter()
        .flat_map(|follow_up| &follow_up.measure_ids)
        .collect();
    for (at, measure) in At::each(MEASURES, &plan.measures, |item| &item.id) {
        let described = !blank(&measure.description) || !measure.activities.is_empty();
        let founded = !measure.causes.is_empty() || !measure.development_areas.is_empty();
        report.item_must(
            !blank(&measure.title),
            &rules::MEASURE_WITHOUT_TITLE,
            at,
            "title",
        );
        report.item_must(described, &rules::MEASURE_UNDESCRIBED, at, "description");
        report.item_must(founded, &rules::MEASURE_UNFOUNDED, at, "causes");
        report.item_must(
            !measure.goal_ids.is_empty(),
            &rules::MEASURE_WITHOUT_GOAL,
            at,
            "goal_ids",
        );
        check_schedule(measure, period, report, at);
        report.item_must(
            measure.cost_sek.is_some(),
            &rules::MEASURE_WITHOUT_COST,
            at,
            "cost_sek",
        );
        let responsible = !blank(&measure.responsible);
        report.item_must(
            responsible,
            &rules::MEASURE_WITHOUT_RESPONSIBLE,
            at,
            "responsible",
        );
        check_provider(measure, report, at);
        let grouped = !measure.target_group.is_empty();
        report.item_must(
            grouped,
            &rules::MEASURE_WITHOUT_TARGET_GROUP,
            at,
            "target_group",
        );
        report.item_must(
            followed.contains(&measure.id),
            &rules::MEASURE_WITHOUT_FOLLOW_UP,
            at,
            "",
        );
    }
}

fn check_schedule(measure: &Measure, period: Option<&Period>, report: &mut Report, at: At<'_>) {
    let Some(schedule) = &measure.schedule else {
        return report.item_must(false, &rules::MEASURE_WITHOUT_SCHEDULE, at, "schedule");
    };
    every_kind::check_period(schedule, report, &at.field("schedule"), at.key);
    let days = |period: &Period| {
        Some((
            dates::day(&period.start_date)?,
            dates::day(&period.end_date)?,
        ))
    };
    if let (Some((start, end)), Some((first, last))) = (days(schedule), period.and_then(days)) {
        let inside = first <= start && end <= last;
        report.item_must(inside, &rules::MEASURE_OUTSIDE_PERIOD, at, "schedule");
    }
}

fn check_provider(measure: &Measure, report: &mut Report, at: At<'_>) {
    let university = measure.provider() == MeasureProvider::University;
    let stated = !measure.university_id.is_empty();
    let provider = measure.provider() != MeasureProvider::Unspecified;
    report.item_must(provider, &rules::MEASURE_WITHOUT_PROVIDER, at, "provider");
    report.item_must(
        !university || stated,
        &rules::UNIVERSITY_MISSING,
        at,
        "university_id",
    );
    report.item_must(
        university || !stated,
        &rules::UNIVERSITY_UNEXPECTED,
        at,
        "university_id",
    );
    let places = !university || measure.places_wanted > 0;
    report.item_must(places, &rules::MEASURE_WITHOUT_PLACES, at, "places_wanted");
}

fn check_follow_ups(plan: &ActionPlan, report: &mut Report) {
    for (at, follow_up) in At::each(FOLLOW_UPS, &plan.follow_ups, |item| &item.id) {
        report.item_must(
            !blank(&follow_up.method),
            &rules::FOLLOW_UP_WITHOUT_METHOD,
            at,
            "method",
        );
        report.item_must(
            !follow_up.dates.is_empty(),
            &rules::FOLLOW_UP_WITHOUT_DATE,
            at,
            "dates",
        );
        for (index, date) in follow_up.dates.iter().enumerate() {
            report.item_must(
                dates::day(date).is_some(),
                &DATE_UNREAL,
                at,
                &format!("dates[{index}]"),
            );
        }
        report.item_must(
            follow_up.dates.is_sorted(),
            &rules::FOLLOW_UP_DATES_UNORDERED,
            at,
            "dates",
        );
        let aimed = !follow_up.goal_ids.is_empty() || !follow_up.measure_ids.is_empty();
        report.item_must(aimed, &rules::FOLLOW_UP_OF_NOTHING, at, "");
    }
}
