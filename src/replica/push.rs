//! Sends what waits in the outbox, and takes in what is answered: each answer with the row that it clears.

mod answer;

use std::{collections::HashSet, ops::Add};

use bytes::Bytes;
use futures::{Stream, StreamExt};
use prost::Message;
use serde::Serialize;
use tonic::Status;

use super::{
    Result,
    file::Replica,
    link::Link,
    outbox::{self, Outgoing},
};
use crate::proto::v1::{
    PushCommit, PushHeader, PushRequest, PushResponse, push_request::Part, push_response::Outcome,
};
pub use answer::Answer;
pub(super) use answer::put_ahead;

/// Documents sent in one stream.
const BATCH: usize = 1000;
/// Answers taken in at a time.
const AT_ONCE: usize = 100;

/// What came of a push.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pushed {
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    /// Taken together with what others had written.
    pub merged: u64,
    /// Kept by the exchange until somebody resolves them.
    pub conflicts: u64,
    pub refused: u64,
    /// How often it was cut, and went on.
    pub cuts: u32,
}

impl Pushed {
    pub fn total(&self) -> u64 {
        self.created + self.updated + self.unchanged + self.merged + self.conflicts + self.refused
    }
}

impl Add for Pushed {
    type Output = Self;

    fn add(self, more: Self) -> Self {
        Self {
            created: self.created + more.created,
            updated: self.updated + more.updated,
            unchanged: self.unchanged + more.unchanged,
            merged: self.merged + more.merged,
            conflicts: self.conflicts + more.conflicts,
            refused: self.refused + more.refused,
            cuts: self.cuts + more.cuts,
        }
    }
}

/// Sends until nothing waits any more.
pub async fn push(
    replica: &mut Replica,
    link: &mut Link,
    see: &mut (dyn FnMut(&Pushed) + Send),
) -> Result<Pushed> {
    if replica.has_waiting().await? {
        link.must_be(&replica.subject).await?;
    }
    let mut pushing = Pushing {
        replica,
        see,
        pushed: Pushed::default(),
    };
    while pushing.replica.has_waiting().await? {
        if let Err(error) = pushing.send(link).await {
            let (_, pause) = link.weigh(error)?;
            pushing.pushed.cuts += 1;
            (pushing.see)(&pushing.pushed);
            tokio::time::sleep(pause).await;
        }
    }
    Ok(pushing.pushed)
}

/// Sends once what may be sent together, for whoever has something else to do before the next try.
pub(super) async fn push_once(replica: &mut Replica, link: &mut Link) -> (Pushed, Result<()>) {
    let mut pushing = Pushing {
        replica,
        see: &mut |_| {},
        pushed: Pushed::default(),
    };
    let sent = pushing.send(link).await;
    (pushing.pushed, sent)
}

struct Pushing<'a> {
    replica: &'a mut Replica,
    see: &'a mut (dyn FnMut(&Pushed) + Send),
    pushed: Pushed,
}

impl Pushing<'_> {
    /// What may be sent together: of what was made from the same revision the first only. What comes of that, the next is
    /// to be made from. Rows that can not be read are refused here. Read and noted in one transaction: nobody changes a row
    /// between.
    async fn next(&mut self) -> Result<Vec<Outgoing>> {
        let (mut made_from, mut next, mut refused) = (HashSet::new(), Vec::new(), 0);
        let mut transaction = self.replica.begin().await?;
        for waiting in outbox::waiting(&mut transaction).await? {
            let request_id = waiting.request_id.clone();
            match waiting.read() {
                Ok(outgoing) => {
                    if next.len() < BATCH && made_from.insert(outgoing.made_from()) {
                        outbox::note_sent(&mut transaction, &request_id).await?;
                        next.push(outgoing);
                    }
                }
                Err(wrong) => {
                    let answer = Answer::unreadable(wrong).to_json()?;
                    outbox::keep(&mut transaction, &request_id, "refused", &answer).await?;
                    refused += 1;
                }
            }
        }
        transaction.commit().await?;
        self.pushed.refused += refused;
        Ok(next)
    }

    /// Sends documents, each decided for itself, and takes in their answers as they come. The way there comes first: until
    /// it is found, everything may still be changed.
    async fn send(&mut self, link: &mut Link) -> Result<()> {
        let mut client = link.client().await?.sync;
        let outgoing = self.next().await?;
        if outgoing.is_empty() {
            return Ok(());
        }
        let answers = client.push(requests(&outgoing)).await?.into_inner();
        let mut answers = answers.ready_chunks(AT_ONCE);
        let (mut answered, mut passing, mut settled) = (0, None, self.pushed.total());
        while let Some(chunk) = answers.next().await {
            let (good, cut) = split(chunk);
            answered += good.len();
            let refused = self.take(&outgoing, good).await?;
            // Where nothing is answered, or all is refused for now, nothing comes of the try.
            if self.pushed.total() > settled {
                settled = self.pushed.total();
                link.thrives();
            }
            passing = refused.or(passing);
            (self.see)(&self.pushed);
            if let Some(status) = cut {
                return Err(status.into());
            }
        }
        match passing {
            Some(status) => Err(status.into()),
            None if answered < outgoing.len() => {
                Err(Status::unavailable("the stream ended before all was answered").into())
            }
            None => Ok(()),
        }
    }

    /// Takes answers in, in one transaction. Returns a refusal that passes, of a document that is sent again.
    async fn take(
        &mut self,
        outgoing: &[Outgoing],
        answers: Vec<PushResponse>,
    ) -> Result<Option<Status>> {
        let mut passing = None;
        let mut pushed = self.pushed;
        let mut transaction = self.replica.begin().await?;
        for answer in answers {
            let sent = outgoing
                .iter()
                .find(|sent| sent.item.request_id == answer.request_id);
            // Of an item that this stream did not send nothing is known, and nothing is done.
            let (Some(sent), Some(outcome)) = (sent, answer.outcome) else {
                continue;
            };
            if let Outcome::Refused(status) = &outcome
                && let Some(status) = answer::passes(status)
            {
                passing = Some(status);
                continue;
            }
            count(&mut pushed, &outcome);
            let position = answer.position.cast_signed();
            answer::take_in(&mut transaction, sent, outcome, position).await?;
        }
        transaction.commit().await?;
        self.pushed = pushed;
        Ok(passing)
    }
}

fn requests(outgoing: &[Outgoing]) -> impl Stream<Item = PushRequest> + Send + 'static {
    let header = PushHeader {
        together: false,
        validate_only: false,
    };
    let items: Vec<Part> = outgoing
        .iter()
        .map(|one| Part::Item(Bytes::from(one.item.encode_to_vec())))
        .collect();
    let parts = std::iter::once(Part::Header(header))
        .chain(items)
        .chain([Part::Commit(PushCommit {})]);
    tokio_stream::iter(parts.map(|part| PushRequest { part: Some(part) }))
}

/// The answers up to the end of the stream, and why it ended where it did not end well.
fn split(chunk: Vec<Result<PushResponse, Status>>) -> (Vec<PushResponse>, Option<Status>) {
    let mut good = Vec::new();
    for answer in chunk {
        match answer {
            Ok(answer) => good.push(answer),
            Err(status) => return (good, Some(status)),
        }
    }
    (good, None)
}

fn count(pushed: &mut Pushed, outcome: &Outcome) {
    *match outcome {
        Outcome::Created(_) => &mut pushed.created,
        Outcome::Updated(_) => &mut pushed.updated,
        Outcome::Unchanged(_) => &mut pushed.unchanged,
        Outcome::Merged(_) => &mut pushed.merged,
        Outcome::Conflict(_) => &mut pushed.conflicts,
        Outcome::Refused(_) => &mut pushed.refused,
    } += 1;
}
