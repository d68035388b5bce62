//! A revision of a document as it is kept. One table holds heads and history: the head is the row that nothing has ended.

use sea_orm::entity::prelude::*;

use crate::journal::columns;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "revisions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub document_id: Uuid,
    /// From 1, without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: i32,
    /// `v1::DocumentKind`.
    pub kind: i16,
    /// `v1::DocumentState`.
    pub state: i16,
    /// The highest stage ever reached: 1 draft, 2 submitted or returned, 3 accepted. What visibility tests.
    pub level: i16,
    pub round: Option<String>,
    /// `YYYY-MM-DD`.
    pub period_start: Option<String>,
    /// `YYYY-MM-DD`.
    pub period_end: Option<String>,
    pub external_scheme: Option<String>,
    /// Unique per owner, kind and scheme among heads.
    pub external_value: Option<String>,
    /// The subject that wrote this revision.
    pub author: String,
    pub author_organization_id: Uuid,
    pub created_at: i64,
    pub updated_at: i64,
    /// The encoded content. Only on revisions that changed it.
    pub content: Option<Vec<u8>>,
    /// The revision whose row holds the content of this one.
    pub content_revision: i32,
    /// SHA-256 of the content, wherever it is kept.
    pub content_hash: Vec<u8>,
    /// Encoded `v1::Review`.
    pub review: Option<Vec<u8>>,
    /// Encoded justifications.
    pub justifications: Option<Vec<u8>>,
    /// `v1::WithdrawReason`, 0 when not withdrawn.
    pub withdraw_reason: i16,
    /// Where it was written. Given by the journal.
    pub position: i64,
    /// Where the next revision was written. Given by the journal. None: it is the head.
    pub until_position: Option<i64>,
}

columns! {
    owner_id, document_id, revision, kind, state, level, round, period_start, period_end, external_scheme,
    external_value, author, author_organization_id, created_at, updated_at, content, content_revision,
    content_hash, review, justifications, withdraw_reason, position, until_position
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

#[cfg(test)]
pub mod tests {
    use super::Model;
    use crate::proto::v1::{DocumentKind, DocumentState};

    /// A draft of an analysis, as it is first written.
    pub fn draft() -> Model {
        Model {
            owner_id: uuid::Uuid::from_u128(1),
            document_id: uuid::Uuid::from_u128(2),
            revision: 1,
            kind: DocumentKind::Analysis as i16,
            state: DocumentState::Draft as i16,
            level: 1,
            round: None,
            period_start: None,
            period_end: None,
            external_scheme: None,
            external_value: None,
            author: "exchange:anna".to_owned(),
            author_organization_id: uuid::Uuid::from_u128(1),
            created_at: 1,
            updated_at: 1,
            content: None,
            content_revision: 1,
            content_hash: vec![7; 32],
            review: None,
            justifications: None,
            withdraw_reason: 0,
            position: 1,
            until_position: None,
        }
    }
}
