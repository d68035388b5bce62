//! Extensions of EMIL, read: those of the universities, and our own for what a course offer says and EMIL can not.

use std::collections::HashSet;

use super::{
    super::{codes, rules},
    event::{self, APPLICATION},
    node::{Object, Told, find},
};
use crate::proto::v1::{ApplicationWindow, Audience, Course, Offering, OfferingState, StudyMode};

pub const UNIVERSITY: &str = "UHEventExtension";
pub const OWN_EVENT: &str = "StyrkedjaEventExtension";
pub const OWN_INFO: &str = "StyrkedjaInfoExtension";

/// Fields of the universities' extension that the exchange does not keep.
const NOT_KEPT: [&str; 11] = [
    "stopWeek",
    "tuitionFee",
    "itdistance",
    "eligibilityExemption",
    "textualDescription",
    "assignedEducation",
    "department",
    "applicationDetails",
    "admissionDetails",
    "eventPackageReferences",
    "genericReference",
];

/// What our own extension of an event says.
#[derive(Default)]
pub struct Own {
    themes: Vec<String>,
    state: Option<OfferingState>,
    mode: Option<StudyMode>,
    round_code: String,
    windows: Vec<ApplicationWindow>,
}

impl Own {
    /// Puts it over what the fields of EMIL imply, and gives the themes.
    pub fn put_into(
        self,
        offering: &mut Offering,
        application: &str,
        told: &mut Told,
    ) -> Vec<String> {
        if let Some(state) = self.state {
            offering.state = state.into();
        }
        if let Some(mode) = self.mode {
            offering.mode = mode.into();
        }
        if !self.round_code.is_empty() {
            offering.round_code = self.round_code;
        }
        if !self.windows.is_empty() {
            let is_among = |one: &ApplicationWindow| {
                let bare = |window: &ApplicationWindow| ApplicationWindow {
                    id: String::new(),
                    target_group: Vec::new(),
                    ..window.clone()
                };
                self.windows.iter().any(|window| bare(window) == bare(one))
            };
            if !offering.application_windows.iter().all(is_among) {
                told.say(application, rules::not_kept());
            }
            offering.application_windows = self.windows;
        }
        self.themes
    }
}

/// The sorts of extensions that were read of an item.
pub type Sorts<'v> = HashSet<&'v str>;

/// The sort of an extension. None: what is kept of it was read of another, and this is told.
fn sort<'v>(object: &mut Object<'v>, sorts: &mut Sorts<'v>, told: &mut Told) -> Option<&'v str> {
    object.ask("id");
    let sort = object.text("type", told).unwrap_or_default();
    if [UNIVERSITY, OWN_EVENT, OWN_INFO].contains(&sort) && !sorts.insert(sort) {
        told.say(object.at("type"), rules::extension_twice());
        return None;
    }
    Some(sort)
}

pub fn read_info<'v>(
    mut object: Object<'v>,
    sorts: &mut Sorts<'v>,
    course: &mut Course,
    told: &mut Told,
) {
    let Some(sort) = sort(&mut object, sorts, told) else {
        return;
    };
    match sort {
        OWN_INFO => {
            course.audience = audiences(&mut object, "audience", told);
        }
        "UHInfoExtension" => object.not_kept(&["focusIdentifier"], told),
        "AUBInfoExtension" => object.not_kept(&["aubType"], told),
        _ => unknown(&object, told),
    }
    object.end(told);
}

pub fn read_event<'v>(
    mut object: Object<'v>,
    sorts: &mut Sorts<'v>,
    offering: &mut Offering,
    own: &mut Own,
    told: &mut Told,
) {
    let Some(sort) = sort(&mut object, sorts, told) else {
        return;
    };
    match sort {
        UNIVERSITY => read_university(&mut object, offering, told),
        OWN_EVENT => read_own(&mut object, own, told),
        "KVEventExtension" => object.not_kept(&["contractor"], told),
        _ => unknown(&object, told),
    }
    object.end(told);
}

fn unknown(object: &Object<'_>, told: &mut Told) {
    told.say(object.at("type"), rules::field_unknown());
}

fn read_university(object: &mut Object<'_>, offering: &mut Offering, told: &mut Told) {
    if let Some(mut start) = object.object("startPeriod", told) {
        offering.start_week = start.whole("week", told).unwrap_or_default();
        if let Some(period) = start.object("period", told) {
            read_period(period, offering, told);
        }
        start.end(told);
    }
    let round = object.whole("courseRound", told);
    offering.round_code = round.map(|round| round.to_string()).unwrap_or_default();
    offering.funding_code = object.words("formOfFunding", told);
    if let Some(mut keywords) = object.object("keywords", told) {
        for mut words in keywords.objects("words", told) {
            words.text("lang", told);
            for word in words.texts("strings", told) {
                if !offering.keywords.contains(&word) {
                    offering.keywords.push(word);
                }
            }
            words.end(told);
        }
        keywords.end(told);
    }
    object.not_kept(&NOT_KEPT, told);
}

fn read_period(mut period: Object<'_>, offering: &mut Offering, told: &mut Told) {
    offering.start_period = period.whole("periodNumber", told).unwrap_or_default();
    let year = period.text("year", told);
    let semester = period.text("semester", told);
    if year.is_some() || semester.is_some() {
        let term = term(year.unwrap_or_default(), semester.unwrap_or_default());
        match term {
            Some(term) => offering.start_term = term,
            None => told.say(period.path(), rules::term_malformed()),
        }
    }
    period.end(told);
}

/// `HT25`, of `2025` and `ht`.
fn term(year: &str, semester: &str) -> Option<String> {
    let (_, semester) = codes::SEMESTERS
        .iter()
        .find(|(code, _)| *code == semester)?;
    let short = year.strip_prefix("20")?;
    let is_year = short.len() == 2 && short.bytes().all(|digit| digit.is_ascii_digit());
    is_year.then(|| format!("{semester}{short}"))
}

fn read_own(object: &mut Object<'_>, own: &mut Own, told: &mut Told) {
    own.themes = object.texts("themes", told);
    own.round_code = object.words("roundCode", told);
    let state = object.text("state", told);
    own.state = state.and_then(|code| find(code, codes::STATES, object.at("state"), told));
    let mode = object.text("mode", told);
    own.mode = mode.and_then(|code| find(code, codes::MODES, object.at("mode"), told));
    let windows = object.objects("applicationWindows", told).into_iter();
    own.windows = windows
        .map(|window| event::window(window, true, told))
        .collect();
}

/// What a window of our own has besides the fields of an application.
pub fn window_head(object: &mut Object<'_>, told: &mut Told) -> ApplicationWindow {
    ApplicationWindow {
        id: object.text("id", told).unwrap_or(APPLICATION).to_owned(),
        target_group: audiences(object, "targetGroup", told),
        ..ApplicationWindow::default()
    }
}

fn audiences(object: &mut Object<'_>, name: &'static str, told: &mut Told) -> Vec<i32> {
    let mut audiences = Vec::new();
    for (index, code) in object.texts(name, told).into_iter().enumerate() {
        let field = format!("{}[{index}]", object.at(name));
        let audience: Option<Audience> = find(&code, codes::ALL_AUDIENCES, field, told);
        audiences.extend(audience.map(i32::from));
    }
    audiences
}
