//! Documents: one row a revision, in force from `position` until before `until_position`.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

/// Ids are made in order of time, owners come at random: what begins with the document stays in one place while it grows.
const UP: &[&str] = &[
    "CREATE TABLE revisions (
        owner_id UUID NOT NULL,
        document_id UUID NOT NULL,
        revision INTEGER NOT NULL,
        kind SMALLINT NOT NULL,
        state SMALLINT NOT NULL,
        level SMALLINT NOT NULL,
        round TEXT,
        period_start TEXT,
        period_end TEXT,
        external_scheme TEXT,
        external_value TEXT,
        author TEXT NOT NULL,
        author_organization_id UUID NOT NULL,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL,
        content BYTEA,
        content_revision INTEGER NOT NULL,
        content_hash BYTEA NOT NULL,
        review BYTEA,
        justifications BYTEA,
        withdraw_reason SMALLINT NOT NULL,
        position BIGINT NOT NULL,
        until_position BIGINT,
        PRIMARY KEY (owner_id, document_id, revision)
    )",
    "CREATE UNIQUE INDEX revisions_head ON revisions (document_id, owner_id) WHERE until_position IS NULL",
    "CREATE UNIQUE INDEX revisions_external_id ON revisions (owner_id, kind, external_scheme, external_value)
        WHERE until_position IS NULL AND external_value IS NOT NULL",
    "CREATE INDEX revisions_document ON revisions (document_id)",
];

const DOWN: &[&str] = &["DROP TABLE revisions"];

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
