//! How places are spoken of. Translates between requests and operations, and decides nothing.

use prost::Message;
use tonic::{Response, Status};

use super::{
    operations::{self, Hold},
    wire,
};
use crate::{
    access::Caller,
    clock::Time,
    documents::{Call, Common, id},
    error::Result,
    exchange::Exchange,
    proto::v1,
};

pub async fn hold(
    exchange: &Exchange,
    caller: &Caller,
    request: v1::HoldPlacesRequest,
) -> Result<Response<v1::HoldPlacesResponse>, Status> {
    let known_by = v1::HoldPlacesRequest {
        request_id: String::new(),
        validate_only: false,
        ..request.clone()
    };
    let call = Common {
        caller: caller.clone(),
        method: "/styrkedja.v1.CourseOfferService/HoldPlaces",
        request_id: &request.request_id,
        validate_only: request.validate_only,
    }
    .known_by(&[&known_by.encode_to_vec()])?;
    let hold = Hold {
        offer: id("offer_id", &request.offer_id)?,
        organization: id("organization_id", &request.organization_id)?,
        audience: request.audience(),
        places: request.places,
        measure: request.measure,
        until: request.expire_time.map(Time::from),
        wait: request.wait,
    };
    let booking = operations::hold(exchange, &call, hold).await?;
    Ok(Response::new(v1::HoldPlacesResponse {
        booking: Some(booking),
    }))
}

pub async fn confirm(
    exchange: &Exchange,
    caller: &Caller,
    request: v1::ConfirmPlacesRequest,
) -> Result<Response<v1::ConfirmPlacesResponse>, Status> {
    let v1::ConfirmPlacesRequest {
        request_id,
        validate_only,
        booking_id,
        etag,
    } = request;
    let method = "/styrkedja.v1.CourseOfferService/ConfirmPlaces";
    let call = call(
        caller,
        method,
        &request_id,
        validate_only,
        &booking_id,
        &etag,
    )?;
    let booking = id("booking_id", &booking_id)?;
    let booking = operations::confirm(exchange, &call, booking, etag).await?;
    Ok(Response::new(v1::ConfirmPlacesResponse {
        booking: Some(booking),
    }))
}

pub async fn release(
    exchange: &Exchange,
    caller: &Caller,
    request: v1::ReleasePlacesRequest,
) -> Result<Response<v1::ReleasePlacesResponse>, Status> {
    let v1::ReleasePlacesRequest {
        request_id,
        validate_only,
        booking_id,
        etag,
    } = request;
    let method = "/styrkedja.v1.CourseOfferService/ReleasePlaces";
    let call = call(
        caller,
        method,
        &request_id,
        validate_only,
        &booking_id,
        &etag,
    )?;
    let booking = id("booking_id", &booking_id)?;
    let booking = operations::release(exchange, &call, booking, etag).await?;
    Ok(Response::new(v1::ReleasePlacesResponse {
        booking: Some(booking),
    }))
}

fn call(
    caller: &Caller,
    method: &'static str,
    request_id: &str,
    validate_only: bool,
    booking: &str,
    etag: &str,
) -> Result<Call> {
    Common {
        caller: caller.clone(),
        method,
        request_id,
        validate_only,
    }
    .known_by(&[booking.as_bytes(), etag.as_bytes()])
}

pub async fn list(
    exchange: &Exchange,
    caller: &Caller,
    request: v1::ListPlacesRequest,
) -> Result<Response<v1::ListPlacesResponse>, Status> {
    let offer = id("offer_id", &request.offer_id)?;
    let told = operations::list(exchange, caller, offer).await?;
    Ok(Response::new(wire::told(told)))
}
