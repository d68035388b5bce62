//! The stream of a push: cuts what comes into batches, and answers. Waits for its own caller only.

use std::{future::pending, pin::pin, time::Duration};

use prost::Message;
use tokio::time::{Instant, sleep, sleep_until};
use tonic::{Status, Streaming};

use super::{
    answer::{Answer, Ready},
    batch::{Ledger, MAX_BYTES, MAX_ITEMS, Meant, too_large},
    each::Each,
    item::{Item, Place},
    read::{Came, read},
    together,
};
use crate::{
    access::Caller,
    contract::Violation,
    error::{Error, Result},
    exchange::Exchange,
    intake::{self, Gone, IDLE, Telling},
    proto::v1::{Act, PushRequest, PushResponse},
};

/// Items that are decided on at a time, each for itself, and what they may weigh: while they are written, the next are read.
const ENOUGH: usize = 256;
const ENOUGH_BYTES: usize = 4 * 1024 * 1024;
/// How long more items are waited for before those that came are decided on.
const GATHERING: Duration = Duration::from_millis(3);
/// How often it is looked whether a caller may still push.
const LOOK: Duration = Duration::from_secs(2);

/// Answers as they come, then the status of the call.
pub type Pushed = Telling<PushResponse>;

/// Runs a push in tasks of its own, so that it ends in time whatever its caller does.
pub fn push(exchange: &Exchange, caller: &Caller, requests: Streaming<PushRequest>) -> Pushed {
    let subject = caller.subject().to_owned();
    let share = exchange.intake.room.of(&subject);
    let (answers, told) = intake::answers();
    let mut push = Push {
        exchange: exchange.clone(),
        caller: caller.clone(),
        incoming: read(subject, requests, share.clone()),
        share,
        answers,
        waiting: Waiting::default(),
        answering_since: Instant::now(),
        looked: Instant::now(),
    };
    let pushing = async move {
        match push.run().await {
            Ok(()) => None,
            Err(End::AfterAnswers(status)) => Some(status),
            Err(End::AtOnce(status)) => {
                push.answers.take_back();
                Some(status)
            }
        }
    };
    told.by(pushing, "a push")
}

/// Why a push ends before its caller ends it.
enum End {
    /// What was answered is still told.
    AfterAnswers(Status),
    /// Nothing more is told: the caller may not have it, or does not take it.
    AtOnce(Status),
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        Self::AfterAnswers(error.into())
    }
}

fn at_once(error: Error) -> End {
    End::AtOnce(error.into())
}

struct Push {
    exchange: Exchange,
    caller: Caller,
    incoming: intake::Incoming<Came>,
    answers: intake::Answers<PushResponse>,
    waiting: Waiting,
    share: intake::Share,
    /// Since when answers are told that are there: what it takes to decide and to write is not for the caller to answer for.
    answering_since: Instant,
    /// When it was last looked whether the caller may push.
    looked: Instant,
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
        self.items.len() >= ENOUGH || self.bytes >= ENOUGH_BYTES
    }
}

impl Push {
    async fn run(&mut self) -> Result<(), End> {
        let meant = match self.next().await? {
            Came::Header(meant) => meant,
            Came::End => return Ok(()),
            Came::Cut(status) => return Err(End::AfterAnswers(status)),
            Came::Item(_) | Came::Commit => return Err(Error::field(no_header()).into()),
        };
        if meant.together {
            self.together(meant).await
        } else {
            self.each(meant).await
        }
    }

    async fn each(&mut self, meant: Meant) -> Result<(), End> {
        let mut each = Each::new(meant.dry_run);
        let ended = self.run_by_run(&mut each).await;
        match ended {
            Ok(()) => {}
            // What is cut off is not decided on. What was being written is answered.
            Err(End::AfterAnswers(_)) => {
                each.settle(&self.exchange, &self.caller).await?;
                self.hand_out(&mut each).await?;
            }
            // What is being written keeps its room until it is.
            Err(End::AtOnce(_)) => {
                self.answers.take_back();
                each.leave().await;
            }
        }
        ended
    }

    async fn run_by_run(&mut self, each: &mut Each) -> Result<(), End> {
        let mut more = true;
        while more || !each.is_done() {
            more = more && self.gather(each).await?;
            self.decide_each(each).await?;
        }
        Ok(())
    }

    /// Takes in what comes, until there is something to decide on or what was being written is. Whether more may come.
    async fn gather(&mut self, each: &mut Each) -> Result<bool, End> {
        while !self.waiting.is_enough() {
            let came = if self.waiting.items.is_empty() {
                tokio::select! {
                    biased;
                    came = self.next() => came?,
                    () = each.written() => return Ok(true),
                }
            } else {
                tokio::select! {
                    biased;
                    came = self.incoming.next() => came.unwrap_or(Came::End),
                    () = each.written() => return Ok(true),
                    () = sleep(GATHERING) => return Ok(true),
                }
            };
            match came {
                Came::Item(item) => self.waiting.push(*item),
                Came::Commit => return Ok(true),
                Came::End => return Ok(false),
                Came::Cut(status) => return Err(End::AfterAnswers(status)),
                Came::Header(_) => return Err(Error::field(second_header()).into()),
            }
        }
        Ok(true)
    }

    async fn together(&mut self, meant: Meant) -> Result<(), End> {
        loop {
            match self.next().await? {
                Came::Item(item) => self.waiting.push(*item),
                Came::Commit => self.decide_together(meant).await?,
                Came::End => return self.leave().await,
                Came::Cut(status) => return Err(End::AfterAnswers(status)),
                Came::Header(_) => return Err(Error::field(second_header()).into()),
            }
            self.shed().await?;
        }
    }

    /// What comes next, as long as the caller may push and somebody sends.
    async fn next(&mut self) -> Result<Came, End> {
        let stopping = self.exchange.stopping.clone();
        let mut idle_from = Instant::now();
        loop {
            // Also of who sends a little all the time.
            if self.looked.elapsed() >= LOOK {
                self.renew().await?;
            }
            tokio::select! {
                biased;
                came = self.incoming.next() => return Ok(came.unwrap_or(Came::End)),
                () = stopping.cancelled() => return Err(at_once(Error::try_again())),
                () = self.answers.closed() => return Err(End::AtOnce(Status::cancelled(""))),
                () = sleep_until(idle_from + IDLE) => {}
                () = sleep(LOOK) => {}
            }
            let holds_room = !self.waiting.items.is_empty();
            let judged = self.incoming.must_go_on(&mut idle_from, holds_room);
            judged.map_err(at_once)?;
        }
    }

    /// Looks anew at what the caller may do.
    async fn renew(&mut self) -> Result<(), End> {
        let renewed = self.exchange.access.renewed(&self.caller, 0).await;
        self.caller = renewed.map_err(at_once)?;
        self.looked = Instant::now();
        self.caller.must(Act::EditDocuments).map_err(at_once)
    }

    /// Decides what waits, run by run, each while the one before it is being written. The last one then still is. Nothing that
    /// is decided waits for the caller to take answers.
    async fn decide_each(&mut self, each: &mut Each) -> Result<(), End> {
        let mut working = Instant::now();
        self.answering_since = working;
        let items = std::mem::take(&mut self.waiting).items;
        if !items.is_empty() {
            self.renew().await?;
            each.add(&self.exchange, &self.caller, items).await?;
        }
        loop {
            self.renew().await?;
            let run = each.decide(&self.exchange, &self.caller).await?;
            each.settle(&self.exchange, &self.caller).await?;
            if let Some(run) = run {
                self.renew().await?;
                each.write(&self.exchange.journal, run);
            }
            self.answering_since += working.elapsed();
            self.hand_out(each).await?;
            if !each.waits() {
                return each.must_be_told().map_err(Into::into);
            }
            working = Instant::now();
        }
    }

    /// Decides, writes and answers what waits, all or none.
    async fn decide_together(&mut self, meant: Meant) -> Result<(), End> {
        let items = std::mem::take(&mut self.waiting).items;
        if items.is_empty() {
            return Ok(());
        }
        self.renew().await?;
        let ledger = together::answer(&self.exchange, &self.caller, meant.dry_run, items).await;
        let mut ledger = ledger?;
        self.hand_out_all(&mut ledger).await?;
        ledger.must_be_told().map_err(Into::into)
    }

    /// Where a batch is too large to be written together, answers its items as they come.
    async fn shed(&mut self) -> Result<(), End> {
        let Waiting { items, bytes, shed } = &self.waiting;
        if *shed || items.len() > MAX_ITEMS || *bytes > MAX_BYTES {
            let items = std::mem::take(&mut self.waiting.items);
            self.waiting.shed = true;
            self.refuse(items, too_large).await?;
        }
        Ok(())
    }

    /// What was not committed, is not written.
    async fn leave(&mut self) -> Result<(), End> {
        let items = std::mem::take(&mut self.waiting).items;
        let index = items.first().map_or(0, |item| item.place.index);
        self.refuse(items, || Error::BatchRefused { index }).await
    }

    async fn refuse(&mut self, items: Vec<Item>, why: impl Fn() -> Error) -> Result<(), End> {
        // Of what is refused, only the places are kept while answers wait to be taken.
        let places: Vec<_> = items.into_iter().map(|item| item.place).collect();
        let mut ledger = Ledger::default();
        for place in places {
            let at = ledger.add(place);
            ledger.tell(at, Ready::Whole(Answer::refused(why())));
        }
        self.hand_out_all(&mut ledger).await
    }

    /// Tells the answers that are there, as far as no answer before them is missing.
    async fn hand_out(&mut self, each: &mut Each) -> Result<(), End> {
        while let Some((place, ready)) = each.ledger.next() {
            self.tell(&place, ready, Some(each)).await?;
        }
        Ok(())
    }

    /// The same, of a batch of which nothing is being written any more.
    async fn hand_out_all(&mut self, ledger: &mut Ledger) -> Result<(), End> {
        self.answering_since = Instant::now();
        while let Some((place, ready)) = ledger.next() {
            self.tell(&place, ready, None).await?;
        }
        Ok(())
    }

    /// Tells an answer, at the pace of whoever takes it, and for no longer than the caller may have it. What is being written
    /// does not wait for that.
    async fn tell(
        &mut self,
        place: &Place,
        ready: Ready,
        mut each: Option<&mut Each>,
    ) -> Result<(), End> {
        // Also of who takes a little all the time.
        if self.looked.elapsed() >= LOOK {
            self.renew().await?;
        }
        let answer = ready.told(&self.exchange, &self.caller, place).await?;
        let (answers, stopping) = (self.answers.clone(), self.exchange.stopping.clone());
        let bytes = answer.encoded_len();
        let mut sending = pin!(answers.send(answer, bytes));
        let patience = Instant::now() + IDLE;
        loop {
            // Others wait for what this stream has sent ahead.
            if self.share.must_give_back(self.answering_since) {
                return Err(at_once(Error::try_again()));
            }
            tokio::select! {
                biased;
                sent = &mut sending => {
                    // Nobody is there to be told so.
                    return sent.map_err(|Gone| at_once(Error::try_again()));
                }
                each = written(&mut each) => {
                    each.settle(&self.exchange, &self.caller).await?;
                }
                () = stopping.cancelled() => return Err(at_once(Error::try_again())),
                () = sleep_until(patience) => {
                    return Err(at_once(Error::StreamIdle { idle: IDLE }));
                }
                () = sleep(LOOK) => self.renew().await?,
            }
        }
    }
}

/// Returns when what is being written is. Where nothing is, never.
async fn written<'a>(each: &'a mut Option<&mut Each>) -> &'a mut Each {
    match each {
        Some(each) => {
            each.written().await;
            each
        }
        None => pending().await,
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
