//! What is told, applied: the events of whole transactions and the cursor behind them, in one transaction of the file.

use sqlx::{Sqlite, Transaction};

use super::{
    Result,
    file::{Replica, Standing, move_cursor, standing},
    rows::{DocumentRow, OrganizationRow},
};
use crate::proto::v1::{Document, Event, Organization, event::What};

/// Events up to a cursor.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    pub events: Vec<Event>,
    pub cursor: String,
    pub position: i64,
}

/// How many of each were applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Documents put in.
    pub documents: u64,
    /// Organizations put in.
    pub organizations: u64,
    /// Of either, deleted.
    pub deleted: u64,
    /// Snapshots begun.
    pub snapshots: u64,
}

impl std::ops::AddAssign for Applied {
    fn add_assign(&mut self, more: Self) {
        self.documents += more.documents;
        self.organizations += more.organizations;
        self.deleted += more.deleted;
        self.snapshots += more.snapshots;
    }
}

impl Replica {
    /// Applies events and stores their cursor, together or not at all. `from` is the cursor that the replica stood at when
    /// they were asked for.
    pub async fn apply(&mut self, from: &str, batch: Batch) -> Result<Applied> {
        let mut transaction = self.begin().await?;
        let Standing {
            snapshot,
            in_snapshot,
            ..
        } = standing(&mut transaction).await?;
        let mut step = Step {
            transaction,
            snapshot,
            in_snapshot,
            applied: Applied::default(),
        };
        move_cursor(&mut step.transaction, from, &batch.cursor, batch.position).await?;
        for event in batch.events {
            // One of a newer contract, which says nothing that this program could do.
            let Some(what) = event.what else { continue };
            step.apply(what).await?;
        }
        let Step {
            transaction,
            applied,
            ..
        } = step;
        transaction.commit().await?;
        Ok(applied)
    }
}

/// A transaction under way.
struct Step<'a> {
    transaction: Transaction<'a, Sqlite>,
    snapshot: i64,
    in_snapshot: bool,
    applied: Applied,
}

impl Step<'_> {
    async fn apply(&mut self, what: What) -> Result<()> {
        match what {
            What::Upsert(document) | What::Entered(document) => self.put(&document).await,
            What::Tombstone(tombstone) => self.delete_document(&tombstone.id).await,
            What::Left(left) => self.delete_document(&left.id).await,
            What::Organization(organization) => self.put_organization(&organization).await,
            What::OrganizationLeft(left) => self.delete_organization(&left.id).await,
            What::SnapshotBegin(_) => self.begin_snapshot().await,
            What::SnapshotEnd(_) => self.end_snapshot().await,
        }
    }

    async fn put(&mut self, document: &Document) -> Result<()> {
        let kept = if self.in_snapshot {
            Kept::Any
        } else {
            Kept::NotNewer
        };
        put_document(&mut self.transaction, document, self.snapshot, kept).await?;
        self.applied.documents += 1;
        Ok(())
    }

    async fn put_organization(&mut self, organization: &Organization) -> Result<()> {
        put_organization(&mut self.transaction, organization, self.snapshot).await?;
        self.applied.organizations += 1;
        Ok(())
    }

    async fn delete_document(&mut self, id: &str) -> Result<()> {
        self.applied.deleted += delete_document(&mut self.transaction, id).await?;
        Ok(())
    }

    async fn delete_organization(&mut self, id: &str) -> Result<()> {
        self.applied.deleted += delete_organization(&mut self.transaction, id).await?;
        Ok(())
    }

    async fn begin_snapshot(&mut self) -> Result<()> {
        self.snapshot += 1;
        self.in_snapshot = true;
        self.applied.snapshots += 1;
        self.note_snapshot().await
    }

    /// What came with no part of the snapshot is no longer there.
    async fn end_snapshot(&mut self) -> Result<()> {
        for gone in [
            "DELETE FROM documents WHERE snapshot <> $1",
            "DELETE FROM organizations WHERE snapshot <> $1",
        ] {
            let gone = sqlx::query(gone).bind(self.snapshot);
            let gone = gone.execute(&mut *self.transaction).await?;
            self.applied.deleted += gone.rows_affected();
        }
        self.in_snapshot = false;
        self.note_snapshot().await
    }

    async fn note_snapshot(&mut self) -> Result<()> {
        sqlx::query("UPDATE replica SET snapshot = $1, in_snapshot = $2")
            .bind(self.snapshot)
            .bind(self.in_snapshot)
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }
}

/// Which document that is held is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// Any.
    Any,
    /// One that is not newer: what was pushed may be ahead of what is told.
    NotNewer,
    /// One that is not newer, and what takes its place was written at this position, ahead of what is told.
    Ahead(i64),
}

pub(super) async fn put_document(
    transaction: &mut Transaction<'_, Sqlite>,
    document: &Document,
    snapshot: i64,
    kept: Kept,
) -> Result<()> {
    const PUT: &str = "INSERT INTO documents VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, state = excluded.state, owner_id = excluded.owner_id,
            external_scheme = excluded.external_scheme, external_value = excluded.external_value,
            round = excluded.round, revision = excluded.revision, etag = excluded.etag,
            update_time = excluded.update_time, document = excluded.document, bytes = excluded.bytes,
            checksum = excluded.checksum, snapshot = excluded.snapshot, ahead = excluded.ahead
        WHERE $16 OR excluded.revision >= documents.revision";
    let ahead = match kept {
        Kept::Ahead(position) => position,
        Kept::Any | Kept::NotNewer => 0,
    };
    let row = DocumentRow::of(document)?;
    sqlx::query(PUT)
        .bind(row.id)
        .bind(row.kind)
        .bind(row.state)
        .bind(row.owner_id)
        .bind(row.external_scheme)
        .bind(row.external_value)
        .bind(row.round)
        .bind(row.revision)
        .bind(row.etag)
        .bind(row.update_time)
        .bind(row.document)
        .bind(row.bytes)
        .bind(row.checksum)
        .bind(snapshot)
        .bind(ahead)
        .bind(kept == Kept::Any)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

pub(super) async fn put_organization(
    transaction: &mut Transaction<'_, Sqlite>,
    organization: &Organization,
    snapshot: i64,
) -> Result<()> {
    const PUT: &str = "INSERT OR REPLACE INTO organizations VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let row = OrganizationRow::of(organization)?;
    sqlx::query(PUT)
        .bind(row.id)
        .bind(row.r#type)
        .bind(row.display_name)
        .bind(row.parent_id)
        .bind(row.organization_number)
        .bind(row.school_unit_code)
        .bind(row.etag)
        .bind(row.organization)
        .bind(row.bytes)
        .bind(row.checksum)
        .bind(snapshot)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

pub(super) async fn delete_document(
    transaction: &mut Transaction<'_, Sqlite>,
    id: &str,
) -> Result<u64> {
    let gone = sqlx::query("DELETE FROM documents WHERE id = $1").bind(id);
    Ok(gone.execute(&mut **transaction).await?.rows_affected())
}

pub(super) async fn delete_organization(
    transaction: &mut Transaction<'_, Sqlite>,
    id: &str,
) -> Result<u64> {
    let gone = sqlx::query("DELETE FROM organizations WHERE id = $1").bind(id);
    Ok(gone.execute(&mut **transaction).await?.rows_affected())
}
