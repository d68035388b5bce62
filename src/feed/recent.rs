//! What was written last, read once for all who follow. Whoever is further behind reads the tables alone, and costs the
//! others nothing.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use sea_orm::DbErr;
use tokio::sync::{Mutex, Semaphore, SemaphorePermit};

use super::{
    revision::Revision,
    ring::{Ring, Write, whole},
    store::{self, Written},
};
use crate::{database::Database, organizations::entity as organizations};

/// Whoever has further to go reads alone.
const NEAR: i64 = 1000;
/// How many read alone at a time: fewer than there are connections, so that others find one.
const ALONE: usize = 4;

/// The ring, and the one who fills it.
#[derive(Debug)]
pub struct Recent {
    database: Database,
    ring: RwLock<Ring>,
    /// Held while the tables are read for the ring.
    filling: Mutex<()>,
    alone: Semaphore,
}

impl Recent {
    pub fn of(database: &Database) -> Self {
        Self {
            database: database.clone(),
            ring: RwLock::default(),
            filling: Mutex::default(),
            alone: Semaphore::new(ALONE),
        }
    }

    /// The next writes after a position and up to another, some at a time. All up to there counts in what the ring knows of
    /// documents, before any of it is given out.
    pub async fn writes(&self, after: i64, until: i64) -> Result<Vec<Write>, DbErr> {
        if until - after <= NEAR {
            if let Some(writes) = self.ring().writes(after, until) {
                return Ok(writes);
            }
            self.fill(after, until).await?;
            if let Some(writes) = self.ring().writes(after, until) {
                return Ok(writes);
            }
        }
        let _turn = self.turn().await;
        let entries = store::entries(self.database.reader(), after, until).await?;
        Ok(whole(&entries))
    }

    /// A turn to read the tables alone, for as long as it is held.
    pub async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.alone.acquire().await.ok()
    }

    /// Revisions by the positions at which they were written. What their documents became up to a later position counts:
    /// a ring that has not come so far is not asked.
    pub async fn revisions(
        &self,
        written: &[Written],
        until: i64,
    ) -> Result<HashMap<i64, Revision>, DbErr> {
        let reader = self.database.reader();
        let positions = || written.iter().map(|one| one.position);
        let held = || {
            let ring = self.ring();
            let held = positions().filter_map(|position| {
                let revision = ring.revision(position)?;
                Some((position, revision.clone()))
            });
            ring.covers(positions(), until)
                .then(|| held.collect::<HashMap<_, _>>())
        };
        match held() {
            Some(held) if held.len() == written.len() => return Ok(held),
            Some(_) => {}
            None => return self.revisions_alone(written).await,
        }
        let filling = self.filling.lock().await;
        let Some(mut held) = held() else {
            drop(filling);
            return self.revisions_alone(written).await;
        };
        let missing = written
            .iter()
            .filter(|one| !held.contains_key(&one.position));
        let missing: Vec<_> = missing.copied().collect();
        for (position, revision) in store::revisions(reader, &missing).await? {
            self.ring_mut().keep(revision.clone());
            held.insert(position, revision);
        }
        self.ring_mut().shrink();
        Ok(held)
    }

    /// Organizations by the positions at which they were written.
    pub async fn organizations(
        &self,
        positions: &[i64],
    ) -> Result<HashMap<i64, organizations::Model>, DbErr> {
        store::organizations(self.database.reader(), positions).await
    }

    async fn revisions_alone(&self, written: &[Written]) -> Result<HashMap<i64, Revision>, DbErr> {
        let _turn = self.turn().await;
        store::revisions(self.database.reader(), written).await
    }

    /// Reads on up to a position, unless the ring begins later than is asked.
    async fn fill(&self, after: i64, until: i64) -> Result<(), DbErr> {
        let _one = self.filling.lock().await;
        if after > self.ring().high {
            *self.ring_mut() = Ring::after(after);
        }
        loop {
            let (low, high) = {
                let ring = self.ring();
                (ring.low, ring.high)
            };
            if after < low || high >= until {
                break;
            }
            let entries = store::entries(self.database.reader(), high, until).await?;
            if entries.is_empty() {
                break;
            }
            self.ring_mut().take_in(&entries);
        }
        self.ring_mut().shrink();
        Ok(())
    }

    fn ring(&self) -> RwLockReadGuard<'_, Ring> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn ring_mut(&self) -> RwLockWriteGuard<'_, Ring> {
        self.ring.write().unwrap_or_else(PoisonError::into_inner)
    }
}
