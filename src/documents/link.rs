//! A link from an inner item of a document to one of another document, as it is kept: written once, with the revision that
//! holds the content.

use sea_orm::entity::prelude::*;

use crate::journal::columns;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "links")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub document_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: i32,
    /// Place in the order of the content, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ordinal: i32,
    pub from_item: String,
    pub relation: i16,
    pub to_owner_id: Uuid,
    pub to_document_id: Uuid,
    /// The revision of it that was meant. 0: the newest.
    pub to_revision: i32,
    pub to_item: String,
}

columns! {
    owner_id, document_id, revision, ordinal, from_item, relation, to_owner_id, to_document_id, to_revision,
    to_item
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
