//! EMIL as it is read and written.

mod faults;
mod there_and_back;

use std::{io::Write, path::PathBuf};

use serde_json::{Value, json};

use super::{
    super::{Format, Part, Row, judge, read},
    University, Writer,
};
use crate::proto::v1::CourseOffer;

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
