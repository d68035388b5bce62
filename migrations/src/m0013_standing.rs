//! Course offers that stand, and what was accepted: found without reading all documents.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

/// Kind 4 is the course offer, state 4 is accepted. Queries say the same in the same words, or these are not used.
const UP: &[&str] = &[
    "CREATE INDEX revisions_offers ON revisions (document_id) WHERE until_position IS NULL AND kind = 4",
    "CREATE INDEX revisions_accepted ON revisions (kind, document_id) WHERE until_position IS NULL AND state = 4",
];

const DOWN: &[&str] = &[
    "DROP INDEX revisions_accepted",
    "DROP INDEX revisions_offers",
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
