//! Answers given to requests, so that a repeated request gets the first one.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

const UP: &[&str] = &["CREATE TABLE requests (
        organization_id UUID NOT NULL,
        request_id UUID NOT NULL,
        digest BYTEA NOT NULL,
        method TEXT NOT NULL,
        answer BYTEA NOT NULL,
        position BIGINT NOT NULL,
        at BIGINT NOT NULL,
        PRIMARY KEY (request_id, organization_id)
    )"];

const DOWN: &[&str] = &["DROP TABLE requests"];

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
