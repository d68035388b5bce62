//! Reads what comes on the stream of a push, as far ahead as there is room, and prepares each item.

use std::sync::Arc;

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch},
    time::Instant,
};
use tonic::{Code, Status, Streaming};

use super::{METHOD, batch::Meant, item::Item};
use crate::{
    contract,
    error::Error,
    intake::{Share, Taken},
    proto::v1::{PushRequest, push_request::Part},
};

/// What is read ahead: messages, and what they weigh in KiB.
const AHEAD: usize = 256;
const AHEAD_KIB: usize = 1024;

/// What came.
pub enum Came {
    Header(Meant),
    Item(Box<Item>),
    Commit,
    End,
    /// Nothing more comes.
    Cut(Status),
}

/// What was read ahead.
pub struct Incoming {
    parts: mpsc::Receiver<(Came, Option<OwnedSemaphorePermit>)>,
    waits: watch::Receiver<Option<Instant>>,
}

impl Incoming {
    /// What comes next.
    pub async fn next(&mut self) -> Came {
        let next = self.parts.recv().await;
        next.map_or(Came::End, |(came, _)| came)
    }

    /// Since when nothing is read for want of room, if so.
    pub fn waits_for_room_since(&self) -> Option<Instant> {
        *self.waits.borrow()
    }
}

/// Reads in a task of its own, until nobody wants more.
pub fn read(subject: String, requests: Streaming<PushRequest>, share: Share) -> Incoming {
    let (parts, incoming) = mpsc::channel(AHEAD);
    let (waits, waiting) = watch::channel(None);
    let reader = Reader {
        subject,
        requests,
        share,
        parts: parts.clone(),
        ahead: Arc::new(Semaphore::new(AHEAD_KIB)),
        waits,
    };
    tokio::spawn(async move {
        // A stream that nobody reads on must not stay open for what its client may still send.
        tokio::select! {
            () = reader.run() => {}
            () = parts.closed() => {}
        }
    });
    Incoming {
        parts: incoming,
        waits: waiting,
    }
}

struct Reader {
    subject: String,
    requests: Streaming<PushRequest>,
    share: Share,
    parts: mpsc::Sender<(Came, Option<OwnedSemaphorePermit>)>,
    ahead: Arc<Semaphore>,
    waits: watch::Sender<Option<Instant>>,
}

impl Reader {
    async fn run(mut self) {
        let mut index = 0;
        loop {
            let mut ahead = None;
            let came = match self.requests.message().await {
                Ok(Some(request)) => match request.part {
                    Some(Part::Header(header)) => Came::Header(Meant {
                        together: header.together,
                        dry_run: header.validate_only,
                    }),
                    Some(Part::Item(bytes)) => {
                        ahead = self.ahead(bytes.len()).await;
                        let room = self.room(bytes.len()).await;
                        let item = Item::read(&self.subject, index, &bytes);
                        index += 1;
                        Came::Item(Box::new(Item { room, ..item }))
                    }
                    Some(Part::Commit(_)) | None => Came::Commit,
                },
                Ok(None) => Came::End,
                Err(status) => Came::Cut(told(status)),
            };
            let last = matches!(came, Came::End | Came::Cut(_));
            if self.parts.send((came, ahead)).await.is_err() || last {
                return;
            }
        }
    }

    async fn ahead(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let kib = u32::try_from(bytes.div_ceil(1024).clamp(1, AHEAD_KIB)).ok()?;
        let ahead = Arc::clone(&self.ahead);
        ahead.acquire_many_owned(kib).await.ok()
    }

    /// Where others have taken all there is, this one waits, and so does its client.
    async fn room(&self, bytes: usize) -> Option<Taken> {
        if let Some(taken) = self.share.try_take(bytes) {
            return Some(taken);
        }
        self.waits.send_replace(Some(Instant::now()));
        let taken = self.share.take(bytes).await;
        self.waits.send_replace(None);
        taken
    }
}

/// What the transport does not take in, it says in words of its own.
fn told(status: Status) -> Status {
    let method = contract::get().method(METHOD);
    match (status.code(), method) {
        (Code::OutOfRange, Some(method)) => {
            let max_request_bytes = method.max_request_bytes;
            Error::TooLarge { max_request_bytes }.into()
        }
        _ => status,
    }
}
