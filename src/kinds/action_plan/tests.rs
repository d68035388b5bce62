//! One way to break each rule of action plans.

mod measures;

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
        measures::of_measures(),
        measures::of_schedules(),
        measures::of_providers(),
        measures::of_follow_ups(),
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
