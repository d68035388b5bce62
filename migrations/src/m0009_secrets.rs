//! What all server processes of one database share and nobody else knows. Drawn here, by the database itself.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DatabaseBackend},
};

use crate::dialect::run;

const UP: &[&str] = &["CREATE TABLE secrets (
        name TEXT NOT NULL,
        value BYTEA NOT NULL,
        PRIMARY KEY (name)
    )"];

const DOWN: &[&str] = &["DROP TABLE secrets"];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, UP).await?;
        let random = if manager.get_database_backend() == DatabaseBackend::Sqlite {
            "randomblob(32)"
        } else {
            "uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())"
        };
        let draw = format!("INSERT INTO secrets (name, value) VALUES ('page_tokens', {random})");
        manager.get_connection().execute_unprepared(&draw).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, DOWN).await
    }
}
