//! Submissions of course offers: many in one stream, each with its own answer, and a report of all.

mod access;
mod careless;
mod catalogue;
mod ending;
mod faulty;
mod first;
mod flow;
mod idle;
mod resume;
mod servers;
mod taken;

use prost::Message;
use styrkedja::{
    clock,
    proto::v1::{
        CourseOffer, GetSubmissionReportRequest, Submission, SubmissionEnd, SubmissionHeader,
        SubmissionMode, SubmissionRow, SubmitCourseOffersRequest, SubmittedOffer, WithdrawnOffer,
        event::What, get_submission_report_response, submit_course_offers_request::Part,
        submit_course_offers_response,
    },
};
use tonic::Status;

use super::sample;
use crate::{sync::pull, world::Caller};

const SCHEME: &str = "uu.emil";

/// What a stream told.
#[derive(Debug, Default, PartialEq)]
pub struct Told {
    /// Rows that the report had before.
    pub before: u64,
    pub rows: Vec<SubmissionRow>,
    pub ended: Option<Submission>,
}

impl Told {
    /// What became of each offer, with the reason of a refusal.
    pub fn words(&self) -> Vec<String> {
        self.rows.iter().map(word).collect()
    }

    fn end(&self) -> &Submission {
        self.ended.as_ref().expect("it ended")
    }
}

fn word(row: &SubmissionRow) -> String {
    let outcome = row.outcome().as_str_name();
    let outcome = outcome.trim_start_matches("SUBMISSION_OUTCOME_");
    match &row.refusal {
        Some(refusal) => crate::push::info(refusal).reason,
        None => outcome.to_lowercase(),
    }
}

fn header(mode: SubmissionMode) -> SubmissionHeader {
    SubmissionHeader {
        submission_id: clock::new_id().to_string(),
        id_scheme: SCHEME.to_owned(),
        mode: mode.into(),
        ..SubmissionHeader::default()
    }
}

pub fn delta() -> SubmissionHeader {
    header(SubmissionMode::Delta)
}

/// The sample under an id of its own, and with as many places.
pub fn offer(id: &str, capacity: u32) -> Part {
    let mut offer = sample();
    let offering = offer.offering.as_mut().expect("it is given");
    offering.capacity = Some(capacity);
    stands(id, offer)
}

fn stands(id: &str, offer: CourseOffer) -> Part {
    let submitted = SubmittedOffer {
        id: id.to_owned(),
        offer: Some(offer),
    };
    Part::Offer(submitted.encode_to_vec().into())
}

pub fn withdrawn(id: &str) -> Part {
    Part::Withdrawal(WithdrawnOffer { id: id.to_owned() })
}

pub const END: Part = Part::End(SubmissionEnd {});

/// Submits these parts, and takes all answers.
pub async fn submit(
    caller: &Caller,
    header: &SubmissionHeader,
    parts: impl IntoIterator<Item = Part>,
) -> Result<Told, Status> {
    let parts = std::iter::once(Part::Header(header.clone())).chain(parts);
    stream(caller, parts).await
}

async fn stream(caller: &Caller, parts: impl IntoIterator<Item = Part>) -> Result<Told, Status> {
    use submit_course_offers_response::Part;
    let parts = parts.into_iter();
    let requests: Vec<_> = parts
        .map(|part| SubmitCourseOffersRequest { part: Some(part) })
        .collect();
    let requests = tokio_stream::iter(requests);
    let mut answers = caller.offers().submit_course_offers(requests).await?;
    let mut told = Told::default();
    while let Some(answer) = answers.get_mut().message().await? {
        match answer.part.expect("an answer says something") {
            Part::Begun(begun) => told.before = begun.rows,
            Part::Row(row) => told.rows.push(row),
            Part::Ended(whole) => told.ended = Some(whole),
        }
    }
    Ok(told)
}

/// What has happened since a cursor, and the cursor after it.
async fn events(caller: &Caller, cursor: &str) -> (Vec<What>, String) {
    let messages = pull(caller, cursor, None).await.expect("it is told");
    let cursor = messages.iter().rev().map(|message| &message.cursor);
    let cursor = cursor.into_iter().find(|cursor| !cursor.is_empty());
    let cursor = cursor.expect("it ends at a cursor").clone();
    let events = messages.into_iter().flat_map(|message| message.events);
    (events.filter_map(|event| event.what).collect(), cursor)
}

/// The report of a submission, from a row on.
pub async fn report(
    caller: &Caller,
    submission_id: &str,
    from_row: u64,
) -> Result<(Submission, Vec<SubmissionRow>), Status> {
    use get_submission_report_response::Part;
    let asked = GetSubmissionReportRequest {
        submission_id: submission_id.to_owned(),
        from_row,
    };
    let mut parts = caller.offers().get_submission_report(asked).await?;
    let (mut whole, mut rows) = (None, Vec::new());
    while let Some(part) = parts.get_mut().message().await? {
        match part.part.expect("a part says something") {
            Part::Submission(submission) => whole = Some(submission),
            Part::Row(row) => rows.push(row),
        }
    }
    Ok((whole.expect("the whole comes first"), rows))
}
