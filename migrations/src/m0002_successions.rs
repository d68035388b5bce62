//! Which organization took over from which.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

const UP: &[&str] = &[
    "CREATE TABLE successions (
        predecessor_id UUID NOT NULL,
        successor_id UUID NOT NULL,
        date TEXT NOT NULL,
        position BIGINT NOT NULL,
        PRIMARY KEY (predecessor_id, successor_id)
    )",
    "CREATE INDEX successions_successor ON successions (successor_id)",
];

const DOWN: &[&str] = &["DROP TABLE successions"];

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
