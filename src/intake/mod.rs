//! What streams that bring items have in common: room for what is not answered yet, answers on their way back, and turns for
//! what is heavy to read. Knows nothing of items, and nothing of who may send them.

mod ahead;
mod answers;
mod room;

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub use ahead::{Ahead, IDLE, Incoming, cut, read_ahead};
pub use answers::{Answers, Gone, Telling, Told, answers};
pub use room::{Room, Share, Taken};

/// Merges in memory at a time, in all streams: each holds a document three times.
const MERGES: usize = 16;
/// Reads of many documents at a time.
const READS: usize = 4;

/// What all streams of a process share. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Intake {
    /// Room for items that are not answered yet.
    pub room: Room,
    merges: Arc<Semaphore>,
    reads: Arc<Semaphore>,
}

/// A turn, until it is dropped.
pub type Turn = Option<OwnedSemaphorePermit>;

impl Default for Intake {
    fn default() -> Self {
        Self {
            room: Room::default(),
            merges: Arc::new(Semaphore::new(MERGES)),
            reads: Arc::new(Semaphore::new(READS)),
        }
    }
}

impl Intake {
    /// Waits for its turn to hold so many merges. Who has one waits for nobody but the database.
    pub async fn merge(&self, count: usize) -> Turn {
        let count = u32::try_from(count.min(MERGES)).unwrap_or(1);
        let merges = Arc::clone(&self.merges);
        merges.acquire_many_owned(count).await.ok()
    }

    /// Waits for its turn to read many documents. Asks for no other turn while it has one.
    pub async fn read(&self) -> Turn {
        Arc::clone(&self.reads).acquire_owned().await.ok()
    }
}
