//! Roles given to subjects: one row a revision, in force from `position` until before `until_position`.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

const UP: &[&str] = &[
    "CREATE TABLE grants (
        organization_id UUID NOT NULL,
        id UUID NOT NULL,
        revision INTEGER NOT NULL,
        subject TEXT NOT NULL,
        role SMALLINT NOT NULL,
        home_organization_id UUID NOT NULL,
        round TEXT,
        not_after BIGINT,
        created_at BIGINT NOT NULL,
        revoked_at BIGINT,
        position BIGINT NOT NULL,
        until_position BIGINT,
        PRIMARY KEY (organization_id, id, revision)
    )",
    "CREATE UNIQUE INDEX grants_head ON grants (organization_id, id) WHERE until_position IS NULL",
    "CREATE INDEX grants_id ON grants (id)",
    "CREATE INDEX grants_subject ON grants (subject)",
    "CREATE INDEX grants_position ON grants (position)",
];

const DOWN: &[&str] = &["DROP TABLE grants"];

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
