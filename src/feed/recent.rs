//! What was written last, read once for all who follow: a bounded ring of whole writes, with the revisions that somebody
//! was shown. Whoever is further behind reads the tables alone, and costs the others nothing.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use sea_orm::DbErr;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::{
    facts::Facts,
    store::{self, Entry, Revision, What},
};
use crate::database::Database;

/// Entries kept, about.
const ENTRIES: usize = 2000;
/// Whoever has further to go reads alone.
const NEAR: i64 = 1000;
/// What the contents of the revisions kept may weigh, in bytes.
const BYTES: usize = 32 * 1024 * 1024;

/// The entries of one write, in order.
pub type Write = Arc<[Entry]>;

/// The ring.
#[derive(Debug)]
pub struct Recent {
    database: Database,
    ring: Mutex<Ring>,
}

#[derive(Debug, Default)]
struct Ring {
    /// Whole writes without a gap: what was written after `low` and up to `high`.
    writes: VecDeque<Write>,
    low: i64,
    high: i64,
    entries: usize,
    /// Revisions written between the two, by position.
    revisions: HashMap<i64, Revision>,
    bytes: usize,
    /// What the documents of its writes came to be, and in how many of its entries each is.
    heads: HashMap<Uuid, (Facts, usize)>,
}

impl Recent {
    pub fn of(database: &Database) -> Self {
        Self {
            database: database.clone(),
            ring: Mutex::default(),
        }
    }

    /// The next writes after a position and up to another, some at a time. All up to there counts in what the ring knows of
    /// documents, before any of it is given out.
    pub async fn writes(&self, after: i64, until: i64) -> Result<Vec<Write>, DbErr> {
        let reader = self.database.reader();
        if until - after <= NEAR {
            let mut ring = self.ring.lock().await;
            if after > ring.high {
                *ring = Ring::after(after);
            }
            while ring.low <= after && ring.high < until {
                let entries = store::entries(reader, ring.high, until).await?;
                if entries.is_empty() {
                    break;
                }
                ring.take_in(&entries);
            }
            if ring.low <= after {
                let writes = ring.writes_after(after, until);
                ring.shrink();
                return Ok(writes);
            }
        }
        Ok(whole(&store::entries(reader, after, until).await?))
    }

    /// Revisions by the positions at which they were written. What their documents became up to a later position counts:
    /// a ring that has not come so far is not asked.
    pub async fn revisions(
        &self,
        keys: &[(Uuid, i64)],
        until: i64,
    ) -> Result<HashMap<i64, Revision>, DbErr> {
        let reader = self.database.reader();
        let mut ring = self.ring.lock().await;
        if !ring.serves(keys, until) {
            drop(ring);
            return store::revisions(reader, keys).await;
        }
        let missing = keys
            .iter()
            .filter(|(_, position)| !ring.revisions.contains_key(position));
        let missing: Vec<_> = missing.copied().collect();
        for (position, revision) in store::revisions(reader, &missing).await? {
            ring.keep(position, revision);
        }
        let found = keys.iter().filter_map(|(id, position)| {
            let mut revision = ring.revisions.get(position)?.clone();
            if let Some((facts, _)) = ring.heads.get(id) {
                revision.became(facts.clone());
            }
            Some((*position, revision))
        });
        let found = found.collect();
        ring.shrink();
        Ok(found)
    }
}

impl Ring {
    fn after(position: i64) -> Self {
        Self {
            low: position,
            high: position,
            ..Self::default()
        }
    }

    /// Whether it has read where the revisions were written, and all that came of their documents since.
    fn serves(&self, keys: &[(Uuid, i64)], until: i64) -> bool {
        self.high >= until && keys.iter().all(|(_, position)| self.low < *position)
    }

    fn take_in(&mut self, entries: &[Entry]) {
        for write in whole(entries) {
            self.high = write.last().map_or(self.high, |last| last.position);
            self.entries += write.len();
            for entry in write.iter() {
                if let What::Document { id, written, .. } = &entry.what {
                    let (head, times) = self
                        .heads
                        .entry(*id)
                        .or_insert_with(|| (written.clone(), 0));
                    head.clone_from(written);
                    *times += 1;
                }
            }
            self.writes.push_back(write);
        }
    }

    fn writes_after(&self, after: i64, until: i64) -> Vec<Write> {
        let begins = |write: &Write| write.first().map_or(i64::MAX, |first| first.position);
        let from = self.writes.partition_point(|write| begins(write) <= after);
        let writes = self.writes.iter().skip(from);
        writes
            .take_while(|write| begins(write) <= until)
            .cloned()
            .collect()
    }

    fn keep(&mut self, position: i64, revision: Revision) {
        self.bytes += revision.bytes();
        self.revisions.insert(position, revision);
    }

    /// Forgets the oldest until the rest is within bounds.
    fn shrink(&mut self) {
        while self.entries > ENTRIES || self.bytes > BYTES {
            let Some(oldest) = self.writes.pop_front() else {
                return;
            };
            self.entries -= oldest.len();
            for entry in oldest.iter() {
                self.low = entry.position;
                let forgotten = self.revisions.remove(&entry.position);
                self.bytes -= forgotten.map_or(0, |revision| revision.bytes());
                if let What::Document { id, .. } = &entry.what {
                    self.forget(*id);
                }
            }
        }
    }

    fn forget(&mut self, document: Uuid) {
        if let Some((_, times)) = self.heads.get_mut(&document) {
            *times -= 1;
            if *times == 0 {
                self.heads.remove(&document);
            }
        }
    }
}

fn whole(entries: &[Entry]) -> Vec<Write> {
    let writes = entries.split_inclusive(|entry| entry.position == entry.write_end);
    writes.map(Write::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(level: i16) -> Facts {
        Facts {
            owner: Uuid::from_u128(1),
            kind: 1,
            round: None,
            level,
            state: 1,
        }
    }

    /// A write of documents, one entry each.
    fn write(from: i64, documents: &[u128]) -> Vec<Entry> {
        let end = from + i64::try_from(documents.len()).unwrap() - 1;
        let entry = |(id, position): (&u128, i64)| Entry {
            position,
            write_end: end,
            what: What::Document {
                id: Uuid::from_u128(*id),
                written: facts(i16::try_from(position).unwrap_or(1)),
                before: None,
            },
        };
        documents.iter().zip(from..).map(entry).collect()
    }

    fn positions(writes: &[Write]) -> Vec<i64> {
        let entries = writes.iter().flat_map(|write| write.iter());
        entries.map(|entry| entry.position).collect()
    }

    #[test]
    fn a_ring_gives_whole_writes_after_a_position() {
        let mut ring = Ring::after(10);
        ring.take_in(&[write(11, &[1, 2]), write(13, &[3]), write(14, &[1])].concat());
        assert_eq!((ring.low, ring.high), (10, 14));
        assert_eq!(positions(&ring.writes_after(10, 14)), [11, 12, 13, 14]);
        assert_eq!(positions(&ring.writes_after(12, 13)), [13]);
        assert_eq!(positions(&ring.writes_after(14, 20)), [] as [i64; 0]);
        let serves = |position, until| ring.serves(&[(Uuid::from_u128(1), position)], until);
        assert!(serves(11, 14) && serves(14, 14));
        assert!(!serves(10, 14), "it was written before the ring begins");
        assert!(!serves(11, 15), "it may have been withdrawn since");
    }

    #[test]
    fn a_ring_knows_what_its_documents_became() {
        let mut ring = Ring::after(0);
        ring.take_in(&[write(1, &[7]), write(2, &[8]), write(3, &[7])].concat());
        let head = |ring: &Ring, id| {
            let head = ring.heads.get(&Uuid::from_u128(id));
            head.map(|(facts, _)| facts.level)
        };
        assert_eq!((head(&ring, 7), head(&ring, 8)), (Some(3), Some(2)));
        ring.forget(Uuid::from_u128(7));
        assert_eq!(head(&ring, 7), Some(3), "it is still named by an entry");
        ring.forget(Uuid::from_u128(7));
        assert_eq!(head(&ring, 7), None);
    }

    #[test]
    fn a_ring_forgets_the_oldest_and_nothing_else() {
        let mut ring = Ring::after(0);
        let most = i64::try_from(ENTRIES).unwrap_or(i64::MAX);
        for position in 1..=most + 5 {
            ring.take_in(&write(position, &[position.unsigned_abs().into()]));
        }
        ring.shrink();
        assert_eq!((ring.low, ring.high), (5, most + 5));
        assert_eq!((ring.entries, ring.heads.len()), (ENTRIES, ENTRIES));
        let kept = positions(&ring.writes_after(5, i64::MAX));
        assert_eq!(kept, (6..=most + 5).collect::<Vec<_>>());
    }
}
