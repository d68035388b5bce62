//! What callers of the stories do with places, in the fewest words.

use prost_types::Timestamp;
use styrkedja::{
    clock,
    proto::v1::{
        Audience, Booking, BookingState, ConfirmPlacesRequest, Document, HoldPlacesRequest,
        ListPlacesRequest, ListPlacesResponse, ReleasePlacesRequest,
    },
};

use crate::{
    documents::acts::Answered,
    world::{Caller, request_id},
};

/// A request for places for teachers.
pub fn places(offer: &Document, organization_id: &str, places: u32) -> HoldPlacesRequest {
    HoldPlacesRequest {
        request_id: request_id(),
        offer_id: offer.id.clone(),
        organization_id: organization_id.to_owned(),
        audience: Audience::Teacher.into(),
        places,
        ..HoldPlacesRequest::default()
    }
}

pub fn waiting(request: HoldPlacesRequest) -> HoldPlacesRequest {
    HoldPlacesRequest {
        wait: true,
        ..request
    }
}

/// Held for so many milliseconds.
pub fn briefly(request: HoldPlacesRequest, milliseconds: i64) -> HoldPlacesRequest {
    let end = clock::now().plus_micros(milliseconds * 1000);
    HoldPlacesRequest {
        expire_time: Some(Timestamp::from(end)),
        ..request
    }
}

pub fn confirmation(booking: &Booking) -> ConfirmPlacesRequest {
    ConfirmPlacesRequest {
        request_id: request_id(),
        validate_only: false,
        booking_id: booking.id.clone(),
        etag: booking.etag.clone(),
    }
}

pub fn release(booking: &Booking) -> ReleasePlacesRequest {
    ReleasePlacesRequest {
        request_id: request_id(),
        validate_only: false,
        booking_id: booking.id.clone(),
        etag: booking.etag.clone(),
    }
}

impl Caller {
    pub async fn holds(&self, request: HoldPlacesRequest) -> Answered<Booking> {
        let answer = self.offers().hold_places(request).await?;
        Ok(answer.into_inner().booking.expect("a booking"))
    }

    pub async fn confirms(&self, request: ConfirmPlacesRequest) -> Answered<Booking> {
        let answer = self.offers().confirm_places(request).await?;
        Ok(answer.into_inner().booking.expect("a booking"))
    }

    pub async fn releases(&self, request: ReleasePlacesRequest) -> Answered<Booking> {
        let answer = self.offers().release_places(request).await?;
        Ok(answer.into_inner().booking.expect("a booking"))
    }

    pub async fn lists_places(&self, offer: &Document) -> Answered<ListPlacesResponse> {
        let request = ListPlacesRequest {
            offer_id: offer.id.clone(),
        };
        Ok(self.offers().list_places(request).await?.into_inner())
    }

    /// A booking of the caller's as it is listed.
    pub async fn booking(&self, offer: &Document, id: &str) -> Booking {
        let told = self.lists_places(offer).await.expect("it is told");
        let found = told.bookings.into_iter().find(|booking| booking.id == id);
        found.expect("the caller has the booking")
    }
}

/// Confirmed, held, waited for.
pub fn figures(told: &ListPlacesResponse) -> (u32, u32, u32) {
    (told.confirmed, told.held, told.waiting)
}

pub fn is(booking: &Booking, state: BookingState) -> bool {
    booking.state() == state
}
