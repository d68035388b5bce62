//! The course offer: what is taught, and when, where and for how many it is given. Does not know who offers it, or whether
//! it was offered before.

pub(super) mod rules;
#[cfg(test)]
pub(super) mod tests;
mod windows;

use std::collections::HashSet;

use prost::Message;
use uuid::Uuid;

use super::{
    Content, Item, ItemKind, Kind, Link, Mention, Subject,
    every_kind::check_days,
    rule::{Report, Rule},
    themes,
};
use crate::{
    organizations::codes::MunicipalityCode,
    proto::v1::{
        Course, CourseOffer, Execution, ExecutionCondition, LocalizedText, LocalizedUrl, Offering,
        OfferingState, StudyMode,
    },
};

/// The id of the one item that links lead to.
pub const OFFERING_ID: &str = "offering";
/// The language that titles should have, in ISO 639-2.
const SWEDISH: &str = "swe";
/// Characters of a title.
const LONGEST_TITLE: usize = 300;

const COURSE: &str = "course_offer.course";
const OFFERING: &str = "course_offer.offering";
const WINDOWS: &str = "course_offer.offering.application_windows";

impl Kind for CourseOffer {
    fn title(&self) -> &str {
        let titles = self.course.as_ref().map_or(&[][..], |course| &course.title);
        in_swedish(titles).map_or("", |title| &title.value)
    }

    fn items(&self) -> Vec<Item<'_>> {
        let windows = self
            .offering
            .iter()
            .flat_map(|offering| &offering.application_windows);
        Item::of_lists([
            (ItemKind::Offering, OFFERING, vec![OFFERING_ID]),
            (
                ItemKind::ApplicationWindow,
                WINDOWS,
                windows.map(|window| &*window.id).collect(),
            ),
        ])
    }

    fn links(&self) -> Vec<Link> {
        Vec::new()
    }

    fn mentions(&self) -> Vec<Mention> {
        Vec::new()
    }

    fn is_of_a_period(&self) -> bool {
        false
    }

    fn check(&self, _: &Subject<'_>, report: &mut Report) {
        let (course, offering) = (Course::default(), Offering::default());
        check_course(self.course.as_ref().unwrap_or(&course), report);
        check_offering(self.offering.as_ref().unwrap_or(&offering), report);
        report.must(
            !self.themes.is_empty(),
            &rules::THEMES_MISSING,
            "course_offer.themes",
        );
        themes::check(&self.themes, report, "course_offer.themes", "");
    }

    fn check_beside(&self, _: Uuid, _: &Content, _: &mut Report) {}

    fn encode(&self) -> Vec<u8> {
        self.encode_to_vec()
    }
}

/// The text in Swedish, or else the first there is.
fn in_swedish(texts: &[LocalizedText]) -> Option<&LocalizedText> {
    let swedish = texts.iter().find(|text| text.language == SWEDISH);
    swedish.or_else(|| texts.first())
}

fn check_course(course: &Course, report: &mut Report) {
    let field = |name: &str| format!("{COURSE}.{name}");
    let titles = &course.title;
    report.must(
        !titles.is_empty(),
        &rules::TITLE_MISSING,
        "course_offer.course.title",
    );
    let swedish = titles.is_empty() || titles.iter().any(|title| title.language == SWEDISH);
    report.must(
        swedish,
        &rules::TITLE_NOT_IN_SWEDISH,
        "course_offer.course.title",
    );
    check_titles(titles, &field("title"), report);
    for (name, texts) in [
        ("title", titles),
        ("description", &course.description),
        ("eligibility", &course.eligibility),
        ("recommended_knowledge", &course.recommended_knowledge),
        ("degree", &course.degree),
    ] {
        check_texts(texts, &field(name), report);
    }
    check_languages(
        course.urls.iter().map(|url: &LocalizedUrl| &*url.language),
        &field("urls"),
        report,
    );
    report.must(
        !course.audience.is_empty(),
        &rules::AUDIENCE_MISSING,
        &field("audience"),
    );
    let worthless = course
        .credits
        .as_ref()
        .is_some_and(|credits| is_zero(&credits.amount));
    report.must(!worthless, &rules::CREDITS_ZERO, &field("credits.amount"));
}

fn check_titles(titles: &[LocalizedText], field: &str, report: &mut Report) {
    for (index, title) in titles.iter().enumerate() {
        let fits = title.value.chars().count() <= LONGEST_TITLE;
        report.must(fits, &rules::TITLE_LONG, &format!("{field}[{index}].value"));
    }
}

fn check_texts(texts: &[LocalizedText], field: &str, report: &mut Report) {
    let languages = texts.iter().map(|text| &*text.language);
    check_languages(languages, field, report);
    for (index, text) in texts.iter().enumerate() {
        let place = || format!("{field}[{index}].value");
        check_plain(&text.value, place, report);
    }
}

fn check_languages<'a>(languages: impl Iterator<Item = &'a str>, field: &str, report: &mut Report) {
    let mut seen = HashSet::new();
    for (index, language) in languages.enumerate() {
        if !seen.insert(language) {
            let place = format!("{field}[{index}].language");
            report.add(&rules::LANGUAGE_REPEATED, place, language);
        }
    }
}

fn check_plain(text: &str, place: impl Fn() -> String, report: &mut Report) {
    if has_markup(text) {
        report.add(&rules::TEXT_MARKED_UP, place(), "");
    }
}

/// Whether a text holds a tag, or what a browser could take for one.
fn has_markup(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| {
        let next = text[at + 1..].chars().next();
        next.is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?'))
    })
}

fn is_zero(number: &str) -> bool {
    number.bytes().all(|byte| matches!(byte, b'0' | b'.'))
}

fn check_offering(offering: &Offering, report: &mut Report) {
    let field = |name: &str| format!("{OFFERING}.{name}");
    let stated = offering.state() != OfferingState::Unspecified;
    report.must(stated, &rules::STATE_MISSING, &field("state"));
    let execution = Execution::default();
    check_execution(
        offering.execution.as_ref().unwrap_or(&execution),
        &field("execution"),
        report,
    );
    check_titles(&offering.title, &field("title"), report);
    check_texts(&offering.title, &field("title"), report);
    check_texts(&offering.description, &field("description"), report);
    check_languages(
        offering.urls.iter().map(|url| &*url.language),
        &field("urls"),
        report,
    );
    check_places(offering, report);
    windows::check(offering, report);
    report.must(
        offering.capacity.is_some(),
        &rules::CAPACITY_MISSING,
        &field("capacity"),
    );
    for (index, keyword) in offering.keywords.iter().enumerate() {
        check_plain(keyword, || field(&format!("keywords[{index}]")), report);
    }
    for (index, fee) in offering.fees.iter().enumerate() {
        let place = || field(&format!("fees[{index}].purpose"));
        check_plain(&fee.purpose, place, report);
    }
}

fn check_execution(execution: &Execution, field: &str, report: &mut Report) {
    let condition = execution.condition();
    let place = |name: &str| format!("{field}.{name}");
    report.must(
        condition != ExecutionCondition::Unspecified,
        &rules::CONDITION_MISSING,
        &place("condition"),
    );
    let (start, end) = (&execution.start_date, &execution.end_date);
    if condition == ExecutionCondition::Dates {
        report.must(
            !start.is_empty(),
            &rules::DATES_MISSING,
            &place("start_date"),
        );
        report.must(!end.is_empty(), &rules::DATES_MISSING, &place("end_date"));
    }
    let fields = [place("start_date"), place("end_date")];
    check_days(if_stated([start, end]), fields, report, "");
}

/// What is empty is not stated.
fn if_stated(days: [&String; 2]) -> [Option<&str>; 2] {
    days.map(|day| Some(day.as_str()).filter(|day| !day.is_empty()))
}

fn check_places(offering: &Offering, report: &mut Report) {
    let mode = offering.mode();
    let somewhere = matches!(mode, StudyMode::OnSite | StudyMode::Blended);
    report.must(
        mode != StudyMode::Unspecified,
        &rules::MODE_MISSING,
        "course_offer.offering.mode",
    );
    report.must(
        !somewhere || !offering.places.is_empty(),
        &rules::PLACES_MISSING,
        "course_offer.offering.places",
    );
    for (index, place) in offering.places.iter().enumerate() {
        let code = &place.municipality_code;
        let unknown: Option<&Rule> = (!code.is_empty()
            && code.parse::<MunicipalityCode>().is_err())
        .then_some(&rules::MUNICIPALITY_UNKNOWN);
        if let Some(rule) = unknown {
            let field = format!("{OFFERING}.places[{index}].municipality_code");
            report.add(rule, field, "");
        }
        let field = || format!("{OFFERING}.places[{index}].town");
        check_plain(&place.town, field, report);
    }
}
