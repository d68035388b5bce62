//! Documents: one row a revision, in force from `position` until before `until_position`.

use sea_orm_migration::prelude::*;

use crate::dialect::{lay_out, run};

/// Ids are made in order of time, owners come at random: what begins with the document stays in one place while it grows.
/// By owner there is one index, for those who ask for `revision > 0`: a lookup by other keys, planned before there were
/// statistics, would take it and read all that an owner has.
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
        PRIMARY KEY (document_id, owner_id, revision)
    )",
    "CREATE UNIQUE INDEX revisions_head ON revisions (document_id, owner_id) WHERE until_position IS NULL",
    "CREATE UNIQUE INDEX revisions_external_id ON revisions (owner_id, kind, external_scheme, external_value)
        WHERE until_position IS NULL AND external_value IS NOT NULL",
    "CREATE INDEX revisions_owner ON revisions (owner_id, document_id) WHERE revision > 0",
];

/// A document of a few kilobytes lies in its row as it is. Compressing it, and keeping it in pieces elsewhere, cost as much
/// as the rest of an insertion.
const LAYOUT: &[&str] = &[
    "ALTER TABLE revisions ALTER COLUMN content SET STORAGE EXTERNAL",
    "ALTER TABLE revisions SET (toast_tuple_target = 8160)",
];

const DOWN: &[&str] = &["DROP TABLE revisions"];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, UP).await?;
        lay_out(manager, LAYOUT).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, DOWN).await
    }
}
