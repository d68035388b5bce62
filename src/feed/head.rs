//! How far the exchange has come, as this process knows it: at once of what it writes itself, and soon of what other
//! processes write.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::recent::Recent;
use crate::{
    database::Database,
    journal::{self, Journal},
};

/// How often the table is asked how far others have come.
const POLL: Duration = Duration::from_secs(1);

/// Wakes all who follow the feed, and keeps what they read in common. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Feed {
    head: watch::Receiver<i64>,
    pub(super) recent: Arc<Recent>,
}

impl Feed {
    /// Follows the head of a database until it is told to stop.
    pub fn open(database: &Database, journal: &Journal, stopping: &CancellationToken) -> Self {
        let own = journal.head();
        let (announce, head) = watch::channel(*own.borrow());
        let following = follow(database.clone(), own, announce);
        let stopping = stopping.clone();
        tokio::spawn(async move { stopping.run_until_cancelled(following).await });
        Self {
            head,
            recent: Arc::new(Recent::of(database)),
        }
    }

    /// The last position known to be committed, as it grows.
    pub fn head(&self) -> watch::Receiver<i64> {
        self.head.clone()
    }
}

async fn follow(database: Database, mut own: watch::Receiver<i64>, announce: watch::Sender<i64>) {
    let mut poll = tokio::time::interval(POLL);
    poll.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let reached = tokio::select! {
            changed = own.changed() => match changed {
                Ok(()) => *own.borrow_and_update(),
                Err(_) => return,
            },
            _ = poll.tick() => match journal::reached(database.reader()).await {
                Ok(reached) => reached.position,
                Err(cause) => {
                    tracing::debug!(%cause, "The head of the feed can not be read.");
                    continue;
                }
            },
        };
        announce.send_if_modified(|head| {
            let further = reached > *head;
            *head = reached.max(*head);
            further
        });
    }
}
