//! Where events go to one caller: gathered into messages, each with a cursor where a whole write ends, and given up where
//! nobody takes them.

use std::time::Duration;

use prost::bytes::Bytes;
use tokio::{sync::mpsc, time::Instant};

use super::{
    answer::{self, Answer},
    cursor::Cursor,
};
use crate::{
    error::{Error, Result},
    proto::v1::{self, event::What},
};

/// A message is sent before it grows beyond this.
const MESSAGE_BYTES: usize = 256 * 1024;
/// Whole writes are gathered until they are this much.
const GATHERED_BYTES: usize = 64 * 1024;
const GATHERED_EVENTS: usize = 100;
/// Messages that may wait for the caller.
pub const WAITING: usize = 4;
/// How long a caller may leave messages waiting.
const PATIENCE: Duration = Duration::from_secs(10);

/// Gathers events and sends them.
pub struct Outlet {
    sender: mpsc::Sender<Box<Answer>>,
    seal: Box<dyn Fn(Cursor) -> String + Send + Sync>,
    events: Vec<Bytes>,
    bytes: usize,
    /// Where all that was pushed is whole.
    whole: Option<Cursor>,
    progress: v1::SyncProgress,
    last_cursor: String,
    last_cursor_at: Instant,
}

impl Outlet {
    pub fn new(
        sender: mpsc::Sender<Box<Answer>>,
        seal: impl Fn(Cursor) -> String + Send + Sync + 'static,
    ) -> Self {
        Self {
            sender,
            seal: Box::new(seal),
            events: Vec::new(),
            bytes: 0,
            whole: None,
            progress: v1::SyncProgress::default(),
            last_cursor: String::new(),
            last_cursor_at: Instant::now(),
        }
    }

    /// How far the call has come, for the messages to come.
    pub fn progress(&mut self) -> &mut v1::SyncProgress {
        &mut self.progress
    }

    /// When the caller was last given a cursor.
    pub fn last_cursor_at(&self) -> Instant {
        self.last_cursor_at
    }

    pub async fn push(&mut self, what: What) -> Result<()> {
        self.push_encoded(answer::event(what)).await
    }

    /// Pushes an encoded `Event`.
    pub async fn push_encoded(&mut self, event: Bytes) -> Result<()> {
        let bytes = event.len();
        if !self.events.is_empty() && self.bytes + bytes > MESSAGE_BYTES {
            self.send().await?;
        }
        self.whole = None;
        self.bytes += bytes;
        self.events.push(event);
        Ok(())
    }

    /// All that was pushed is whole, and the copy then stands there.
    pub async fn whole(&mut self, cursor: Cursor) -> Result<()> {
        self.whole = Some(cursor);
        self.progress.position = cursor.position.unsigned_abs();
        if self.bytes > GATHERED_BYTES || self.events.len() >= GATHERED_EVENTS {
            self.send().await?;
        }
        Ok(())
    }

    /// Sends what waits to be sent, if anything does.
    pub async fn flush(&mut self) -> Result<()> {
        if self.events.is_empty() {
            return Ok(());
        }
        self.send().await
    }

    /// Sends what there is, at least how far the call has come.
    pub async fn send(&mut self) -> Result<()> {
        let answer = Answer {
            events: std::mem::take(&mut self.events),
            cursor: self.whole.take().map(&self.seal).unwrap_or_default(),
            progress: Some(self.progress),
        };
        self.bytes = 0;
        let cursor = answer.cursor.clone();
        match self.sender.send_timeout(Box::new(answer), PATIENCE).await {
            Ok(()) => {
                if !cursor.is_empty() {
                    self.last_cursor = cursor;
                    self.last_cursor_at = Instant::now();
                }
                Ok(())
            }
            Err(mpsc::error::SendTimeoutError::Timeout(_)) => Err(Error::ReaderTooSlow {
                cursor: self.last_cursor.clone(),
            }),
            // Nobody is there to be told so.
            Err(mpsc::error::SendTimeoutError::Closed(_)) => Err(Error::try_again()),
        }
    }

    /// Returns when the caller has gone away.
    pub async fn closed(&self) {
        self.sender.closed().await;
    }
}
