//! Municipality codes (kommunkod).

use std::{fmt, str::FromStr};

use super::{is_digits, is_power_of_ten, without_decimals};
use crate::organizations::findings::Saying;

/// A municipality code: 4 digits, the first two the code of one of the 21 counties.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MunicipalityCode(String);

/// Why a text is not a municipality code, with the code that it was where that can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MunicipalityCodeFault {
    /// `115`, which was `0115`.
    LeadingZero(MunicipalityCode),
    /// `1285.0`, which was `1285`; `115.0`, which was `0115`.
    Spreadsheet(Option<MunicipalityCode>),
    /// Another number of digits than four.
    Length,
    /// The first two digits are no county.
    County,
    /// Something else than digits.
    NotDigits,
}

impl MunicipalityCode {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MunicipalityCode {
    type Err = MunicipalityCodeFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(number) = without_decimals(text) {
            return Err(MunicipalityCodeFault::Spreadsheet(
                exact(number).or_else(|| padded(number)),
            ));
        }
        if is_power_of_ten(text) {
            return Err(MunicipalityCodeFault::Spreadsheet(None));
        }
        if !is_digits(text) {
            return Err(MunicipalityCodeFault::NotDigits);
        }
        if let Some(code) = padded(text) {
            return Err(MunicipalityCodeFault::LeadingZero(code));
        }
        if text.len() != 4 {
            return Err(MunicipalityCodeFault::Length);
        }
        exact(text).ok_or(MunicipalityCodeFault::County)
    }
}

impl fmt::Display for MunicipalityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The code that four digits are, if the first two are a county.
fn exact(digits: &str) -> Option<MunicipalityCode> {
    (digits.len() == 4 && is_county(&digits[..2])).then(|| MunicipalityCode(digits.to_owned()))
}

/// The code that three digits were before they lost their zero.
fn padded(digits: &str) -> Option<MunicipalityCode> {
    if digits.len() == 3 {
        exact(&format!("0{digits}"))
    } else {
        None
    }
}

fn is_county(code: &str) -> bool {
    matches!(code.parse::<u8>(), Ok(1 | 3..=10 | 12..=14 | 17..=25))
}

impl MunicipalityCodeFault {
    /// Tells the fault, and the code that it was.
    pub fn saying(&self) -> Saying {
        let four_digits = (
            "Skriv fyra siffror, med nolla i början där den finns.",
            "Write four digits, with the leading zero where there is one.",
        );
        match self {
            Self::LeadingZero(code) => Saying::error(
                "municipality_code.leading_zero",
                (
                    "Kommunkoden har tappat sin inledande nolla.",
                    "The municipality code has lost its leading zero.",
                ),
                (
                    format!("Skriv {code}, och gör kolumnen till text."),
                    format!("Write {code}, and make the column text."),
                ),
            ),
            Self::Spreadsheet(Some(code)) => Saying::error(
                "municipality_code.spreadsheet",
                (
                    "Kommunkoden har blivit ett tal i ett kalkylblad.",
                    "The municipality code has become a number in a spreadsheet.",
                ),
                (
                    format!("Skriv {code}, och gör kolumnen till text."),
                    format!("Write {code}, and make the column text."),
                ),
            ),
            Self::Spreadsheet(None) => Saying::error(
                "municipality_code.spreadsheet",
                (
                    "Kommunkoden har blivit ett tal i ett kalkylblad.",
                    "The municipality code has become a number in a spreadsheet.",
                ),
                four_digits,
            ),
            Self::Length => Saying::error(
                "municipality_code.length",
                (
                    "Kommunkoden har inte fyra siffror.",
                    "The municipality code does not have four digits.",
                ),
                four_digits,
            ),
            Self::County => Saying::error(
                "municipality_code.county",
                (
                    "De två första siffrorna i kommunkoden är ingen länskod.",
                    "The first two digits of the municipality code are no county.",
                ),
                (
                    "Jämför koden med SCB:s förteckning över kommuner.",
                    "Compare the code with the list of municipalities of Statistics Sweden.",
                ),
            ),
            Self::NotDigits => Saying::error(
                "municipality_code.not_digits",
                (
                    "Kommunkoden har andra tecken än siffror.",
                    "The municipality code has characters other than digits.",
                ),
                four_digits,
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fault(text: &str) -> Option<MunicipalityCodeFault> {
        text.parse::<MunicipalityCode>().err()
    }

    fn code(text: &str) -> MunicipalityCode {
        text.parse().expect("a right code")
    }

    #[test]
    fn codes_of_municipalities_are_accepted() {
        for text in ["0114", "0115", "0586", "1980", "2081", "2326", "2584"] {
            assert_eq!(fault(text), None, "{text}");
        }
    }

    #[test]
    fn a_lost_zero_is_told_with_the_code_that_it_was() {
        let lost = fault("115").expect("refused");
        assert_eq!(lost, MunicipalityCodeFault::LeadingZero(code("0115")));
        let finding = lost.saying().at("municipality_code", "rad 2");
        assert!(finding.remedy_sv.contains("0115") && finding.remedy_en.contains("0115"));
        assert_eq!(
            fault("1285.0"),
            Some(MunicipalityCodeFault::Spreadsheet(Some(code("1285"))))
        );
        assert_eq!(
            fault("115.0"),
            Some(MunicipalityCodeFault::Spreadsheet(Some(code("0115"))))
        );
    }

    #[test]
    fn what_is_no_code_is_told_apart() {
        use MunicipalityCodeFault as Fault;
        for (text, expected) in [
            ("1180", Fault::County),
            ("0215", Fault::County),
            ("2680", Fault::County),
            ("0080", Fault::County),
            ("15", Fault::Length),
            ("19800", Fault::Length),
            ("", Fault::NotDigits),
            ("198O", Fault::NotDigits),
            ("99.0", Fault::Spreadsheet(None)),
        ] {
            assert_eq!(fault(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn there_are_21_counties() {
        assert_eq!(
            (0..100)
                .filter(|county| is_county(&format!("{county:02}")))
                .count(),
            21
        );
    }

    proptest! {
        #[test]
        fn no_other_text_passes(text in ".{0,6}") {
            if text.parse::<MunicipalityCode>().is_ok() {
                prop_assert!(text.len() == 4 && is_digits(&text));
            }
        }

        #[test]
        fn a_code_that_lost_its_zero_comes_back(number in 300_u16..1000) {
            if let Ok(right) = format!("0{number}").parse::<MunicipalityCode>() {
                prop_assert_eq!(fault(&number.to_string()), Some(MunicipalityCodeFault::LeadingZero(right)));
            }
        }
    }
}
