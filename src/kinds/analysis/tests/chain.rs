//! From problem to development area.

use super::{AREAS, Case, of, v1};

pub(super) fn of_problems_and_causes() -> Vec<Case> {
    vec![
        Case("analysis.problems_missing", "analysis.problems", "", |d| {
            of(d).problems.clear();
        }),
        Case(
            "analysis.problem_unstated",
            "analysis.problems[0].statement",
            "p1",
            |d| {
                of(d).problems[0].statement.clear();
            },
        ),
        Case(
            "analysis.problem_without_evidence",
            "analysis.problems[1].evidence_ids",
            "p2",
            |d| {
                of(d).problems[1].evidence_ids.clear();
            },
        ),
        Case(
            "analysis.problem_not_influenceable",
            "analysis.problems[0].influenceable",
            "p1",
            |d| {
                of(d).problems[0].influenceable = false;
            },
        ),
        Case(
            "analysis.problem_without_cause",
            "analysis.problems[1]",
            "p2",
            |d| {
                of(d).causes.truncate(1);
            },
        ),
        Case(
            "analysis.cause_unstated",
            "analysis.causes[0].assumption",
            "c1",
            |d| {
                of(d).causes[0].assumption.clear();
            },
        ),
        Case(
            "analysis.cause_without_problem",
            "analysis.causes[2].problem_ids",
            "c3",
            |d| {
                of(d).causes[2].problem_ids.clear();
            },
        ),
        Case(
            "analysis.cause_without_category",
            "analysis.causes[2].category",
            "c3",
            |d| {
                of(d).causes[2].category = 0;
            },
        ),
        Case(
            "analysis.cause_without_level",
            "analysis.causes[2].level",
            "c3",
            |d| {
                of(d).causes[2].level = 0;
            },
        ),
    ]
}

pub(super) fn of_areas() -> Vec<Case> {
    vec![
        Case("analysis.areas_missing", AREAS, "", |d| {
            of(d).development_areas.clear();
        }),
        Case(
            "analysis.area_without_title",
            "analysis.development_areas[1].title",
            "a2",
            |d| {
                of(d).development_areas[1].title.clear();
            },
        ),
        Case(
            "analysis.area_undescribed",
            "analysis.development_areas[1].description",
            "a2",
            |d| {
                of(d).development_areas[1].description.clear();
            },
        ),
        Case(
            "analysis.area_without_cause",
            "analysis.development_areas[1].cause_ids",
            "a2",
            |d| {
                of(d).development_areas[1].cause_ids.clear();
            },
        ),
        Case(
            "analysis.area_without_priority",
            "analysis.development_areas[1].priority",
            "a2",
            |d| {
                of(d).development_areas[1].priority = 0;
            },
        ),
        Case(
            "analysis.area_priority_taken",
            "analysis.development_areas[1].priority",
            "a2",
            |d| {
                of(d).development_areas[1].priority = 1;
            },
        ),
        Case(
            "analysis.area_priority_gap",
            "analysis.development_areas[1].priority",
            "a2",
            |d| {
                of(d).development_areas[1].priority = 3;
            },
        ),
        Case(
            "analysis.area_priority_gap",
            "analysis.development_areas[1].priority",
            "a2",
            |d| {
                of(d).development_areas.remove(0);
                of(d)
                    .development_areas
                    .insert(0, v1::DevelopmentArea::default());
            },
        ),
        Case(
            "analysis.area_without_theme",
            "analysis.development_areas[1].themes",
            "a2",
            |d| {
                of(d).development_areas[1].themes.clear();
            },
        ),
        Case(
            "theme.unknown",
            "analysis.development_areas[1].themes[0]",
            "a2",
            |d| {
                of(d).development_areas[1].themes[0] = "sprak".to_owned();
            },
        ),
        Case(
            "theme.own",
            "analysis.development_areas[1].themes[0]",
            "a2",
            |d| {
                of(d).development_areas[1].themes[0] = "x-utomhuspedagogik".to_owned();
            },
        ),
    ]
}
