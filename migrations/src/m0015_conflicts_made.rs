//! Conflicts are listed in order of their making, which their ids do not tell.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

const UP: &[&str] = &["CREATE INDEX conflicts_made ON conflicts (created_at, document_id, id)"];

const DOWN: &[&str] = &["DROP INDEX conflicts_made"];

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
