//! School unit codes (skolenhetskod).

use std::{fmt, str::FromStr};

use super::{is_digits, is_power_of_ten, without_decimals};
use crate::organizations::findings::Saying;

/// A school unit code: 8 digits, 10000000 to 99999999, without a check digit. A code is not used again, and a unit
/// may get another when it is reorganized.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SchoolUnitCode(String);

/// Why a text is not a school unit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchoolUnitCodeFault {
    /// `52293921.0` or `5.2E+07`.
    Spreadsheet,
    /// Not eight digits.
    Length,
    /// Eight digits, of which the first is 0.
    FirstDigit,
    /// Something else than digits.
    NotDigits,
}

impl SchoolUnitCode {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SchoolUnitCode {
    type Err = SchoolUnitCodeFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if without_decimals(text).is_some() || is_power_of_ten(text) {
            return Err(SchoolUnitCodeFault::Spreadsheet);
        }
        if !is_digits(text) {
            return Err(SchoolUnitCodeFault::NotDigits);
        }
        if text.len() != 8 {
            return Err(SchoolUnitCodeFault::Length);
        }
        if text.starts_with('0') {
            return Err(SchoolUnitCodeFault::FirstDigit);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for SchoolUnitCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl SchoolUnitCodeFault {
    /// Tells the fault.
    pub fn saying(self) -> Saying {
        let eight_digits = (
            "Skriv åtta siffror, som i Skolenhetsregistret.",
            "Write eight digits, as in the national register.",
        );
        match self {
            Self::Spreadsheet => Saying::error(
                "school_unit_code.spreadsheet",
                (
                    "Skolenhetskoden har blivit ett tal i ett kalkylblad.",
                    "The school unit code has become a number in a spreadsheet.",
                ),
                (
                    "Gör kolumnen till text och skriv åtta siffror.",
                    "Make the column text and write eight digits.",
                ),
            ),
            Self::Length => Saying::error(
                "school_unit_code.length",
                (
                    "Skolenhetskoden har inte åtta siffror.",
                    "The school unit code does not have eight digits.",
                ),
                eight_digits,
            ),
            Self::FirstDigit => Saying::error(
                "school_unit_code.first_digit",
                (
                    "Skolenhetskoden börjar med noll.",
                    "The school unit code starts with zero.",
                ),
                (
                    "Koder går från 10000000 till 99999999: hämta koden ur registret.",
                    "Codes run from 10000000 to 99999999: take the code from the register.",
                ),
            ),
            Self::NotDigits => Saying::error(
                "school_unit_code.not_digits",
                (
                    "Skolenhetskoden har andra tecken än siffror.",
                    "The school unit code has characters other than digits.",
                ),
                eight_digits,
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fault(text: &str) -> Option<SchoolUnitCodeFault> {
        text.parse::<SchoolUnitCode>().err()
    }

    #[test]
    fn codes_of_the_register_are_accepted() {
        for code in ["52293921", "57370453", "85788659", "10000000", "99999999"] {
            assert_eq!(fault(code), None, "{code}");
        }
    }

    #[test]
    fn every_way_to_spoil_a_code_has_a_fault_of_its_own() {
        use SchoolUnitCodeFault as Fault;
        for (text, expected) in [
            ("5229392", Fault::Length),
            ("522939211", Fault::Length),
            ("05229392", Fault::FirstDigit),
            ("52293921.0", Fault::Spreadsheet),
            ("5229392a", Fault::NotDigits),
            ("", Fault::NotDigits),
            ("52293921 ", Fault::NotDigits),
        ] {
            assert_eq!(fault(text), Some(expected), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_number_of_the_range_and_nothing_else_passes(number in 0_u64..1_000_000_000) {
            let passes = number.to_string().parse::<SchoolUnitCode>().is_ok();
            prop_assert_eq!(passes, (10_000_000..=99_999_999).contains(&number));
        }

        #[test]
        fn no_other_text_passes(text in ".{0,12}") {
            if text.parse::<SchoolUnitCode>().is_ok() {
                prop_assert!(text.len() == 8 && is_digits(&text));
            }
        }
    }
}
