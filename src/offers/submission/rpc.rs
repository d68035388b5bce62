//! How submissions are spoken. Translates between requests and operations, and decides nothing.

use std::pin::Pin;

use futures::{Stream, StreamExt, stream};
use prost::Message;
use tonic::{Response, Status, Streaming};

pub use super::stream::Answers;
use super::{
    model::{Submission, Totals},
    operations::{self, Listed},
    stream as talk,
};
use crate::{
    access::Caller,
    documents::{id, optional_id},
    error::Result,
    exchange::Exchange,
    page::{self, Listing},
    proto::v1::{self, GetSubmissionReportResponse, get_submission_report_response::Part as Told},
};

const DEFAULT_PAGE: u32 = 50;

pub type Report = Pin<Box<dyn Stream<Item = Result<GetSubmissionReportResponse, Status>> + Send>>;

#[expect(clippy::unused_async, reason = "as the other methods")]
pub async fn submit(
    exchange: &Exchange,
    caller: &Caller,
    requests: Streaming<v1::SubmitCourseOffersRequest>,
) -> Result<Response<Answers>, Status> {
    Ok(Response::new(talk::submit(exchange, caller, requests)))
}

pub async fn list(
    exchange: &Exchange,
    caller: &Caller,
    mut request: v1::ListSubmissionsRequest,
) -> Result<Response<v1::ListSubmissionsResponse>, Status> {
    let university = optional_id("university_id", &request.university_id)?;
    let (size, token) = (
        page::size(request.page_size, DEFAULT_PAGE),
        std::mem::take(&mut request.page_token),
    );
    request.page_size = 0;
    let filters = request.encode_to_vec();
    let listing = Listing {
        method: "/styrkedja.v1.CourseOfferService/ListSubmissions",
        subject: caller.subject(),
        filters: &filters,
    };
    let listed = operations::list(exchange, caller, university, listing, size, &token).await?;
    let Listed { submissions, next } = listed;
    Ok(Response::new(v1::ListSubmissionsResponse {
        submissions: submissions.iter().map(told).collect(),
        next_page_token: next.unwrap_or_default(),
    }))
}

pub async fn report(
    exchange: &Exchange,
    caller: &Caller,
    request: v1::GetSubmissionReportRequest,
) -> Result<Response<Report>, Status> {
    let id = id("submission_id", &request.submission_id)?;
    let report = operations::report(exchange, caller, id, request.from_row).await?;
    let part = |part| GetSubmissionReportResponse { part: Some(part) };
    let whole = part(Told::Submission(told(&report.submission)));
    let rows = report.rows().map(move |row| match row {
        Ok(row) => Ok(part(Told::Row(row))),
        Err(error) => Err(error.into()),
    });
    let whole = stream::once(std::future::ready(Ok(whole)));
    Ok(Response::new(Box::pin(whole.chain(rows))))
}

/// A submission as the wire has it. Every field is named, so that a new one must be decided on.
pub fn told(submission: &Submission) -> v1::Submission {
    let Submission {
        id,
        owner,
        scheme,
        mode,
        created_at,
        updated_at,
        parts: _,
        rows: _,
        totals,
        ended,
    } = submission;
    let Totals {
        created,
        updated,
        unchanged,
        withdrawn,
        refused,
        withheld,
    } = totals;
    v1::Submission {
        id: id.to_string(),
        university_id: owner.to_string(),
        id_scheme: scheme.clone(),
        mode: (*mode).into(),
        create_time: Some((*created_at).into()),
        update_time: Some((*updated_at).into()),
        ended: *ended,
        created: created.unsigned_abs(),
        updated: updated.unsigned_abs(),
        unchanged: unchanged.unsigned_abs(),
        withdrawn: withdrawn.unsigned_abs(),
        refused: refused.unsigned_abs(),
        withheld: withheld.unsigned_abs(),
    }
}
