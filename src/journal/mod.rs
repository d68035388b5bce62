//! The one door for writes. Whatever changes anything goes through [`Journal::write`]: state, revision, change, audit entry
//! and request record are written in one transaction, at contiguous positions, many callers to a commit.
//!
//! Knows what may follow what (revisions, identities that are unique, requests that repeat), and nothing of access, of
//! contents or of gRPC.

use sea_orm::DbErr;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use crate::database::Database;
use decide::Verdict;

mod batch;
pub(crate) mod bulk;
mod chain;
mod checkpoint;
mod columns;
mod decide;
pub mod entity;
mod failure;
pub mod partition;
mod reached;
pub mod request;
mod store;
mod verify;
mod write;
mod writer;

pub use chain::sha256;
pub use checkpoint::{Checkpoint, NoCheckpoint, checkpoint};
pub(crate) use columns::columns;
pub use columns::{Cell, Columns};
pub use decide::Key;
pub use reached::{ANNOUNCED_ON, Reached, begin_epoch, new_epoch, reached, standing_at};
pub use verify::{Fault, Verified, verify};
pub use write::{Actor, Expected, Refusal, RequestKey, Row, Target, Write, Written};

/// Writes that may wait for the commit under way. More are refused at once.
const QUEUE: usize = 1024;

const OUTCOME_UNKNOWN: Refusal = Refusal::Unavailable("the outcome is not known");

/// The only partition there is so far.
const PARTITION: i32 = 0;

/// A handle to the journal. All handles share one queue and one writer.
#[derive(Clone, Debug)]
pub struct Journal {
    queue: mpsc::Sender<Job>,
    head: watch::Receiver<i64>,
    database: Database,
    stop: CancellationToken,
    stopped: CancellationToken,
}

/// Writes on their way, and where their caller waits.
#[derive(Debug)]
struct Job {
    writes: Vec<Write>,
    together: bool,
    answer: oneshot::Sender<Vec<Outcome>>,
}

/// What became of a write.
type Outcome = Result<Written, Refusal>;

impl Journal {
    /// Opens the journal of a database and starts its writer.
    pub async fn open(database: &Database) -> Result<Self, DbErr> {
        let position = store::prepare(database.writer(), PARTITION).await?.position;
        let (queue, jobs) = mpsc::channel(QUEUE);
        let (announce, head) = watch::channel(position);
        let (stop, stopped) = (CancellationToken::new(), CancellationToken::new());
        let writer = writer::Writer::new(database.writer().clone(), jobs, announce, stop.clone());
        let done = stopped.clone().drop_guard();
        tokio::spawn(async move {
            writer.run().await;
            drop(done);
        });
        Ok(Self {
            queue,
            head,
            database: database.clone(),
            stop,
            stopped,
        })
    }

    /// Writes, and answers once what is written is safe. The write goes on when its caller goes away.
    pub async fn write(&self, write: Write) -> Result<Written, Refusal> {
        let outcome = self.write_all(vec![write], false).await.pop();
        outcome.unwrap_or(Err(OUTCOME_UNKNOWN))
    }

    /// Writes several in one transaction, in order: each decided for itself, or all `together` or none. Answers for each.
    /// They are all dry runs, or none is. They wait in the queue from now on, whether or not somebody waits for the answers.
    pub fn write_all(
        &self,
        writes: Vec<Write>,
        together: bool,
    ) -> impl Future<Output = Vec<Result<Written, Refusal>>> + Send + use<> {
        let count = writes.len();
        let (answer, answered) = oneshot::channel();
        let job = Job {
            writes,
            together,
            answer,
        };
        let queued = if count == 0 {
            Ok(())
        } else {
            self.queue.try_send(job)
        };
        let queued = queued.map_err(|refused| {
            Refusal::Unavailable(match refused {
                mpsc::error::TrySendError::Full(_) => "too many writes are waiting",
                mpsc::error::TrySendError::Closed(_) => "the journal is closed",
            })
        });
        async move {
            let outcomes = match queued {
                Ok(()) => answered.await.map_err(|_| OUTCOME_UNKNOWN),
                Err(refusal) => Err(refusal),
            };
            outcomes.unwrap_or_else(|refusal| vec![Err(refusal); count])
        }
    }

    /// The answer that was given to the request before, if it was.
    pub async fn answer_to(&self, key: &RequestKey) -> Result<Option<Vec<u8>>, Refusal> {
        let answer = self.answers_to(&[key]).await?.pop();
        answer.unwrap_or(Ok(None))
    }

    /// The answers that were given to requests before.
    pub async fn answers_to(
        &self,
        keys: &[&RequestKey],
    ) -> Result<Vec<Result<Option<Vec<u8>>, Refusal>>, Refusal> {
        let standing = store::answered(self.database.reader(), keys)
            .await
            .map_err(|error| {
                tracing::error!(%error, "reading request records failed");
                Refusal::Unavailable("the database does not answer")
            })?;
        let answer = |key: &&RequestKey| match standing.repeats(key) {
            Some(Verdict::Before { answer }) => Ok(Some(answer)),
            Some(Verdict::Refused(refusal)) => Err(refusal),
            Some(Verdict::Accepted) | None => Ok(None),
        };
        Ok(keys.iter().map(answer).collect())
    }

    /// The last position that this process has written, as it grows. Other processes on the same database write on
    /// beyond it unannounced.
    pub fn head(&self) -> watch::Receiver<i64> {
        self.head.clone()
    }

    /// Takes no more writes, and returns when all that were taken are answered.
    pub async fn close(&self) {
        self.stop.cancel();
        self.stopped.cancelled().await;
    }
}
