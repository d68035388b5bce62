//! An offer as an event.

use serde_json::{Value, json};

use super::{
    super::{
        super::codes,
        node::{SWEDISH, Told},
    },
    extension::{extensions, own_extension, university_extension},
    fields::{Fields, code, list, number, strings, swedish, text, time, urls},
};
use crate::proto::v1::{ApplicationWindow, Fee, Offering, StudyMode};

pub fn event(
    id: &str,
    education: &str,
    offering: &Offering,
    themes: &[String],
    told: &mut Told,
) -> Fields {
    let execution = offering.execution.as_ref();
    let round = offering.round_code.parse::<i32>().ok();
    let round = round.and_then(|round| u32::try_from(round).ok());
    let round = round.filter(|round| round.to_string() == offering.round_code);
    let fields = Fields::of([
        ("identifier", Some(id.into())),
        ("education", Some(education.into())),
        (
            "providers",
            list(&offering.provider_ids, |id| Some(id.clone().into())),
        ),
        ("title", strings(&offering.title)),
        ("description", strings(&offering.description)),
        ("url", urls(&offering.urls)),
        (
            "execution",
            execution.map(|execution| {
                Fields::of([
                    (
                        "condition",
                        code(
                            "C_ExecutionCondition",
                            codes::CONDITIONS,
                            &execution.condition(),
                        ),
                    ),
                    ("start", text(&execution.start_date)),
                    ("end", text(&execution.end_date)),
                ])
                .value()
            }),
        ),
        (
            "locations",
            list(&offering.places, |place| {
                Fields::of([
                    ("areaCode", text(&place.municipality_code)),
                    ("town", text(&place.town)),
                ])
                .some()
            }),
        ),
        (
            "languageOfInstructions",
            list(&offering.languages, |code| Some(code.clone().into())),
        ),
        (
            "paceOfStudy",
            offering.pace.as_ref().map(|pace| {
                Fields::of([
                    (
                        "percentage",
                        (pace.percent > 0).then(|| pace.percent.into()),
                    ),
                    ("individual", pace.individual.then_some(Value::Bool(true))),
                ])
                .value()
            }),
        ),
        (
            "timeOfStudy",
            code("C_TimeOfStudy", codes::TIMES, &offering.study_time()),
        ),
        ("distance", distance(offering)),
        (
            "isCancelled",
            Some((code_state(offering) == Some("cancelled")).into()),
        ),
        ("application", application(&offering.application_windows)),
        ("places", offering.capacity.map(Value::from)),
        ("fees", list(&offering.fees, |one| Some(fee(one)))),
        (
            "keywords",
            list(&offering.keywords, |word| Some(swedish(word))),
        ),
        ("lastEdited", time(offering.edit_time.as_ref())),
        ("expires", time(offering.expire_time.as_ref())),
        (
            "extensions",
            extensions([
                university_extension(offering, round),
                own_extension(offering, round, themes),
            ]),
        ),
    ]);
    fields.require(&["providers", "lastEdited", "expires", "execution"], told);
    fields
}

pub fn code_state(offering: &Offering) -> Option<&'static str> {
    codes::code_of(codes::STATES, &offering.state())
}

pub fn is_distance(offering: &Offering) -> bool {
    let mode = offering.mode();
    matches!(mode, StudyMode::Distance | StudyMode::Blended)
        || offering.mandatory_sessions.is_some()
}

fn distance(offering: &Offering) -> Option<Value> {
    is_distance(offering).then(|| {
        let sessions = offering.mandatory_sessions.map(Value::from);
        Fields::of([("noOfMandatorySessions", sessions)]).value()
    })
}

/// EMIL has one application: the one that all can use, or else the first.
fn application(windows: &[ApplicationWindow]) -> Option<Value> {
    let is_for_all = |window: &&ApplicationWindow| window.target_group.is_empty();
    let window = windows
        .iter()
        .find(is_for_all)
        .or_else(|| windows.first())?;
    Some(Fields::of(window_fields(window)).value())
}

pub fn window_fields(window: &ApplicationWindow) -> [(&'static str, Option<Value>); 6] {
    [
        ("first", text(&window.first_date)),
        ("last", text(&window.last_date)),
        ("continuous", window.continuous.then_some(Value::Bool(true))),
        ("code", text(&window.code)),
        (
            "url",
            text(&window.url).map(|url| json!({"urls": [{"lang": SWEDISH, "value": url}]})),
        ),
        ("instruction", strings(&window.instructions)),
    ]
}

fn fee(fee: &Fee) -> Value {
    Fields::of([
        ("totalAmount", number(&fee.amount)),
        ("currency", text(&fee.currency)),
        (
            "condition",
            text(&fee.purpose).map(|_| swedish(&fee.purpose)),
        ),
    ])
    .value()
}
