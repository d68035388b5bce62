//! What is told of what can not be kept.

use serde_json::{Value, json};

use super::{
    super::super::{Part, Row},
    SAMPLE, changed, event, info, offers, rows, rows_of, told,
};

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
