//! The rules of merging one by one, on contents as they are.

mod lists;
mod properties;

use prost::Message as _;

use super::*;
use crate::{
    contract::Contract,
    proto::v1::{
        self, ActionPlan, Document, Evidence, Figure, FigureUnit, Goal, Measure, MeasuredValue,
        Participation, Period, Quote, document::Content, evidence::Source, figure,
    },
};

fn dynamic(document: &Document) -> DynamicMessage {
    let descriptor = contract::descriptors()
        .get_message_by_name("styrkedja.v1.Document")
        .unwrap();
    DynamicMessage::decode(descriptor, document.encode_to_vec().as_slice()).unwrap()
}

pub(super) fn merged(
    base: &Document,
    theirs: &Document,
    yours: &Document,
) -> Result<Document, Vec<String>> {
    let merged = merge(&dynamic(base), &dynamic(theirs), &dynamic(yours))?;
    Ok(merged.transcode_to().unwrap())
}

pub(super) fn of_plan(plan: ActionPlan) -> Document {
    Document {
        round: "sbs-2019-1".to_owned(),
        content: Some(Content::ActionPlan(plan)),
        ..Document::default()
    }
}

pub(super) fn plan_of(document: Document) -> ActionPlan {
    match document.content {
        Some(Content::ActionPlan(plan)) => plan,
        other => panic!("no plan: {other:?}"),
    }
}

fn measure(id: &str) -> Measure {
    Measure {
        id: id.to_owned(),
        title: format!("Åtgärd {id}"),
        ..Measure::default()
    }
}

fn plan(measures: &[&str]) -> ActionPlan {
    ActionPlan {
        title: "Åtgärdsplan".to_owned(),
        measures: measures.iter().map(|id| measure(id)).collect(),
        ..ActionPlan::default()
    }
}

/// Merges two changes of a plan.
fn change(
    base: &ActionPlan,
    theirs: impl FnOnce(&mut ActionPlan),
    yours: impl FnOnce(&mut ActionPlan),
) -> Result<ActionPlan, Vec<String>> {
    let (mut their_plan, mut your_plan) = (base.clone(), base.clone());
    theirs(&mut their_plan);
    yours(&mut your_plan);
    let [base, theirs, yours] = [base.clone(), their_plan, your_plan].map(of_plan);
    merged(&base, &theirs, &yours).map(plan_of)
}

fn conflicts(fields: &[&str]) -> Result<ActionPlan, Vec<String>> {
    Err(fields.iter().map(|&field| field.to_owned()).collect())
}

#[test]
fn what_one_side_changed_stands() {
    let base = plan(&["m1"]);
    let changed = |plan: &mut ActionPlan| plan.title = "Ny".to_owned();
    assert_eq!(change(&base, changed, |_| ()).unwrap().title, "Ny");
    assert_eq!(change(&base, |_| (), changed).unwrap().title, "Ny");
    assert_eq!(change(&base, changed, changed).unwrap().title, "Ny");
}

#[test]
fn what_both_changed_otherwise_must_be_chosen() {
    let base = plan(&["m1"]);
    let merged = change(
        &base,
        |plan| plan.title = "Deras".to_owned(),
        |plan| plan.title = String::new(),
    );
    assert_eq!(merged, conflicts(&["action_plan.title"]));
}

#[test]
fn every_conflict_is_named() {
    let base = plan(&["m1", "m2"]);
    let merged = change(
        &base,
        |plan| {
            plan.title = "Deras".to_owned();
            plan.measures[0].title = "Deras".to_owned();
            plan.measures.remove(1);
        },
        |plan| {
            plan.title = "Vår".to_owned();
            plan.measures[0].title = "Vår".to_owned();
            plan.measures[1].title = "Vår".to_owned();
        },
    );
    let fields = [
        "action_plan.title",
        "action_plan.measures[m1].title",
        "action_plan.measures[m2]",
    ];
    assert_eq!(merged, conflicts(&fields));
}

#[test]
fn the_envelope_is_merged_too() {
    let period = |end: &str| Period {
        start_date: "2019-08-01".to_owned(),
        end_date: end.to_owned(),
    };
    let base = of_plan(plan(&[]));
    let theirs = Document {
        round: "sbs-2020-1".to_owned(),
        ..base.clone()
    };
    let yours = Document {
        period: Some(period("2020-06-30")),
        ..base.clone()
    };
    let both = merged(&base, &theirs, &yours).unwrap();
    assert_eq!(
        (both.round.as_str(), both.period.clone()),
        ("sbs-2020-1", yours.period.clone())
    );
    // A period is one thing: of two, neither the one begin with the other end.
    let theirs = Document {
        period: Some(period("2020-12-31")),
        ..base.clone()
    };
    assert_eq!(
        merged(&base, &theirs, &yours),
        Err(vec!["period".to_owned()])
    );
}

#[test]
fn what_the_exchange_gives_stands_whatever_is_pushed() {
    let base = of_plan(plan(&["m1"]));
    let theirs = Document {
        author: "exchange:anna".to_owned(),
        revision: 7,
        justifications: vec![v1::Justification::default()],
        ..base.clone()
    };
    let yours = Document {
        author: "exchange:bo".to_owned(),
        revision: 3,
        ..base.clone()
    };
    assert_eq!(merged(&base, &theirs, &yours), Ok(theirs));
}

#[test]
fn a_figure_is_one_thing() {
    let figure = |unit: FigureUnit, number: &str| Figure {
        unit: unit.into(),
        value: Some(figure::Value::Measured(MeasuredValue {
            number: number.to_owned(),
            approximate: false,
        })),
    };
    let goal = |figure| ActionPlan {
        goals: vec![Goal {
            id: "g1".to_owned(),
            target: Some(figure),
            ..Goal::default()
        }],
        ..ActionPlan::default()
    };
    let base = goal(figure(FigureUnit::Percent, "84"));
    let merged = change(
        &base,
        |plan| plan.goals[0].target = Some(figure(FigureUnit::Count, "84")),
        |plan| plan.goals[0].target = Some(figure(FigureUnit::Percent, "90")),
    );
    assert_eq!(merged, conflicts(&["action_plan.goals[g1].target"]));
}

#[test]
fn a_choice_between_messages_is_one_value() {
    let quote = |text: &str, origin: &str| {
        Source::Quote(Quote {
            text: text.to_owned(),
            origin: origin.to_owned(),
        })
    };
    let of = |source: Source| Document {
        content: Some(Content::Analysis(v1::Analysis {
            evidence: vec![Evidence {
                id: "e1".to_owned(),
                source: Some(source),
                ..Evidence::default()
            }],
            ..v1::Analysis::default()
        })),
        ..Document::default()
    };
    let base = of(quote("a", "b"));
    // Of the same type: field by field. Of another: one or the other.
    let both = merged(&base, &of(quote("x", "b")), &of(quote("a", "y")));
    assert_eq!(both, Ok(of(quote("x", "y"))));
    let reference = Source::Document(v1::DocumentReference::default());
    let other = merged(&base, &of(reference.clone()), &of(quote("a", "y")));
    assert_eq!(
        other,
        Err(vec!["analysis.evidence[e1].document".to_owned()])
    );
    let made = merged(
        &of(reference.clone()),
        &of(quote("x", "")),
        &of(quote("", "y")),
    );
    assert_eq!(made, Err(vec!["analysis.evidence[e1].quote".to_owned()]));
    let only = merged(&base, &of(reference.clone()), &base);
    assert_eq!(only, Ok(of(reference)));
}

#[test]
fn a_message_that_one_side_took_away_and_the_other_changed_is_a_conflict() {
    let of = |pupils: Option<u32>| Document {
        content: Some(Content::Analysis(v1::Analysis {
            participation: pupils.map(|pupils| Participation {
                pupils,
                ..Participation::default()
            }),
            ..v1::Analysis::default()
        })),
        ..Document::default()
    };
    let clash = merged(&of(Some(1)), &of(None), &of(Some(2)));
    assert_eq!(clash, Err(vec!["analysis.participation".to_owned()]));
    assert_eq!(merged(&of(Some(1)), &of(None), &of(Some(1))), Ok(of(None)));
    // Made alike on both sides, it stands; made otherwise, neither is what the other began from.
    let both = merged(&of(None), &of(Some(2)), &of(Some(2)));
    assert_eq!(both, Ok(of(Some(2))));
    let clash = merged(&of(None), &of(Some(2)), &of(Some(0)));
    assert_eq!(clash, Err(vec!["analysis.participation".to_owned()]));
}

#[test]
fn every_field_of_a_document_has_a_rule() {
    let contract: &Contract = contract::get();
    let document = contract::descriptors()
        .get_message_by_name("styrkedja.v1.Document")
        .unwrap();
    for field in document.fields() {
        let ours = *contract.merge(field.full_name()) == Merge::Ours;
        let pushed = ["external_id", "round", "period"].contains(&field.name());
        let content = field.containing_oneof().is_some();
        assert_eq!(ours, !pushed && !content, "{}", field.full_name());
    }
}
