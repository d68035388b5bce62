//! One way to break each rule of follow-up reports.

use super::*;
use crate::kinds::tests::Case;

/// The report in a document.
fn of(document: &mut v1::Document) -> &mut FollowUpReport {
    match &mut document.content {
        Some(v1::document::Content::FollowUpReport(report)) => report,
        _ => unreachable!("the sample is a report"),
    }
}

fn measure(document: &mut v1::Document) -> &mut MeasureOutcome {
    &mut of(document).measures[0]
}

fn goal(document: &mut v1::Document) -> &mut GoalOutcome {
    &mut of(document).goals[0]
}

fn outcome(document: &mut v1::Document) -> &mut v1::ObservedFigure {
    goal(document).outcome.as_mut().unwrap()
}

fn measured(document: &mut v1::Document, number: &str) {
    let value = v1::MeasuredValue {
        number: number.to_owned(),
        approximate: false,
    };
    outcome(document).figure.as_mut().unwrap().value = Some(v1::figure::Value::Measured(value));
}

fn effect(document: &mut v1::Document) -> &mut Effect {
    &mut of(document).effects[0]
}

pub(in crate::kinds) fn cases() -> Vec<Case> {
    [of_measures(), of_goals(), of_figures(), of_effects()]
        .into_iter()
        .flatten()
        .collect()
}

fn of_measures() -> Vec<Case> {
    vec![
        Case(
            "follow_up_report.title_missing",
            "follow_up_report.title",
            "",
            |d| of(d).title.clear(),
        ),
        Case(
            "follow_up_report.concludes_no_round",
            "follow_up_report.concludes_round",
            "",
            |d| {
                d.round.clear();
            },
        ),
        Case("follow_up_report.measures_missing", MEASURES, "", |d| {
            of(d).measures.clear();
        }),
        Case(
            "follow_up_report.measure_repeated",
            "follow_up_report.measures[1].measure",
            "r2",
            |d| {
                of(d).measures[1].measure = of(d).measures[0].measure.clone();
            },
        ),
        Case(
            "follow_up_report.measure_without_state",
            "follow_up_report.measures[0].state",
            "r1",
            |d| {
                measure(d).state = 0;
            },
        ),
        Case(
            "follow_up_report.measure_untold",
            "follow_up_report.measures[0].done",
            "r1",
            |d| {
                measure(d).done.clear();
            },
        ),
        Case(
            "follow_up_report.measure_unfinished",
            "follow_up_report.measures[0].state",
            "r1",
            |d| {
                measure(d).state = MeasureState::Ongoing.into();
            },
        ),
        Case(
            "follow_up_report.nobody_took_part",
            "follow_up_report.measures[0].participation",
            "r1",
            |d| {
                measure(d).participation = None;
            },
        ),
        Case(
            "follow_up_report.nobody_took_part",
            "follow_up_report.measures[0].participation",
            "r1",
            |d| {
                measure(d).participation = Some(v1::Participation::default());
            },
        ),
        Case(
            "follow_up_report.staff_category_repeated",
            "follow_up_report.measures[0].participation.staff[2].category",
            "r1",
            |d| {
                let staff = &mut measure(d).participation.as_mut().unwrap().staff;
                staff.push(staff[0]);
            },
        ),
        Case(
            "follow_up_report.measure_without_effect",
            "follow_up_report.measures[0]",
            "r1",
            |d| {
                of(d).effects.remove(0);
            },
        ),
        Case(
            "follow_up_report.next_steps_missing",
            "follow_up_report.next_steps",
            "",
            |d| {
                of(d).next_steps.clear();
            },
        ),
    ]
}

fn of_goals() -> Vec<Case> {
    vec![
        Case("follow_up_report.goals_missing", GOALS, "", |d| {
            of(d).goals.clear();
        }),
        Case(
            "follow_up_report.goal_repeated",
            "follow_up_report.goals[1].goal",
            "o2",
            |d| {
                of(d).goals[1].goal = of(d).goals[0].goal.clone();
            },
        ),
        Case(
            "follow_up_report.outcome_incomplete",
            "follow_up_report.goals[0].outcome.indicator",
            "o1",
            |d| {
                outcome(d).indicator.clear();
            },
        ),
        Case(
            "follow_up_report.outcome_incomplete",
            "follow_up_report.goals[0].outcome.period",
            "o1",
            |d| {
                outcome(d).period.clear();
            },
        ),
        Case(
            "follow_up_report.outcome_incomplete",
            "follow_up_report.goals[0].outcome.figure",
            "o1",
            |d| {
                goal(d).outcome = None;
            },
        ),
        Case(
            "follow_up_report.goal_without_attainment",
            "follow_up_report.goals[0].attainment",
            "o1",
            |d| {
                goal(d).attainment = 0;
            },
        ),
        Case(
            "follow_up_report.goal_unexplained",
            "follow_up_report.goals[1].comment",
            "o2",
            |d| {
                of(d).goals[1].comment.clear();
            },
        ),
    ]
}

fn of_figures() -> Vec<Case> {
    vec![
        Case(
            "follow_up_report.goal_units_differ",
            "follow_up_report.goals[0].outcome.figure.unit",
            "o1",
            |d| {
                goal(d).target.as_mut().unwrap().unit = v1::FigureUnit::Points.into();
            },
        ),
        Case(
            "follow_up_report.goal_units_differ",
            "follow_up_report.goals[0].outcome.figure.unit",
            "o1",
            |d| {
                goal(d).baseline.as_mut().unwrap().unit = v1::FigureUnit::Points.into();
            },
        ),
        Case(
            "follow_up_report.goal_units_differ",
            "follow_up_report.goals[0].outcome.figure.unit",
            "o1",
            |d| {
                goal(d).outcome = None;
                goal(d).baseline.as_mut().unwrap().unit = v1::FigureUnit::Points.into();
            },
        ),
        Case(
            "follow_up_report.goal_contradicted",
            "follow_up_report.goals[0].attainment",
            "o1",
            |d| {
                measured(d, "87.9");
            },
        ),
        Case(
            "follow_up_report.goal_contradicted",
            "follow_up_report.goals[0].attainment",
            "o1",
            |d| {
                goal(d).attainment = GoalAttainment::PartlyReached.into();
            },
        ),
        Case(
            "figure.period_unreal",
            "follow_up_report.goals[0].outcome.period",
            "o1",
            |d| {
                outcome(d).period = "2022/22".to_owned();
            },
        ),
        Case(
            "figure.out_of_range",
            "follow_up_report.goals[0].outcome.figure",
            "o1",
            |d| measured(d, "889"),
        ),
        Case(
            "figure.unit_missing",
            "follow_up_report.goals[0].baseline.unit",
            "o1",
            |d| {
                goal(d).baseline.as_mut().unwrap().unit = 0;
            },
        ),
        Case(
            "figure.unit_missing",
            "follow_up_report.goals[0].target.unit",
            "o1",
            |d| {
                goal(d).target.as_mut().unwrap().unit = 0;
            },
        ),
    ]
}

fn of_effects() -> Vec<Case> {
    vec![
        Case("follow_up_report.effects_missing", EFFECTS, "", |d| {
            of(d).effects.clear();
        }),
        Case(
            "follow_up_report.effect_of_nothing",
            "follow_up_report.effects[0].measures",
            "f1",
            |d| {
                effect(d).measures.clear();
            },
        ),
        Case(
            "follow_up_report.effect_of_unreported",
            "follow_up_report.effects[0].measures[0]",
            "f1",
            |d| {
                effect(d).measures[0].item_id = "m9".to_owned();
            },
        ),
        Case(
            "follow_up_report.effect_of_unreported",
            "follow_up_report.effects[0].goals[0]",
            "f1",
            |d| {
                effect(d).goals[0].document_id = Uuid::nil().to_string();
            },
        ),
        Case(
            "follow_up_report.effect_of_unstarted",
            "follow_up_report.effects[0].measures[0]",
            "f1",
            |d| {
                measure(d).state = MeasureState::NotStarted.into();
            },
        ),
        Case(
            "follow_up_report.effect_unjudged",
            "follow_up_report.effects[0].judgement",
            "f1",
            |d| {
                effect(d).judgement = 0;
            },
        ),
        Case(
            "follow_up_report.effect_without_reasons",
            "follow_up_report.effects[0].reasons",
            "f1",
            |d| {
                effect(d).reasons.clear();
            },
        ),
        Case(
            "follow_up_report.no_effect_unexplained",
            "follow_up_report.effects[2].why_no_effect",
            "f3",
            |d| {
                of(d).effects[2].why_no_effect.clear();
            },
        ),
    ]
}

#[test]
fn a_goal_that_is_to_go_down_is_reached_from_above() {
    let figure = |number: &str| {
        let value = v1::MeasuredValue {
            number: number.to_owned(),
            approximate: false,
        };
        Some(v1::Figure {
            unit: 0,
            value: Some(v1::figure::Value::Measured(value)),
        })
    };
    let outcome = |number| {
        Some(v1::ObservedFigure {
            figure: figure(number),
            ..Default::default()
        })
    };
    let mut goal = GoalOutcome {
        baseline: figure("14.3"),
        target: figure("12"),
        ..Default::default()
    };
    goal.attainment = GoalAttainment::Reached.into();
    goal.outcome = outcome("11.1");
    assert!(!contradicted(&goal));
    goal.outcome = outcome("12.5");
    assert!(contradicted(&goal));
    goal.attainment = GoalAttainment::TooEarly.into();
    assert!(!contradicted(&goal));
}
