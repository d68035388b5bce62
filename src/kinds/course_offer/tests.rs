//! One way to break each rule of course offers.

use proptest::prelude::*;

use super::*;
use crate::{
    kinds::tests::Case,
    proto::v1::{self, Place},
};

/// The offer in a document.
fn of(document: &mut v1::Document) -> &mut CourseOffer {
    match &mut document.content {
        Some(v1::document::Content::CourseOffer(offer)) => offer,
        _ => unreachable!("the sample is a course offer"),
    }
}

fn course(document: &mut v1::Document) -> &mut Course {
    of(document).course.get_or_insert_default()
}

fn offering(document: &mut v1::Document) -> &mut Offering {
    of(document).offering.get_or_insert_default()
}

fn execution(document: &mut v1::Document) -> &mut Execution {
    offering(document).execution.get_or_insert_default()
}

fn text(language: &str, value: &str) -> LocalizedText {
    LocalizedText {
        language: language.to_owned(),
        value: value.to_owned(),
    }
}

pub(in crate::kinds) fn cases() -> Vec<Case> {
    [
        of_the_course(),
        of_the_offering(),
        of_more_texts(),
        of_windows(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn of_the_course() -> Vec<Case> {
    vec![
        Case(
            "course_offer.title_missing",
            "course_offer.course.title",
            "",
            |d| {
                course(d).title.clear();
            },
        ),
        Case(
            "course_offer.title_missing",
            "course_offer.course.title",
            "",
            |d| {
                of(d).course = None;
            },
        ),
        Case(
            "course_offer.title_not_in_swedish",
            "course_offer.course.title",
            "",
            |d| {
                course(d).title.remove(0);
            },
        ),
        Case(
            "course_offer.title_long",
            "course_offer.course.title[1].value",
            "",
            |d| {
                course(d).title[1].value = "å".repeat(301);
            },
        ),
        Case(
            "course_offer.language_repeated",
            "course_offer.course.description[1].language",
            "swe",
            |d| course(d).description.push(text("swe", "En gång till.")),
        ),
        Case(
            "course_offer.language_repeated",
            "course_offer.course.urls[1].language",
            "swe",
            |d| {
                let url = course(d).urls[0].clone();
                course(d).urls.push(url);
            },
        ),
        Case(
            "course_offer.text_marked_up",
            "course_offer.course.description[0].value",
            "",
            |d| course(d).description[0].value = "<p>Kursen</p>".to_owned(),
        ),
        Case(
            "course_offer.text_marked_up",
            "course_offer.course.eligibility[0].value",
            "",
            |d| course(d).eligibility[0].value = "a <script>alert(1)</script>".to_owned(),
        ),
        Case(
            "course_offer.audience_missing",
            "course_offer.course.audience",
            "",
            |d| {
                course(d).audience.clear();
            },
        ),
        Case(
            "course_offer.credits_zero",
            "course_offer.course.credits.amount",
            "",
            |d| {
                course(d).credits.get_or_insert_default().amount = "0.0".to_owned();
            },
        ),
        Case(
            "course_offer.themes_missing",
            "course_offer.themes",
            "",
            |d| {
                of(d).themes.clear();
            },
        ),
        Case("theme.unknown", "course_offer.themes[0]", "", |d| {
            of(d).themes[0] = "ledarskap".to_owned();
        }),
        Case("theme.own", "course_offer.themes[1]", "", |d| {
            of(d).themes[1] = "x-skoljuridik".to_owned();
        }),
    ]
}

fn of_the_offering() -> Vec<Case> {
    vec![
        Case(
            "course_offer.state_missing",
            "course_offer.offering.state",
            "",
            |d| {
                of(d).offering = None;
            },
        ),
        Case(
            "course_offer.condition_missing",
            "course_offer.offering.execution.condition",
            "",
            |d| offering(d).execution = None,
        ),
        Case(
            "course_offer.dates_missing",
            "course_offer.offering.execution.end_date",
            "",
            |d| {
                execution(d).end_date.clear();
            },
        ),
        Case(
            "document.date_unreal",
            "course_offer.offering.execution.start_date",
            "",
            |d| {
                execution(d).start_date = "2026-02-30".to_owned();
            },
        ),
        Case(
            "document.period_reversed",
            "course_offer.offering.execution.end_date",
            "",
            |d| {
                execution(d).end_date = "2026-08-23".to_owned();
            },
        ),
        Case(
            "course_offer.mode_missing",
            "course_offer.offering.mode",
            "",
            |d| {
                offering(d).mode = 0;
            },
        ),
        Case(
            "course_offer.places_missing",
            "course_offer.offering.places",
            "",
            |d| {
                offering(d).places.clear();
            },
        ),
        Case(
            "course_offer.municipality_unknown",
            "course_offer.offering.places[1].municipality_code",
            "",
            |d| {
                offering(d).places.push(Place {
                    municipality_code: "9999".to_owned(),
                    town: String::new(),
                });
            },
        ),
        Case(
            "course_offer.text_marked_up",
            "course_offer.offering.places[0].town",
            "",
            |d| {
                offering(d).places[0].town = "<b>Uppsala</b>".to_owned();
            },
        ),
        Case(
            "course_offer.capacity_missing",
            "course_offer.offering.capacity",
            "",
            |d| {
                offering(d).capacity = None;
            },
        ),
        Case(
            "personal_data.email_address",
            "course_offer.offering.keywords[0]",
            "",
            |d| {
                offering(d).keywords[0] = "kurs@example.se".to_owned();
            },
        ),
    ]
}

fn of_more_texts() -> Vec<Case> {
    vec![
        Case(
            "course_offer.text_marked_up",
            "course_offer.offering.keywords[0]",
            "",
            |d| {
                offering(d).keywords[0] = "<!-- -->".to_owned();
            },
        ),
        Case(
            "course_offer.text_marked_up",
            "course_offer.offering.fees[0].purpose",
            "",
            |d| {
                offering(d).fees[0].purpose = "</a>".to_owned();
            },
        ),
        Case(
            "course_offer.title_long",
            "course_offer.offering.title[0].value",
            "",
            |d| {
                offering(d).title = vec![text("swe", &"å".repeat(301))];
            },
        ),
        Case(
            "course_offer.language_repeated",
            "course_offer.offering.description[1].language",
            "swe",
            |d| {
                offering(d).description = vec![text("swe", "En gång."), text("swe", "En till.")];
            },
        ),
        Case(
            "course_offer.text_marked_up",
            "course_offer.course.degree[0].value",
            "",
            |d| {
                course(d).degree = vec![text("swe", "<i>Examen</i>")];
            },
        ),
    ]
}

fn of_windows() -> Vec<Case> {
    vec![
        Case(
            "course_offer.window_without_dates",
            "course_offer.offering.application_windows[1]",
            "ovriga",
            |d| {
                let window = &mut offering(d).application_windows[1];
                window.first_date.clear();
                window.last_date.clear();
            },
        ),
        Case(
            "course_offer.text_marked_up",
            "course_offer.offering.application_windows[1].instructions[0].value",
            "",
            |d| {
                offering(d).application_windows[1].instructions = vec![text("swe", "<b>Nu</b>")];
            },
        ),
        Case(
            "course_offer.windows_overlap",
            "course_offer.offering.application_windows[1]",
            "ovriga",
            |d| {
                let windows = &mut offering(d).application_windows;
                windows[1].target_group = windows[0].target_group.clone();
                windows[1].first_date = windows[0].last_date.clone();
            },
        ),
        Case(
            "course_offer.window_after_the_end",
            "course_offer.offering.application_windows[1].first_date",
            "ovriga",
            |d| {
                let window = &mut offering(d).application_windows[1];
                window.first_date = "2029-06-09".to_owned();
                window.last_date.clear();
            },
        ),
        Case(
            "document.period_reversed",
            "course_offer.offering.application_windows[0].last_date",
            "kommunala",
            |d| offering(d).application_windows[0].last_date = "2026-02-01".to_owned(),
        ),
        Case(
            "document.date_unreal",
            "course_offer.offering.application_windows[0].first_date",
            "kommunala",
            |d| offering(d).application_windows[0].first_date = "2026-13-01".to_owned(),
        ),
        Case(
            "document.item_id_taken",
            "course_offer.offering.application_windows[0].id",
            "offering",
            |d| OFFERING_ID.clone_into(&mut offering(d).application_windows[0].id),
        ),
    ]
}

#[test]
fn a_title_is_shown_in_swedish_where_there_is_one() {
    let texts = [text("eng", "Leadership"), text(SWEDISH, "Ledarskap")];
    assert_eq!(
        in_swedish(&texts).map(|text| &*text.value),
        Some("Ledarskap")
    );
    assert_eq!(
        in_swedish(&texts[..1]).map(|text| &*text.value),
        Some("Leadership")
    );
    assert_eq!(CourseOffer::default().title(), "");
}

#[test]
fn a_sign_that_opens_no_tag_is_plain_text() {
    for plain in ["färre än < 10 elever", "a<1", "<", "3 < 4 > 2", "<3"] {
        assert!(!has_markup(plain), "{plain}");
    }
    for marked in [
        "<p>",
        "x</p>",
        "<!DOCTYPE html>",
        "<?php",
        "a <b",
        "<SCRIPT",
    ] {
        assert!(has_markup(marked), "{marked}");
    }
}

proptest! {
    #[test]
    fn any_text_can_be_asked_for_markup(text in "\\PC*") {
        let _ = has_markup(&text);
    }
}
