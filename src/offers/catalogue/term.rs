//! Terms (terminer) of this century: `VT27` is January to June of 2027, `HT27` the rest of it.

use std::{fmt, str::FromStr};

use chrono::{Datelike, NaiveDate};

use crate::{clock::Time, kinds::dates};

/// How many there are.
pub const TERMS: usize = 200;
const FIRST_YEAR: i32 = 2000;

/// A term, from 0 in order of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term(u8);

impl Term {
    pub const FIRST: Self = Self(0);
    pub const LAST: Self = Self(199);

    /// The term of a day. None: it is of another century.
    pub fn of_day(day: i32) -> Option<Self> {
        let day = NaiveDate::from_num_days_from_ce_opt(day)?;
        let half = i32::from(day.month() > 6);
        Self::numbered((day.year() - FIRST_YEAR) * 2 + half)
    }

    /// The term that it is, by the day in UTC.
    pub fn now(now: Time) -> Option<Self> {
        Self::of_day(dates::number_of(dates::day(&now.date())?))
    }

    pub fn numbered(number: i32) -> Option<Self> {
        let number = u8::try_from(number).ok()?;
        (usize::from(number) < TERMS).then_some(Self(number))
    }

    pub fn number(self) -> u8 {
        self.0
    }
}

impl FromStr for Term {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (half, year) = match text.split_at_checked(2) {
            Some(("VT", year)) => (0, year),
            Some(("HT", year)) => (1, year),
            Some(_) | None => return Err(()),
        };
        let year: i32 = year.parse().map_err(|_| ())?;
        Self::numbered(year * 2 + half).ok_or(())
    }
}

impl fmt::Display for Term {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let half = if self.0.is_multiple_of(2) { "VT" } else { "HT" };
        write!(to, "{half}{:02}", self.0 / 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_half_a_year() {
        let term = |day| Term::of_day(dates::number_of(dates::day(day).unwrap()));
        let told = |day| term(day).map(|term| term.to_string());
        assert_eq!(told("2027-06-30").as_deref(), Some("VT27"));
        assert_eq!(told("2027-07-01").as_deref(), Some("HT27"));
        assert_eq!(term("2000-01-01"), Some(Term::FIRST));
        assert_eq!(term("2099-12-31"), Some(Term::LAST));
        assert_eq!(term("1999-12-31"), None);
        assert_eq!(term("2100-01-01"), None);
    }

    #[test]
    fn what_is_told_is_read_again() {
        for number in 0..200 {
            let term = Term::numbered(number).unwrap();
            assert_eq!(term.to_string().parse(), Ok(term));
        }
        for bad in ["", "VT", "VT1x", "XT25", "å7"] {
            assert_eq!(bad.parse::<Term>(), Err(()), "{bad}");
        }
    }
}
