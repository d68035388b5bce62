//! An entry of the journal as it is kept: a change for the feed and a link of the audit chain in one row.

use sea_orm::entity::prelude::*;

use crate::journal::columns;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "entries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub partition: i32,
    /// From 1, without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    /// The last position of its write: all entries up to there were committed together or not at all.
    pub write_end: i64,
    /// When it was written.
    pub at: i64,
    /// Whom the caller acted for.
    pub organization_id: Uuid,
    /// Who called.
    pub subject: String,
    /// In what role, `v1::Role`.
    pub role: i16,
    /// By which grant.
    pub grant_id: Option<Uuid>,
    /// The method called.
    pub method: String,
    pub request_id: Option<Uuid>,
    /// What kind of row was written: `journal::Target`.
    pub target: i16,
    pub target_id: Uuid,
    pub owner_id: Uuid,
    pub revision: i32,
    /// `v1::DocumentState` of a document, `v1::ConflictState` of a conflict, 0 of all else.
    pub state: i16,
    /// SHA-256 of the content of a document or a conflict.
    pub content_hash: Option<Vec<u8>>,
    /// SHA-256 of all else that the written row says.
    pub row_hash: Vec<u8>,
    /// SHA-256 of the request record, on the last entry of its request.
    pub request_hash: Option<Vec<u8>>,
    /// `hash` of the entry before.
    pub previous_hash: Vec<u8>,
    /// SHA-256 over `previous_hash` and all columns above.
    pub hash: Vec<u8>,
}

columns! {
    partition, position, write_end, at, organization_id, subject, role, grant_id, method, request_id,
    target, target_id, owner_id, revision, state, content_hash, row_hash, request_hash, previous_hash, hash
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
