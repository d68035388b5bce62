//! How far each partition of the journal has come. The row is the lock under which positions are given.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

const UP: &[&str] = &["CREATE TABLE partitions (
        partition INTEGER NOT NULL,
        epoch UUID NOT NULL,
        position BIGINT NOT NULL,
        chain_hash BYTEA NOT NULL,
        PRIMARY KEY (partition)
    )"];

const DOWN: &[&str] = &["DROP TABLE partitions"];

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
