//! One submission over the wire: files are read while their rows are sent and answered, a few at a time.

use std::{
    collections::{HashSet, VecDeque},
    io,
    path::PathBuf,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use prost::Message;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::{Format, OrganizationNumber};
use crate::{
    cli::offers::tally::Told,
    client::Wire,
    offers::files::{self, Part, Row},
    proto::v1::{
        Finding, Submission, SubmissionEnd, SubmissionHeader, SubmissionMode,
        SubmitCourseOffersRequest, WithdrawnOffer,
        course_offer_service_client::CourseOfferServiceClient, submit_course_offers_request,
        submit_course_offers_response,
    },
};

/// Rows that are read ahead, and sent ahead.
const AHEAD: usize = 64;

/// What is read.
#[derive(Clone)]
pub struct Files {
    pub paths: Vec<PathBuf>,
    pub format: Format,
    pub university: Option<OrganizationNumber>,
}

/// Why a stream did not come to its end.
pub enum Broken {
    Refused(Box<Status>),
    Files(io::Error),
    Other(anyhow::Error),
}

impl From<Status> for Broken {
    fn from(status: Status) -> Self {
        Self::Refused(Box::new(status))
    }
}

/// A submission, over as many streams as it takes.
pub struct Stream {
    header: SubmissionHeader,
    /// Offers and withdrawals that were answered.
    answered: HashSet<String>,
    /// How many rows that are not sent were told, and how many came in this stream.
    unsent_told: u64,
    unsent: u64,
    unread: u64,
}

/// What was sent and is not answered.
type Waiting = VecDeque<(String, String, Vec<Finding>)>;

impl Stream {
    pub fn new(header: SubmissionHeader) -> Self {
        Self {
            header,
            answered: HashSet::new(),
            unsent_told: 0,
            unsent: 0,
            unread: 0,
        }
    }

    /// How many rows could not be read.
    pub fn unread(&self) -> u64 {
        self.unread
    }

    fn is_catalogue(&self) -> bool {
        self.header.mode() == SubmissionMode::Catalogue
    }

    /// Sends all that was not answered, and tells what becomes of it. Nothing: a catalogue was left open, since it could not
    /// be read whole, and what it does not name must not be withdrawn for that.
    pub async fn run(
        &mut self,
        client: &mut CourseOfferServiceClient<Wire>,
        files: &Files,
        tell: &mut dyn FnMut(Told) -> anyhow::Result<()>,
    ) -> Result<Option<Submission>, Broken> {
        (self.unread, self.unsent) = (0, 0);
        let (give, mut rows) = mpsc::channel(AHEAD);
        let files = files.clone();
        let mut reading = tokio::task::spawn_blocking(move || {
            let Files {
                paths,
                format,
                university,
            } = files;
            // Nobody takes the rows once the stream is broken.
            files::read(&paths, format, university.as_ref(), &mut |row| {
                drop(give.blocking_send(row));
            })
        });
        // With room for all that waits for an answer: whoever waits for room takes no answers.
        let (sending, requests) = mpsc::channel(2 * AHEAD + 4);
        let bar = progress();
        // The exchange waits for 30 seconds at most: it is called when there is something to say.
        let first = rows.recv().await;
        put(
            &sending,
            submit_course_offers_request::Part::Header(self.header.clone()),
        )
        .await;
        let mut answers = client
            .submit_course_offers(ReceiverStream::new(requests))
            .await?
            .into_inner();
        let (mut waiting, mut next, mut sending) = (Waiting::new(), first, Some(sending));
        let mut ended = None;
        loop {
            // Rows are sent while there are few unanswered ones; answers are taken at any time.
            if let (Some(row), Some(channel)) = (next.take(), &sending) {
                self.send(row, channel, &mut waiting, tell).await?;
            }
            let may_read = sending.is_some() && waiting.len() < 2 * AHEAD;
            tokio::select! {
                row = rows.recv(), if may_read => if row.is_some() {
                        next = row;
                    } else {
                        // What is not read whole must not end as if it were.
                        let read = (&mut reading).await.map_err(|error| Broken::Other(error.into()))?;
                        read.map_err(Broken::Files)?;
                        self.end(sending.take()).await;
                    },
                answer = answers.message() => match answer?.and_then(|answer| answer.part) {
                    Some(submit_course_offers_response::Part::Begun(_)) => {}
                    Some(submit_course_offers_response::Part::Row(row)) => {
                        bar.inc(1);
                        let is_first = waiting.front().is_some_and(|(id, ..)| *id == row.id);
                        let known = if is_first { waiting.pop_front() } else { None };
                        let (id, place, findings) = known.unwrap_or_default();
                        self.answered.insert(id);
                        tell(Told::of(row, place, findings)).map_err(Broken::Other)?;
                    }
                    Some(submit_course_offers_response::Part::Ended(whole)) => ended = Some(whole),
                    None => break,
                },
            }
        }
        bar.finish_and_clear();
        Ok(ended)
    }

    /// Sends a row, or tells why it is not sent.
    async fn send(
        &mut self,
        row: Row,
        sending: &mpsc::Sender<SubmitCourseOffersRequest>,
        waiting: &mut Waiting,
        tell: &mut dyn FnMut(Told) -> anyhow::Result<()>,
    ) -> Result<(), Broken> {
        use submit_course_offers_request::Part as Sent;
        let part = match row.part {
            Part::Offer(offer) => Some(Sent::Offer(offer.encode_to_vec().into())),
            // A catalogue takes back what it does not name.
            Part::Withdrawal if self.is_catalogue() => None,
            Part::Withdrawal => Some(Sent::Withdrawal(WithdrawnOffer { id: row.id.clone() })),
            Part::Unread => {
                self.unread += 1;
                None
            }
            Part::Remark => None,
        };
        match part {
            Some(_) if self.answered.contains(&row.id) => {}
            Some(part) => {
                waiting.push_back((row.id, row.place, row.findings));
                put(sending, part).await;
            }
            None => {
                self.unsent += 1;
                if self.unsent <= self.unsent_told {
                    return Ok(());
                }
                self.unsent_told = self.unsent;
                let told = Told {
                    place: row.place,
                    id: row.id,
                    findings: row.findings,
                    ..Told::default()
                };
                tell(told).map_err(Broken::Other)?;
            }
        }
        Ok(())
    }

    /// Ends the submission, unless it is a catalogue of which something could not be read.
    async fn end(&self, sending: Option<mpsc::Sender<SubmitCourseOffersRequest>>) {
        let is_whole = self.unread == 0 || !self.is_catalogue();
        if let Some(sending) = sending.filter(|_| is_whole) {
            let end = submit_course_offers_request::Part::End(SubmissionEnd {});
            put(&sending, end).await;
        }
    }
}

/// A call that is broken tells so in its answers.
async fn put(
    sending: &mpsc::Sender<SubmitCourseOffersRequest>,
    part: submit_course_offers_request::Part,
) {
    let request = SubmitCourseOffersRequest { part: Some(part) };
    let _ = sending.send(request).await;
}

fn progress() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} answered: {human_pos} {per_sec} {elapsed}");
    let bar = ProgressBar::new_spinner()
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
