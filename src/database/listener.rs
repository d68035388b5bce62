//! Hears what other server processes announce over PostgreSQL, on a connection of its own. What is announced is a hint and
//! no more: nothing may rest on hearing it. A standby, a pooler in between or a network that breaks let nothing through.

use std::{future::pending, time::Duration};

use sea_orm::DbBackend;
use sqlx::{
    Error,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions},
};
use tokio::time::{sleep, timeout};

use super::{Database, postgres::ACQUIRE_TIMEOUT};

/// How long it waits before it tries again: at first, and at most.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_mins(1));
/// After so long a silence it connects anew: what lies between may have let go of the connection without a word.
const SILENCE: Duration = Duration::from_mins(5);

impl Database {
    /// Listens on a channel for as long as it is polled, and reconnects by itself. On SQLite there is nobody to hear.
    pub async fn listen(&self, channel: &str, mut heard: impl FnMut(&str)) {
        if self.backend() != DbBackend::Postgres {
            return pending().await;
        }
        let options = self.reader.get_postgres_connection_pool().connect_options();
        let (mut pause, mut is_told) = (PAUSES.0, true);
        loop {
            match connect(&options, channel).await {
                Ok(mut listener) => {
                    if !is_told {
                        tracing::info!("What other servers write is announced again.");
                    }
                    (pause, is_told) = (PAUSES.0, true);
                    while let Ok(Ok(Some(told))) = timeout(SILENCE, listener.try_recv()).await {
                        heard(told.payload());
                    }
                }
                Err(cause) if is_told => {
                    tracing::warn!(%cause, "What other servers write is not announced; it is looked for instead.");
                    is_told = false;
                }
                Err(cause) => {
                    tracing::debug!(%cause, "What other servers write is not announced yet.");
                }
            }
            sleep(pause).await;
            pause = (pause * 2).min(PAUSES.1);
        }
    }
}

async fn connect(options: &PgConnectOptions, channel: &str) -> Result<PgListener, Error> {
    // A pool for each connection: one that is given up may hang in its farewell.
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options.clone())
        .await?;
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.eager_reconnect(false);
    listener.listen(channel).await?;
    Ok(listener)
}
