//! What a replica holds, as far as it is compared: read once, row by row, each held against its own bytes.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{Context, SHA256};
use futures::TryStreamExt;
use sqlx::{FromRow, Row};
use uuid::Uuid;

use super::Range;
use crate::replica::{
    Result,
    file::Replica,
    rows::{DocumentRow, OrganizationRow},
};

/// What a replica holds.
#[derive(Debug, Default)]
pub struct Held {
    pub documents: BTreeMap<Uuid, HeldVersion>,
    pub organizations: BTreeMap<Uuid, HeldVersion>,
    /// Keys of rows that are no ids of the exchange.
    pub strange_documents: Vec<String>,
    pub strange_organizations: Vec<String>,
}

/// What it holds of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeldVersion {
    /// Empty: the row does not say what was received.
    pub etag: String,
    pub revision: u32,
    /// The answer to a push, written after the position that the replica stands at.
    pub ahead: bool,
}

impl Held {
    /// What it holds, standing at a position.
    pub async fn of(replica: &mut Replica, position: i64) -> Result<Self> {
        let mut held = Self::default();
        let documents = "SELECT * FROM documents ORDER BY id";
        let mut rows = sqlx::query(documents).fetch(&mut replica.connection);
        while let Some(row) = rows.try_next().await? {
            let ahead: i64 = row.try_get("ahead")?;
            let row = DocumentRow::from_row(&row)?;
            let version = HeldVersion {
                etag: if row.is_whole() {
                    row.etag
                } else {
                    String::new()
                },
                revision: u32::try_from(row.revision).unwrap_or_default(),
                ahead: ahead > position,
            };
            match id_of(&row.id) {
                Some(id) => drop(held.documents.insert(id, version)),
                None => held.strange_documents.push(row.id),
            }
        }
        drop(rows);
        let organizations = "SELECT * FROM organizations ORDER BY id";
        let mut rows = sqlx::query(organizations).fetch(&mut replica.connection);
        while let Some(row) = rows.try_next().await? {
            let row = OrganizationRow::from_row(&row)?;
            let version = HeldVersion {
                etag: if row.is_whole() {
                    row.etag
                } else {
                    String::new()
                },
                ..HeldVersion::default()
            };
            match id_of(&row.id) {
                Some(id) => drop(held.organizations.insert(id, version)),
                None => held.strange_organizations.push(row.id),
            }
        }
        Ok(held)
    }

    /// The documents of a range.
    pub fn within(&self, (from, to): Range) -> impl Iterator<Item = (Uuid, &HeldVersion)> {
        let from = Uuid::from_u128(from);
        let before_end = move |id: Uuid| to.is_none_or(|to| id.as_u128() < to);
        self.documents
            .range(from..)
            .take_while(move |(id, _)| before_end(**id))
            .map(|(id, version)| (*id, version))
    }

    /// How many there are of a range, and their digest.
    pub fn digest(&self, range: Range) -> (u64, Vec<u8>) {
        digest_of(self.within(range))
    }

    pub fn digest_of_organizations(&self) -> (u64, Vec<u8>) {
        digest_of(
            self.organizations
                .iter()
                .map(|(id, version)| (*id, version)),
        )
    }
}

fn digest_of<'a>(held: impl Iterator<Item = (Uuid, &'a HeldVersion)>) -> (u64, Vec<u8>) {
    let mut hash = Context::new(&SHA256);
    let mut count = 0;
    for (id, version) in held {
        count += 1;
        hash.update(id.as_bytes());
        hash.update(version.etag.as_bytes());
    }
    (count, hash.finish().as_ref().to_vec())
}

/// The id, where it is written as the exchange writes it.
fn id_of(text: &str) -> Option<Uuid> {
    let id = Uuid::try_parse(text).ok()?;
    (id.to_string() == text).then_some(id)
}
