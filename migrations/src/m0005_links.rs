//! What the content of a document points at, kept with the revision that holds the content.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

const UP: &[&str] = &[
    "CREATE TABLE links (
        owner_id UUID NOT NULL,
        document_id UUID NOT NULL,
        revision INTEGER NOT NULL,
        ordinal INTEGER NOT NULL,
        from_item TEXT NOT NULL,
        relation SMALLINT NOT NULL,
        to_owner_id UUID NOT NULL,
        to_document_id UUID NOT NULL,
        to_revision INTEGER NOT NULL,
        to_item TEXT NOT NULL,
        PRIMARY KEY (document_id, owner_id, revision, ordinal)
    ) WITHOUT ROWID",
    "CREATE INDEX links_target ON links (to_document_id, to_item)",
];

const DOWN: &[&str] = &["DROP TABLE links"];

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
