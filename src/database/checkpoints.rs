//! Moves what SQLite's log holds into the file, beside the writer: its commits would otherwise do it, all who wait for one
//! with them.

use std::{sync::Arc, time::Duration};

use sqlx::SqlitePool;
use tokio_util::sync::{CancellationToken, DropGuard};

const EVERY: Duration = Duration::from_millis(100);

/// A task that goes on until it is stopped, or all who hold it are gone.
#[derive(Clone, Debug)]
pub struct Checkpoints {
    pool: SqlitePool,
    stop: CancellationToken,
    _last: Arc<DropGuard>,
}

impl Checkpoints {
    /// Begins, with a connection of its own.
    pub fn begin(pool: SqlitePool) -> Self {
        let stop = CancellationToken::new();
        let (stopped, connection) = (stop.clone(), pool.clone());
        tokio::spawn(async move {
            let run = async {
                loop {
                    tokio::time::sleep(EVERY).await;
                    // PASSIVE waits for nobody, and leaves what others still read or write.
                    let moved = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(&connection);
                    if let Err(cause) = moved.await {
                        tracing::debug!(%cause, "The log was not moved into the file.");
                    }
                }
            };
            stopped.run_until_cancelled(run).await
        });
        let last = Arc::new(stop.clone().drop_guard());
        Self {
            pool,
            stop,
            _last: last,
        }
    }

    pub async fn end(self) {
        self.stop.cancel();
        self.pool.close().await;
    }
}
