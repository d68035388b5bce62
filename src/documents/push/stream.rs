//! The stream of a push: reads items ahead, cuts them into batches, and answers. Waits for its own caller only.

use std::{pin::Pin, sync::Arc, time::Duration};

use futures::{Stream, StreamExt, stream};
use tokio::{
    sync::{Semaphore, mpsc, oneshot},
    time::{Instant, timeout},
};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status, Streaming};

use super::{
    METHOD,
    answer::Answer,
    batch::{self, Meant},
    item::Item,
};
use crate::{
    access::Caller,
    contract::{self, Violation},
    error::{Error, Result},
    exchange::Exchange,
    proto::v1::{Act, PushRequest, PushResponse, push_request::Part},
};

/// Items that are decided on at a time.
const MAX_ITEMS: usize = 1000;
/// What a batch may weigh that is written together.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// What items may weigh that are decided on at a time.
const ENOUGH_BYTES: usize = 4 * 1024 * 1024;
/// How long more items are waited for before those that came are decided on.
const GATHERING: Duration = Duration::from_millis(3);
/// Items that are read ahead, and answers that wait for the caller.
const AHEAD: usize = 256;
/// How long a stream may stand still.
const IDLE: Duration = Duration::from_secs(30);
/// How often it is looked whether a caller may still push.
const LOOK: Duration = Duration::from_secs(2);

/// Answers as they come, then the status of the call.
pub type Answers = Pin<Box<dyn Stream<Item = Result<PushResponse, Status>> + Send>>;

/// Runs a push in tasks of its own, so that it ends in time whatever its caller does.
pub fn push(exchange: &Exchange, caller: &Caller, requests: Streaming<PushRequest>) -> Answers {
    let (parts, incoming) = mpsc::channel(AHEAD);
    let (answers, outgoing) = mpsc::channel(AHEAD);
    let (ended, end) = oneshot::channel();
    let room = Arc::clone(&exchange.push_room);
    let subject = caller.subject().to_owned();
    tokio::spawn(async move {
        // A stream that nobody reads on must not stay open for what its client may still send.
        let gone = parts.clone();
        tokio::select! {
            () = read(subject, requests, parts, room) => {}
            () = gone.closed() => {}
        }
    });
    let mut push = Push {
        exchange: exchange.clone(),
        caller: caller.clone(),
        incoming,
        answers,
        waiting: Waiting::default(),
    };
    tokio::spawn(async move { drop(ended.send(push.run().await.err())) });
    let answers = ReceiverStream::new(outgoing).map(Ok);
    let end = stream::once(async {
        let silent = |_| Some(Error::fault(anyhow::anyhow!("a push was cut off")).into());
        end.await.unwrap_or_else(silent)
    });
    let end = end.filter_map(async |status| status.map(Err));
    Box::pin(answers.chain(end))
}

/// What came.
enum Came {
    Header(Meant),
    Item(Box<Item>),
    Commit,
    End,
    /// Nothing more comes.
    Cut(Status),
}

/// Reads what comes, and prepares each item.
async fn read(
    subject: String,
    mut requests: Streaming<PushRequest>,
    parts: mpsc::Sender<Came>,
    room: Arc<Semaphore>,
) {
    let mut index = 0;
    loop {
        let came = match requests.message().await {
            Ok(Some(request)) => match request.part {
                Some(Part::Header(header)) => Came::Header(Meant {
                    together: header.together,
                    dry_run: header.validate_only,
                }),
                Some(Part::Item(bytes)) => {
                    // Where others have taken all there is, this one waits, and so does its client.
                    let kib = u32::try_from(bytes.len() / 1024 + 1).unwrap_or(u32::MAX);
                    let taken = Arc::clone(&room).acquire_many_owned(kib).await;
                    let mut item = Item::read(&subject, index, &bytes);
                    item.room = taken.ok();
                    index += 1;
                    Came::Item(Box::new(item))
                }
                Some(Part::Commit(_)) | None => Came::Commit,
            },
            Ok(None) => Came::End,
            Err(status) => Came::Cut(told(status)),
        };
        let last = matches!(came, Came::End | Came::Cut(_));
        if parts.send(came).await.is_err() || last {
            return;
        }
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

struct Push {
    exchange: Exchange,
    caller: Caller,
    incoming: mpsc::Receiver<Came>,
    answers: mpsc::Sender<PushResponse>,
    waiting: Waiting,
}

/// Items that are not decided on yet.
#[derive(Default)]
struct Waiting {
    items: Vec<Item>,
    bytes: usize,
    /// There were too many to be written together; they are answered so, and the rest of the batch is as it comes.
    shed: bool,
}

impl Waiting {
    fn push(&mut self, item: Item) {
        self.bytes += item.bytes;
        self.items.push(item);
    }

    fn is_enough(&self) -> bool {
        self.items.len() >= MAX_ITEMS || self.bytes >= ENOUGH_BYTES
    }
}

impl Push {
    async fn run(&mut self) -> Result<(), Status> {
        let meant = match self.next().await? {
            Came::Header(meant) => meant,
            Came::End => return Ok(()),
            Came::Cut(status) => return Err(status),
            Came::Item(_) | Came::Commit => return Err(Error::field(no_header()).into()),
        };
        if meant.together {
            self.together(meant).await
        } else {
            self.each(meant).await
        }
    }

    async fn each(&mut self, meant: Meant) -> Result<(), Status> {
        loop {
            let mut came = self.next().await?;
            loop {
                match came {
                    Came::Item(item) => self.waiting.push(*item),
                    Came::Commit => break,
                    Came::End => return Ok(self.decide(meant).await?),
                    Came::Cut(status) => return Err(status),
                    Came::Header(_) => return Err(Error::field(second_header()).into()),
                }
                if self.waiting.is_enough() {
                    break;
                }
                match timeout(GATHERING, self.incoming.recv()).await {
                    Ok(next) => came = next.unwrap_or(Came::End),
                    Err(_) => break,
                }
            }
            self.decide(meant).await?;
        }
    }

    async fn together(&mut self, meant: Meant) -> Result<(), Status> {
        loop {
            match self.next().await? {
                Came::Item(item) => self.waiting.push(*item),
                Came::Commit => self.decide(meant).await?,
                Came::End => return Ok(self.leave().await?),
                Came::Cut(status) => return Err(status),
                Came::Header(_) => return Err(Error::field(second_header()).into()),
            }
            self.shed().await?;
        }
    }

    /// What comes next, as long as the caller may push and somebody sends.
    async fn next(&mut self) -> Result<Came> {
        let idle_from = Instant::now() + IDLE;
        let stopping = self.exchange.stopping.clone();
        loop {
            tokio::select! {
                came = self.incoming.recv() => return Ok(came.unwrap_or(Came::End)),
                () = stopping.cancelled() => return Err(Error::try_again()),
                () = self.answers.closed() => return Ok(Came::Cut(Status::cancelled(""))),
                () = tokio::time::sleep_until(idle_from) => return Err(Error::StreamIdle { idle: IDLE }),
                () = tokio::time::sleep(LOOK) => self.renew().await?,
            }
        }
    }

    /// Looks anew at what the caller may do.
    async fn renew(&mut self) -> Result<()> {
        self.caller = self.exchange.access.renewed(&self.caller, 0).await?;
        self.caller.must(Act::EditDocuments)
    }

    /// Decides, writes and answers what waits.
    async fn decide(&mut self, meant: Meant) -> Result<()> {
        let items = std::mem::take(&mut self.waiting).items;
        if items.is_empty() {
            return Ok(());
        }
        self.renew().await?;
        let answers = batch::answer(&self.exchange, &self.caller, meant, items).await?;
        self.send(answers).await
    }

    /// Where a batch is too large to be written together, answers its items as they come.
    async fn shed(&mut self) -> Result<()> {
        let Waiting { items, bytes, shed } = &self.waiting;
        if *shed || items.len() > MAX_ITEMS || *bytes > MAX_BYTES {
            let items = std::mem::take(&mut self.waiting.items);
            self.waiting.shed = true;
            self.refuse(items, too_large).await?;
        }
        Ok(())
    }

    /// What was not committed, is not written.
    async fn leave(&mut self) -> Result<()> {
        let items = std::mem::take(&mut self.waiting).items;
        let index = items.first().map_or(0, |item| item.place.index);
        self.refuse(items, || Error::BatchRefused { index }).await
    }

    async fn refuse(&mut self, items: Vec<Item>, why: impl Fn() -> Error) -> Result<()> {
        let answers = items
            .into_iter()
            .map(|item| Answer::refused(why()).to(&item.place))
            .collect();
        self.send(answers).await
    }

    /// Answers, at the pace of whoever takes the answers.
    async fn send(&mut self, answers: Vec<PushResponse>) -> Result<()> {
        for answer in answers {
            match self.answers.send_timeout(answer, IDLE).await {
                Ok(()) => {}
                Err(mpsc::error::SendTimeoutError::Timeout(_)) => {
                    return Err(Error::StreamIdle { idle: IDLE });
                }
                // Nobody is there to be told so.
                Err(mpsc::error::SendTimeoutError::Closed(_)) => return Err(Error::try_again()),
            }
        }
        Ok(())
    }
}

fn too_large() -> Error {
    Error::BatchTooLarge {
        max_items: MAX_ITEMS,
        max_bytes: MAX_BYTES,
    }
}

fn no_header() -> Violation {
    Violation::new(
        "header",
        "push.header_first",
        "The first message of a push is its header; send it, and then the items.",
        "Det första meddelandet är huvudet; skicka det, och sedan posterna.",
    )
}

fn second_header() -> Violation {
    Violation::new(
        "header",
        "push.header_once",
        "The header comes once; open another stream for items that are meant otherwise.",
        "Huvudet skickas en gång; öppna en ny ström för poster som menas annorlunda.",
    )
}
