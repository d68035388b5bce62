//! Whatever an offer says is the same when it has been written and read.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{
    super::super::{codes, languages},
    SAMPLE, rows, rows_of, told, write,
};
use crate::proto::v1::{
    ApplicationWindow, Audience, Code, Course, CourseOffer, Credits, Execution, ExecutionCondition,
    Extent, Fee, LocalizedText, LocalizedUrl, Offering, OfferingState, Pace, Place, StudyMode,
    StudyTime,
};

fn words() -> impl Strategy<Value = String> {
    "[A-ZÅÄÖa-zåäö\"\\\\&][A-ZÅÄÖa-zåäö .,;\"\\\\&\n-]{0,30}[a-zåäö]"
}

fn texts() -> impl Strategy<Value = Vec<LocalizedText>> {
    prop::collection::btree_map(language(), words(), 0..3).prop_map(|texts| {
        texts
            .into_iter()
            .map(|(language, value)| LocalizedText { language, value })
            .collect()
    })
}

fn language() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["swe", "eng", "fin", "sme", "deu"])
        .prop_map(str::to_owned)
        .prop_filter("known", |code| {
            languages::language(code) == languages::Language::Known
        })
}

fn urls() -> impl Strategy<Value = Vec<LocalizedUrl>> {
    prop::collection::btree_map(language(), "https://www[.]uu[.]se/[a-z]{0,9}", 0..3).prop_map(
        |urls| {
            urls.into_iter()
                .map(|(language, url)| LocalizedUrl { language, url })
                .collect()
        },
    )
}

fn one_of<T: Copy + std::fmt::Debug + 'static>(table: codes::Table<T>) -> impl Strategy<Value = T> {
    (0..table.len()).prop_map(move |index| table[index].1)
}

fn maybe(text: &'static str) -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), text.prop_map(|text| text)]
}

fn decimal() -> impl Strategy<Value = String> {
    prop_oneof![
        (1..9999_u32).prop_map(|whole| whole.to_string()),
        (0..999_u32, 1..10_u32).prop_map(|(whole, tenth)| format!("{whole}.{tenth}")),
        (0..999_u32, 0..10_u32, 1..10_u32)
            .prop_map(|(whole, tenth, last)| format!("{whole}.{tenth}{last}")),
    ]
}

fn time() -> impl Strategy<Value = Option<prost_types::Timestamp>> {
    prop::option::of(
        (1_600_000_000..2_000_000_000_i64)
            .prop_map(|seconds| prost_types::Timestamp { seconds, nanos: 0 }),
    )
}

fn codes_of() -> impl Strategy<Value = Vec<Code>> {
    prop::collection::vec(
        ("C_[A-Z]{3}", "[0-9a-z]{1,6}").prop_map(|(list, code)| Code { list, code }),
        0..3,
    )
}

fn audiences() -> impl Strategy<Value = Vec<i32>> {
    prop::sample::subsequence(vec![1, 2, 3, 4, 5], 0..=5).prop_shuffle()
}

fn course() -> impl Strategy<Value = Course> {
    let head = (
        maybe("[A-Z0-9]{1,8}"),
        0..4_i32,
        texts(),
        texts(),
        texts(),
        texts(),
        texts(),
        urls(),
    );
    let codes = (
        codes_of(),
        codes_of(),
        audiences(),
        0..9_u32,
        one_of(
            codes::SCHOOL_TYPES
                .iter()
                .map(|(code, ())| (*code, *code))
                .collect::<Vec<_>>()
                .leak(),
        ),
    );
    let rest = (
        prop::option::of((one_of(codes::CREDITS), decimal())),
        prop::option::of((one_of(codes::UNITS), decimal())),
        any::<bool>(),
        any::<bool>(),
        prop::option::of(any::<bool>()),
        time(),
        time(),
    );
    ("i[.][a-z.]{1,20}", head, codes, rest).prop_map(|(id, head, codes, rest)| Course {
        id,
        code: head.0,
        form: head.1,
        title: head.2,
        description: head.3,
        eligibility: head.4,
        recommended_knowledge: head.5,
        degree: head.6,
        urls: head.7,
        subjects: codes.0,
        education_levels: codes.1,
        audience: codes.2,
        qualification_level: codes.3,
        school_type: codes.4.to_owned(),
        credits: rest.0.map(|(system, amount)| Credits {
            system: system.into(),
            amount,
        }),
        extent: rest.1.map(|(unit, length)| Extent {
            unit: unit.into(),
            length,
        }),
        vocational: rest.2,
        gives_degree: rest.3,
        student_aid: rest.4,
        edit_time: rest.5,
        expire_time: rest.6,
    })
}

fn day() -> impl Strategy<Value = String> {
    (2020..2030_u32, 1..13_u32, 1..29_u32)
        .prop_map(|(year, month, day)| format!("{year}-{month:02}-{day:02}"))
}

fn windows() -> impl Strategy<Value = Vec<ApplicationWindow>> {
    let window = (
        audiences(),
        day(),
        prop::option::of(day()),
        any::<bool>(),
        maybe("[A-Z0-9-]{1,9}"),
        maybe("https://antagning[.]se/[a-z]{0,5}"),
        texts(),
    );
    let named = prop_oneof![Just("application".to_owned()), "[a-z][a-z0-9-]{0,9}"];
    prop::collection::btree_map(named, window, 0..4).prop_map(|windows| {
        windows
            .into_iter()
            .map(|(id, window)| ApplicationWindow {
                id,
                target_group: window.0,
                first_date: window.1,
                last_date: window.2.unwrap_or_default(),
                continuous: window.3,
                code: window.4,
                url: window.5,
                instructions: window.6,
            })
            .collect()
    })
}

fn offering() -> impl Strategy<Value = Offering> {
    let execution = (
        one_of(codes::CONDITIONS),
        prop::option::of(day()),
        prop::option::of(day()),
    );
    let place = ("0[1345][0-9]{2}", maybe("[A-ZÅÄÖ][a-zåäö]{1,9}")).prop_map(
        |(municipality_code, town)| Place {
            municipality_code,
            town,
        },
    );
    let head = (
        execution,
        prop::collection::vec(place, 0..3),
        one_of(codes::MODES),
        prop::option::of(0..9_u32),
        prop::option::of((0..101_u32, any::<bool>())),
        prop::option::of(one_of(codes::TIMES)),
    );
    let lists = (
        prop::collection::btree_set(language(), 0..3),
        windows(),
        prop::collection::vec(
            (decimal(), "[A-Z]{3}", maybe("[a-zåäö]{1,9}")).prop_map(
                |(amount, currency, purpose)| Fee {
                    amount,
                    currency,
                    purpose,
                },
            ),
            0..3,
        ),
        prop::collection::btree_set(words(), 0..3),
        prop::collection::btree_set("p[.][a-z.]{1,9}", 1..3),
    );
    let codes = (
        one_of(codes::STATES),
        maybe("(VT|HT)[0-9]{2}"),
        0..54_u32,
        0..6_u32,
        maybe("0?[A-Z0-9]{1,6}"),
        maybe("[A-Z]{1,5}"),
    );
    let rest = (
        prop::option::of(1..100_000_u32),
        texts(),
        texts(),
        urls(),
        time(),
        time(),
    );
    (head, lists, codes, rest).prop_map(|(head, lists, codes, rest)| Offering {
        execution: Some(Execution {
            condition: head.0.0.into(),
            start_date: head.0.1.unwrap_or_default(),
            end_date: head.0.2.unwrap_or_default(),
        }),
        places: head.1,
        mode: head.2.into(),
        mandatory_sessions: head.3,
        pace: head.4.map(|(percent, individual)| Pace {
            percent,
            individual,
        }),
        study_time: head.5.unwrap_or(StudyTime::Unspecified).into(),
        languages: lists.0.into_iter().collect(),
        application_windows: lists.1,
        fees: lists.2,
        keywords: lists.3.into_iter().collect(),
        provider_ids: lists.4.into_iter().collect(),
        state: codes.0.into(),
        start_term: codes.1,
        start_week: codes.2,
        start_period: codes.3,
        round_code: codes.4,
        funding_code: codes.5,
        capacity: rest.0,
        title: rest.1,
        description: rest.2,
        urls: rest.3,
        edit_time: rest.4,
        expire_time: rest.5,
    })
}

fn offer() -> impl Strategy<Value = CourseOffer> {
    let themes = prop::sample::subsequence(vec!["leadership", "equity", "x-own"], 0..=3);
    (course(), offering(), themes).prop_map(|(course, offering, themes)| CourseOffer {
        course: Some(course),
        offering: Some(offering),
        themes: themes.into_iter().map(str::to_owned).collect(),
    })
}

proptest! {
    #[test]
    fn what_went_in_comes_out_equal(offers in prop::collection::btree_map("e[.][a-z0-9.]{1,12}", offer(), 1..4)) {
        // Offers of one course say the same of it.
        let mut courses = BTreeMap::new();
        let offers: Vec<_> = offers.into_iter().map(|(id, mut offer)| {
            let course = offer.course.take().unwrap();
            let course = courses.entry(course.id.clone()).or_insert(course).clone();
            (id, CourseOffer { course: Some(course), ..offer })
        }).collect();
        let (text, findings) = write(&offers);
        prop_assert!(findings.iter().all(|finding| finding.rule == "emil.required"), "{:?}", findings);
        let read = rows(&text);
        let of_offers: Vec<_> = read.iter().filter(|row| !row.id.starts_with("p.")).cloned().collect();
        prop_assert_eq!(told(&of_offers), [], "{}", text);
        prop_assert_eq!(super::offers(read), offers);
    }

    #[test]
    fn no_scrambled_sample_makes_it_panic(at in 0..SAMPLE.len(), put in "[\\[\\]{}\",:0a-]{0,3}", cut in 0..40_usize) {
        let mut bytes = SAMPLE.as_bytes().to_vec();
        let end = (at + cut).min(bytes.len());
        bytes.splice(at..end, put.bytes());
        rows_of(&[&bytes]);
    }
}

/// What an unstated state or mode would be, so that the tables above leave nothing out.
#[test]
fn every_state_mode_and_audience_can_be_written() {
    for state in [
        OfferingState::Concept,
        OfferingState::Active,
        OfferingState::Cancelled,
        OfferingState::Inactive,
    ] {
        assert!(codes::code_of(codes::STATES, &state).is_some());
    }
    for mode in [StudyMode::OnSite, StudyMode::Distance, StudyMode::Blended] {
        assert!(codes::code_of(codes::MODES, &mode).is_some());
    }
    for audience in [
        Audience::Principal,
        Audience::Teacher,
        Audience::PreschoolTeacher,
        Audience::VocationalTeacher,
        Audience::OtherStaff,
    ] {
        assert!(codes::code_of(codes::ALL_AUDIENCES, &audience).is_some());
    }
    assert_eq!(
        codes::implied_state(false, ExecutionCondition::NotPlanned),
        OfferingState::Concept
    );
}
