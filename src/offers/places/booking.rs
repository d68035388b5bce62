//! A revision of a booking as it is kept.

use sea_orm::entity::prelude::*;

use crate::journal::columns;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "bookings")]
pub struct Model {
    /// The university whose offer it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// From 1, without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: i32,
    pub offer_id: Uuid,
    /// Its place in the order of coming: the revision of the offer's ledger that it came with.
    pub ticket: i32,
    /// Whose staff the places are for.
    pub organization_id: Uuid,
    /// `v1::Audience`.
    pub audience: i16,
    /// How many, from 1.
    pub places: i32,
    /// The measure that they serve, in three columns.
    pub measure_document_id: Option<Uuid>,
    /// 0: the newest, or no measure.
    pub measure_revision: i32,
    pub measure_item: Option<String>,
    /// `v1::BookingState`.
    pub state: i16,
    /// For how long it is held once it has its places, in microseconds.
    pub held_for: i64,
    /// When it lapses, while it is held.
    pub expires_at: Option<i64>,
    pub created_at: i64,
    /// When it came to its state.
    pub updated_at: i64,
    /// Where it was written. Given by the journal.
    pub position: i64,
    /// Where the next revision was written. Given by the journal. None: it is the head.
    pub until_position: Option<i64>,
}

columns! {
    owner_id, id, revision, offer_id, ticket, organization_id, audience, places,
    measure_document_id, measure_revision, measure_item, state, held_for, expires_at,
    created_at, updated_at, position, until_position
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
