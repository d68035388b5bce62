//! The first operator: somebody must be able to grant the first role. Used where the database itself is at hand, never
//! over the wire.

use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{
    entity,
    model::{Grant, number},
    store,
};
use crate::{
    clock::{self, Time},
    database::Database,
    error::Result,
    journal::{Actor, Journal, Row, Write},
    organizations::entity as organizations,
    proto::v1::{OrganizationType, Role},
};

const METHOD: &str = "styrkedja init";
/// Statens skolverk in the register of legal bodies.
const AGENCY_NUMBER: &str = "2021004185";
const AGENCY_NAME: &str = "Skolverket";

/// What was there already, and what was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bootstrapped {
    /// The subject is operator now.
    Made { grant: Uuid },
    /// There is an operator; nothing was changed.
    Already,
}

/// Makes the subject operator at the national agency, which is registered if it is not yet. Where any operator has a
/// grant in force, nothing is changed: from then on, operators grant.
pub async fn bootstrap(
    database: &Database,
    journal: &Journal,
    subject: &str,
) -> Result<Bootstrapped> {
    let connection = database.writer();
    let now = clock::now();
    if has_operator(connection, now).await? {
        return Ok(Bootstrapped::Already);
    }
    let known = agency(connection).await?;
    let agency = known.unwrap_or_else(clock::new_id);
    let grant = Grant {
        id: clock::new_id(),
        revision: 1,
        subject: subject.to_owned(),
        role: Role::Operator,
        organization: agency,
        home: agency,
        round: None,
        not_after: None,
        created_at: now,
        revoked_at: None,
    };
    let registered = known
        .is_none()
        .then(|| Row::Organization(agency_row(agency, now)));
    let write = Write {
        actor: Actor {
            grant: None,
            ..grant.actor()
        },
        method: METHOD,
        request: None,
        dry_run: false,
        answer: Vec::new(),
        rows: registered
            .into_iter()
            .chain([Row::Grant(store::row(&grant))])
            .collect(),
    };
    journal.write(write).await?;
    Ok(Bootstrapped::Made { grant: grant.id })
}

async fn has_operator(connection: &DatabaseConnection, now: Time) -> Result<bool, DbErr> {
    use entity::Column;
    #[expect(clippy::disallowed_methods, reason = "before anybody has a scope")]
    let operators = entity::Entity::find()
        .filter(Column::UntilPosition.is_null())
        .filter(Column::Role.eq(number(Role::Operator)));
    let operators = operators.all(connection).await?;
    Ok(operators
        .into_iter()
        .map(Grant::from)
        .any(|grant| !grant.has_ended(now)))
}

async fn agency(connection: &DatabaseConnection) -> Result<Option<Uuid>, DbErr> {
    use organizations::Column;
    #[expect(clippy::disallowed_methods, reason = "before anybody has a scope")]
    let agency = organizations::Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::UntilPosition.is_null())
        .filter(Column::OrganizationNumber.eq(AGENCY_NUMBER));
    agency.into_tuple().one(connection).await
}

fn agency_row(id: Uuid, now: Time) -> organizations::Model {
    organizations::Model {
        id,
        revision: 1,
        r#type: i16::try_from(i32::from(OrganizationType::NationalAgency)).unwrap_or_default(),
        display_name: AGENCY_NAME.to_owned(),
        organization_number: Some(AGENCY_NUMBER.to_owned()),
        school_unit_code: None,
        municipality_code: None,
        organizer_type: 0,
        school_types: 0,
        school_forms: Vec::new(),
        external_scheme: None,
        external_value: None,
        parent_id: None,
        belongings: Vec::new(),
        start_date: None,
        end_date: None,
        created_at: now.micros(),
        updated_at: now.micros(),
        position: 0,
        until_position: None,
    }
}
