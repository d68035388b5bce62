//! Lists of unmet needs whose pages are being read. All pages are of one list: the one that was begun, or one that is equal
//! to it, on whichever server process.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use super::unmet::Told;
use crate::journal::sha256;

/// Lists that are kept.
const KEPT: usize = 16;

/// What a list is known by.
pub type Digest = [u8; 16];

/// All that one caller was told at one time.
#[derive(Debug, PartialEq, Eq)]
pub struct List {
    pub cells: Vec<Told>,
    pub digest: Digest,
}

/// Those that were begun last. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Lists(Arc<Mutex<VecDeque<Arc<List>>>>);

impl List {
    pub fn of(cells: Vec<Told>) -> Self {
        let bytes: Vec<u8> = cells.iter().flat_map(Told::bytes).collect();
        let mut digest = Digest::default();
        let half = digest.len();
        digest.copy_from_slice(&sha256(&bytes)[..half]);
        Self { cells, digest }
    }
}

impl Lists {
    pub fn get(&self, digest: Digest) -> Option<Arc<List>> {
        let lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lists.iter().find(|list| list.digest == digest).cloned()
    }

    pub fn keep(&self, list: &Arc<List>) {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lists.retain(|kept| kept.digest != list.digest);
        lists.push_front(Arc::clone(list));
        lists.truncate(KEPT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offers::catalogue::unmet::Cell;

    fn list(places_about: u64) -> Arc<List> {
        let cell = Cell {
            theme: 1,
            audience: 2,
            county: 3,
            term: "HT26".parse().unwrap(),
        };
        Arc::new(List::of(vec![Told {
            cell,
            organizers_at_least: 3,
            places_about,
        }]))
    }

    #[test]
    fn the_last_lists_are_found_by_what_they_say() {
        let lists = Lists::default();
        let all: Vec<_> = (0..=KEPT as u64).map(list).collect();
        for list in all.iter().chain(all.last()) {
            lists.keep(list);
        }
        assert_eq!(lists.get(all[0].digest), None, "it is the oldest");
        for kept in &all[1..] {
            assert_eq!(lists.get(kept.digest).as_ref(), Some(kept));
        }
        assert_eq!(list(1).digest, all[1].digest);
    }
}
