//! A revision of a grant as it is kept. The row that nothing has ended is in force.

use sea_orm::entity::prelude::*;

use crate::journal::columns;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "grants")]
pub struct Model {
    /// Where the role is held.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 1 when made, 2 when revoked.
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: i32,
    pub subject: String,
    /// `v1::Role`.
    pub role: i16,
    pub home_organization_id: Uuid,
    pub round: Option<String>,
    pub not_after: Option<i64>,
    pub created_at: i64,
    pub revoked_at: Option<i64>,
    /// Where it was written. Given by the journal.
    pub position: i64,
    /// Where the next revision was written. Given by the journal. None: it is in force.
    pub until_position: Option<i64>,
}

columns! {
    organization_id, id, revision, subject, role, home_organization_id, round, not_after, created_at,
    revoked_at, position, until_position
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
