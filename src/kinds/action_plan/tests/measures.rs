//! Measures, with their schedules and providers, and how they are followed up.

use super::{Case, MeasureProvider, follow_up, measure, of};

pub(super) fn of_measures() -> Vec<Case> {
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

pub(super) fn of_schedules() -> Vec<Case> {
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

pub(super) fn of_providers() -> Vec<Case> {
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

pub(super) fn of_follow_ups() -> Vec<Case> {
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
