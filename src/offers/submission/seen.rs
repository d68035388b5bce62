//! Which offers a submission has named: a fixed size of each, however long their ids are.

use std::collections::HashSet;

use crate::journal::sha256;

/// Half of a SHA-256 of each id: nobody finds two ids that share it.
#[derive(Debug, Default)]
pub struct Seen(HashSet<[u8; 16]>);

impl Seen {
    /// Whether the id is new.
    pub fn takes(&mut self, id: &str) -> bool {
        self.0.insert(of(id))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_new_once() {
        let mut seen = Seen::default();
        assert!(seen.takes("a") && seen.takes("b") && !seen.takes("a"));
        assert!(seen.has("b") && !seen.has("c"));
    }
}
