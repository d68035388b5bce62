//! Pulling what has changed, and watching what changes: from the stored cursor, through cuts, to the end or for ever.
//! Either may be dropped at any moment: what was applied is stored, and what was not is told again.

use std::{fmt::Debug, time::Duration};

use tokio::time::Instant;
use tonic::{Status, Streaming};

use super::{
    Error, Result,
    apply::{Applied, Batch},
    file::Replica,
    link::{Link, Verdict},
    push::{Pushed, push_once},
};
use crate::proto::v1::{
    Event, PullRequest, PullResponse, SyncProgress, WatchRequest, WatchResponse,
};

/// A message comes at least every 30 seconds. Whoever hears nothing for this long is cut off and does not know it.
const SILENCE: Duration = Duration::from_secs(75);

/// How often it is looked whether anything waits to be pushed.
const LOOK: Duration = Duration::from_secs(2);

/// What has come of a call so far, for people to look at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    pub progress: SyncProgress,
    pub applied: Applied,
    pub pushed: Pushed,
    /// How often it was cut, and went on.
    pub cuts: u32,
    /// It goes on after a pause. None: it does not wait.
    pub waiting: Option<Waiting>,
}

/// A pause after a try of which nothing came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// How many there were in a row.
    pub tries: u32,
    /// How long it is to the next.
    pub pause: Duration,
}

/// Pulls to the end.
pub async fn pull(
    replica: &mut Replica,
    link: &mut Link,
    see: &mut (dyn FnMut(&Seen) + Send),
) -> Result<Seen> {
    let mut transfer = Transfer::new(replica, see);
    while let Err(error) = transfer.pull(link).await {
        transfer.go_on(link, error).await?;
    }
    Ok(transfer.seen)
}

/// Watches. Returns only what ends it for good.
pub async fn watch(
    replica: &mut Replica,
    link: &mut Link,
    see: &mut (dyn FnMut(&Seen) + Send),
) -> Result<Seen> {
    Transfer::new(replica, see).watch_on(link).await
}

/// Watches, and pushes what comes into the outbox meanwhile. Returns only what ends it for good.
pub async fn watch_and_push(
    replica: &mut Replica,
    link: &mut Link,
    see: &mut (dyn FnMut(&Seen) + Send),
) -> Result<Seen> {
    let subject = replica.subject.clone();
    let mut transfer = Transfer::new(replica, see);
    while let Err(error) = link.is(&subject).await {
        transfer.go_on(link, error).await?;
    }
    transfer.pushing = Some(Pushing {
        link: link.clone(),
        not_before: Instant::now(),
    });
    transfer.watch_on(link).await
}

struct Transfer<'a> {
    replica: &'a mut Replica,
    see: &'a mut (dyn FnMut(&Seen) + Send),
    seen: Seen,
    /// The next call asks for a snapshot, whatever cursor is stored.
    anew: bool,
    pushing: Option<Pushing>,
}

/// Pushes between what comes, with failures and pauses of its own: what is refused for now does not hold up the watch.
struct Pushing {
    link: Link,
    not_before: Instant,
}

impl<'a> Transfer<'a> {
    fn new(replica: &'a mut Replica, see: &'a mut (dyn FnMut(&Seen) + Send)) -> Self {
        Self {
            replica,
            see,
            seen: Seen::default(),
            anew: false,
            pushing: None,
        }
    }

    async fn watch_on(&mut self, link: &mut Link) -> Result<Seen> {
        loop {
            if let Err(error) = self.watch(link).await {
                self.go_on(link, error).await?;
            }
        }
    }

    async fn pull(&mut self, link: &mut Link) -> Result<()> {
        let (stored, cursor) = self.cursors().await?;
        let filter = self.replica.filter.clone();
        let request = PullRequest { cursor, filter };
        let stream = link.client().await?.sync.pull(request).await?;
        self.take_all(link, stream.into_inner(), stored).await
    }

    async fn watch(&mut self, link: &mut Link) -> Result<()> {
        let (stored, cursor) = self.cursors().await?;
        let filter = self.replica.filter.clone();
        let request = WatchRequest { cursor, filter };
        let stream = link.client().await?.sync.watch(request).await?;
        self.take_all(link, stream.into_inner(), stored).await
    }

    /// The cursor that is stored, and the one to ask from.
    async fn cursors(&mut self) -> Result<(String, String)> {
        let stored = self.replica.standing().await?.cursor;
        let asked = if self.anew {
            String::new()
        } else {
            stored.clone()
        };
        Ok((stored, asked))
    }

    async fn go_on(&mut self, link: &mut Link, error: Error) -> Result<()> {
        let (verdict, pause) = link.weigh(error)?;
        if verdict == Verdict::Snapshot {
            self.anew = true;
            return Ok(());
        }
        self.seen.cuts += 1;
        self.seen.waiting = Some(Waiting {
            tries: link.failures(),
            pause,
        });
        (self.see)(&self.seen);
        tokio::time::sleep(pause).await;
        self.seen.waiting = None;
        Ok(())
    }

    /// Applies what comes, up to each cursor, until the stream ends.
    async fn take_all<T: Into<Message> + Debug>(
        &mut self,
        link: &mut Link,
        mut stream: Streaming<T>,
        mut stored: String,
    ) -> Result<()> {
        let mut events = Vec::new();
        let mut look = tokio::time::interval(LOOK);
        let mut silent_at = Instant::now() + SILENCE;
        loop {
            let message = tokio::select! {
                message = stream.message() => message?,
                () = tokio::time::sleep_until(silent_at) => {
                    return Err(Status::unavailable("the exchange is silent").into());
                }
                _ = look.tick(), if self.pushing.is_some() => {
                    if self.push().await? {
                        look.reset_immediately();
                    }
                    continue;
                }
            };
            silent_at = Instant::now() + SILENCE;
            let Some(message) = message else { break };
            let Message {
                events: more,
                cursor,
                progress,
            } = message.into();
            events.extend(more);
            self.seen.progress = progress;
            if !cursor.is_empty() {
                let batch = Batch {
                    events: std::mem::take(&mut events),
                    cursor: cursor.clone(),
                    position: progress.position.cast_signed(),
                };
                self.seen.applied += self.replica.apply(&stored, batch).await?;
                stored = cursor;
                self.anew = false;
                link.thrives();
            }
            (self.see)(&self.seen);
        }
        if events.is_empty() {
            return Ok(());
        }
        Err(Status::unavailable("the stream ended in the middle of a transaction").into())
    }
}

impl Transfer<'_> {
    /// Tries once to push what waits. True: it went well, and more may wait.
    async fn push(&mut self) -> Result<bool> {
        let Some(pushing) = &mut self.pushing else {
            return Ok(false);
        };
        if Instant::now() < pushing.not_before || !self.replica.has_waiting().await? {
            return Ok(false);
        }
        let (pushed, sent) = push_once(self.replica, &mut pushing.link).await;
        self.seen.pushed = self.seen.pushed + pushed;
        let is_sent = sent.is_ok();
        if let Err(error) = sent {
            let (_, pause) = pushing.link.weigh(error)?;
            pushing.not_before = Instant::now() + pause;
            self.seen.pushed.cuts += 1;
            let tries = pushing.link.failures();
            self.seen.waiting = Some(Waiting { tries, pause });
        }
        (self.see)(&self.seen);
        self.seen.waiting = None;
        Ok(is_sent)
    }
}

/// What both methods send.
struct Message {
    events: Vec<Event>,
    cursor: String,
    progress: SyncProgress,
}

impl From<PullResponse> for Message {
    fn from(response: PullResponse) -> Self {
        Self {
            events: response.events,
            cursor: response.cursor,
            progress: response.progress.unwrap_or_default(),
        }
    }
}

impl From<WatchResponse> for Message {
    fn from(response: WatchResponse) -> Self {
        Self {
            events: response.events,
            cursor: response.cursor,
            progress: response.progress.unwrap_or_default(),
        }
    }
}
