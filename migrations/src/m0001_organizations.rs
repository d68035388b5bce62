//! The register of organizations: one row a revision, in force from `position` until before `until_position`.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

const UP: &[&str] = &[
    "CREATE TABLE organizations (
        id UUID NOT NULL,
        revision INTEGER NOT NULL,
        type SMALLINT NOT NULL,
        display_name TEXT NOT NULL,
        organization_number TEXT,
        school_unit_code TEXT,
        municipality_code TEXT,
        organizer_type SMALLINT NOT NULL,
        school_types BIGINT NOT NULL,
        school_forms BYTEA NOT NULL,
        external_scheme TEXT,
        external_value TEXT,
        parent_id UUID,
        belongings BYTEA NOT NULL,
        start_date TEXT,
        end_date TEXT,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL,
        position BIGINT NOT NULL,
        until_position BIGINT,
        PRIMARY KEY (id, revision)
    )",
    "CREATE UNIQUE INDEX organizations_head ON organizations (id) WHERE until_position IS NULL",
    "CREATE UNIQUE INDEX organizations_number ON organizations (organization_number) WHERE until_position IS NULL",
    "CREATE UNIQUE INDEX organizations_code ON organizations (school_unit_code) WHERE until_position IS NULL",
    "CREATE UNIQUE INDEX organizations_external_id ON organizations (external_scheme, external_value) WHERE until_position IS NULL",
    "CREATE INDEX organizations_parent ON organizations (parent_id) WHERE until_position IS NULL",
    "CREATE INDEX organizations_position ON organizations (position)",
];

const DOWN: &[&str] = &["DROP TABLE organizations"];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, DOWN).await
    }
}
