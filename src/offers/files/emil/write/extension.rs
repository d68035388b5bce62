//! What stands in extensions: what universities in common add to EMIL, and what it has no place for.

use serde_json::{Value, json};

use super::{
    super::{
        super::codes,
        event::APPLICATION,
        extension::{OWN_EVENT, UNIVERSITY},
    },
    event::{code_state, is_distance, window_fields},
    fields::{Fields, audiences, list, text},
};
use crate::proto::v1::{ApplicationWindow, Offering};

pub fn university_extension(offering: &Offering, round: Option<u32>) -> Option<Fields> {
    let (term, year) = offering.start_term.split_at_checked(2).unwrap_or_default();
    let semester = codes::SEMESTERS.iter().find(|(_, known)| *known == term);
    let period = Fields::of([
        ("semester", semester.map(|(code, _)| (*code).into())),
        ("year", semester.map(|_| format!("20{year}").into())),
        (
            "periodNumber",
            (offering.start_period > 0).then(|| offering.start_period.into()),
        ),
    ]);
    let start = Fields::of([
        (
            "week",
            (offering.start_week > 0).then(|| offering.start_week.into()),
        ),
        ("period", period.some()),
    ]);
    let start = start.some();
    let says_something = start.is_some() || round.is_some() || !offering.funding_code.is_empty();
    says_something.then(|| {
        Fields::of([
            ("type", Some(UNIVERSITY.into())),
            ("startPeriod", start.or_else(|| Some(json!({})))),
            ("courseRound", round.map(Value::from)),
            ("formOfFunding", text(&offering.funding_code)),
        ])
    })
}

/// What EMIL has no place for.
pub fn own_extension(offering: &Offering, round: Option<u32>, themes: &[String]) -> Option<Fields> {
    let execution = offering.execution.clone().unwrap_or_default();
    let cancelled = code_state(offering) == Some("cancelled");
    let state = code_state(offering)
        .filter(|_| codes::implied_state(cancelled, execution.condition()) != offering.state());
    let implied = codes::implied_mode(is_distance(offering), offering.mandatory_sessions);
    let mode = codes::code_of(codes::MODES, &offering.mode());
    let fields = Fields::of([
        ("themes", list(themes, |theme| Some(theme.clone().into()))),
        ("state", state.map(Value::from)),
        (
            "mode",
            mode.filter(|_| implied != offering.mode()).map(Value::from),
        ),
        (
            "roundCode",
            round
                .is_none()
                .then(|| text(&offering.round_code))
                .flatten(),
        ),
        (
            "applicationWindows",
            own_windows(&offering.application_windows),
        ),
    ]);
    (!fields.0.is_empty()).then(|| {
        let mut fields = fields;
        fields.0.insert("type".to_owned(), OWN_EVENT.into());
        fields
    })
}

fn own_windows(windows: &[ApplicationWindow]) -> Option<Value> {
    if let [one] = windows {
        let has_days = one.continuous || !one.first_date.is_empty() || !one.last_date.is_empty();
        if one.id == APPLICATION && one.target_group.is_empty() && has_days {
            return None;
        }
    }
    list(windows, |window| {
        let head = [
            ("id", text(&window.id)),
            (
                "targetGroup",
                list(&audiences(&window.target_group), |code| {
                    Some((*code).into())
                }),
            ),
        ];
        Some(Fields::of(head.into_iter().chain(window_fields(window))).value())
    })
}

/// Extensions, each with an id as EMIL demands.
pub fn extensions(all: [Option<Fields>; 2]) -> Option<Value> {
    let all = all.into_iter().flatten().enumerate();
    let all = all.map(|(index, mut fields)| {
        fields.0.insert("id".to_owned(), index.to_string().into());
        fields.value()
    });
    let all: Vec<_> = all.collect();
    (!all.is_empty()).then_some(Value::Array(all))
}
