//! A part of the report of a submission, as it is kept: the rows of the part, and where the whole stands after them.

use sea_orm::entity::prelude::*;

use crate::journal::columns;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "submissions")]
pub struct Model {
    /// The university.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_id: Uuid,
    /// As the university gave it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The part, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: i32,
    /// The numbering of its offers.
    pub scheme: String,
    /// `v1::SubmissionMode`.
    pub mode: i16,
    /// 1: its end came. 0: it did not.
    pub ended: i16,
    /// When its first part was written.
    pub created_at: i64,
    pub updated_at: i64,
    /// How many rows the report has with this part. The numbers of each outcome among them follow.
    pub row_count: i64,
    pub created: i64,
    pub updated: i64,
    pub unchanged: i64,
    pub withdrawn: i64,
    pub refused: i64,
    pub withheld: i64,
    /// The rows of this part, each an encoded `v1::SubmissionRow` with its length before it. Never null; None where it was
    /// not asked for.
    pub content: Option<Vec<u8>>,
    /// Where it was written. Given by the journal.
    pub position: i64,
    /// Where the next part was written. Given by the journal.
    pub until_position: Option<i64>,
}

columns! {
    owner_id, id, revision, scheme, mode, ended, created_at, updated_at, row_count, created,
    updated, unchanged, withdrawn, refused, withheld, content, position, until_position
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
