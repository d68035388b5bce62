//! What a new exchange begins with: the national agency, and one operator there. Without them nobody could grant anything
//! to anybody, since grants are made by those who hold one.

use crate::{
    access, clock,
    config::Config,
    journal::{Actor, Journal, Refusal, Row, Write},
    organizations,
    proto::v1::{OrganizationType, OrganizerType, Role},
};

/// Writes the agency and the operator, unless something has been written before.
pub async fn write(journal: &Journal, config: &Config) -> Result<(), Refusal> {
    if *journal.head().borrow() != 0 {
        return Ok(());
    }
    match journal.write(beginning(config)).await {
        Ok(_) => {
            tracing::info!(
                subject = config.operator,
                "A new exchange: the first operator was granted the role."
            );
            Ok(())
        }
        // Another server on the same database was a moment earlier.
        Err(Refusal::CodeTaken { .. }) => Ok(()),
        Err(refusal) => Err(refusal),
    }
}

fn beginning(config: &Config) -> Write {
    let now = clock::now().micros();
    let agency = organizations::entity::Model {
        id: clock::new_id(),
        revision: 1,
        r#type: number(OrganizationType::NationalAgency.into()),
        display_name: config.agency.name.clone(),
        organization_number: Some(config.agency.organization_number.clone()),
        school_unit_code: None,
        municipality_code: None,
        organizer_type: number(OrganizerType::Unspecified.into()),
        school_types: 0,
        school_forms: Vec::new(),
        external_scheme: None,
        external_value: None,
        parent_id: None,
        belongings: Vec::new(),
        start_date: None,
        end_date: None,
        created_at: now,
        updated_at: now,
        position: 0,
        until_position: None,
    };
    let grant = access::entity::Model {
        organization_id: agency.id,
        id: clock::new_id(),
        revision: 1,
        subject: config.operator.clone(),
        role: number(Role::Operator.into()),
        home_organization_id: agency.id,
        round: None,
        not_after: None,
        created_at: now,
        revoked_at: None,
        position: 0,
        until_position: None,
    };
    Write {
        actor: Actor {
            subject: config.operator.clone(),
            organization: agency.id,
            role: grant.role,
            grant: Some(grant.id),
        },
        method: "begin",
        request: None,
        register_unchanged_since: None,
        expects: Vec::new(),
        dry_run: false,
        answer: Vec::new(),
        rows: vec![Row::Organization(agency), Row::Grant(grant)],
    }
}

/// As rows keep enums.
fn number(value: i32) -> i16 {
    i16::try_from(value).unwrap_or_default()
}
