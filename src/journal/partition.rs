//! How far a partition of the journal has come, as it is kept.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "partitions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub partition: i32,
    /// Drawn anew whenever history may have been lost.
    pub epoch: Uuid,
    /// The last position given.
    pub position: i64,
    /// `hash` of the last entry.
    pub chain_hash: Vec<u8>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
