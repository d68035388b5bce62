//! The journal's entries: change feed and audit chain in one row a position.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

const UP: &[&str] = &["CREATE TABLE entries (
        partition INTEGER NOT NULL,
        position BIGINT NOT NULL,
        write_end BIGINT NOT NULL,
        at BIGINT NOT NULL,
        organization_id UUID NOT NULL,
        subject TEXT NOT NULL,
        role SMALLINT NOT NULL,
        grant_id UUID,
        method TEXT NOT NULL,
        request_id UUID,
        target SMALLINT NOT NULL,
        target_id UUID NOT NULL,
        owner_id UUID NOT NULL,
        revision INTEGER NOT NULL,
        state SMALLINT NOT NULL,
        content_hash BYTEA,
        row_hash BYTEA NOT NULL,
        request_hash BYTEA,
        previous_hash BYTEA NOT NULL,
        hash BYTEA NOT NULL,
        PRIMARY KEY (partition, position)
    ) WITHOUT ROWID"];

const DOWN: &[&str] = &["DROP TABLE entries"];

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
