//! How the places of an offer are taken, as it is kept: one row a change of any of its bookings. Revision r goes in only on
//! r - 1, so that no two changes, on whichever server, rest on the same figures.

use sea_orm::entity::prelude::*;

use crate::journal::columns;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "places")]
pub struct Model {
    /// The university whose offer it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_id: Uuid,
    /// The offer.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// From 1, without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: i32,
    /// The revision of the offer that the capacity was read of.
    pub offer_revision: i32,
    /// 0: the offer takes nobody.
    pub capacity: i32,
    /// Places that are held, those too whose deadline has passed and that are not yet written as lapsed.
    pub held: i32,
    pub confirmed: i32,
    /// Places that are waited for.
    pub waiting: i32,
    /// How many the first in line waits for. 0: nobody waits.
    pub next_wants: i32,
    /// Where it was written. Given by the journal.
    pub position: i64,
    /// Where the next revision was written. Given by the journal. None: it is the head.
    pub until_position: Option<i64>,
}

columns! {
    owner_id, id, revision, offer_revision, capacity, held, confirmed, waiting, next_wants,
    position, until_position
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
