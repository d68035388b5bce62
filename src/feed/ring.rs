//! What was written last, in memory: a bounded ring of whole writes, with the revisions that somebody was told of.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use uuid::Uuid;

use super::{
    revision::Revision,
    store::{Entry, What},
};

/// Entries kept, about.
const ENTRIES: usize = 2000;
/// What the revisions kept may weigh, in bytes.
const BYTES: usize = 32 * 1024 * 1024;

/// The entries of one write, in order.
pub type Write = Arc<[Entry]>;

/// Whole writes without a gap: what was written after `low` and up to `high`.
#[derive(Debug, Default)]
pub struct Ring {
    pub low: i64,
    pub high: i64,
    writes: VecDeque<Write>,
    entries: usize,
    /// Revisions written between the two, by position.
    revisions: HashMap<i64, Revision>,
    bytes: usize,
    /// Where each document was written between the two, in order.
    documents: HashMap<Uuid, VecDeque<i64>>,
}

impl Ring {
    pub fn after(position: i64) -> Self {
        Self {
            low: position,
            high: position,
            ..Self::default()
        }
    }

    /// The writes after a position and up to another. None: it does not hold them all.
    pub fn writes(&self, after: i64, until: i64) -> Option<Vec<Write>> {
        if after < self.low || self.high < until {
            return None;
        }
        let begins = |write: &Write| write.first().map_or(i64::MAX, |first| first.position);
        let from = self.writes.partition_point(|write| begins(write) <= after);
        let writes = self.writes.range(from..);
        let writes = writes.take_while(|write| begins(write) <= until);
        Some(writes.cloned().collect())
    }

    /// Whether it knows of all that came of the revisions up to a position, whether it holds them or not.
    pub fn covers(&self, positions: impl IntoIterator<Item = i64>, until: i64) -> bool {
        let mut positions = positions.into_iter();
        self.high >= until && positions.all(|position| self.low < position)
    }

    pub fn revision(&self, position: i64) -> Option<&Revision> {
        self.revisions.get(&position)
    }

    /// Takes in what was written after all that it holds. What documents became counts for the revisions that it holds.
    pub fn take_in(&mut self, entries: &[Entry]) {
        for write in whole(entries) {
            self.high = write.last().map_or(self.high, |last| last.position);
            self.entries += write.len();
            for entry in write.iter() {
                if let What::Document { id, written, .. } = &entry.what {
                    let positions = self.documents.entry(*id).or_default();
                    for position in positions.iter() {
                        if let Some(revision) = self.revisions.get_mut(position) {
                            revision.became(written);
                        }
                    }
                    positions.push_back(entry.position);
                }
            }
            self.writes.push_back(write);
        }
    }

    /// Keeps a revision that was read after all that the ring holds was written.
    pub fn keep(&mut self, revision: Revision) {
        let position = revision.position();
        if self.low < position && position <= self.high {
            self.bytes += revision.bytes();
            let before = self.revisions.insert(position, revision);
            self.bytes -= before.map_or(0, |before| before.bytes());
        }
    }

    /// Forgets the oldest until the rest is within bounds.
    pub fn shrink(&mut self) {
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

    /// Forgets the oldest place where a document was written.
    fn forget(&mut self, document: Uuid) {
        if let Some(positions) = self.documents.get_mut(&document) {
            positions.pop_front();
            if positions.is_empty() {
                self.documents.remove(&document);
            }
        }
    }
}

/// Entries by the writes that they are of.
pub fn whole(entries: &[Entry]) -> Vec<Write> {
    let writes = entries.split_inclusive(|entry| entry.position == entry.write_end);
    writes.map(Write::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        documents::{Found, entity},
        feed::facts::Facts,
        proto::v1::DocumentState,
    };

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
                revision: 1,
                before: None,
                bytes: 1000,
            },
        };
        documents.iter().zip(from..).map(entry).collect()
    }

    fn revision(document: u128, position: i64) -> Revision {
        let row = entity::Model {
            document_id: Uuid::from_u128(document),
            position,
            content: Some(vec![0; 1000]),
            ..entity::tests::draft()
        };
        let state_now = DocumentState::Draft as i16;
        Revision::new(Found { row, state_now }, facts(1))
    }

    fn positions(writes: Option<Vec<Write>>) -> Option<Vec<i64>> {
        let positions = |writes: Vec<Write>| {
            let entries = writes.iter().flat_map(|write| write.iter());
            entries.map(|entry| entry.position).collect()
        };
        writes.map(positions)
    }

    #[test]
    fn a_ring_gives_whole_writes_after_a_position() {
        let mut ring = Ring::after(10);
        ring.take_in(&[write(11, &[1, 2]), write(13, &[3]), write(14, &[1])].concat());
        assert_eq!((ring.low, ring.high), (10, 14));
        let given = |after, until| positions(ring.writes(after, until));
        assert_eq!(given(10, 14), Some(vec![11, 12, 13, 14]));
        assert_eq!(given(12, 13), Some(vec![13]));
        assert_eq!(given(14, 14), Some(vec![]));
        assert_eq!(given(9, 14), None, "it begins later");
        assert_eq!(given(10, 15), None, "it has not come so far");
        assert!(ring.covers([11, 14], 14));
        assert!(
            !ring.covers([10], 14),
            "it was written before the ring begins"
        );
        assert!(!ring.covers([11], 15), "it may have been withdrawn since");
    }

    #[test]
    fn revisions_learn_what_their_documents_became() {
        let mut ring = Ring::after(0);
        ring.take_in(&[write(1, &[7]), write(2, &[8])].concat());
        ring.keep(revision(7, 1));
        ring.keep(revision(8, 2));
        let since = |ring: &Ring, position| {
            let since = ring.revision(position).unwrap().since();
            since.iter().map(|facts| facts.level).collect::<Vec<_>>()
        };
        ring.take_in(&[write(3, &[7]), write(4, &[9])].concat());
        assert_eq!((since(&ring, 1), since(&ring, 2)), (vec![1, 3], vec![1]));
    }

    #[test]
    fn a_ring_forgets_the_oldest_and_nothing_else() {
        let mut ring = Ring::after(0);
        let most = i64::try_from(ENTRIES).unwrap_or(i64::MAX);
        for position in 1..=most + 5 {
            ring.take_in(&write(position, &[position.unsigned_abs().into()]));
            ring.keep(revision(position.unsigned_abs().into(), position));
        }
        ring.keep(revision(1, most + 6));
        ring.shrink();
        assert_eq!((ring.low, ring.high), (5, most + 5));
        assert_eq!((ring.entries, ring.documents.len()), (ENTRIES, ENTRIES));
        assert_eq!(
            (ring.revisions.len(), ring.bytes),
            (ENTRIES, 2000 * ENTRIES)
        );
        let kept = positions(ring.writes(5, most + 5));
        assert_eq!(kept, Some((6..=most + 5).collect()));
    }
}
