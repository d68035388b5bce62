//! The answer that was given to a request, as it is kept.

use sea_orm::entity::prelude::*;

use crate::journal::columns;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "requests")]
pub struct Model {
    /// The caller's home organization.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub request_id: Uuid,
    /// SHA-256 of the request.
    pub digest: Vec<u8>,
    pub method: String,
    /// The encoded response.
    pub answer: Vec<u8>,
    /// The last position that the request wrote.
    pub position: i64,
    pub at: i64,
}

columns! {
    organization_id, request_id, digest, method, answer, position, at
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
