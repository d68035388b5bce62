//! Places of course offers. A booking is one row a revision, in force from `position` until before `until_position`; so is
//! the ledger of an offer, whose revisions put all changes of its places in one order.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

const UP: &[&str] = &[
    "CREATE TABLE bookings (
        owner_id UUID NOT NULL,
        id UUID NOT NULL,
        revision INTEGER NOT NULL,
        offer_id UUID NOT NULL,
        ticket INTEGER NOT NULL,
        organization_id UUID NOT NULL,
        audience SMALLINT NOT NULL,
        places INTEGER NOT NULL,
        measure_document_id UUID,
        measure_revision INTEGER NOT NULL,
        measure_item TEXT,
        state SMALLINT NOT NULL,
        held_for BIGINT NOT NULL,
        expires_at BIGINT,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL,
        position BIGINT NOT NULL,
        until_position BIGINT,
        PRIMARY KEY (id, owner_id, revision)
    )",
    "CREATE UNIQUE INDEX bookings_head ON bookings (id, owner_id) WHERE until_position IS NULL",
    "CREATE UNIQUE INDEX bookings_ticket ON bookings (offer_id, owner_id, ticket) WHERE until_position IS NULL",
    "CREATE INDEX bookings_offer ON bookings (offer_id, position)",
    // 1: it waits. 2: it is held.
    "CREATE INDEX bookings_line ON bookings (offer_id, ticket) WHERE until_position IS NULL AND state = 1",
    "CREATE INDEX bookings_deadline ON bookings (expires_at, offer_id) WHERE until_position IS NULL AND state = 2",
    "CREATE TABLE places (
        owner_id UUID NOT NULL,
        id UUID NOT NULL,
        revision INTEGER NOT NULL,
        offer_revision INTEGER NOT NULL,
        capacity INTEGER NOT NULL,
        held INTEGER NOT NULL,
        confirmed INTEGER NOT NULL,
        waiting INTEGER NOT NULL,
        next_wants INTEGER NOT NULL,
        position BIGINT NOT NULL,
        until_position BIGINT,
        PRIMARY KEY (id, owner_id, revision)
    )",
    "CREATE UNIQUE INDEX places_head ON places (id, owner_id) WHERE until_position IS NULL",
    "CREATE INDEX places_line ON places (id) WHERE until_position IS NULL AND next_wants > 0",
];

const DOWN: &[&str] = &["DROP TABLE places", "DROP TABLE bookings"];

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
