//! Messages of a stream that are read ahead: so many, and so much of what they weigh; and how long nothing may come.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch},
    time::Instant,
};
use tonic::{Code, Status};

use super::{Share, Taken};
use crate::{
    contract,
    error::{Error, Result, normalise},
};

/// What is read ahead: messages, and what they weigh in KiB.
const AHEAD: usize = 256;
const AHEAD_KIB: usize = 1024;

/// How long a stream may stand still.
pub const IDLE: Duration = Duration::from_secs(30);
/// How long a stream may wait for room while what it holds takes it from others.
const PATIENCE: Duration = Duration::from_secs(10);

/// What was read ahead.
pub struct Incoming<T> {
    parts: mpsc::Receiver<(T, Option<OwnedSemaphorePermit>)>,
    waits: watch::Receiver<Option<Instant>>,
}

/// Where it is read to.
pub struct Ahead<T> {
    share: Share,
    parts: mpsc::Sender<(T, Option<OwnedSemaphorePermit>)>,
    weight: Arc<Semaphore>,
    waits: watch::Sender<Option<Instant>>,
}

/// Reads in a task of its own, until nobody wants more.
pub fn read_ahead<T, R>(share: Share, reader: impl FnOnce(Ahead<T>) -> R) -> Incoming<T>
where
    T: Send + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let (parts, incoming) = mpsc::channel(AHEAD);
    let (waits, waiting) = watch::channel(None);
    let gone = parts.clone();
    let reading = reader(Ahead {
        share,
        parts,
        weight: Arc::new(Semaphore::new(AHEAD_KIB)),
        waits,
    });
    tokio::spawn(async move {
        // A stream that nobody reads on must not stay open for what its client may still send.
        tokio::select! {
            () = reading => {}
            () = gone.closed() => {}
        }
    });
    Incoming {
        parts: incoming,
        waits: waiting,
    }
}

/// What a stream of the method was cut with, in our words where the transport does not take a message in.
pub fn cut(status: Status, method: &str) -> Status {
    if status.code() != Code::OutOfRange {
        return status;
    }
    let ours = normalise::ours(&status, contract::get().method(method));
    ours.map_or(status, Into::into)
}

impl<T> Incoming<T> {
    /// What comes next. None: nothing more.
    pub async fn next(&mut self) -> Option<T> {
        let next = self.parts.recv().await;
        next.map(|(came, _)| came)
    }

    /// An error where nothing has come for too long since the stream was idle, or where it waits for room and holds some
    /// itself for what is not decided on. Whoever waits for room is not idle. But what it holds others may be waiting for.
    pub fn must_go_on(&self, idle_from: &mut Instant, holds_room: bool) -> Result<()> {
        if let Some(since) = *self.waits.borrow() {
            if holds_room && since.elapsed() >= PATIENCE {
                return Err(Error::try_again());
            }
            *idle_from = Instant::now();
        } else if idle_from.elapsed() >= IDLE {
            return Err(Error::StreamIdle { idle: IDLE });
        }
        Ok(())
    }
}

impl<T> Ahead<T> {
    /// Waits until so many bytes may be read ahead.
    pub async fn weighs(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let kib = u32::try_from(bytes.div_ceil(1024).clamp(1, AHEAD_KIB)).ok()?;
        let weight = Arc::clone(&self.weight);
        weight.acquire_many_owned(kib).await.ok()
    }

    /// Where others have taken all there is, this one waits, and so does its client.
    pub async fn room(&self, bytes: usize) -> Option<Taken> {
        if let Some(taken) = self.share.try_take(bytes) {
            return Some(taken);
        }
        self.waits.send_replace(Some(Instant::now()));
        let taken = self.share.take(bytes).await;
        self.waits.send_replace(None);
        taken
    }

    /// Hands on what came. Whether anybody wants more.
    pub async fn hands_on(&self, came: T, weight: Option<OwnedSemaphorePermit>) -> bool {
        self.parts.send((came, weight)).await.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What waits for room since so long ago, if it does.
    fn incoming(waits: Option<Duration>) -> Incoming<()> {
        let (_, parts) = mpsc::channel(1);
        let since = waits.map(|waits| Instant::now() - waits);
        let (_, waits) = watch::channel(since);
        Incoming { parts, waits }
    }

    #[tokio::test]
    async fn whoever_waits_for_room_is_not_idle_but_must_not_hold_any() {
        let judge = |waits, holds_room| {
            let mut idle_from = Instant::now() - IDLE;
            let judged = incoming(waits).must_go_on(&mut idle_from, holds_room);
            (judged, idle_from.elapsed() < IDLE)
        };
        let idle = judge(None, false).0.unwrap_err();
        assert!(matches!(idle, Error::StreamIdle { .. }));
        for (waits, holds_room) in [
            (IDLE * 2, false),
            (Duration::ZERO, false),
            (PATIENCE / 2, true),
        ] {
            let (judged, anew) = judge(Some(waits), holds_room);
            assert!(judged.is_ok() && anew, "{waits:?}");
        }
        let crowds = judge(Some(PATIENCE), true).0.unwrap_err();
        assert!(matches!(crowds, Error::TryAgain { .. }), "{crowds:?}");
        let mut now = Instant::now();
        assert!(incoming(None).must_go_on(&mut now, true).is_ok());
    }
}
