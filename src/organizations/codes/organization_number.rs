//! Swedish organization numbers (organisationsnummer).

use std::{fmt, str::FromStr};

use super::{is_digits, is_power_of_ten, without_decimals};
use crate::organizations::findings::Saying;

/// An organization number: 10 digits, the third at least 2, the last a Luhn check digit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrganizationNumber(String);

/// Why a text is not an organization number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrganizationNumberFault {
    /// `2120000027.0` or `2.12E+09`.
    Spreadsheet,
    /// `212000-0027`.
    Hyphen,
    /// `162120000027`.
    Century,
    /// Nine digits.
    DigitLost,
    /// Another number of digits.
    Length,
    /// Something else than digits.
    NotDigits,
    /// The third digit is 0 or 1, as in the number of a person.
    Person,
    /// The check digit is not that of the other nine.
    Luhn,
}

impl OrganizationNumber {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for OrganizationNumber {
    type Err = OrganizationNumberFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !is_digits(text) {
            return Err(spelling(text));
        }
        match text.len() {
            10 => {}
            9 => return Err(OrganizationNumberFault::DigitLost),
            12 if text.starts_with("16") => return Err(OrganizationNumberFault::Century),
            _ => return Err(OrganizationNumberFault::Length),
        }
        if text.as_bytes().get(2).is_none_or(|digit| *digit < b'2') {
            return Err(OrganizationNumberFault::Person);
        }
        if !passes_luhn(text) {
            return Err(OrganizationNumberFault::Luhn);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for OrganizationNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is wrong with a text that is not all digits.
fn spelling(text: &str) -> OrganizationNumberFault {
    if without_decimals(text).is_some() || is_power_of_ten(text) {
        return OrganizationNumberFault::Spreadsheet;
    }
    match text.split_once('-') {
        Some((front, back))
            if is_digits(front) && is_digits(back) && front.len() >= 6 && back.len() == 4 =>
        {
            OrganizationNumberFault::Hyphen
        }
        _ => OrganizationNumberFault::NotDigits,
    }
}

/// Whether the digits, every other one doubled from the right, sum to a multiple of ten.
fn passes_luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0');
            if place % 2 == 0 {
                digit
            } else {
                digit * 2 / 10 + digit * 2 % 10
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

impl OrganizationNumberFault {
    /// Tells the fault. The number is never echoed: it may be that of a person.
    pub fn saying(self) -> Saying {
        let ten_digits = (
            "Skriv tio siffror utan bindestreck.",
            "Write ten digits without a hyphen.",
        );
        match self {
            Self::Spreadsheet => Saying::error(
                "organization_number.spreadsheet",
                (
                    "Organisationsnumret har blivit ett tal i ett kalkylblad.",
                    "The organization number has become a number in a spreadsheet.",
                ),
                (
                    "Gör kolumnen till text och skriv tio siffror.",
                    "Make the column text and write ten digits.",
                ),
            ),
            Self::Hyphen => Saying::error(
                "organization_number.hyphen",
                (
                    "Organisationsnumret är skrivet med bindestreck.",
                    "The organization number is written with a hyphen.",
                ),
                ten_digits,
            ),
            Self::Century => Saying::error(
                "organization_number.century",
                (
                    "Organisationsnumret är skrivet med tolv siffror.",
                    "The organization number is written with twelve digits.",
                ),
                (
                    "Ta bort 16 i början, så att tio siffror är kvar.",
                    "Take away the 16 at the start, so that ten digits remain.",
                ),
            ),
            Self::DigitLost => Saying::error(
                "organization_number.digit_lost",
                (
                    "Organisationsnumret har nio siffror: en nolla i början eller en annan siffra har fallit bort.",
                    "The organization number has nine digits: a leading zero or another digit was lost.",
                ),
                (
                    "Hämta numret på nytt ur registret och skriv tio siffror.",
                    "Take the number from the register again and write ten digits.",
                ),
            ),
            Self::Length => Saying::error(
                "organization_number.length",
                (
                    "Organisationsnumret har inte tio siffror.",
                    "The organization number does not have ten digits.",
                ),
                ten_digits,
            ),
            Self::NotDigits => Saying::error(
                "organization_number.not_digits",
                (
                    "Organisationsnumret har andra tecken än siffror.",
                    "The organization number has characters other than digits.",
                ),
                ten_digits,
            ),
            Self::Person => Saying::error(
                "organization_number.person",
                (
                    "Tredje siffran är 0 eller 1: det är inte numret på en juridisk person, kanske ett personnummer.",
                    "The third digit is 0 or 1: it is not the number of a legal body, perhaps of a person.",
                ),
                (
                    "Skriv huvudmannens organisationsnummer. Lämna aldrig ett personnummer.",
                    "Write the organizer's organization number. Never hand over the number of a person.",
                ),
            ),
            Self::Luhn => Saying::error(
                "organization_number.luhn",
                (
                    "Kontrollsiffran i organisationsnumret stämmer inte.",
                    "The check digit of the organization number is wrong.",
                ),
                (
                    "Jämför numret med registret: en siffra är fel eller två har bytt plats.",
                    "Compare the number with the register: a digit is wrong or two have changed places.",
                ),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fault(text: &str) -> Option<OrganizationNumberFault> {
        text.parse::<OrganizationNumber>().err()
    }

    #[test]
    fn numbers_of_the_register_are_accepted() {
        for number in [
            "2120000027",
            "2120002080",
            "2120002239",
            "2021004185",
            "2021002932",
            "5567812069",
        ] {
            assert_eq!(fault(number), None, "{number}");
        }
    }

    #[test]
    fn every_way_to_spoil_a_number_has_a_fault_of_its_own() {
        use OrganizationNumberFault as Fault;
        for (text, expected) in [
            ("2120000028", Fault::Luhn),
            ("212000027", Fault::DigitLost),
            ("2120000027.0", Fault::Spreadsheet),
            ("2,12E+09", Fault::Spreadsheet),
            ("212000-0027", Fault::Hyphen),
            ("16212000-0027", Fault::Hyphen),
            ("162120000027", Fault::Century),
            ("212120000027", Fault::Length),
            ("8112189876", Fault::Person),
            ("", Fault::NotDigits),
            (" 2120000027", Fault::NotDigits),
            ("SE2120000027", Fault::NotDigits),
            ("２１２００００００２７", Fault::NotDigits),
        ] {
            assert_eq!(fault(text), Some(expected), "{text}");
        }
    }

    /// A number with its right check digit.
    fn numbers() -> impl Strategy<Value = String> {
        "[0-9]{2}[2-9][0-9]{6}".prop_map(|nine| {
            let number = (0..10)
                .map(|check| format!("{nine}{check}"))
                .find(|number| passes_luhn(number));
            number.expect("one of ten digits is right")
        })
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_kept_as_it_was(number in numbers()) {
            let parsed: OrganizationNumber = number.parse().expect("right");
            prop_assert_eq!(parsed.to_string(), number);
        }

        #[test]
        fn one_changed_digit_never_passes(number in numbers(), place in 0_usize..10, by in 1_u8..10) {
            let mut digits = number.into_bytes();
            digits[place] = b'0' + (digits[place] - b'0' + by) % 10;
            let changed = String::from_utf8(digits).expect("digits");
            prop_assert!(changed.parse::<OrganizationNumber>().is_err());
        }

        #[test]
        fn nothing_else_than_ten_digits_passes(text in ".{0,14}") {
            if text.parse::<OrganizationNumber>().is_ok() {
                prop_assert!(text.len() == 10 && is_digits(&text));
            }
        }
    }
}
