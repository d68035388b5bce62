//! Finds personal identity numbers and e-mail addresses in the texts of a document. Looks at every text that the
//! contract knows, and never repeats what it found.

use std::sync::LazyLock;

use regex::Regex;
use uuid::Uuid;

use super::{
    Content, dates, fields,
    rule::{Report, rules},
};

rules! {
    IDENTITY_NUMBER Refuse "personal_data.identity_number"
        "Texten innehåller något som ser ut som ett personnummer eller samordningsnummer." "Ta bort numret. Här ska inga enskilda personer kunna pekas ut."
        "The text holds what looks like a Swedish personal identity number or coordination number." "Take the number away. Nobody must be singled out here.";
    EMAIL_ADDRESS Refuse "personal_data.email_address"
        "Texten innehåller en e-postadress." "Ta bort adressen och skriv funktionen i stället, till exempel rektor."
        "The text holds an e-mail address." "Take the address away and write the function instead, for example rektor.";
}

pub(super) fn check(content: &Content, encoded: &[u8], report: &mut Report) {
    // Unpacking every text with its path is by far the dearest of all rules, and nearly always for nothing.
    if is_free_of_suspicion(encoded) {
        return;
    }
    fields::each_text(content, |path, key, text| {
        // The exchange's own ids are random digits and letters.
        if Uuid::try_parse(text).is_ok() {
            return;
        }
        // An item whose own id is the number must not have it repeated as the finding's key.
        let key = if has_identity_number(key) || has_email_address(key) {
            ""
        } else {
            key
        };
        if has_identity_number(text) {
            report.add(&IDENTITY_NUMBER, path.clone(), key);
        }
        if has_email_address(text) {
            report.add(&EMAIL_ADDRESS, path, key);
        }
    });
}

/// Judges one text that stands beside a content.
pub(super) fn check_text(path: &str, text: &str, report: &mut Report) {
    if has_identity_number(text) {
        report.add(&IDENTITY_NUMBER, path, "");
    }
    if has_email_address(text) {
        report.add(&EMAIL_ADDRESS, path, "");
    }
}

/// Whether no text within an encoded content can hold what is looked for: there is no at sign in it, and nowhere as many
/// digits in a row as every identity number begins with.
fn is_free_of_suspicion(bytes: &[u8]) -> bool {
    !bytes.contains(&b'@') && !has_run_of_digits(bytes)
}

/// Whether there are `RUN` digits in a row. One of any so many lies at every `RUN`th place, so that most need no look.
fn has_run_of_digits(bytes: &[u8]) -> bool {
    const RUN: usize = 6;
    let is_digit = |&&byte: &&u8| byte.is_ascii_digit();
    (RUN - 1..bytes.len()).step_by(RUN).any(|place| {
        let (before, after) = bytes.split_at(place);
        let following = after.iter().take(RUN).take_while(is_digit).count();
        following > 0
            && following + before.iter().rev().take(RUN).take_while(is_digit).count() >= RUN
    })
}

#[expect(clippy::expect_used, reason = "a fixed pattern, used by the tests")]
static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[\p{L}\p{N}._%+'-]*[\p{L}\p{N}_%+-]@[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)*\.\p{L}{2,}")
        .expect("valid pattern")
});

fn has_email_address(text: &str) -> bool {
    text.contains('@') && EMAIL.is_match(text)
}

/// Six or eight digits, then four, with any hyphen, plus sign or space between, and no digit around.
fn has_identity_number(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    let mut start = 0;
    while start < letters.len() {
        let run = letters[start..]
            .iter()
            .take_while(|letter| letter.is_ascii_digit())
            .count();
        if run > 0 && starts_with_identity_number(&letters[start..], run) {
            return true;
        }
        start += run.max(1);
    }
    false
}

/// `run` is the number of digits at the start.
fn starts_with_identity_number(letters: &[char], run: usize) -> bool {
    let (date, rest) = match run {
        10 => (&letters[..6], &letters[6..]),
        12 => (&letters[..8], &letters[8..]),
        6 | 8 if letters.get(run).is_some_and(|letter| separates(*letter)) => {
            (&letters[..run], &letters[run + 1..])
        }
        _ => return false,
    };
    let last: Vec<char> = rest
        .iter()
        .copied()
        .take_while(char::is_ascii_digit)
        .collect();
    let free_after = rest.get(4).is_none_or(|letter| !letter.is_ascii_digit());
    last.len() == 4 && free_after && is_identity_number(&date.iter().collect::<String>(), &last)
}

/// Hyphens and dashes of all kinds, the plus sign of centenarians, and spaces.
fn separates(letter: char) -> bool {
    matches!(
        letter,
        '-' | '+' | ' ' | '\u{a0}' | '\u{2010}'..='\u{2015}' | '\u{2212}'
    )
}

/// The last four digits end with a check digit over the last six of the date and the three before it.
fn is_identity_number(date: &str, last: &[char]) -> bool {
    let (century, short) = date.split_at(date.len() - 6);
    let centuries: &[&str] = match century {
        "" => &["18", "19", "20"],
        "18" | "19" | "20" => &[century],
        _ => return false,
    };
    luhn(short.chars().chain(last.iter().copied()))
        && centuries
            .iter()
            .any(|century| is_birth_date(&format!("{century}{short}")))
}

/// Coordination numbers have 60 added to the day.
fn is_birth_date(digits: &str) -> bool {
    let (year_month, day) = digits.split_at(6);
    let (year, month) = year_month.split_at(4);
    let Ok(day) = day.parse::<u8>() else {
        return false;
    };
    let day = if day > 60 { day - 60 } else { day };
    month != "00" && exists(year, month, day)
}

fn exists(year: &str, month: &str, day: u8) -> bool {
    // Leap years of the 19th century are those of the 2000s, but for 1800 itself, which `dates` does not reach.
    let year = year
        .strip_prefix("18")
        .map_or_else(|| year.to_owned(), |year| format!("20{year}"));
    dates::day(&format!("{year}-{month}-{day:02}")).is_some()
}

fn luhn(digits: impl Iterator<Item = char>) -> bool {
    let sum: u32 = digits
        .filter_map(|digit| digit.to_digit(10))
        .enumerate()
        .map(|(index, digit)| {
            if index % 2 == 0 {
                digit * 2 / 10 + digit * 2 % 10
            } else {
                digit
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::proto::v1;

    // Serials from 980 are the tax agency's own for tests, and given to nobody.
    const DATES: [&str; 4] = ["18900101", "19000101", "19850709", "20000229"];

    /// All ways to write a 12-digit number.
    fn spellings(number: &str) -> Vec<String> {
        let (date, last) = number.split_at(8);
        ["", "-", "+", " ", "–", "\u{a0}"]
            .iter()
            .flat_map(|sign| {
                [
                    format!("{date}{sign}{last}"),
                    format!("{}{sign}{last}", &date[2..]),
                ]
            })
            .collect()
    }

    fn with_check_digit(date: &str, serial: u16) -> String {
        let without = format!("{date}{serial:03}");
        (0..10)
            .map(|digit| format!("{without}{digit}"))
            .find(|number| luhn(number[2..].chars()))
            .unwrap()
    }

    #[test]
    fn a_number_is_found_however_it_is_written() {
        for date in DATES {
            for text in spellings(&with_check_digit(date, 980)) {
                assert!(has_identity_number(&text), "{text}");
                assert!(
                    has_identity_number(&format!("Eleven({text})årskurs 9.")),
                    "{text}"
                );
                assert!(has_identity_number(&format!("12 nr{text}se")), "{text}");
            }
        }
    }

    #[test]
    fn a_coordination_number_is_found() {
        assert!(has_identity_number(&with_check_digit("19850769", 980)));
        assert!(has_identity_number(&with_check_digit("19850791", 980)));
    }

    #[test]
    fn a_wrong_check_digit_or_date_is_no_number() {
        for text in ["198507099806", "850709-9806"] {
            assert!(!has_identity_number(text), "{text}");
        }
        for date in [
            "19851309", "19850732", "19850700", "19850292", "17850709", "19850060",
        ] {
            assert!(!has_identity_number(&with_check_digit(date, 980)), "{date}");
        }
    }

    #[test]
    fn longer_numbers_are_let_be() {
        for text in [
            "1985070998051",
            "5198507099805",
            "850709-98051",
            "850709--9805",
        ] {
            assert!(!has_identity_number(text), "{text}");
        }
    }

    #[test]
    fn codes_of_organizations_are_let_be() {
        for text in [
            "212000-0027",
            "2120000027",
            "202100-2932",
            "162021002932",
            "57370453",
            "52293921",
            "0115",
            "08-587 850 00",
            "010-527 32 00",
            "2024/25",
            "2019-04-12",
            "20190412",
        ] {
            assert!(!has_identity_number(text), "{text}");
        }
    }

    #[test]
    fn an_address_is_found_and_an_at_sign_is_let_be() {
        for text in [
            "skriv till rektor.skolan@exempel.se",
            "<a+b@x.y.se>",
            "å@exempel.nu.",
            "mailto:a@exempel.se",
        ] {
            assert!(has_email_address(text), "{text}");
        }
        for text in ["tolv @ fem", "@skolan", "a@b", "kl. 8 @ aulan.", "skolan@"] {
            assert!(!has_email_address(text), "{text}");
        }
    }

    #[test]
    fn every_text_is_looked_at_and_nothing_is_repeated() {
        let goal = v1::Goal {
            id: "850709-9805".to_owned(),
            statement: "a@exempel.se".to_owned(),
            ..Default::default()
        };
        let content = Content::ActionPlan(v1::ActionPlan {
            goals: vec![goal],
            ..Default::default()
        });
        let mut report = Report::default();
        check(&content, &content.encode(), &mut report);
        let found: Vec<_> = report
            .findings
            .iter()
            .map(|f| (f.rule.as_str(), f.field.as_str(), f.key.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                (
                    "personal_data.identity_number",
                    "action_plan.goals[0].id",
                    ""
                ),
                (
                    "personal_data.email_address",
                    "action_plan.goals[0].statement",
                    ""
                ),
            ]
        );
        assert!(!format!("{:?}", report.findings).contains("9805"));
        assert!(!format!("{:?}", report.findings).contains("exempel.se"));
    }

    #[test]
    fn the_exchange_s_own_ids_are_let_be() {
        let link = v1::DocumentLink {
            document_id: "20000229-2399-7000-8000-000000000000".to_owned(),
            ..Default::default()
        };
        let measure = v1::MeasureOutcome {
            measure: Some(link),
            ..Default::default()
        };
        let content = Content::FollowUpReport(v1::FollowUpReport {
            measures: vec![measure],
            ..Default::default()
        });
        let mut report = Report::default();
        check(&content, &content.encode(), &mut report);
        assert!(report.findings.is_empty());
    }

    proptest! {
        #[test]
        fn a_run_of_digits_is_found_wherever_it_stands(bytes in "[a1]{0,40}") {
            let runs = bytes.split('a').map(str::len).max();
            prop_assert_eq!(has_run_of_digits(bytes.as_bytes()), runs >= Some(6));
        }

        #[test]
        fn every_number_is_found_in_any_surroundings(
            year in 1890u32..2030, month in 1u32..=12, day in 1u32..=28, coordination: bool, serial in 0u16..1000,
            before in "[^0-9]{0,3}", after in "[^0-9]{0,3}", way in 0usize..12,
        ) {
            let day = if coordination { day + 60 } else { day };
            let number = with_check_digit(&format!("{year}{month:02}{day:02}"), serial);
            let text = format!("{before}{}{after}", spellings(&number)[way]);
            prop_assert!(has_identity_number(&text), "{}", text);
        }

        #[test]
        fn an_organization_number_is_never_taken_for_one(digits in "[1-9][0-9][2-9][0-9]{7}", dash: bool) {
            let text = if dash { format!("{}-{}", &digits[..6], &digits[6..]) } else { digits };
            prop_assert!(!has_identity_number(&text));
        }

        #[test]
        fn any_text_can_be_looked_at(text in "\\PC*") {
            let _ = (has_identity_number(&text), has_email_address(&text));
        }
    }
}
