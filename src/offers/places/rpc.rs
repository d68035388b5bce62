//! How places are spoken of. Translates between requests and operations, and decides nothing.

use tonic::{Response, Status};

use crate::{
    access::Caller,
    error::{Error, Result},
    exchange::Exchange,
    proto::v1,
};

pub async fn hold(
    _: &Exchange,
    _: &Caller,
    _: v1::HoldPlacesRequest,
) -> Result<Response<v1::HoldPlacesResponse>, Status> {
    Err(Error::NoSuchMethod.into())
}

pub async fn confirm(
    _: &Exchange,
    _: &Caller,
    _: v1::ConfirmPlacesRequest,
) -> Result<Response<v1::ConfirmPlacesResponse>, Status> {
    Err(Error::NoSuchMethod.into())
}

pub async fn release(
    _: &Exchange,
    _: &Caller,
    _: v1::ReleasePlacesRequest,
) -> Result<Response<v1::ReleasePlacesResponse>, Status> {
    Err(Error::NoSuchMethod.into())
}

pub async fn list(
    _: &Exchange,
    _: &Caller,
    _: v1::ListPlacesRequest,
) -> Result<Response<v1::ListPlacesResponse>, Status> {
    Err(Error::NoSuchMethod.into())
}
