//! How submissions are spoken. Translates between requests and operations, and decides nothing.

use std::pin::Pin;

use futures::Stream;
use tonic::{Response, Status, Streaming};

use crate::{
    access::Caller,
    error::{Error, Result},
    exchange::Exchange,
    proto::v1,
};

pub type Answers =
    Pin<Box<dyn Stream<Item = Result<v1::SubmitCourseOffersResponse, Status>> + Send>>;
pub type Report =
    Pin<Box<dyn Stream<Item = Result<v1::GetSubmissionReportResponse, Status>> + Send>>;

pub async fn submit(
    _: &Exchange,
    _: &Caller,
    _: Streaming<v1::SubmitCourseOffersRequest>,
) -> Result<Response<Answers>, Status> {
    Err(Error::NoSuchMethod.into())
}

pub async fn list(
    _: &Exchange,
    _: &Caller,
    _: v1::ListSubmissionsRequest,
) -> Result<Response<v1::ListSubmissionsResponse>, Status> {
    Err(Error::NoSuchMethod.into())
}

pub async fn report(
    _: &Exchange,
    _: &Caller,
    _: v1::GetSubmissionReportRequest,
) -> Result<Response<Report>, Status> {
    Err(Error::NoSuchMethod.into())
}
