//! The codes by which registers name organizations, as types that can not be wrong.
//!
//! Each is read from text, and refuses with a fault that tells what a spreadsheet or a habit did to it. Knows nothing
//! of records: whether an organization should have the code is decided in `record`.

mod date;
mod municipality_code;
mod organization_number;
mod school_unit_code;

pub use date::{Date, DateFault};
pub use municipality_code::{MunicipalityCode, MunicipalityCodeFault};
pub use organization_number::{OrganizationNumber, OrganizationNumberFault};
pub use school_unit_code::{SchoolUnitCode, SchoolUnitCodeFault};

/// What remains when a spreadsheet has turned a code into a number: `1285.0` is `1285`.
fn without_decimals(text: &str) -> Option<&str> {
    text.strip_suffix(".0")
        .or_else(|| text.strip_suffix(",0"))
        .filter(|rest| is_digits(rest))
}

/// Whether a spreadsheet has rounded a code to a power of ten: `2.12E+09`.
fn is_power_of_ten(text: &str) -> bool {
    text.split_once(['E', 'e']).is_some_and(|(number, power)| {
        let power = power.strip_prefix('+').unwrap_or(power);
        is_digits(power)
            && number
                .chars()
                .all(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
            && !number.is_empty()
    })
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
