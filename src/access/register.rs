//! The register as access needs it: the tree of organizations and all grants, in memory, as of a moment ago.
//! Read anew from the tables as far as positions have moved on, so that every server process sees what any wrote.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use sea_orm::{
    ColumnTrait, Condition, ConnAcquireErr, DatabaseConnection, DbErr, EntityTrait, QueryFilter,
    QuerySelect, SelectGetableTuple, Selector, sea_query::IntoCondition,
};
use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};
use uuid::Uuid;

use super::{entity as grants, model::Grant, tree::Tree};
use crate::{
    database::Database, journal, organizations::entity as organizations,
    proto::v1::OrganizationType,
};

/// The longest that one reading may take.
const READ_WITHIN: Duration = Duration::from_secs(2);

/// One state of the register.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Everything written up to here counts in it.
    pub position: i64,
    pub tree: Arc<Tree>,
    /// By subject, in order of id; those that have ended too.
    grants: Arc<HashMap<String, Vec<Arc<Grant>>>>,
}

impl Snapshot {
    /// A state that is in no database. For the access matrix and tests.
    pub fn of(tree: Tree, grants: impl IntoIterator<Item = Grant>) -> Self {
        Self::at(0, Arc::new(tree), grants)
    }

    /// The state at a position, as far as these grants go.
    pub fn at(position: i64, tree: Arc<Tree>, grants: impl IntoIterator<Item = Grant>) -> Self {
        let mut snapshot = Self {
            position,
            tree,
            ..Self::default()
        };
        grants.into_iter().for_each(|grant| snapshot.put(grant));
        snapshot
    }

    pub fn grants_of(&self, subject: &str) -> &[Arc<Grant>] {
        self.grants.get(subject).map_or(&[], Vec::as_slice)
    }

    /// All grants, those that have ended too.
    pub fn grants(&self) -> impl Iterator<Item = &Arc<Grant>> {
        self.grants.values().flatten()
    }

    /// Adds a grant, or replaces it by a later revision.
    fn put(&mut self, grant: Grant) {
        let grants = Arc::make_mut(&mut self.grants)
            .entry(grant.subject.clone())
            .or_default();
        match grants.binary_search_by_key(&grant.id, |known| known.id) {
            Ok(at) if grants[at].revision > grant.revision => {}
            Ok(at) => grants[at] = Arc::new(grant),
            Err(at) => grants.insert(at, Arc::new(grant)),
        }
    }
}

/// Keeps the newest state that was read.
#[derive(Debug)]
pub struct Register {
    database: Database,
    snapshot: RwLock<Arc<Snapshot>>,
    /// When the last reading that went well began.
    read_at: RwLock<Instant>,
    seen: Mutex<Seen>,
}

/// Up to which positions each table was read. Positions are written in order of commit, so a statement that sees one
/// sees all before it; two statements may see different ones, hence one mark a table.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    head: i64,
    organizations: i64,
    grants: i64,
}

impl Register {
    pub async fn open(database: &Database) -> Result<Self, DbErr> {
        let register = Self {
            database: database.clone(),
            snapshot: RwLock::default(),
            read_at: RwLock::new(Instant::now()),
            seen: Mutex::default(),
        };
        register.refresh().await?;
        Ok(register)
    }

    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// How long ago it was that everything committed by then counted.
    pub fn age(&self) -> Duration {
        self.read_at
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .elapsed()
    }

    /// Reads what was written since the last time. After it, everything committed before it counts.
    pub async fn refresh(&self) -> Result<(), DbErr> {
        let began = Instant::now();
        timeout(READ_WITHIN, self.read())
            .await
            .unwrap_or(Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)))?;
        let mut read_at = self.read_at.write().unwrap_or_else(PoisonError::into_inner);
        *read_at = began.max(*read_at);
        Ok(())
    }

    /// Reads on where something was written up to the position that does not count yet. Whoever waits while another
    /// reads finds that it has been read.
    pub async fn reach(&self, position: i64) -> Result<(), DbErr> {
        if self.snapshot().position < position {
            drop(self.seen.lock().await);
        }
        if self.snapshot().position < position {
            self.refresh().await?;
        }
        Ok(())
    }

    #[cfg(test)]
    pub fn grow_older_by(&self, time: Duration) {
        let mut read_at = self.read_at.write().unwrap();
        *read_at = read_at.checked_sub(time).unwrap();
    }

    async fn read(&self) -> Result<(), DbErr> {
        let mut seen = self.seen.lock().await;
        let connection = self.database.reader();
        let head = journal::reached(connection).await?.position;
        if head == seen.head {
            return Ok(());
        }
        let (moved, granted) = futures::future::try_join(
            organizations(connection, seen.organizations),
            granted(connection, seen.grants),
        )
        .await?;
        let mut now_seen = Seen { head, ..*seen };
        let mut snapshot = Snapshot::clone(&self.snapshot());
        snapshot.position = head;
        if !moved.is_empty() {
            let tree = Arc::make_mut(&mut snapshot.tree);
            for row in moved {
                now_seen.organizations = now_seen.organizations.max(row.4);
                put(tree, row);
            }
        }
        for row in granted {
            now_seen.grants = now_seen.grants.max(row.position);
            snapshot.put(Grant::from(row));
        }
        *self
            .snapshot
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot);
        *seen = now_seen;
        Ok(())
    }
}

/// What the tree needs to know of an organization, and where that was written.
pub(super) type Moved = (Uuid, i16, Option<Uuid>, Option<String>, i64);

/// Puts what was read of an organization into the tree.
pub(super) fn put(tree: &mut Tree, (id, kind, parent, end_date, _): Moved) {
    let kind = OrganizationType::try_from(i32::from(kind)).unwrap_or(OrganizationType::Unspecified);
    tree.put(id, kind, parent);
    tree.close(id, end_date);
}

async fn organizations(connection: &DatabaseConnection, after: i64) -> Result<Vec<Moved>, DbErr> {
    moved(
        organizations::Column::UntilPosition
            .is_null()
            .into_condition(),
        after,
    )
    .all(connection)
    .await
}

/// What was written of organizations after a position, as far as the condition holds.
pub(super) fn moved(condition: Condition, after: i64) -> Selector<SelectGetableTuple<Moved>> {
    use organizations::Column;
    #[expect(
        clippy::disallowed_methods,
        reason = "the register is what scopes are made from"
    )]
    organizations::Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::Type,
            Column::ParentId,
            Column::EndDate,
            Column::Position,
        ])
        .filter(Column::Position.gt(after))
        .filter(condition)
        .into_tuple()
}

async fn granted(connection: &DatabaseConnection, after: i64) -> Result<Vec<grants::Model>, DbErr> {
    use grants::Column;
    #[expect(
        clippy::disallowed_methods,
        reason = "the register is what scopes are made from"
    )]
    grants::Entity::find()
        .filter(Column::Position.gt(after))
        .filter(Column::UntilPosition.is_null())
        .all(connection)
        .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Purpose;

    #[tokio::test]
    async fn a_reading_that_hangs_ends_and_does_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("db").display());
        let database = Database::open(&url, Purpose::Serve).await.unwrap();
        let register = Register::open(&database).await.unwrap();
        register.grow_older_by(Duration::from_mins(1));
        let held = register.seen.lock().await;
        assert!(register.refresh().await.is_err());
        assert!(register.age() > Duration::from_mins(1));
        drop(held);
        register.refresh().await.unwrap();
        assert!(register.age() < Duration::from_mins(1));
    }
}
