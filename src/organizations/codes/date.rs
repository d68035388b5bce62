//! Days of the calendar.

use std::{fmt, str::FromStr};

use chrono::NaiveDate;

use crate::organizations::findings::Saying;

/// A day, written `YYYY-MM-DD`. Days order as in the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date(NaiveDate);

/// Why a text is not a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateFault {
    /// Not written `YYYY-MM-DD`.
    Form,
    /// Written so, but no day of the calendar.
    NoSuchDay,
}

impl Date {
    /// The day before, in the years that can be written.
    pub fn day_before(self) -> Option<Self> {
        self.0.pred_opt().map(Self)
    }
}

impl FromStr for Date {
    type Err = DateFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let form = text.bytes().enumerate().all(|(place, byte)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
        if text.len() != 10 || !form {
            return Err(DateFault::Form);
        }
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .map(Self)
            .map_err(|_| DateFault::NoSuchDay)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.format("%Y-%m-%d").fmt(f)
    }
}

impl From<NaiveDate> for Date {
    fn from(day: NaiveDate) -> Self {
        Self(day)
    }
}

impl DateFault {
    /// Tells the fault.
    pub fn saying(self) -> Saying {
        match self {
            Self::Form => Saying::error(
                "date.form",
                (
                    "Datumet är inte skrivet ÅÅÅÅ-MM-DD.",
                    "The date is not written YYYY-MM-DD.",
                ),
                (
                    "Skriv till exempel 2018-07-01.",
                    "Write for example 2018-07-01.",
                ),
            ),
            Self::NoSuchDay => Saying::error(
                "date.no_such_day",
                (
                    "Dagen finns inte i kalendern.",
                    "There is no such day in the calendar.",
                ),
                (
                    "Rätta månaden eller dagen.",
                    "Correct the month or the day.",
                ),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fault(text: &str) -> Option<DateFault> {
        text.parse::<Date>().err()
    }

    #[test]
    fn only_days_of_the_calendar_are_accepted() {
        assert_eq!(fault("2020-02-29"), None);
        for text in ["2019-02-29", "2020-13-01", "2020-00-10", "2020-04-31"] {
            assert_eq!(fault(text), Some(DateFault::NoSuchDay), "{text}");
        }
        for text in [
            "",
            "2020-2-9",
            "20200229",
            "29/2/2020",
            "2020-02-29T00",
            "+020-02-29",
            "2020‐02‐29",
        ] {
            assert_eq!(fault(text), Some(DateFault::Form), "{text}");
        }
    }

    #[test]
    fn the_day_before_the_first_is_the_last_of_the_month_before() {
        let day: Date = "2020-03-01".parse().expect("a day");
        assert_eq!(
            day.day_before().map(|day| day.to_string()),
            Some("2020-02-29".to_owned())
        );
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_written_back_as_it_was(text in "[0-9]{4}-[01][0-9]-[0-3][0-9]") {
            if let Ok(day) = text.parse::<Date>() {
                prop_assert_eq!(day.to_string(), text);
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,12}") {
            let _ = text.parse::<Date>();
        }
    }
}
