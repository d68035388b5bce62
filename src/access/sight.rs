//! What decides on a caller's sight besides the tree: its acting grants, and the rules of the contract. In a few bytes,
//! so that whoever comes back is found to see by other rights than before.

use std::sync::LazyLock;

use aws_lc_rs::digest::{Context, SHA256};

use super::caller::Caller;
use crate::{contract, journal};

/// Of a hash, what tells two apart.
const BYTES: usize = 16;

/// Stands for the rights by which a caller sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight(pub [u8; BYTES]);

/// The rules of sight in this program. Another version may have others.
static RULES: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let contract = contract::get();
    let roles: Vec<_> = contract.roles().collect();
    let kinds: Vec<_> = contract.kinds().collect();
    let narrowed: Vec<_> = contract.narrowed().collect();
    let rules = format!("{roles:?} {kinds:?} {narrowed:?}");
    journal::sha256(rules.as_bytes())
});

impl Caller {
    /// The rights by which the caller sees at its moment.
    pub fn sight(&self) -> Sight {
        let mut hash = Context::new(&SHA256);
        hash.update(&RULES);
        for grant in self.grants_now() {
            hash.update(grant.id.as_bytes());
        }
        let hash = hash.finish();
        let mut sight = [0; BYTES];
        sight.copy_from_slice(&hash.as_ref()[..BYTES]);
        Sight(sight)
    }
}
