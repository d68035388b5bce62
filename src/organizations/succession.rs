//! That one organization took over from another, as it is kept. Written once.

use sea_orm::entity::prelude::*;

use crate::journal::columns;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "successions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub predecessor_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub successor_id: Uuid,
    /// `YYYY-MM-DD`.
    pub date: String,
    /// Where it was written. Given by the journal.
    pub position: i64,
}

columns! {
    predecessor_id, successor_id, date, position
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
