//! Days and the times that statistics speak of. Knows no document.

use chrono::{Datelike, NaiveDate};

/// A day, from `YYYY-MM-DD`. None where there is no such day, or none that a document of ours can be about.
pub fn day(text: &str) -> Option<NaiveDate> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    (text.len() == 10 && (1900..2200).contains(&day.year())).then_some(day)
}

/// A day as a number, counted from the year 0.
pub fn number_of(day: NaiveDate) -> i32 {
    day.num_days_from_ce()
}

/// The months from the first to the last of a school year `2024/25`, a term `VT24` or `HT24`, or a year `2024`,
/// counted from the year 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Months {
    pub first: u32,
    pub last: u32,
}

/// Reads a time as statistics write it. None where it is none: `2024/27` is no school year.
pub(super) fn months(code: &str) -> Option<Months> {
    const JULY: u32 = 6;
    if let Some((start, end)) = code.split_once('/') {
        let (start, end) = (number(start, 4)?, number(end, 2)?);
        return ((start + 1) % 100 == end).then(|| Months {
            first: start * 12 + JULY,
            last: start * 12 + JULY + 11,
        });
    }
    if let Some(year) = code.strip_prefix("VT") {
        let january = (2000 + number(year, 2)?) * 12;
        return Some(Months {
            first: january,
            last: january + 5,
        });
    }
    if let Some(year) = code.strip_prefix("HT") {
        let january = (2000 + number(year, 2)?) * 12;
        return Some(Months {
            first: january + JULY,
            last: january + 11,
        });
    }
    let january = number(code, 4)? * 12;
    Some(Months {
        first: january,
        last: january + 11,
    })
}

fn number(digits: &str, length: usize) -> Option<u32> {
    let all_digits = digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit());
    if all_digits {
        digits.parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_day_is_one_that_the_calendar_has() {
        assert!(day("2020-02-29").is_some());
        for text in [
            "2019-02-29",
            "2019-13-01",
            "2019-1-1",
            "0219-01-01",
            "2019-01-01 ",
            "",
            "+019-01-01",
        ] {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn a_school_year_ends_the_year_after_it_began() {
        assert!(months("2024/25").is_some());
        assert!(months("1999/00").is_some());
        for code in [
            "2024/26", "2024/24", "2024/5", "24/25", "VT2024", "vt24", "", "/", "20245", "+024",
        ] {
            assert_eq!(months(code), None, "{code}");
        }
    }

    #[test]
    fn times_are_ordered_by_their_last_month() {
        let last = |code| months(code).unwrap().last;
        assert!(last("VT24") < last("HT24"));
        assert_eq!(last("2023/24"), last("VT24"));
        assert_eq!(last("2024"), last("HT24"));
        assert!(last("2023/24") < last("2024"));
    }

    proptest! {
        #[test]
        fn any_text_can_be_asked(text in "\\PC*") {
            let _ = (day(&text), months(&text));
        }
    }
}
