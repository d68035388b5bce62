//! Lets the callers of one process take turns at an offer. Nothing rests on it: what is wrong between processes the journal
//! refuses. It spares them from refusing each other again and again.

use std::{array, sync::Arc};

use tokio::sync::{Mutex, MutexGuard};
use uuid::Uuid;

/// Offers that share a place here wait for each other, and that is all.
const QUEUES: usize = 256;

/// Whose turn it is. All clones share the queues.
#[derive(Clone, Debug)]
pub struct Turns(Arc<[Mutex<()>; QUEUES]>);

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(array::from_fn(|_| Mutex::new(()))))
    }
}

impl Turns {
    /// Waits for one's turn at an offer, in order of coming. It ends when what is returned is dropped.
    pub async fn at(&self, offer: Uuid) -> MutexGuard<'_, ()> {
        // The last bits of an id are random.
        let queue = usize::from(offer.as_bytes()[15]) % QUEUES;
        self.0[queue].lock().await
    }
}
