//! External ids are looked up by their value first. Owners come at random, and values mostly in an order of their own: what
//! is written at the same time then lies in the same place.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

const UP: &[&str] = &[
    "DROP INDEX revisions_external_id",
    "CREATE UNIQUE INDEX revisions_external_id ON revisions (external_value, external_scheme, owner_id, kind)
        WHERE until_position IS NULL AND external_value IS NOT NULL",
];

const DOWN: &[&str] = &[
    "DROP INDEX revisions_external_id",
    "CREATE UNIQUE INDEX revisions_external_id ON revisions (owner_id, kind, external_scheme, external_value)
        WHERE until_position IS NULL AND external_value IS NOT NULL",
];

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
