//! One way to break each rule of analyses, and those that hold for every kind.

mod chain;

use super::*;
use crate::kinds::tests::Case;

/// The analysis in a document.
fn of(document: &mut v1::Document) -> &mut Analysis {
    match &mut document.content {
        Some(v1::document::Content::Analysis(analysis)) => analysis,
        _ => unreachable!("the sample is an analysis"),
    }
}

fn observation(document: &mut v1::Document) -> &mut v1::ObservedFigure {
    match &mut of(document).evidence[0].source {
        Some(Source::Observation(observation)) => observation,
        _ => unreachable!("the first evidence of the sample is an observation"),
    }
}

fn measured(document: &mut v1::Document, number: &str) {
    let value = v1::MeasuredValue {
        number: number.to_owned(),
        approximate: false,
    };
    observation(document).figure.as_mut().unwrap().value = Some(v1::figure::Value::Measured(value));
}

fn participation(document: &mut v1::Document) -> &mut v1::Participation {
    of(document).participation.as_mut().unwrap()
}

pub(in crate::kinds) fn cases() -> Vec<Case> {
    [
        of_every_document(),
        of_evidence(),
        of_figures(),
        chain::of_problems_and_causes(),
        chain::of_areas(),
        of_participation(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn of_every_document() -> Vec<Case> {
    vec![
        Case("document.period_missing", "period", "", |d| d.period = None),
        Case("document.date_unreal", "period.start_date", "", |d| {
            d.period.as_mut().unwrap().start_date = "2021-02-29".to_owned();
        }),
        Case("document.date_unreal", "period.end_date", "", |d| {
            d.period.as_mut().unwrap().end_date = "2021-06-31".to_owned();
        }),
        Case("document.period_reversed", "period.end_date", "", |d| {
            d.period.as_mut().unwrap().end_date = "2020-06-30".to_owned();
        }),
        Case(
            "document.item_id_taken",
            "analysis.causes[0].id",
            "p1",
            |d| {
                of(d).causes[0].id = "p1".to_owned();
            },
        ),
        Case(
            "document.reference_unknown",
            "analysis.causes[0].problem_ids[1]",
            "c1",
            |d| {
                of(d).causes[0].problem_ids.push("p9".to_owned());
            },
        ),
        Case(
            "document.reference_unknown",
            "analysis.problems[0].evidence_ids[3]",
            "p1",
            |d| {
                of(d).problems[0].evidence_ids.push("c1".to_owned());
            },
        ),
        Case(
            "document.link_repeated",
            "analysis.development_areas[0].cause_ids[1]",
            "a1",
            |d| {
                of(d).development_areas[0].cause_ids.push("c1".to_owned());
            },
        ),
        Case(
            "personal_data.identity_number",
            "analysis.pupils_say",
            "",
            |d| {
                of(d).pupils_say.push_str(" 850709-9805");
            },
        ),
        Case(
            "personal_data.email_address",
            "analysis.problems[1].statement",
            "p2",
            |d| {
                of(d).problems[1]
                    .statement
                    .push_str(" Skriv till namn@exempel.se.");
            },
        ),
    ]
}

fn of_evidence() -> Vec<Case> {
    vec![
        Case("analysis.title_missing", "analysis.title", "", |d| {
            of(d).title = " ".to_owned();
        }),
        Case(
            "analysis.present_state_missing",
            "analysis.present_state",
            "",
            |d| {
                of(d).present_state = "\n".to_owned();
            },
        ),
        Case(
            "analysis.evidence_undescribed",
            "analysis.evidence[1].description",
            "e2",
            |d| {
                of(d).evidence[1].description.clear();
            },
        ),
        Case(
            "analysis.evidence_without_source",
            "analysis.evidence[0]",
            "e1",
            |d| {
                of(d).evidence[0].source = None;
            },
        ),
        Case(
            "analysis.source_incomplete",
            "analysis.evidence[0].observation.indicator",
            "e1",
            |d| {
                observation(d).indicator.clear();
            },
        ),
        Case(
            "analysis.source_incomplete",
            "analysis.evidence[0].observation.period",
            "e1",
            |d| {
                observation(d).period.clear();
            },
        ),
        Case(
            "analysis.source_incomplete",
            "analysis.evidence[0].observation.figure",
            "e1",
            |d| {
                observation(d).figure = None;
            },
        ),
        Case(
            "analysis.source_incomplete",
            "analysis.evidence[3].document.title",
            "e4",
            |d| {
                of(d).evidence[3].source = Some(Source::Document(v1::DocumentReference::default()));
            },
        ),
        Case(
            "analysis.source_incomplete",
            "analysis.evidence[4].quote.text",
            "e5",
            |d| {
                of(d).evidence[4].source = Some(Source::Quote(v1::Quote::default()));
            },
        ),
        Case(
            "analysis.source_incomplete",
            "analysis.evidence[4].quote.origin",
            "e5",
            |d| {
                of(d).evidence[4].source = Some(Source::Quote(v1::Quote::default()));
            },
        ),
    ]
}

fn of_figures() -> Vec<Case> {
    vec![
        Case(
            "figure.period_unreal",
            "analysis.evidence[0].observation.period",
            "e1",
            |d| {
                observation(d).period = "2020/22".to_owned();
            },
        ),
        Case(
            "figure.out_of_range",
            "analysis.evidence[0].observation.figure",
            "e1",
            |d| {
                measured(d, "857");
            },
        ),
        Case(
            "figure.unit_missing",
            "analysis.evidence[0].observation.figure.unit",
            "e1",
            |d| {
                observation(d).figure.as_mut().unwrap().unit = 0;
            },
        ),
        Case(
            "analysis.evidence_unused",
            "analysis.evidence[3]",
            "e4",
            |d| {
                of(d).problems[1].evidence_ids.remove(0);
            },
        ),
    ]
}

fn of_participation() -> Vec<Case> {
    vec![
        Case(
            "analysis.no_staff_took_part",
            "analysis.participation.staff",
            "",
            |d| {
                participation(d)
                    .staff
                    .iter_mut()
                    .for_each(|staff| staff.count = 0);
            },
        ),
        Case(
            "analysis.no_staff_took_part",
            "analysis.participation.staff",
            "",
            |d| {
                of(d).participation = None;
            },
        ),
        Case(
            "analysis.no_pupils_took_part",
            "analysis.participation.pupils",
            "",
            |d| {
                participation(d).pupils = 0;
            },
        ),
        Case(
            "analysis.staff_category_repeated",
            "analysis.participation.staff[4].category",
            "",
            |d| {
                let again = participation(d).staff[0];
                participation(d).staff.push(again);
            },
        ),
        Case(
            "analysis.pupils_say_missing",
            "analysis.pupils_say",
            "",
            |d| of(d).pupils_say.clear(),
        ),
    ]
}

#[test]
fn the_contract_lists_the_themes() {
    let contract = std::fs::read_to_string("proto/styrkedja/v1/analysis.proto").unwrap();
    let comment = contract
        .split("codes of an open list")
        .nth(1)
        .unwrap()
        .split("own codes")
        .next()
        .unwrap();
    let listed: Vec<_> = comment.split('`').skip(1).step_by(2).collect();
    assert_eq!(listed, crate::kinds::themes::THEMES);
}
