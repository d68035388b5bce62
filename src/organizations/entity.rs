//! A revision of an organization as it is kept. The row that nothing has ended is in force.

use sea_orm::entity::prelude::*;

use crate::journal::columns;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organizations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// From 1, without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: i32,
    /// `v1::OrganizationType`.
    pub r#type: i16,
    pub display_name: String,
    /// Ten digits. Unique among organizations in force.
    pub organization_number: Option<String>,
    /// Eight digits. Unique among organizations in force.
    pub school_unit_code: Option<String>,
    /// Four digits.
    pub municipality_code: Option<String>,
    /// `v1::OrganizerType`.
    pub organizer_type: i16,
    /// Bit set: bit n stands for `v1::SchoolType` n.
    pub school_types: i64,
    /// Encoded school forms.
    pub school_forms: Vec<u8>,
    pub external_scheme: Option<String>,
    /// Unique per scheme among organizations in force.
    pub external_value: Option<String>,
    /// Today's organization above.
    pub parent_id: Option<Uuid>,
    /// Encoded belongings.
    pub belongings: Vec<u8>,
    /// `YYYY-MM-DD`.
    pub start_date: Option<String>,
    /// `YYYY-MM-DD`.
    pub end_date: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
    /// Where it was written. Given by the journal.
    pub position: i64,
    /// Where the next revision was written. Given by the journal. None: it is in force.
    pub until_position: Option<i64>,
}

columns! {
    id, revision, r#type, display_name, organization_number, school_unit_code, municipality_code,
    organizer_type, school_types, school_forms, external_scheme, external_value, parent_id, belongings,
    start_date, end_date, created_at, updated_at, position, until_position
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
