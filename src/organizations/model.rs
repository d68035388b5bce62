//! What an organization is, and by what it is known. Knows neither the wire nor the tables.

use uuid::Uuid;

use super::{
    belongings::Belongings,
    codes::{Date, MunicipalityCode, OrganizationNumber, SchoolUnitCode},
};
use crate::{
    clock::Time,
    proto::v1::{OrganizationType, OrganizerType, SchoolForm},
};

/// An organization as it is registered.
#[derive(Clone, Debug, PartialEq)]
pub struct Organization {
    pub id: Uuid,
    pub revision: i32,
    pub facts: Facts,
    pub created_at: Time,
    pub updated_at: Time,
}

/// What is said of an organization. Two equal sets of facts are no change.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    pub kind: OrganizationType,
    pub display_name: String,
    pub number: Option<OrganizationNumber>,
    pub unit_code: Option<SchoolUnitCode>,
    pub municipality: Option<MunicipalityCode>,
    /// Unspecified for all but organizers.
    pub organizer_type: OrganizerType,
    /// In order of type, each type once.
    pub school_forms: Vec<SchoolForm>,
    pub external_id: Option<ExternalId>,
    pub belongings: Belongings,
    pub start_date: Option<Date>,
    pub end_date: Option<Date>,
}

/// The identity of a thing in a system outside.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExternalId {
    pub scheme: String,
    pub value: String,
}

/// By what a register knows an organization. No two organizations in force share one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Identity {
    Number(OrganizationNumber),
    UnitCode(SchoolUnitCode),
    ExternalId(ExternalId),
}

/// A way to name one organization.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reference {
    Id(Uuid),
    Known(Identity),
}

/// That one organization took over from another on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Succession {
    pub predecessor: Uuid,
    pub successor: Uuid,
    pub date: Date,
}

impl Facts {
    /// Every identity that it has.
    pub fn identities(&self) -> impl Iterator<Item = Identity> {
        identities(
            self.number.as_ref(),
            self.unit_code.as_ref(),
            self.external_id.as_ref(),
        )
    }
}

impl Organization {
    /// Changes with every change of the organization.
    pub fn etag(&self) -> String {
        etag(self.id, self.revision)
    }
}

/// What tells one revision of an organization from another.
pub fn etag(organization: Uuid, revision: i32) -> String {
    format!("{}-{revision}", organization.simple())
}

/// The identities that the codes are.
pub fn identities(
    number: Option<&OrganizationNumber>,
    unit_code: Option<&SchoolUnitCode>,
    external_id: Option<&ExternalId>,
) -> impl Iterator<Item = Identity> {
    let number = number.cloned().map(Identity::Number);
    let unit_code = unit_code.cloned().map(Identity::UnitCode);
    let external_id = external_id.cloned().map(Identity::ExternalId);
    [number, unit_code, external_id].into_iter().flatten()
}

/// Whether an organization of the kind is a legal body, known by its organization number.
pub fn is_legal_body(kind: OrganizationType) -> bool {
    matches!(
        kind,
        OrganizationType::Organizer
            | OrganizationType::University
            | OrganizationType::NationalAgency
    )
}

/// Whether an organization of the kind teaches.
pub fn teaches(kind: OrganizationType) -> bool {
    matches!(
        kind,
        OrganizationType::SchoolUnit | OrganizationType::Preschool
    )
}

/// Whether an organization of the one kind may lie directly below one of the other.
pub fn may_belong(kind: OrganizationType, above: OrganizationType) -> bool {
    use OrganizationType as Kind;
    match kind {
        Kind::SchoolUnit | Kind::Preschool => {
            matches!(above, Kind::Organizer | Kind::Administration | Kind::Area)
        }
        Kind::Area => matches!(above, Kind::Organizer | Kind::Administration | Kind::Area),
        Kind::Administration => matches!(above, Kind::Organizer),
        Kind::Organizer | Kind::University | Kind::NationalAgency | Kind::Unspecified => false,
    }
}
