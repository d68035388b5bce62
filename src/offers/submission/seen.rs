//! Which offers a submission has named: a fixed size of each, however long their ids are.

use std::collections::HashSet;

use crate::{
    contract::Violation,
    error::{Error, Result},
    journal::sha256,
};

/// How many are remembered of one submission: some tens of MiB.
const MOST: usize = 1_000_000;

/// Half of a SHA-256 of each id: nobody finds two ids that share it.
#[derive(Debug, Default)]
pub struct Seen(HashSet<[u8; 16]>);

impl Seen {
    /// Whether the id is new. An error where no more are remembered.
    pub fn takes(&mut self, id: &str) -> Result<bool> {
        if self.0.len() >= MOST && !self.has(id) {
            return Err(Error::field(too_many()));
        }
        Ok(self.0.insert(of(id)))
    }

    pub fn has(&self, id: &str) -> bool {
        self.0.contains(&of(id))
    }
}

fn of(id: &str) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&sha256(id.as_bytes())[..16]);
    half
}

fn too_many() -> Violation {
    Violation::new(
        "id",
        "submission.too_many",
        "One stream, and one catalogue, names at most 1,000,000 offers; divide a delta into several streams.",
        "En ström, och en katalog, anger högst 1 000 000 erbjudanden; dela upp en delta i flera strömmar.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_new_once() {
        let mut seen = Seen::default();
        for (id, is_new) in [("a", true), ("b", true), ("a", false)] {
            assert_eq!(seen.takes(id).unwrap(), is_new);
        }
        assert!(seen.has("b") && !seen.has("c"));
    }

    #[test]
    fn no_more_than_so_many_are_remembered() {
        let number = |number: usize| {
            let mut half = [1; 16];
            half[..8].copy_from_slice(&number.to_be_bytes());
            half
        };
        let mut seen = Seen((1..MOST).map(number).collect());
        assert!(seen.takes("last").unwrap());
        assert!(!seen.takes("last").unwrap());
        seen.takes("one too many").unwrap_err();
    }
}
