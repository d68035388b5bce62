//! How the catalogue is spoken. Translates between requests and operations, and decides nothing.

use std::pin::Pin;

use futures::Stream;
use tonic::{Response, Status};

use crate::{
    access::Caller,
    error::{Error, Result},
    exchange::Exchange,
    proto::v1,
};

pub type Matches = Pin<Box<dyn Stream<Item = Result<v1::MatchNeedsResponse, Status>> + Send>>;

pub async fn search(
    _: &Exchange,
    _: &Caller,
    _: v1::SearchCourseOffersRequest,
) -> Result<Response<v1::SearchCourseOffersResponse>, Status> {
    Err(Error::NoSuchMethod.into())
}

pub async fn match_needs(
    _: &Exchange,
    _: &Caller,
    _: v1::MatchNeedsRequest,
) -> Result<Response<Matches>, Status> {
    Err(Error::NoSuchMethod.into())
}

pub async fn list_unmet_needs(
    _: &Exchange,
    _: &Caller,
    _: v1::ListUnmetNeedsRequest,
) -> Result<Response<v1::ListUnmetNeedsResponse>, Status> {
    Err(Error::NoSuchMethod.into())
}
