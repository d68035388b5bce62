//! How far the exchange has come, as this process knows it: at once of what it writes itself and of what other processes
//! announce, and within a second of what they write unheard.

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, time::MissedTickBehavior};
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

    /// The last position known to be committed.
    pub fn reached(&self) -> i64 {
        *self.head.borrow()
    }

    /// The last position known to be committed, as it grows.
    pub fn head(&self) -> watch::Receiver<i64> {
        self.head.clone()
    }
}

/// Follows what this process writes, what others announce, and what is there: the table is the truth.
async fn follow(database: Database, own: watch::Receiver<i64>, head: watch::Sender<i64>) {
    let (hint, hints) = watch::channel(0);
    let listening = database.listen(journal::ANNOUNCED_ON, |position| {
        hint.send_replace(position.parse().unwrap_or_default());
    });
    tokio::select! {
        () = listening => {}
        () = look(&database, own, hints, head) => {}
    }
}

/// Looks at the table when others announce what is not known here, and now and then where nothing is announced.
async fn look(
    database: &Database,
    mut own: watch::Receiver<i64>,
    mut hints: watch::Receiver<i64>,
    head: watch::Sender<i64>,
) {
    let mut poll = tokio::time::interval(POLL);
    poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let known = *head.borrow();
        tokio::select! {
            changed = own.changed() => match changed {
                Ok(()) => reach(&head, *own.borrow_and_update()),
                Err(_) => return,
            },
            Ok(()) = hints.changed() => {
                if *hints.borrow_and_update() > known {
                    ask(database, &head).await;
                }
            }
            _ = poll.tick() => ask(database, &head).await,
        }
    }
}

async fn ask(database: &Database, head: &watch::Sender<i64>) {
    match journal::reached(database.reader()).await {
        Ok(reached) => reach(head, reached.position),
        Err(cause) => tracing::debug!(%cause, "The head of the feed can not be read."),
    }
}

fn reach(head: &watch::Sender<i64>, position: i64) {
    head.send_if_modified(|known| {
        let further = position > *known;
        *known = position.max(*known);
        further
    });
}
