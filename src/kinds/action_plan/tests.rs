//! One way to break each rule of action plans.

use super::*;
use crate::kinds::tests::Case;

/// The plan in a document.
fn of(document: &mut v1::Document) -> &mut ActionPlan {
    match &mut document.content {
        Some(v1::document::Content::ActionPlan(plan)) => plan,
        _ => unreachable!("the sample is a plan"),
    }
}

fn goal(document: &mut v1::Document) -> &mut Goal {
    &mut of(document).goals[0]
}

fn measure(document: &mut v1::Document) -> &mut Measure {
    &mut of(document).measures[0]
}

fn follow_up(document: &mut v1::Document) -> &mut v1::FollowUp {
    &mut of(document).follow_ups[1]
}

pub(in crate::kinds) fn cases() -> Vec<Case> {
    [
        of_goals(),
        of_what_is_measured(),
        of_target_and_baseline(),
        of_measures(),
        of_schedules(),
        of_providers(),
        of_follow_ups(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn of_goals() -> Vec<Case> {
    vec![
        Case("action_plan.title_missing", "action_plan.title", "", |d| {
            of(d).title.clear();
        }),
        Case("action_plan.why_missing", "action_plan.why", "", |d| {
            of(d).why.clear();
        }),
        Case("action_plan.goals_missing", "action_plan.goals", "", |d| {
            of(d).goals.clear();
        }),
        Case(
            "action_plan.goal_unstated",
            "action_plan.goals[0].statement",
            "g1",
            |d| {
                goal(d).statement.clear();
            },
        ),
        Case(
            "action_plan.goal_without_term",
            "action_plan.goals[0].term",
            "g1",
            |d| goal(d).term = 0,
        ),
        Case(
            "action_plan.goal_without_area",
            "action_plan.goals[0].development_areas",
            "g1",
            |d| {
                goal(d).development_areas.clear();
            },
        ),
        Case(
            "action_plan.goal_area_unpinned",
            "action_plan.goals[0].development_areas[0].revision",
            "g1",
            |d| goal(d).development_areas[0].revision = 0,
        ),
        Case(
            "action_plan.goal_without_measure",
            "action_plan.goals[0]",
            "g1",
            |d| {
                measure(d).goal_ids.remove(0);
            },
        ),
        Case(
            "action_plan.goal_without_follow_up",
            "action_plan.goals[0]",
            "g1",
            |d| {
                of(d).follow_ups[0].goal_ids.remove(0);
            },
        ),
    ]
}

fn of_what_is_measured() -> Vec<Case> {
    vec![
        Case(
            "action_plan.goal_not_measurable",
            "action_plan.goals[0].indicator",
            "g1",
            |d| {
                goal(d).indicator.clear();
            },
        ),
        Case(
            "action_plan.goal_not_measurable",
            "action_plan.goals[0].target",
            "g1",
            |d| {
                goal(d).target = None;
            },
        ),
        Case(
            "action_plan.goal_not_measurable",
            "action_plan.goals[0].target",
            "g1",
            |d| {
                let suppressed = v1::figure::Value::Suppressed(v1::SuppressedValue {});
                goal(d).target.as_mut().unwrap().value = Some(suppressed);
            },
        ),
        Case(
            "action_plan.goal_not_measurable",
            "action_plan.goals[0].target_period",
            "g1",
            |d| {
                goal(d).target_period.clear();
            },
        ),
        Case(
            "action_plan.goal_without_baseline",
            "action_plan.goals[0].baseline",
            "g1",
            |d| {
                goal(d).baseline = None;
            },
        ),
        Case(
            "action_plan.goal_without_baseline",
            "action_plan.goals[0].baseline_period",
            "g1",
            |d| {
                goal(d).baseline_period.clear();
            },
        ),
    ]
}

fn of_target_and_baseline() -> Vec<Case> {
    vec![
        Case(
            "action_plan.goal_units_differ",
            "action_plan.goals[0].target.unit",
            "g1",
            |d| {
                goal(d).target.as_mut().unwrap().unit = v1::FigureUnit::Points.into();
            },
        ),
        Case(
            "action_plan.goal_target_no_change",
            "action_plan.goals[0].target",
            "g1",
            |d| {
                goal(d).target = goal(d).baseline.clone();
            },
        ),
        Case(
            "action_plan.goal_times_reversed",
            "action_plan.goals[0].target_period",
            "g1",
            |d| {
                goal(d).target_period = "2020/21".to_owned();
            },
        ),
        Case(
            "figure.period_unreal",
            "action_plan.goals[0].target_period",
            "g1",
            |d| {
                goal(d).target_period = "2021/23".to_owned();
            },
        ),
        Case(
            "figure.period_unreal",
            "action_plan.goals[0].baseline_period",
            "g1",
            |d| {
                goal(d).baseline_period = "2021/23".to_owned();
            },
        ),
        Case(
            "figure.unit_missing",
            "action_plan.goals[0].baseline.unit",
            "g1",
            |d| {
                goal(d).baseline.as_mut().unwrap().unit = 0;
            },
        ),
        Case(
            "figure.unit_missing",
            "action_plan.goals[0].target.unit",
            "g1",
            |d| {
                goal(d).target.as_mut().unwrap().unit = 0;
            },
        ),
    ]
}

fn of_measures() -> Vec<Case> {
    vec![
        Case(
            "action_plan.measures_missing",
            "action_plan.measures",
            "",
            |d| of(d).measures.clear(),
        ),
        Case(
            "action_plan.measure_without_title",
            "action_plan.measures[0].title",
            "m1",
            |d| {
                measure(d).title.clear();
            },
        ),
        Case(
            "action_plan.measure_undescribed",
            "action_plan.measures[0].description",
            "m1",
            |d| {
                measure(d).description.clear();
                measure(d).activities.clear();
            },
        ),
        Case(
            "action_plan.measure_unfounded",
            "action_plan.measures[0].causes",
            "m1",
            |d| {
                measure(d).causes.clear();
                measure(d).development_areas.clear();
            },
        ),
        Case(
            "action_plan.measure_without_goal",
            "action_plan.measures[0].goal_ids",
            "m1",
            |d| {
                measure(d).goal_ids.clear();
            },
        ),
    ]
}

fn of_schedules() -> Vec<Case> {
    vec![
        Case(
            "action_plan.measure_without_schedule",
            "action_plan.measures[0].schedule",
            "m1",
            |d| {
                measure(d).schedule = None;
            },
        ),
        Case(
            "document.date_unreal",
            "action_plan.measures[0].schedule.start_date",
            "m1",
            |d| {
                measure(d).schedule.as_mut().unwrap().start_date = "2021-09-31".to_owned();
            },
        ),
        Case(
            "document.period_reversed",
            "action_plan.measures[0].schedule.end_date",
            "m1",
            |d| {
                measure(d).schedule.as_mut().unwrap().end_date = "2021-08-31".to_owned();
            },
        ),
        Case(
            "action_plan.measure_outside_period",
            "action_plan.measures[0].schedule",
            "m1",
            |d| {
                measure(d).schedule.as_mut().unwrap().end_date = "2022-07-01".to_owned();
            },
        ),
        Case(
            "action_plan.measure_without_cost",
            "action_plan.measures[0].cost_sek",
            "m1",
            |d| {
                measure(d).cost_sek = None;
            },
        ),
        Case(
            "action_plan.measure_without_responsible",
            "action_plan.measures[0].responsible",
            "m1",
            |d| {
                measure(d).responsible.clear();
            },
        ),
        Case(
            "action_plan.measure_without_target_group",
            "action_plan.measures[0].target_group",
            "m1",
            |d| {
                measure(d).target_group.clear();
            },
        ),
        Case(
            "action_plan.measure_without_follow_up",
            "action_plan.measures[0]",
            "m1",
            |d| {
                follow_up(d).measure_ids.remove(0);
            },
        ),
    ]
}

fn of_providers() -> Vec<Case> {
    vec![
        Case(
            "action_plan.measure_without_provider",
            "action_plan.measures[0].provider",
            "m1",
            |d| {
                measure(d).provider = 0;
            },
        ),
        Case(
            "action_plan.university_missing",
            "action_plan.measures[0].university_id",
            "m1",
            |d| {
                measure(d).university_id.clear();
            },
        ),
        Case(
            "action_plan.university_unexpected",
            "action_plan.measures[0].university_id",
            "m1",
            |d| {
                measure(d).provider = MeasureProvider::Own.into();
            },
        ),
        Case(
            "action_plan.measure_without_places",
            "action_plan.measures[0].places_wanted",
            "m1",
            |d| {
                measure(d).places_wanted = 0;
            },
        ),
    ]
}

fn of_follow_ups() -> Vec<Case> {
    vec![
        Case(
            "action_plan.follow_up_without_method",
            "action_plan.follow_ups[1].method",
            "u2",
            |d| {
                follow_up(d).method.clear();
            },
        ),
        Case(
            "action_plan.follow_up_without_date",
            "action_plan.follow_ups[1].dates",
            "u2",
            |d| {
                follow_up(d).dates.clear();
            },
        ),
        Case(
            "document.date_unreal",
            "action_plan.follow_ups[1].dates[1]",
            "u2",
            |d| {
                follow_up(d).dates[1] = "2022-05-32".to_owned();
            },
        ),
        Case(
            "action_plan.follow_up_dates_unordered",
            "action_plan.follow_ups[1].dates",
            "u2",
            |d| {
                follow_up(d).dates.reverse();
            },
        ),
        Case(
            "action_plan.follow_up_of_nothing",
            "action_plan.follow_ups[1]",
            "u2",
            |d| {
                follow_up(d).measure_ids.clear();
            },
        ),
        Case(
            "document.reference_unknown",
            "action_plan.follow_ups[1].measure_ids[0]",
            "u2",
            |d| {
                follow_up(d).measure_ids[0] = "g1".to_owned();
            },
        ),
    ]
}
