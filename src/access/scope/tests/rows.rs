//! Rows of every owner, kind, level and round, in a database of their own.

use migrations::Migrator;
use sea_orm::{ConnectOptions, Database, DatabaseConnection, EntityTrait, IntoActiveModel};
use sea_orm_migration::MigratorTrait;

use super::{ORGANIZATIONS, ROUNDS, grants, id, organizations, revisions, type_of};

pub fn revisions() -> Vec<revisions::Model> {
    let mut rows = Vec::new();
    for owner in 0..ORGANIZATIONS {
        for kind in 1..=4 {
            for level in 1..=3 {
                for round in ROUNDS {
                    rows.push(revision(owner, kind, level, round, rows.len()));
                }
            }
        }
    }
    rows
}

fn revision(
    owner: usize,
    kind: i16,
    level: i16,
    round: Option<&str>,
    n: usize,
) -> revisions::Model {
    revisions::Model {
        owner_id: id(owner),
        document_id: id(1000 + n),
        revision: 1,
        kind,
        state: 1,
        level,
        round: round.map(str::to_owned),
        period_start: None,
        period_end: None,
        external_scheme: None,
        external_value: None,
        author: String::new(),
        author_organization_id: id(owner),
        created_at: 0,
        updated_at: 0,
        content: None,
        content_revision: 1,
        content_hash: Vec::new(),
        review: None,
        justifications: None,
        withdraw_reason: 0,
        position: 1,
        until_position: None,
    }
}

fn organization(n: usize) -> organizations::Model {
    organizations::Model {
        id: id(n),
        revision: 1,
        r#type: i16::try_from(i32::from(type_of(n))).unwrap(),
        display_name: String::new(),
        organization_number: None,
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
        created_at: 0,
        updated_at: 0,
        position: 1,
        until_position: None,
    }
}

pub fn granted() -> Vec<grants::Model> {
    let all = (0..ORGANIZATIONS).flat_map(|organization| ROUNDS.map(|round| (organization, round)));
    all.enumerate()
        .map(|(n, (organization, round))| grants::Model {
            organization_id: id(organization),
            id: id(2000 + n),
            revision: 1,
            subject: String::new(),
            role: 9,
            home_organization_id: id(organization),
            round: round.map(str::to_owned),
            not_after: None,
            created_at: 0,
            revoked_at: None,
            position: 1,
            until_position: None,
        })
        .collect()
}

pub async fn database() -> DatabaseConnection {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1);
    let database = Database::connect(options).await.unwrap();
    Migrator::up(&database, None).await.unwrap();
    let rows = revisions()
        .into_iter()
        .map(IntoActiveModel::into_active_model);
    revisions::Entity::insert_many(rows)
        .exec(&database)
        .await
        .unwrap();
    let rows = (0..ORGANIZATIONS).map(|n| organization(n).into_active_model());
    organizations::Entity::insert_many(rows)
        .exec(&database)
        .await
        .unwrap();
    let rows = granted()
        .into_iter()
        .map(IntoActiveModel::into_active_model);
    grants::Entity::insert_many(rows)
        .exec(&database)
        .await
        .unwrap();
    database
}
