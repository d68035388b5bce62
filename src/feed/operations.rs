//! What callers can do with the feed: pull what has changed, and watch what changes.

use std::time::Duration;

use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};

use super::{
    answer::Answer,
    cursor::Stage,
    filter::Filter,
    follow::Follower,
    outlet::{Outlet, WAITING},
    stand::Stand,
    view::View,
};
use crate::{
    access::Caller,
    error::{Error, Result},
    exchange::Exchange,
};

/// How often it is looked whether a watching caller may still watch.
const LOOK: Duration = Duration::from_secs(2);
/// How long a watching caller is left without a cursor.
const QUIET: Duration = Duration::from_secs(10);

/// What a caller gets: answers, and then why there are no more. None: all is told.
pub struct Told {
    pub answers: mpsc::Receiver<Box<Answer>>,
    pub end: oneshot::Receiver<Option<Error>>,
}

/// A call that may begin.
pub struct Call {
    follower: Follower,
    answers: mpsc::Receiver<Box<Answer>>,
    /// Where it begins. None: with a snapshot.
    stage: Option<Stage>,
    /// The position that the exchange had reached.
    head: i64,
}

impl Call {
    /// Looks at what is asked, and refuses what can not be told.
    pub async fn begin(
        exchange: &Exchange,
        caller: &Caller,
        filter: Filter,
        cursor: &str,
    ) -> Result<Self> {
        let Stand {
            epoch,
            position,
            stage,
            head,
            then,
            now,
        } = Stand::at(exchange, caller, &filter, cursor).await?;
        let (sender, answers) = mpsc::channel(WAITING);
        let sealing = (exchange.pages.clone(), now.clone(), filter.clone());
        let outlet = Outlet::new(sender, move |cursor| {
            let (pages, caller, filter) = &sealing;
            cursor.seal(pages, caller.subject(), filter)
        });
        let follower = Follower {
            exchange: exchange.clone(),
            filter,
            epoch,
            position,
            known: head,
            known_at: Instant::now(),
            then: View::of(then),
            now: View::of(now),
            outlet,
        };
        Ok(Self {
            follower,
            answers,
            stage,
            head,
        })
    }

    /// Tells what has changed up to now.
    pub fn pull(self) -> Told {
        self.run(false)
    }

    /// Tells what has changed, and goes on with what changes.
    pub fn watch(self) -> Told {
        self.run(true)
    }

    /// Runs a call in a task of its own, so that it ends in time also where nobody asks it for more.
    fn run(self, goes_on: bool) -> Told {
        let Self {
            mut follower,
            answers,
            stage,
            head,
        } = self;
        let (ended, end) = oneshot::channel();
        let stopping = follower.exchange.stopping.clone();
        tokio::spawn(async move {
            let telling = async {
                // Boxed, so that whoever waits for something to happen holds no room for all that may.
                Box::pin(follower.start(stage, head)).await?;
                Box::pin(follower.conclude(head)).await?;
                if goes_on {
                    follower.watch().await?;
                }
                Ok(())
            };
            let result = stopping
                .run_until_cancelled(telling)
                .await
                .unwrap_or_else(|| Err(Error::try_again()));
            drop(ended.send(result.err()));
        });
        Told { answers, end }
    }
}

impl Follower {
    /// Says where the call goes to, and tells the snapshot where there is one to tell.
    async fn start(&mut self, stage: Option<Stage>, head: i64) -> Result<()> {
        *self.outlet.progress() = crate::proto::v1::SyncProgress {
            position: self.position.unsigned_abs(),
            head: head.unsigned_abs(),
            told: 0,
        };
        self.outlet.send().await?;
        match stage {
            None => self.begin_snapshot().await,
            Some(stage) => self.go_on_with_snapshot(stage).await,
        }
    }

    /// Tells what there is up to the head, and gives a cursor there.
    async fn conclude(&mut self, head: i64) -> Result<()> {
        self.follow(head).await?;
        self.bookmark().await
    }

    async fn watch(&mut self) -> Result<()> {
        let mut head = self.exchange.feed.head();
        loop {
            let reached = *head.borrow_and_update();
            Box::pin(self.look(reached)).await?;
            let look = tokio::time::sleep_until(Instant::now() + LOOK);
            tokio::select! {
                changed = head.changed() => changed.map_err(|_| Error::try_again())?,
                () = look => {}
                () = self.outlet.closed() => return Ok(()),
            }
        }
    }

    /// Looks whether the caller may still watch, and tells what there is up to the head.
    async fn look(&mut self, head: i64) -> Result<()> {
        self.learn(head);
        self.renew(head.max(self.position)).await?;
        self.follow(head).await?;
        if self.outlet.last_cursor_at().elapsed() > QUIET {
            self.bookmark().await?;
        }
        Ok(())
    }

    /// Gives a cursor where the copy stands.
    async fn bookmark(&mut self) -> Result<()> {
        let cursor = self.cursor(Stage::Changes);
        self.outlet.whole(cursor).await?;
        self.outlet.send().await
    }
}
