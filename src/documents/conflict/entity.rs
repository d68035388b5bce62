//! A pushed change that could not be merged, as it is kept. The first row is the conflict, the second its resolution.

use sea_orm::entity::prelude::*;

use crate::journal::columns;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "conflicts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 1: as it arose. 2: resolved.
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: i32,
    pub document_id: Uuid,
    /// `v1::DocumentKind`.
    pub kind: i16,
    /// `v1::ConflictState`.
    pub state: i16,
    /// The paths of the fields in conflict, as an encoded `FieldMask`.
    pub fields: Vec<u8>,
    /// The revision that both sides began from.
    pub base_revision: i32,
    /// The revision that stood when the change was pushed.
    pub their_revision: i32,
    /// The document as it was pushed, from here to its content.
    pub round: Option<String>,
    /// `YYYY-MM-DD`.
    pub period_start: Option<String>,
    /// `YYYY-MM-DD`.
    pub period_end: Option<String>,
    pub external_scheme: Option<String>,
    pub external_value: Option<String>,
    /// The encoded content. Only on the first row.
    pub content: Option<Vec<u8>>,
    /// SHA-256 of the content, wherever it is kept.
    pub content_hash: Vec<u8>,
    /// The subject that pushed it.
    pub author: String,
    pub created_at: i64,
    /// `v1::ConflictResolution`, 0 while it is open.
    pub resolution: i16,
    /// The subject that resolved it.
    pub resolver: Option<String>,
    pub resolved_at: Option<i64>,
    /// The revision that the resolution wrote, 0: none.
    pub resolved_revision: i32,
    /// Where it was written. Given by the journal.
    pub position: i64,
    /// Where it was resolved. Given by the journal.
    pub until_position: Option<i64>,
}

columns! {
    owner_id, id, revision, document_id, kind, state, fields, base_revision, their_revision, round,
    period_start, period_end, external_scheme, external_value, content, content_hash, author, created_at,
    resolution, resolver, resolved_at, resolved_revision, position, until_position
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
