//! Reports of submissions of course offers: one row a part, with what became of each offer of the part and what became of all
//! so far. The last part is in force.

use sea_orm_migration::prelude::*;

use crate::dialect::{lay_out, run};

const UP: &[&str] = &[
    "CREATE TABLE submissions (
        owner_id UUID NOT NULL,
        id UUID NOT NULL,
        revision INTEGER NOT NULL,
        scheme TEXT NOT NULL,
        mode SMALLINT NOT NULL,
        ended SMALLINT NOT NULL,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL,
        row_count BIGINT NOT NULL,
        created BIGINT NOT NULL,
        updated BIGINT NOT NULL,
        unchanged BIGINT NOT NULL,
        withdrawn BIGINT NOT NULL,
        refused BIGINT NOT NULL,
        withheld BIGINT NOT NULL,
        content BYTEA NOT NULL,
        position BIGINT NOT NULL,
        until_position BIGINT,
        PRIMARY KEY (id, owner_id, revision)
    )",
    "CREATE UNIQUE INDEX submissions_head ON submissions (id, owner_id) WHERE until_position IS NULL",
    "CREATE INDEX submissions_owner ON submissions (owner_id, created_at, id)",
];

/// As documents lie, see there.
const LAYOUT: &[&str] = &["ALTER TABLE submissions ALTER COLUMN content SET STORAGE EXTERNAL"];

const DOWN: &[&str] = &["DROP TABLE submissions"];

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
