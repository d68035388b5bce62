//! An `EducationProvider`: of it the exchange needs the organization number alone, which must be the university's.

use super::{
    super::rules,
    node::{Object, Told},
};
use crate::organizations::codes::{OrganizationNumber, OrganizationNumberFault};

/// Fields of EMIL that the exchange does not keep: universities are in its register of organizations.
const NOT_KEPT: [&str; 12] = [
    "lastEdited",
    "expires",
    "name",
    "description",
    "url",
    "visitAddresses",
    "contactAddress",
    "emailAddresses",
    "emailAddress",
    "phones",
    "responsibleBody",
    "owner",
];

/// Whether the provider is another than the university. None: its number is not stated, or the university's not known.
pub fn is_foreign(
    mut provider: Object<'_>,
    university: Option<&OrganizationNumber>,
    told: &mut Told,
) -> Option<bool> {
    let number = number(&mut provider, told);
    let foreign = number
        .zip(university)
        .map(|(number, university)| number != *university);
    if foreign == Some(true) {
        told.say(provider.at("organisationNumber"), rules::provider_other());
    }
    provider.not_kept(&NOT_KEPT, told);
    provider.not_kept(&["years"], told);
    provider.end(told);
    foreign
}

fn number(provider: &mut Object<'_>, told: &mut Told) -> Option<OrganizationNumber> {
    let text = provider.text("organisationNumber", told)?;
    // EMIL does not say whether it is written with a hyphen.
    let number = text
        .replace('-', "")
        .parse()
        .map_err(OrganizationNumberFault::saying);
    number
        .map_err(|saying| told.say(provider.at("organisationNumber"), saying))
        .ok()
}
