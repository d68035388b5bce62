//! Pushed changes that could not be merged: one row a revision, in force from `position` until before `until_position`. The
//! first is the conflict, the second its resolution.

use sea_orm_migration::prelude::*;

use crate::dialect::{lay_out, run};

const UP: &[&str] = &[
    "CREATE TABLE conflicts (
        owner_id UUID NOT NULL,
        id UUID NOT NULL,
        revision INTEGER NOT NULL,
        document_id UUID NOT NULL,
        kind SMALLINT NOT NULL,
        state SMALLINT NOT NULL,
        fields BYTEA NOT NULL,
        base_revision INTEGER NOT NULL,
        their_revision INTEGER NOT NULL,
        round TEXT,
        period_start TEXT,
        period_end TEXT,
        external_scheme TEXT,
        external_value TEXT,
        content BYTEA,
        content_hash BYTEA NOT NULL,
        author TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        resolution SMALLINT NOT NULL,
        resolver TEXT,
        resolved_at BIGINT,
        resolved_revision INTEGER NOT NULL,
        position BIGINT NOT NULL,
        until_position BIGINT,
        PRIMARY KEY (id, owner_id, revision)
    )",
    "CREATE UNIQUE INDEX conflicts_head ON conflicts (id, owner_id) WHERE until_position IS NULL",
    "CREATE INDEX conflicts_document ON conflicts (document_id, owner_id, id)",
];

/// As documents lie, see there.
const LAYOUT: &[&str] = &["ALTER TABLE conflicts ALTER COLUMN content SET STORAGE EXTERNAL"];

const DOWN: &[&str] = &["DROP TABLE conflicts"];

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
