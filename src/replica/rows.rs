//! What a row says of a message. Everything in it follows from the bytes, so that a row which was changed by other hands
//! is known by not saying what its bytes say.

use aws_lc_rs::digest::{SHA256, digest};
use prost::{Message, Name};
use prost_reflect::{DynamicMessage, FieldDescriptor, ReflectMessage};
use sqlx::{FromRow, Row, sqlite::SqliteRow};

use crate::{
    contract, json,
    proto::{
        v1::{Document, DocumentKind, Organization},
        word,
    },
};

/// A row of `documents`, without what the replica adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentRow {
    pub id: String,
    pub kind: String,
    pub state: String,
    pub owner_id: String,
    pub external_scheme: Option<String>,
    pub external_value: Option<String>,
    pub round: String,
    pub revision: i64,
    pub etag: String,
    pub update_time: String,
    pub document: String,
    pub bytes: Vec<u8>,
    pub checksum: Vec<u8>,
}

/// A row of `organizations`, without what the replica adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationRow {
    pub id: String,
    pub r#type: String,
    pub display_name: String,
    pub parent_id: String,
    pub organization_number: String,
    pub school_unit_code: String,
    pub etag: String,
    pub organization: String,
    pub bytes: Vec<u8>,
    pub checksum: Vec<u8>,
}

impl FromRow<'_, SqliteRow> for DocumentRow {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            kind: row.try_get("kind")?,
            state: row.try_get("state")?,
            owner_id: row.try_get("owner_id")?,
            external_scheme: row.try_get("external_scheme")?,
            external_value: row.try_get("external_value")?,
            round: row.try_get("round")?,
            revision: row.try_get("revision")?,
            etag: row.try_get("etag")?,
            update_time: row.try_get("update_time")?,
            document: row.try_get("document")?,
            bytes: row.try_get("bytes")?,
            checksum: row.try_get("checksum")?,
        })
    }
}

impl FromRow<'_, SqliteRow> for OrganizationRow {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            r#type: row.try_get("type")?,
            display_name: row.try_get("display_name")?,
            parent_id: row.try_get("parent_id")?,
            organization_number: row.try_get("organization_number")?,
            school_unit_code: row.try_get("school_unit_code")?,
            etag: row.try_get("etag")?,
            organization: row.try_get("organization")?,
            bytes: row.try_get("bytes")?,
            checksum: row.try_get("checksum")?,
        })
    }
}

impl DocumentRow {
    pub fn of(document: &Document) -> anyhow::Result<Self> {
        let bytes = document.encode_to_vec();
        let (external_scheme, external_value) = document
            .external_id
            .clone()
            .map(|id| (id.scheme, id.value))
            .unzip();
        Ok(Self {
            id: document.id.clone(),
            kind: word(document.kind().as_str_name(), "DOCUMENT_KIND_"),
            state: word(document.state().as_str_name(), "DOCUMENT_STATE_"),
            owner_id: document.owner_id.clone(),
            external_scheme,
            external_value,
            round: document.round.clone(),
            revision: document.revision.into(),
            etag: document.etag.clone(),
            update_time: document
                .update_time
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            document: json::line(document)?,
            checksum: sha256(&bytes),
            bytes,
        })
    }

    /// Whether the row says what its bytes say, and the bytes are those that were written.
    pub fn is_whole(&self) -> bool {
        let written = Document::decode(self.bytes.as_slice()).ok();
        let row = written.and_then(|document| Self::of(&document).ok());
        row.is_some_and(|row| row == *self)
    }
}

impl OrganizationRow {
    pub fn of(organization: &Organization) -> anyhow::Result<Self> {
        let bytes = organization.encode_to_vec();
        Ok(Self {
            id: organization.id.clone(),
            r#type: word(organization.r#type().as_str_name(), "ORGANIZATION_TYPE_"),
            display_name: organization.display_name.clone(),
            parent_id: organization.parent_id.clone(),
            organization_number: organization.organization_number.clone(),
            school_unit_code: organization.school_unit_code.clone(),
            etag: organization.etag.clone(),
            organization: json::line(organization)?,
            checksum: sha256(&bytes),
            bytes,
        })
    }

    /// Whether the row says what its bytes say, and the bytes are those that were written.
    pub fn is_whole(&self) -> bool {
        let written = Organization::decode(self.bytes.as_slice()).ok();
        let row = written.and_then(|organization| Self::of(&organization).ok());
        row.is_some_and(|row| row == *self)
    }
}

pub fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest(&SHA256, bytes).as_ref().to_vec()
}

/// The field that holds the content. None: there is none.
pub fn content_field(document: &Document) -> Option<FieldDescriptor> {
    let descriptor = contract::descriptors().get_message_by_name(&Document::full_name())?;
    let bytes = document.encode_to_vec();
    let message = DynamicMessage::decode(descriptor, bytes.as_slice()).ok()?;
    let content = message
        .descriptor()
        .oneofs()
        .find(|one| one.name() == "content")?;
    content.fields().find(|field| message.has_field(field))
}

/// Where the content is in JSON, as SQLite says it.
pub fn content_path(document: &Document) -> String {
    let field = content_field(document);
    let name = field.as_ref().map(FieldDescriptor::json_name);
    format!("$.{}", name.unwrap_or("none"))
}

/// The kind of a document, from its content.
pub fn kind_of(document: &Document) -> DocumentKind {
    let kind = content_field(document).and_then(|field| {
        let name = field.name().to_ascii_uppercase();
        DocumentKind::from_str_name(&format!("DOCUMENT_KIND_{name}"))
    });
    kind.unwrap_or_default()
}
