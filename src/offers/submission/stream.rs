//! The stream of a submission: reads items ahead, cuts them into batches, and answers. Waits for its own caller only.

use std::{pin::pin, time::Duration};

use prost::Message;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tonic::{Code, Status, Streaming};
use uuid::Uuid;

use super::{
    METHOD,
    item::Item,
    operations::{Header, Submitting, begin},
    rpc,
};
use crate::{
    access::Caller,
    contract::Violation,
    error::{Error, Result},
    exchange::Exchange,
    intake::{self, Ahead, Gone, IDLE, Telling},
    proto::v1::{
        Act, SubmissionBegun, SubmissionHeader, SubmissionMode, SubmissionRow,
        SubmitCourseOffersRequest, SubmitCourseOffersResponse, WithdrawnOffer,
        submit_course_offers_request::Part, submit_course_offers_response::Part as Told,
    },
};

/// Items that are decided on and written at a time.
const MAX_ITEMS: usize = 500;
/// What items may weigh that are decided on at a time.
const ENOUGH_BYTES: usize = 4 * 1024 * 1024;
/// How long more items are waited for before those that came are decided on.
const GATHERING: Duration = Duration::from_millis(3);
/// How often it is looked whether a caller may still submit.
const LOOK: Duration = Duration::from_secs(2);

/// Answers as they come, then the status of the call.
pub type Answers = Telling<SubmitCourseOffersResponse>;

/// Runs a submission in tasks of its own, so that it ends in time whatever its caller does.
pub fn submit(
    exchange: &Exchange,
    caller: &Caller,
    requests: Streaming<SubmitCourseOffersRequest>,
) -> Answers {
    let (answers, told) = intake::answers();
    let share = exchange.intake.room.of(caller.subject());
    let incoming = intake::read_ahead(share.clone(), |ahead| read(requests, ahead));
    let mut talk = Talk {
        exchange: exchange.clone(),
        caller: caller.clone(),
        incoming,
        share,
        answering_since: None,
        looked: Instant::now(),
        answers,
    };
    let talking = async move {
        let status = talk.run().await.err();
        if status.as_ref().is_some_and(may_not_be_told) {
            talk.answers.take_back();
        }
        status
    };
    told.by(talking, "a submission")
}

/// What came.
enum Came {
    Header(SubmissionHeader),
    Item(Box<Item>, Sort),
    End,
    /// The caller sends nothing more, and did not say that this was all.
    Pause,
    /// Nothing more comes.
    Cut(Status),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Offer,
    Withdrawal,
}

/// Reads what comes, and prepares each item.
async fn read(mut requests: Streaming<SubmitCourseOffersRequest>, ahead: Ahead<Came>) {
    loop {
        let mut weight = None;
        let came = match requests.message().await {
            Ok(Some(request)) => match request.part {
                Some(Part::Header(header)) => Came::Header(header),
                Some(Part::Offer(bytes)) => {
                    let item = Item::offer(&bytes);
                    weight = ahead.weighs(item.bytes).await;
                    let room = ahead.room(item.bytes).await;
                    Came::Item(Box::new(Item { room, ..item }), Sort::Offer)
                }
                Some(Part::Withdrawal(WithdrawnOffer { id })) => {
                    Came::Item(Box::new(Item::withdrawal(id)), Sort::Withdrawal)
                }
                Some(Part::End(_)) | None => Came::End,
            },
            Ok(None) => Came::Pause,
            Err(status) => Came::Cut(intake::cut(status, METHOD)),
        };
        let last = matches!(came, Came::End | Came::Pause | Came::Cut(_));
        if !ahead.hands_on(came, weight).await || last {
            return;
        }
    }
}

/// Whether what waits to be taken is dropped: the caller may not have it any more, or does not take it.
fn may_not_be_told(status: &Status) -> bool {
    matches!(
        status.code(),
        Code::PermissionDenied | Code::Unauthenticated | Code::DeadlineExceeded
    )
}

/// One stream, from its header to its end.
struct Talk {
    exchange: Exchange,
    caller: Caller,
    incoming: intake::Incoming<Came>,
    share: intake::Share,
    /// Since when the answers are told that are there. None: to items that hold no room.
    answering_since: Option<Instant>,
    answers: intake::Answers<SubmitCourseOffersResponse>,
    /// When it was last looked whether the caller may submit.
    looked: Instant,
}

/// Items that are decided on and written together.
#[derive(Default)]
struct Batch {
    items: Vec<Item>,
    bytes: usize,
}

impl Batch {
    fn push(&mut self, item: Item) {
        self.bytes += item.bytes;
        self.items.push(item);
    }

    fn is_enough(&self) -> bool {
        self.items.len() >= MAX_ITEMS || self.bytes >= ENOUGH_BYTES
    }
}

/// How items stop coming.
enum Stop {
    /// For now: those that came are decided on.
    Enough,
    End,
    Pause,
}

impl Talk {
    async fn run(&mut self) -> Result<(), Status> {
        let header = match self.next().await? {
            Came::Header(header) => read_header(header)?,
            Came::Pause => return Ok(()),
            Came::Cut(status) => return Err(status),
            Came::Item(..) | Came::End => return Err(Error::field(no_header()).into()),
        };
        self.renew().await?;
        let mut submitting = begin(&self.exchange, &self.caller, header).await?;
        let rows = submitting.submission().rows.unsigned_abs();
        self.tell(Told::Begun(SubmissionBegun { rows })).await?;
        loop {
            let (items, stop) = self.gather(&submitting).await?;
            if !items.is_empty() {
                self.renew().await?;
                let (rows, rooms) = submitting.take(&self.caller, items).await?;
                self.answering_since = Some(Instant::now());
                self.tell_rows(rows).await?;
                drop(rooms);
            }
            match stop {
                Stop::Enough => {}
                Stop::Pause => return Ok(()),
                Stop::End => return Ok(self.end(submitting).await?),
            }
        }
    }

    /// The next items that come close upon each other.
    async fn gather(&mut self, submitting: &Submitting) -> Result<(Vec<Item>, Stop), Status> {
        let mut batch = Batch::default();
        let mut came = self.next().await?;
        loop {
            match came {
                Came::Item(_, Sort::Withdrawal) if submitting.is_catalogue() => {
                    return Err(Error::field(in_catalogue()).into());
                }
                Came::Item(item, _) => batch.push(*item),
                Came::End => return Ok((batch.items, Stop::End)),
                Came::Pause => return Ok((batch.items, Stop::Pause)),
                Came::Cut(status) => return Err(status),
                Came::Header(_) => return Err(Error::field(second_header()).into()),
            }
            if batch.is_enough() {
                return Ok((batch.items, Stop::Enough));
            }
            match timeout(GATHERING, self.incoming.next()).await {
                Ok(next) => came = next.unwrap_or(Came::Pause),
                Err(_) => return Ok((batch.items, Stop::Enough)),
            }
        }
    }

    async fn end(&mut self, mut submitting: Submitting) -> Result<()> {
        self.answering_since = None;
        let mut ending = submitting.begin_end().await?;
        loop {
            self.renew().await?;
            let rows = submitting.withdraw_next(&self.caller, &mut ending).await?;
            let Some(rows) = rows else { break };
            self.tell_rows(rows).await?;
        }
        submitting.close(&self.caller, &ending).await?;
        let whole = rpc::told(submitting.submission());
        self.tell(Told::Ended(whole)).await
    }

    /// What comes next, as long as the caller may submit and somebody sends.
    async fn next(&mut self) -> Result<Came> {
        let mut idle_from = Instant::now();
        let stopping = self.exchange.stopping.clone();
        loop {
            tokio::select! {
                biased;
                came = self.incoming.next() => return Ok(came.unwrap_or(Came::Pause)),
                () = stopping.cancelled() => return Err(Error::try_again()),
                () = self.answers.closed() => return Ok(Came::Cut(Status::cancelled(""))),
                () = sleep_until(idle_from + IDLE) => {}
                () = sleep(LOOK) => self.renew().await?,
            }
            // What has come is decided on before more is waited for.
            self.incoming.must_go_on(&mut idle_from, false)?;
        }
    }

    /// Looks anew at what the caller may do.
    async fn renew(&mut self) -> Result<()> {
        self.caller = self.exchange.access.renewed(&self.caller, 0).await?;
        self.looked = Instant::now();
        self.caller.must(Act::SubmitOffers)
    }

    async fn tell_rows(&mut self, rows: Vec<SubmissionRow>) -> Result<()> {
        for row in rows {
            self.tell(Told::Row(row)).await?;
        }
        Ok(())
    }

    /// Answers, at the pace of whoever takes the answers, and for no longer than the caller may have them.
    async fn tell(&mut self, part: Told) -> Result<()> {
        // Also of who takes a little all the time.
        if self.looked.elapsed() >= LOOK {
            self.renew().await?;
        }
        let (answers, stopping) = (self.answers.clone(), self.exchange.stopping.clone());
        let answer = SubmitCourseOffersResponse { part: Some(part) };
        let bytes = answer.encoded_len();
        let mut sending = pin!(answers.send(answer, bytes));
        let patience = Instant::now() + IDLE;
        loop {
            // Others wait for what this stream has sent ahead.
            let answering_since = self.answering_since;
            if answering_since.is_some_and(|since| self.share.must_give_back(since)) {
                return Err(Error::try_again());
            }
            tokio::select! {
                biased;
                // Where nobody is there, nobody is told so.
                sent = &mut sending => return sent.map_err(|Gone| Error::try_again()),
                () = stopping.cancelled() => return Err(Error::try_again()),
                () = sleep_until(patience) => return Err(Error::StreamIdle { idle: IDLE }),
                () = sleep(LOOK) => self.renew().await?,
            }
        }
    }
}

fn read_header(header: SubmissionHeader) -> Result<Header> {
    let id = |text: &str| Uuid::try_parse(text).map_err(Error::fault);
    let mode = header.mode();
    if mode == SubmissionMode::Unspecified {
        return Err(Error::fault(anyhow::anyhow!(
            "a header came past its rules"
        )));
    }
    let university = Some(&*header.university_id).filter(|text| !text.is_empty());
    Ok(Header {
        id: id(&header.submission_id)?,
        university: university.map(id).transpose()?,
        mode,
        dry_run: header.validate_only,
        confirmed_withdrawals: header.confirmed_withdrawals,
        scheme: header.id_scheme,
    })
}

fn no_header() -> Violation {
    Violation::new(
        "header",
        "submission.header_first",
        "The first message of a submission is its header; send it, and then the offers.",
        "Det första meddelandet är huvudet; skicka det, och sedan erbjudandena.",
    )
}

fn second_header() -> Violation {
    Violation::new(
        "header",
        "submission.header_once",
        "The header comes once; open another stream for another submission.",
        "Huvudet skickas en gång; öppna en ny ström för ett annat inskick.",
    )
}

fn in_catalogue() -> Violation {
    Violation::new(
        "withdrawal",
        "submission.withdrawal_in_catalogue",
        "A catalogue withdraws what it does not name; leave the offer out, or submit a delta.",
        "En katalog drar tillbaka det som den inte anger; utelämna erbjudandet, eller skicka en delta.",
    )
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{super::item::Asked, *};
    use crate::proto::v1::{ApplicationWindow, CourseOffer, Offering, SubmittedOffer};

    /// A small offer of which much is to be said.
    fn faulty() -> Bytes {
        let window = ApplicationWindow {
            first_date: "2026-02-30".to_owned(),
            last_date: "2026-02-30".to_owned(),
            ..ApplicationWindow::default()
        };
        let windows = (0..20).map(|number| ApplicationWindow {
            id: format!("w{number}"),
            ..window.clone()
        });
        let offer = CourseOffer {
            offering: Some(Offering {
                application_windows: windows.collect(),
                ..Offering::default()
            }),
            ..CourseOffer::default()
        };
        let submitted = SubmittedOffer {
            id: "o".to_owned(),
            offer: Some(offer),
        };
        submitted.encode_to_vec().into()
    }

    #[test]
    fn what_is_said_of_small_offers_is_bounded_as_well() {
        let bytes = faulty();
        let told = |item: &Item| match &item.asked {
            Ok(Asked::Stand(offer)) => offer.findings.iter().map(Message::encoded_len).sum(),
            other => panic!("{other:?}"),
        };
        let of_one: usize = told(&Item::offer(&bytes));
        assert!(of_one > 10 * bytes.len(), "{of_one} of {}", bytes.len());
        let mut batch = Batch::default();
        while !batch.is_enough() {
            batch.push(Item::offer(&bytes));
        }
        let of_all: usize = batch.items.iter().map(told).sum();
        assert!(of_all < ENOUGH_BYTES + of_one, "{of_all}");
    }
}
