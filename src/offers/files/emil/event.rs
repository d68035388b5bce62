//! An `EducationEvent`, read as the offering of an offer.

use super::{
    super::{codes, rules},
    extension::{self, Own, Sorts},
    node::{self, Object, Told, check_language},
};
use crate::{
    organizations::codes::MunicipalityCode,
    proto::v1::{
        ApplicationWindow, CourseOffer, Execution, ExecutionCondition, Fee, LocalizedUrl, Offering,
        Pace, Place,
    },
};

/// The id of a window that EMIL gives none.
pub const APPLICATION: &str = "application";
/// Fields of EMIL that the exchange does not keep.
const NOT_KEPT: [&str; 3] = ["examiningBodies", "orderers", "isApprenticeship"];
const NOT_KEPT_OF_ADDRESSES: [&str; 9] = [
    "country",
    "postalCode",
    "postBox",
    "streetAddress",
    "organization",
    "department",
    "wgs84",
    "sweref99",
    "studyLocation",
];

/// An event, with the id of the info that it belongs to.
pub struct Event {
    pub education: String,
    /// The offer without its course.
    pub offer: CourseOffer,
}

pub fn read(mut event: Object<'_>, told: &mut Told) -> Event {
    let education = event.words("education", told);
    if education.is_empty() {
        told.say(event.at("education"), rules::field_missing());
    }
    let mut offering = Offering {
        title: event.localized("title", told),
        description: event.localized("description", told),
        urls: event.urls("url", told),
        execution: execution(&mut event, told),
        places: places(&mut event, told),
        languages: languages(&mut event, told),
        pace: pace(&mut event, told),
        application_windows: application(&mut event, told).into_iter().collect(),
        capacity: event.whole("places", told),
        fees: fees(&mut event, told),
        keywords: keywords(&mut event, told),
        provider_ids: event.texts("providers", told),
        edit_time: event.time("lastEdited", told),
        expire_time: event.time("expires", told),
        ..Offering::default()
    };
    if let Some(time) = event.code("timeOfStudy", "C_TimeOfStudy", codes::TIMES, told) {
        offering.study_time = time.into();
    }
    let cancelled = event.flag("isCancelled", told);
    let execution = offering.execution.as_ref();
    let condition = execution.map_or(ExecutionCondition::Unspecified, Execution::condition);
    offering.state = codes::implied_state(cancelled, condition).into();
    distance(&mut event, &mut offering, told);
    let (mut own, mut sorts) = (Own::default(), Sorts::default());
    for object in event.objects("extensions", told) {
        extension::read_event(object, &mut sorts, &mut offering, &mut own, told);
    }
    event.not_kept(&NOT_KEPT, told);
    event.end(told);
    let themes = own.put_into(&mut offering, "content.application", told);
    Event {
        education,
        offer: CourseOffer {
            course: None,
            offering: Some(offering),
            themes,
        },
    }
}

fn execution(event: &mut Object<'_>, told: &mut Told) -> Option<Execution> {
    let mut object = event.object("execution", told)?;
    let mut execution = Execution {
        start_date: object.words("start", told),
        end_date: object.words("end", told),
        ..Execution::default()
    };
    let condition = object.code("condition", "C_ExecutionCondition", codes::CONDITIONS, told);
    if let Some(condition) = condition {
        execution.condition = condition.into();
    }
    object.end(told);
    Some(execution)
}

fn places(event: &mut Object<'_>, told: &mut Told) -> Vec<Place> {
    let mut places = Vec::new();
    for mut address in event.objects("locations", told) {
        let place = Place {
            municipality_code: municipality(&mut address, told),
            town: address.words("town", told),
        };
        address.not_kept(&NOT_KEPT_OF_ADDRESSES, told);
        if place == Place::default() {
            told.say(address.path(), rules::place_empty());
        } else {
            places.push(place);
        }
        address.end(told);
    }
    places
}

/// A code that a spreadsheet has spoilt is told for what it was, also where it became a number.
fn municipality(address: &mut Object<'_>, told: &mut Told) -> String {
    let Some(value) = address.ask("areaCode") else {
        return String::new();
    };
    let text = match value.as_str() {
        Some(text) => text.to_owned(),
        None => value.to_string(),
    };
    match text.parse::<MunicipalityCode>() {
        Ok(code) if value.is_string() => code.to_string(),
        Ok(_) => {
            let wanted = (
                "kommunkoden inom citattecken",
                "the code in quotation marks",
            );
            told.say(address.at("areaCode"), rules::field_type(wanted));
            String::new()
        }
        Err(fault) => {
            told.say(address.at("areaCode"), fault.saying());
            String::new()
        }
    }
}

fn languages(event: &mut Object<'_>, told: &mut Told) -> Vec<String> {
    const NAME: &str = "languageOfInstructions";
    let mut languages = Vec::new();
    for (index, code) in event.texts(NAME, told).into_iter().enumerate() {
        check_language(&code, format!("{}[{index}]", event.at(NAME)), told);
        if !languages.contains(&code) {
            languages.push(code);
        }
    }
    languages
}

fn pace(event: &mut Object<'_>, told: &mut Told) -> Option<Pace> {
    let mut object = event.object("paceOfStudy", told)?;
    let percent = object.number("percentage", told).unwrap_or_default();
    let (whole, is_whole) = whole_percent(&percent);
    if !is_whole {
        told.say(object.at("percentage"), rules::pace_rounded());
    }
    let pace = Pace {
        percent: whole,
        individual: object.flag("individual", told),
    };
    object.not_kept(&["note"], told);
    object.end(told);
    Some(pace)
}

/// The nearest whole number to a decimal one, and whether it is the same.
pub fn whole_percent(decimal: &str) -> (u32, bool) {
    let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
    if whole.is_empty() {
        return (0, true);
    }
    // What is no number from 0 breaks the rule of the field.
    let whole = whole.parse().unwrap_or(u32::MAX);
    let up = fraction
        .as_bytes()
        .first()
        .is_some_and(|digit| *digit >= b'5');
    let is_whole = fraction.bytes().all(|digit| digit == b'0');
    (whole.saturating_add(up.into()), is_whole)
}

fn application(event: &mut Object<'_>, told: &mut Told) -> Option<ApplicationWindow> {
    let object = event.object("application", told)?;
    let path = object.path().to_owned();
    let window = ApplicationWindow {
        id: APPLICATION.to_owned(),
        ..window(object, false, told)
    };
    let has_days =
        window.continuous || !window.first_date.is_empty() || !window.last_date.is_empty();
    if !has_days {
        told.say(path, rules::application_without_days());
    }
    has_days.then_some(window)
}

/// The fields of an application, which windows of our own extension have as well, and more before them.
pub fn window(mut object: Object<'_>, is_own: bool, told: &mut Told) -> ApplicationWindow {
    let head = is_own.then(|| extension::window_head(&mut object, told));
    let window = ApplicationWindow {
        first_date: object.words("first", told),
        last_date: object.words("last", told),
        continuous: object.flag("continuous", told),
        code: object.words("code", told),
        url: one_url(&mut object, told),
        instructions: object.localized("instruction", told),
        ..head.unwrap_or_default()
    };
    object.not_kept(&["email", "address"], told);
    object.end(told);
    window
}

fn one_url(object: &mut Object<'_>, told: &mut Told) -> String {
    let urls = object.urls("url", told);
    if urls.len() > 1 {
        told.say(object.at("url"), rules::not_kept());
    }
    let swedish = |url: &&LocalizedUrl| url.language == node::SWEDISH;
    let url = urls.iter().find(swedish).or_else(|| urls.first());
    url.map(|url| url.url.clone()).unwrap_or_default()
}

fn fees(event: &mut Object<'_>, told: &mut Told) -> Vec<Fee> {
    let mut fees = Vec::new();
    for mut object in event.objects("fees", told) {
        let amount = object.number("totalAmount", told);
        if amount.is_none() && !object.has("totalAmount") {
            told.say(object.at("totalAmount"), rules::field_missing());
        }
        let condition = object.localized("condition", told);
        fees.push(Fee {
            amount: amount.unwrap_or_default(),
            currency: object.words("currency", told),
            purpose: node::one(condition, &object.at("condition"), told),
        });
        object.not_kept(&["firstInstallment"], told);
        object.end(told);
    }
    fees
}

/// Some write one text with a string for each word, some a text for each word.
fn keywords(event: &mut Object<'_>, told: &mut Told) -> Vec<String> {
    const NAME: &str = "keywords";
    let texts = match event.ask(NAME) {
        Some(value) if value.is_object() => {
            let object = Object::of(value, event.at(NAME), told);
            object.map_or_else(Vec::new, |object| object.strings(told))
        }
        _ => {
            let objects = event.objects(NAME, told).into_iter();
            objects.flat_map(|object| object.strings(told)).collect()
        }
    };
    let mut words = Vec::new();
    for text in texts {
        if text.language != node::SWEDISH {
            // The word is kept, and its language is not.
            told.say(event.at(NAME), rules::not_kept());
        }
        if !words.contains(&text.value) {
            words.push(text.value);
        }
    }
    words
}

fn distance(event: &mut Object<'_>, offering: &mut Offering, told: &mut Told) {
    let object = event.object("distance", told);
    let is_distance = object.is_some();
    if let Some(mut object) = object {
        offering.mandatory_sessions = object.whole("noOfMandatorySessions", told);
        let others = [
            "noOfOptionalSessions",
            "noOfMandatoryRemoteSessions",
            "noOfOptionalRemoteSessions",
            "description",
        ];
        object.not_kept(&others, told);
        object.end(told);
    }
    offering.mode = codes::implied_mode(is_distance, offering.mandatory_sessions).into();
}
