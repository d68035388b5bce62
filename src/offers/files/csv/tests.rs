//! Tables of offers: what each column becomes, and what is told of faulty cells.

use super::*;
use crate::{
    files::File,
    offers::files::judge,
    proto::v1::{
        Audience, CourseForm, CourseOffer, OfferingState, Place, StudyMode, SubmittedOffer,
    },
};

const SAMPLE: &str = include_str!("../../../../docs/samples/offers.csv");

fn rows_of(bytes: &[u8]) -> Vec<Row> {
    let file = File {
        name: "a.csv".to_owned(),
        bytes: bytes.to_vec(),
    };
    let mut rows = Vec::new();
    read_file(&file, &mut HashMap::new(), &mut |row| rows.push(row));
    rows
}

fn rows(text: &str) -> Vec<Row> {
    rows_of(text.as_bytes())
}

fn offers(rows: &[Row]) -> Vec<SubmittedOffer> {
    let offers = rows.iter().filter_map(|row| match &row.part {
        Part::Offer(offer) => Some((**offer).clone()),
        Part::Withdrawal | Part::Unread | Part::Remark => None,
    });
    offers.collect()
}

fn told(rows: &[Row]) -> Vec<(String, String)> {
    let findings = rows.iter().flat_map(|row| &row.findings);
    findings
        .map(|finding| (finding.rule.clone(), finding.field.clone()))
        .collect()
}

#[test]
fn the_sample_is_read_as_it_says() {
    let rows = rows(SAMPLE);
    assert_eq!(
        told(&rows),
        [("offers.pace_rounded".to_owned(), "PACE".to_owned())]
    );
    let offers = offers(&rows);
    assert_eq!(
        (rows[0].place.as_str(), rows[0].id.as_str()),
        ("a.csv:2", "rektorsprogrammet-ht26")
    );
    for offer in &offers {
        assert_eq!(judge(offer), [], "{}", offer.id);
    }
    let CourseOffer {
        course,
        offering,
        themes,
    } = offers[1].offer.clone().unwrap();
    let (course, offering) = (course.unwrap(), offering.unwrap());
    assert_eq!(course.credits.as_ref().unwrap().amount, "7.5");
    assert_eq!(course.form(), CourseForm::Course);
    assert_eq!(
        course.audience,
        [
            i32::from(Audience::Teacher),
            i32::from(Audience::PreschoolTeacher)
        ]
    );
    assert_eq!(themes, ["language-development", "newly-arrived"]);
    assert_eq!(
        (offering.mode(), offering.state()),
        (StudyMode::Blended, OfferingState::Active)
    );
    let place = |code: &str, town: &str| Place {
        municipality_code: code.to_owned(),
        town: town.to_owned(),
    };
    assert_eq!(
        offering.places,
        [place("2084", "Avesta"), place("2081", "Borlänge")]
    );
    assert_eq!(offering.application_windows.len(), 1);
    let first = offers[0].offer.as_ref().unwrap().offering.as_ref().unwrap();
    let windows: Vec<_> = first
        .application_windows
        .iter()
        .map(|window| (window.id.as_str(), window.last_date.as_str()))
        .collect();
    assert_eq!(
        windows,
        [("window-1", "2026-03-31"), ("window-2", "2026-04-30")]
    );
    assert_eq!(first.pace.as_ref().unwrap().percent, 17);
}

#[test]
fn english_headings_commas_and_every_encoding_say_the_same() {
    let swedish = "id;titel;poäng;målgrupp;läge\na;Språk;7,5;rektorer;inställt\n";
    let english = "ID,Title,Credits,Audience,State\na,Språk,7.5,principals,cancelled\n";
    let want = offers(&rows(swedish));
    assert_eq!(want.len(), 1);
    let utf16: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(swedish.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let marked = format!("\u{feff}{swedish}");
    for bytes in [english.as_bytes(), &utf16, marked.as_bytes()] {
        assert_eq!(offers(&rows_of(bytes)), want);
    }
}

#[test]
fn faulty_cells_are_told_and_the_row_is_not_sent() {
    for (column, cell, rule) in [
        ("poäng", "sju", "offers.number_malformed"),
        ("poäng", "7,5,0", "offers.number_malformed"),
        ("platser", "-5", "offers.number_range"),
        ("platser", "60.0", "offers.number_range"),
        ("målgrupp", "rektorer|elever", "offers.code_unknown"),
        ("deltagande", "hemma", "offers.code_unknown"),
        ("kommunkod", "380", "municipality_code.leading_zero"),
        ("kommunkod", "1285.0", "municipality_code.spreadsheet"),
        ("språk", "sv", "offers.language_malformed"),
        ("ämnen", "145a", "offers.code_malformed"),
        ("visas till", "i juni", "offers.time_malformed"),
        ("omfattning", "10", "file.cell_missing"),
    ] {
        let rows = rows(&format!("id;titel;{column}\na;Språk;{cell}\n"));
        assert_eq!(
            told(&rows).first().map(|(rule, _)| rule.as_str()),
            Some(rule),
            "{column}"
        );
        assert_eq!(rows[0].part, Part::Unread, "{column}");
    }
}

#[test]
fn cells_that_say_nothing_alone_are_told_and_the_row_is_sent() {
    for (column, cell, english) in [
        ("poängsystem", "hp", "CREDIT_SYSTEM"),
        ("omfattning_enhet", "veckor", "EXTENT_UNIT"),
        ("valuta", "SEK", "CURRENCY"),
        ("avgift_för", "material", "FEE_PURPOSE"),
    ] {
        let rows = rows(&format!("id;titel;{column}\na;Språk;{cell}\n"));
        let want = ("file.cell_alone".to_owned(), english.to_owned());
        assert_eq!(told(&rows), [want]);
        assert!(matches!(rows[0].part, Part::Offer(_)), "{column}");
    }
}

#[test]
fn what_an_open_quotation_mark_takes_is_unread() {
    let rows = rows("id;titel\na;b\nc;\"d\ne;f\n");
    assert_eq!(told(&rows), [("file.quote_open".to_owned(), String::new())]);
    assert!(rows.iter().any(|row| row.part == Part::Unread));
    assert_eq!(offers(&rows).len(), 1);
}

#[test]
fn columns_that_are_unknown_missing_or_twice_are_told() {
    for (text, rule, field) in [
        ("id;titel;färg\na;b;c\n", "file.column_unknown", "färg"),
        ("titel\nb\n", "file.column_missing", "ID"),
        ("id;titel;title\na;b;c\n", "file.column_twice", "title"),
        ("id;titel\na;b;c\n", "file.cells", ""),
        (
            "id;titel;anmälan21 sista\na;b;c\n",
            "file.column_unknown",
            "anmälan21 sista",
        ),
    ] {
        assert_eq!(
            told(&rows(text)),
            [(rule.to_owned(), field.to_owned())],
            "{text}"
        );
    }
    assert_eq!(told(&rows("id;titel\n;b\n"))[0].0, "offers.id_missing");
}

#[test]
fn a_row_can_take_an_offer_back() {
    let rows = rows("id;återtaget\na;ja\nb;nej\n");
    assert_eq!(rows[0].part, Part::Withdrawal);
    assert!(matches!(rows[1].part, Part::Offer(_)));
}

#[test]
fn rows_that_disagree_of_a_course_are_told() {
    let rows = rows("id;kursid;titel\na;k;Språk\nb;k;Språk\nc;k;Matematik\n");
    let parts: Vec<_> = rows.iter().map(|row| row.part == Part::Unread).collect();
    assert_eq!(parts, [false, false, true]);
    assert_eq!(told(&rows)[0].0, "offers.course_disagrees");
}

proptest::proptest! {
    #[test]
    fn no_table_makes_it_panic(cells in "[a-zåäö0-9;|,.%:\n\" -]{0,60}") {
        let heading = "id;titel;poäng;studietakt;kommunkod;ort;teman;ämnen;anmälan sista\n";
        rows(&format!("{heading}{cells}"));
    }
}
