//! Between organizations and their rows. A list within a row is kept as the contract's own message that has only the list.

use prost::Message;
use uuid::Uuid;

use super::corrupt;
use crate::{
    clock::Time,
    error::{Error, Result},
    organizations::{
        belongings::{Belonging, Belongings},
        codes::Date,
        entity,
        model::{ExternalId, Facts, Organization, Succession},
        succession,
    },
    proto::v1::{self, OrganizationType, OrganizerType, SchoolForm},
};

/// The row of an organization. Its place in time is given by the journal.
pub fn organization_row(organization: &Organization) -> entity::Model {
    let Organization {
        id,
        revision,
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
    entity::Model {
        id: *id,
        revision: *revision,
        r#type: small(i32::from(*kind)),
        display_name: display_name.clone(),
        organization_number: number.as_ref().map(ToString::to_string),
        school_unit_code: unit_code.as_ref().map(ToString::to_string),
        municipality_code: municipality.as_ref().map(ToString::to_string),
        organizer_type: small(i32::from(*organizer_type)),
        school_types: school_forms
            .iter()
            .map(|form| bit(form.school_type))
            .fold(0, |all, one| all | one),
        school_forms: keep_forms(school_forms),
        external_scheme: external_id.as_ref().map(|id| id.scheme.clone()),
        external_value: external_id.as_ref().map(|id| id.value.clone()),
        parent_id: belongings.parent(),
        belongings: keep_belongings(belongings),
        start_date: start_date.map(|date| date.to_string()),
        end_date: end_date.map(|date| date.to_string()),
        created_at: created_at.micros(),
        updated_at: updated_at.micros(),
        position: 0,
        until_position: None,
    }
}

/// The row of a succession. Its place in time is given by the journal.
pub fn succession_row(succession: &Succession) -> succession::Model {
    succession::Model {
        predecessor_id: succession.predecessor,
        successor_id: succession.successor,
        date: succession.date.to_string(),
        position: 0,
    }
}

/// A value of an enum, as rows keep it.
pub(super) fn small(value: i32) -> i16 {
    i16::try_from(value).unwrap_or_default()
}

/// The bit that stands for a form of schooling.
pub(super) fn bit(school_type: i32) -> i64 {
    u32::try_from(school_type)
        .ok()
        .and_then(|place| 1_i64.checked_shl(place))
        .unwrap_or_default()
}

impl TryFrom<entity::Model> for Organization {
    type Error = Error;

    fn try_from(row: entity::Model) -> Result<Self> {
        let entity::Model {
            id,
            revision,
            r#type,
            display_name,
            organization_number,
            school_unit_code,
            municipality_code,
            organizer_type,
            school_types: _,
            school_forms,
            external_scheme,
            external_value,
            parent_id: _,
            belongings,
            start_date,
            end_date,
            created_at,
            updated_at,
            position: _,
            until_position: _,
        } = row;
        let facts = Facts {
            kind: OrganizationType::try_from(i32::from(r#type)).map_err(|_| corrupt("type"))?,
            display_name,
            number: code(organization_number.as_deref())?,
            unit_code: code(school_unit_code.as_deref())?,
            municipality: code(municipality_code.as_deref())?,
            organizer_type: OrganizerType::try_from(i32::from(organizer_type))
                .map_err(|_| corrupt("organizer type"))?,
            school_forms: forms(&school_forms)?,
            external_id: external_scheme
                .zip(external_value)
                .map(|(scheme, value)| ExternalId { scheme, value }),
            belongings: read_belongings(&belongings)?,
            start_date: code(start_date.as_deref())?,
            end_date: code(end_date.as_deref())?,
        };
        Ok(Self {
            id,
            revision,
            facts,
            created_at: Time::from_micros(created_at),
            updated_at: Time::from_micros(updated_at),
        })
    }
}

impl TryFrom<succession::Model> for Succession {
    type Error = Error;

    fn try_from(row: succession::Model) -> Result<Self> {
        let succession::Model {
            predecessor_id,
            successor_id,
            date,
            position: _,
        } = row;
        let date = date.parse().map_err(|_| corrupt("date of a succession"))?;
        Ok(Self {
            predecessor: predecessor_id,
            successor: successor_id,
            date,
        })
    }
}

fn code<T: std::str::FromStr>(text: Option<&str>) -> Result<Option<T>> {
    text.map(|text| text.parse().map_err(|_| corrupt("a code")))
        .transpose()
}

fn keep_forms(forms: &[SchoolForm]) -> Vec<u8> {
    v1::Organization {
        school_forms: forms.to_vec(),
        ..v1::Organization::default()
    }
    .encode_to_vec()
}

fn forms(bytes: &[u8]) -> Result<Vec<SchoolForm>> {
    let kept = v1::Organization::decode(bytes).map_err(|_| corrupt("school forms"))?;
    Ok(kept.school_forms)
}

fn keep_belongings(belongings: &Belongings) -> Vec<u8> {
    let text = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
    let belongings = belongings.iter().map(|belonging| v1::Belonging {
        parent_id: belonging.parent.to_string(),
        start_date: text(belonging.start),
        end_date: text(belonging.end),
    });
    v1::Organization {
        belongings: belongings.collect(),
        ..v1::Organization::default()
    }
    .encode_to_vec()
}

fn read_belongings(bytes: &[u8]) -> Result<Belongings> {
    let kept = v1::Organization::decode(bytes).map_err(|_| corrupt("belongings"))?;
    let date = |text: &str| code(Some(text).filter(|text| !text.is_empty()));
    let read = |belonging: v1::Belonging| {
        Ok(Belonging {
            parent: Uuid::try_parse(&belonging.parent_id)
                .map_err(|_| corrupt("the parent of a belonging"))?,
            start: date(&belonging.start_date)?,
            end: date(&belonging.end_date)?,
        })
    };
    Ok(Belongings::kept(
        kept.belongings
            .into_iter()
            .map(read)
            .collect::<Result<_>>()?,
    ))
}
