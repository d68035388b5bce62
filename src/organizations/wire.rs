//! Between the register and its messages.

use uuid::Uuid;

use super::{
    codes::{Date, MunicipalityCode},
    entity,
    model::{ExternalId, Facts, Identity, Organization, Reference, Succession},
    operations::{Lineage, Search},
    store::Filter,
};
use crate::{
    access::{Caller, Scope},
    clock,
    contract::Violation,
    error::{Error, Result},
    proto::v1::{self, Act, OrganizerType, SchoolType, organization_ref},
};

/// Shows organizations to one caller, as of one day.
pub struct View {
    scope: Scope,
    day: Option<Date>,
}

impl View {
    /// Shows the place in the tree on a day, `YYYY-MM-DD`, or where that is empty, today.
    pub fn on(caller: &Caller, day: &str) -> Result<Self> {
        let day = if day.is_empty() {
            clock::today()
        } else {
            day.to_owned()
        };
        let day = day.parse().map_err(|_| no_such_day("date"))?;
        Ok(Self {
            scope: caller.scope(Act::ReadOrganizations),
            day: Some(day),
        })
    }

    pub fn today(caller: &Caller) -> Self {
        Self {
            scope: caller.scope(Act::ReadOrganizations),
            day: clock::today().parse().ok(),
        }
    }

    pub fn organization(&self, organization: &Organization) -> v1::Organization {
        let etag = organization.etag();
        let Organization {
            id,
            revision: _,
            facts,
            created_at,
            updated_at,
        } = organization;
        let Facts {
            kind,
            display_name,
            number,
            unit_code,
            municipality,
            organizer_type,
            school_forms,
            external_id,
            belongings,
            start_date,
            end_date,
        } = facts;
        let parent = self.day.and_then(|day| belongings.parent_on(day));
        v1::Organization {
            id: id.to_string(),
            r#type: (*kind).into(),
            display_name: display_name.clone(),
            organization_number: text(number.as_ref()),
            school_unit_code: text(unit_code.as_ref()),
            municipality_code: text(municipality.as_ref()),
            organizer_type: (*organizer_type).into(),
            school_forms: school_forms.clone(),
            external_id: external_id.as_ref().map(external),
            parent_id: parent.map(|parent| self.known(parent)).unwrap_or_default(),
            start_date: text(start_date.as_ref()),
            end_date: text(end_date.as_ref()),
            belongings: belongings
                .iter()
                .map(|belonging| v1::Belonging {
                    parent_id: self.known(belonging.parent),
                    start_date: text(belonging.start.as_ref()),
                    end_date: text(belonging.end.as_ref()),
                })
                .collect(),
            create_time: Some((*created_at).into()),
            update_time: Some((*updated_at).into()),
            etag,
        }
    }

    pub fn lineage(&self, lineage: &Lineage) -> v1::GetLineageResponse {
        v1::GetLineageResponse {
            organizations: lineage
                .organizations
                .iter()
                .map(|one| self.organization(one))
                .collect(),
            successions: lineage.successions.iter().map(succession).collect(),
        }
    }

    /// The id of an organization that the caller sees. Of any other nothing is told, not even that.
    fn known(&self, id: Uuid) -> String {
        if self.scope.sees_organization(id) {
            id.to_string()
        } else {
            String::new()
        }
    }
}

/// An organization as the feed tells it: a row that was read elsewhere, with its place in the tree today.
pub fn told(caller: &Caller, row: entity::Model) -> Result<v1::Organization> {
    Ok(View::today(caller).organization(&Organization::try_from(row)?))
}

/// What a request names.
pub fn reference(wire: Option<v1::OrganizationRef>) -> Result<Reference> {
    use organization_ref::Identity as Wire;
    let known = |identity| Ok(Reference::Known(identity));
    match wire.and_then(|wire| wire.identity) {
        Some(Wire::Id(id)) => uuid("organization.id", &id).map(Reference::Id),
        Some(Wire::OrganizationNumber(number)) => known(Identity::Number(
            number.parse().map_err(|_| no_such_number())?,
        )),
        Some(Wire::SchoolUnitCode(code)) => known(Identity::UnitCode(
            code.parse().map_err(|_| Error::NotFound)?,
        )),
        Some(Wire::ExternalId(id)) => known(Identity::ExternalId(ExternalId {
            scheme: id.scheme,
            value: id.value,
        })),
        None => Err(Error::field(Violation::new(
            "organization",
            "required",
            "Name the organization by one of its identities.",
            "Ange organisationen med någon av dess identiteter.",
        ))),
    }
}

/// What a listing asks for.
pub fn search(request: &v1::ListOrganizationsRequest) -> Result<Search> {
    let parent = Some(request.parent_id.as_str()).filter(|parent| !parent.is_empty());
    let municipality = Some(request.municipality_code.as_str()).filter(|code| !code.is_empty());
    Ok(Search {
        filter: Filter {
            parent: parent.map(|parent| uuid("parent_id", parent)).transpose()?,
            kinds: request.types().collect(),
            organizer_type: Some(request.organizer_type())
                .filter(|kind| *kind != OrganizerType::Unspecified),
            municipality: municipality.map(self::municipality).transpose()?,
            school_type: Some(request.school_type())
                .filter(|kind| *kind != SchoolType::Unspecified),
        },
        name_prefix: request.name_prefix.clone(),
    })
}

pub fn uuid(field: &str, text: &str) -> Result<Uuid> {
    Uuid::try_parse(text).map_err(|_| {
        Error::field(Violation::new(
            field,
            "string.uuid",
            "Must be a UUID.",
            "Ska vara ett UUID.",
        ))
    })
}

fn municipality(code: &str) -> Result<MunicipalityCode> {
    code.parse().map_err(|_| {
        Error::field(Violation::new(
            "municipality_code",
            "municipality_code",
            "Must be a municipality code of four digits.",
            "Ska vara en kommunkod med fyra siffror.",
        ))
    })
}

fn no_such_number() -> Error {
    Error::field(Violation::new(
        "organization.organization_number",
        "organization_number.luhn",
        "No organization can have this number: its check digit is wrong; compare it with the register.",
        "Ingen organisation kan ha det här numret: kontrollsiffran stämmer inte; jämför med registret.",
    ))
}

fn no_such_day(field: &str) -> Error {
    Error::field(Violation::new(
        field,
        "date",
        "There is no such day in the calendar; write a day that there is, as `2019-08-15`.",
        "Dagen finns inte i kalendern; skriv en dag som finns, som `2019-08-15`.",
    ))
}

fn succession(succession: &Succession) -> v1::Succession {
    v1::Succession {
        predecessor_id: succession.predecessor.to_string(),
        successor_id: succession.successor.to_string(),
        date: succession.date.to_string(),
    }
}

fn external(id: &ExternalId) -> v1::ExternalId {
    v1::ExternalId {
        scheme: id.scheme.clone(),
        value: id.value.clone(),
    }
}

fn text(value: Option<&impl ToString>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}
