//! EMIL there and back, and what is told of what can not be kept.

use std::{collections::BTreeMap, io::Write, path::PathBuf};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    super::{Format, Part, Row, codes, judge, languages, read},
    University, Writer,
};
use crate::proto::v1::{
    ApplicationWindow, Audience, Code, Course, CourseOffer, Credits, Execution, ExecutionCondition,
    Extent, Fee, LocalizedText, LocalizedUrl, Offering, OfferingState, Pace, Place, StudyMode,
    StudyTime,
};

const SAMPLE: &str = include_str!("../../../../docs/samples/offers-emil.json");

/// Reads files of these contents.
fn rows_of(contents: &[&[u8]]) -> Vec<Row> {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = contents
        .iter()
        .enumerate()
        .map(|(index, content)| {
            let path = folder.path().join(format!("{index}.json"));
            std::fs::File::create(&path)
                .unwrap()
                .write_all(content)
                .unwrap();
            path
        })
        .collect();
    let university = "2021002932".parse().unwrap();
    let mut rows = Vec::new();
    read(&paths, Format::Emil, Some(&university), &mut |row| {
        rows.push(row);
    })
    .unwrap();
    rows
}

fn rows(text: &str) -> Vec<Row> {
    rows_of(&[text.as_bytes()])
}

/// The offers among rows, by id.
fn offers(rows: Vec<Row>) -> Vec<(String, CourseOffer)> {
    let offers = rows.into_iter().filter_map(|row| match row.part {
        Part::Offer(offer) => Some((offer.id.clone(), offer.offer.unwrap())),
        Part::Withdrawal | Part::Unread | Part::Remark => None,
    });
    offers.collect()
}

/// Rule and field of each finding.
fn told(rows: &[Row]) -> Vec<(String, String)> {
    let findings = rows.iter().flat_map(|row| &row.findings);
    findings
        .map(|finding| (finding.rule.clone(), finding.field.clone()))
        .collect()
}

fn write(offers: &[(String, CourseOffer)]) -> (String, Vec<crate::proto::v1::Finding>) {
    let mut writer = Writer::new(Vec::new()).unwrap();
    for (id, offer) in offers {
        writer.write(id, offer).unwrap();
    }
    let university = University {
        provider_id: "p.uoh.uu".to_owned(),
        name: "Uppsala universitet".to_owned(),
        organization_number: "2021002932".to_owned(),
        edit_time: super::super::local_time::read("2026-01-15T10:00:00"),
    };
    let (bytes, findings) = writer.end(&university).unwrap();
    (String::from_utf8(bytes).unwrap(), findings)
}

/// The sample, with something changed.
fn changed(change: impl FnOnce(&mut Value)) -> String {
    let mut sample: Value = serde_json::from_str(SAMPLE).unwrap();
    change(&mut sample);
    sample.to_string()
}

fn event(sample: &mut Value) -> &mut Value {
    &mut sample["educationEvents"][0]["content"]
}

fn info(sample: &mut Value) -> &mut Value {
    &mut sample["educationInfos"][0]["content"]
}

#[test]
fn the_sample_comes_back_as_it_was() {
    let rows = rows(SAMPLE);
    assert_eq!(
        told(&rows),
        [
            ("emil.not_kept".to_owned(), "content.lastEdited".to_owned()),
            ("emil.not_kept".to_owned(), "content.name".to_owned())
        ]
    );
    let offers = offers(rows);
    let offer = offers[0].1.clone();
    let whole = crate::proto::v1::SubmittedOffer {
        id: offers[0].0.clone(),
        offer: Some(offer),
    };
    assert_eq!(judge(&whole), []);
    let (text, _) = write(&offers);
    let sample: Value = serde_json::from_str(SAMPLE).unwrap();
    let written: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(written, sample);
}

#[test]
fn every_layout_of_the_sample_is_the_same() {
    let sample: Value = serde_json::from_str(SAMPLE).unwrap();
    let lists = ["educationEvents", "educationProviders", "educationInfos"];
    let items: Vec<_> = lists
        .iter()
        .flat_map(|list| sample[list].as_array().unwrap())
        .collect();
    let bare = serde_json::to_string(&items).unwrap();
    let lines: Vec<_> = items.iter().map(ToString::to_string).collect();
    let lines = lines.join("\n");
    let marked = format!("\u{feff}{bare}");
    let want = offers(rows(SAMPLE));
    assert_eq!(want.len(), 1);
    for text in [bare, lines.clone(), marked] {
        assert_eq!(offers(rows(&text)), want, "{text}");
    }
    let files: Vec<_> = lines.lines().map(str::as_bytes).collect();
    assert_eq!(offers(rows_of(&files)), want);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn what_is_unknown_faulty_or_not_kept_is_told_with_its_place() {
    type Case = (&'static str, &'static str, fn(&mut Value));
    let cases: [Case; 33] = [
        ("emil.field_unknown", "content.colour", |v| {
            event(v)["colour"] = json!(1);
        }),
        ("emil.field_unknown", "content.execution.stop", |v| {
            event(v)["execution"]["stop"] = json!("2027-01-01");
        }),
        ("emil.field_unknown", "extra", |v| v["extra"] = json!({})),
        ("emil.list_unknown", "extra", |v| v["extra"] = json!([])),
        ("emil.not_kept", "content.locations[0].streetAddress", |v| {
            event(v)["locations"][0]["streetAddress"] = json!("Sankt Olofsgatan");
        }),
        ("emil.not_kept", "content.emailAddresses", |v| {
            v["educationProviders"][0]["content"]["emailAddresses"] = json!(["registrator"]);
        }),
        ("emil.not_kept", "content.orientation", |v| {
            info(v)["orientation"] = json!({"type": "C_Orientation", "code": "1"});
        }),
        ("offers.code_unknown", "content.audience.code", |v| {
            info(v)["audience"]["code"] = json!("elever");
        }),
        ("emil.code_list", "content.audience.type", |v| {
            info(v)["audience"]["type"] = json!("C_Body");
        }),
        ("emil.field_type", "content.title", |v| {
            info(v)["title"] = json!("Rektorsprogrammet");
        }),
        ("emil.field_type", "content.isCancelled", |v| {
            event(v)["isCancelled"] = json!("nej");
        }),
        ("emil.field_type", "content.keywords", |v| {
            event(v)["keywords"] = json!("skola");
        }),
        ("offers.number_comma", "content.credits.credits", |v| {
            info(v)["credits"]["credits"] = json!("7,5");
        }),
        ("offers.number_range", "content.places", |v| {
            event(v)["places"] = json!(-5);
        }),
        ("offers.number_range", "content.places", |v| {
            event(v)["places"] = json!(12.5);
        }),
        (
            "municipality_code.leading_zero",
            "content.locations[0].areaCode",
            |v| event(v)["locations"][0]["areaCode"] = json!(380),
        ),
        (
            "municipality_code.leading_zero",
            "content.locations[0].areaCode",
            |v| event(v)["locations"][0]["areaCode"] = json!("380"),
        ),
        (
            "municipality_code.spreadsheet",
            "content.locations[0].areaCode",
            |v| event(v)["locations"][0]["areaCode"] = json!(1285.0),
        ),
        ("emil.field_type", "content.locations[0].areaCode", |v| {
            event(v)["locations"][0]["areaCode"] = json!(1285);
        }),
        (
            "offers.language_malformed",
            "content.languageOfInstructions[0]",
            |v| event(v)["languageOfInstructions"] = json!(["sv"]),
        ),
        (
            "offers.language_unknown",
            "content.languageOfInstructions[0]",
            |v| event(v)["languageOfInstructions"] = json!(["xyz"]),
        ),
        (
            "offers.language_malformed",
            "content.title.strings[0].lang",
            |v| info(v)["title"]["strings"][0]["lang"] = json!("SWE"),
        ),
        ("emil.html", "content.description.strings[0].value", |v| {
            info(v)["description"]["strings"][0]["content"] = json!("HTML");
        }),
        ("emil.event_without_info", "content.education", |v| {
            event(v)["education"] = json!("i.x");
        }),
        ("emil.info_without_event", "id", |v| {
            v["educationEvents"] = json!([]);
        }),
        ("emil.info_faulty", "content.education", |v| {
            info(v)["credits"] = json!(30);
        }),
        ("emil.provider_foreign", "content.providers", |v| {
            v["educationProviders"][0]["content"]["organisationNumber"] = json!("202100-2908");
        }),
        (
            "organization_number.luhn",
            "content.organisationNumber",
            |v| v["educationProviders"][0]["content"]["organisationNumber"] = json!("2021002933"),
        ),
        ("emil.id_differs", "content.identifier", |v| {
            event(v)["identifier"] = json!("e.x");
        }),
        ("offers.time_malformed", "content.expires", |v| {
            event(v)["expires"] = json!("2026-13-01");
        }),
        (
            "emil.application_without_days",
            "content.application",
            |v| event(v)["application"] = json!({"email": "a"}),
        ),
        ("emil.extension_twice", "content.extensions[2].type", |v| {
            let own = event(v)["extensions"][1].clone();
            event(v)["extensions"].as_array_mut().unwrap().push(own);
        }),
        ("emil.extension_twice", "content.extensions[1].type", |v| {
            let own = json!({"type": "StyrkedjaInfoExtension", "id": "0", "audience": []});
            info(v)["extensions"] = json!([own, own]);
        }),
    ];
    for (rule, field, change) in cases {
        let rows = rows(&changed(change));
        let told = told(&rows);
        assert!(
            told.contains(&(rule.to_owned(), field.to_owned())),
            "{rule} at {field} is not in {told:?}"
        );
        assert!(rows.iter().flat_map(|row| &row.findings).all(|finding| {
            !finding.key.is_empty()
                && !finding.message_sv.is_empty()
                && !finding.remedy_en.is_empty()
        }));
        let is_told_of_offers = rule != "organization_number.luhn";
        let is_refused = is_told_of_offers
            && rows
                .iter()
                .flat_map(|row| &row.findings)
                .any(crate::organizations::findings::refuses);
        assert_eq!(
            rows.iter().any(|row| row.part == Part::Unread) || offers(rows).is_empty(),
            is_refused || field == "id",
            "{rule} {field}"
        );
    }
}

#[test]
fn what_stands_twice_is_told_and_not_sent() {
    let in_sample = |before: &str, more: &str| {
        let text = SAMPLE.replacen(before, &format!("{more}, {before}"), 1);
        assert_ne!(text, SAMPLE, "{before}");
        text
    };
    // What would have been an offer must not be read as taken away.
    let gone =
        r#"{"id": "e.1", "status": "ACTIVE", "content": {"identifier": "e.1"}, "content": null}"#;
    for (text, field) in [
        (in_sample(r#""places""#, r#""places": 1"#), "content.places"),
        (
            in_sample(r#""areaCode""#, r#""areaCode": "0184""#),
            "content.locations[0].areaCode",
        ),
        (
            in_sample(r#""credits": 30"#, r#""credits": 15"#),
            "content.credits.credits",
        ),
        (gone.to_owned(), "content"),
    ] {
        let rows = rows(&text);
        let expected = ("emil.field_twice".to_owned(), field.to_owned());
        assert!(told(&rows).contains(&expected), "{rows:?}");
        let is_sent = |row: &Row| matches!(row.part, Part::Offer(_) | Part::Withdrawal);
        assert!(!rows.iter().any(is_sent), "{rows:?}");
    }
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let text = changed(|v| {
        event(v)["places"] = json!(-1);
        event(v)["languageOfInstructions"] = json!(["sv", 3]);
        event(v)["locations"][0]["areaCode"] = json!("9999");
        info(v)["type"]["code"] = json!("UNI");
    });
    let rules: Vec<_> = told(&rows(&text))
        .into_iter()
        .map(|(rule, _)| rule)
        .collect();
    for rule in [
        "offers.number_range",
        "offers.language_malformed",
        "emil.field_type",
        "municipality_code.county",
        "offers.code_unknown",
    ] {
        assert!(rules.contains(&rule.to_owned()), "{rules:?}");
    }
}

#[test]
fn a_tombstone_is_a_withdrawal() {
    let text = r#"[{"id": "e.uoh.uu.1", "status": "DELETED", "content": null}, {"id": "i.uoh.uu.1", "status": "DELETED", "content": null}]"#;
    let rows = rows(text);
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(
        (rows[0].id.as_str(), &rows[0].part),
        ("e.uoh.uu.1", &Part::Withdrawal)
    );
}

#[test]
fn html_becomes_plain_text_and_scripts_go() {
    let text = changed(|v| {
        info(v)["description"]["strings"][0] = json!({"lang": "swe", "content": "HTML", "value": "<p>F&ouml;r <b>rektorer</b><script>alert(1)</script></p>"});
    });
    let offers = offers(rows(&text));
    let course = offers[0].1.course.as_ref().unwrap();
    assert_eq!(course.description[0].value.trim(), "För rektorer");
}

#[test]
fn a_file_that_can_not_be_read_whole_says_so_and_gives_what_it_has() {
    let cut = &SAMPLE[..SAMPLE.find("\"educationProviders\"").unwrap() + 40];
    let read = rows(cut);
    assert_eq!(offers(read.clone()).len(), 1);
    assert!(
        told(&read).iter().any(|(rule, _)| rule == "file.cut"),
        "{read:?}"
    );
    assert!(
        read.iter()
            .any(|row| row.part == Part::Unread && row.place.starts_with("0.json:"))
    );

    for (bytes, rule) in [
        (vec![], "file.empty"),
        (b" \n".to_vec(), "offers.none"),
        (b"{\"educationEvents\": []}".to_vec(), "offers.none"),
        (b"\xFF\xFE[\0]\0".to_vec(), "file.utf16"),
        (b"\xFE\xFF\0[\0]".to_vec(), "file.utf16"),
        (b"[\0]\0".to_vec(), "file.utf16"),
        (b"<EducationInfo/>".to_vec(), "file.not_json"),
        (
            b"[{\"id\": \"e.\xFF\", \"content\": null}]".to_vec(),
            "emil.not_json",
        ),
        (b"[3]".to_vec(), "emil.field_type"),
        (b"[{\"id\": \"e.1\"}]".to_vec(), "emil.wrapper_missing"),
        (
            b"[{\"id\": \"x\", \"content\": {}}]".to_vec(),
            "emil.kind_untold",
        ),
        (b"[{\"content\": null}]".to_vec(), "offers.id_missing"),
        (
            format!(
                "[{{\"id\": \"e.1\", \"content\": {}{}}}]",
                "[".repeat(500),
                "]".repeat(500)
            )
            .into_bytes(),
            "emil.not_json",
        ),
        (
            format!(
                "[{{\"id\": \"{}\", \"content\": null}}]",
                "e".repeat(2 << 20)
            )
            .into_bytes(),
            "emil.item_too_large",
        ),
    ] {
        let read = rows_of(&[&bytes]);
        assert_eq!(
            told(&read).first().map(|(told, _)| told.as_str()),
            Some(rule),
            "{read:?}"
        );
        assert!(read.iter().any(|row| row.part == Part::Unread), "{rule}");
    }
}

#[test]
fn the_same_id_is_read_once() {
    let text = changed(|v| {
        let again = v["educationEvents"][0].clone();
        v["educationEvents"].as_array_mut().unwrap().push(again);
    });
    let rows = rows(&text);
    assert!(
        told(&rows)
            .iter()
            .any(|(rule, _)| rule == "offers.id_twice")
    );
    assert_eq!(offers(rows).len(), 1);
}

#[test]
fn offers_that_disagree_of_a_course_are_told() {
    let (id, offer) = offers(rows(SAMPLE)).remove(0);
    let mut other = offer.clone();
    other.course.as_mut().unwrap().title[0].value = "Rektorsutbildningen".to_owned();
    let (text, findings) = write(&[(id, offer), ("e.2".to_owned(), other)]);
    let found: Vec<_> = findings
        .iter()
        .filter(|finding| finding.rule == "offers.course_disagrees")
        .collect();
    assert_eq!(
        (found.len(), found[0].key.as_str(), found[0].field.as_str()),
        (1, "e.2", "course_offer.course.title")
    );
    let written: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(written["educationInfos"].as_array().unwrap().len(), 1);
    assert_eq!(written["educationEvents"].as_array().unwrap().len(), 2);
}

#[test]
fn what_emil_requires_and_an_offer_lacks_is_told_and_not_made_up() {
    let (text, findings) = write(&[("e.1".to_owned(), CourseOffer::default())]);
    let required: Vec<_> = findings
        .iter()
        .filter(|finding| finding.rule == "emil.required")
        .map(|finding| finding.field.as_str())
        .collect();
    assert!(
        required.contains(&"content.providers") && required.contains(&"content.title"),
        "{required:?}"
    );
    let written: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        written["educationEvents"][0]["content"],
        json!({"identifier": "e.1", "education": "e.1", "isCancelled": false})
    );
}

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
        prop_assert_eq!(super::tests::offers(read), offers);
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
