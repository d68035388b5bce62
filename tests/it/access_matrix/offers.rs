//! Calls of the course offer service, made to be let through where access alone decides, and what they are about.

use std::collections::HashMap;

use futures::{StreamExt, stream};
use styrkedja::{
    access::matrix::{About, Cell, Spot, Stage},
    clock,
    proto::v1::{
        Audience, Booking, ConfirmPlacesRequest, DocumentKind, GetSubmissionReportRequest,
        HoldPlacesRequest, ListPlacesRequest, ListSubmissionsRequest, ListUnmetNeedsRequest,
        MatchNeedsRequest, OrganizationType, ReleasePlacesRequest, SearchCourseOffersRequest,
        SubmissionEnd, SubmissionHeader, SubmissionMode, SubmitCourseOffersRequest,
        submit_course_offers_request::Part,
    },
};
use tonic::Status;

use super::{
    documents::{Documents, system_of},
    nation::Nation,
};
use crate::world::{Caller, request_id};

/// A submission of every university, and a booking of every other organization.
pub struct Offers {
    submissions: HashMap<Spot, String>,
    bookings: HashMap<Spot, Booking>,
}

impl Offers {
    /// Written by the systems that write the documents.
    pub async fn write(
        ids: &HashMap<Spot, String>,
        systems: &[Caller],
        documents: &Documents,
    ) -> Self {
        let offer = offer_in(documents);
        let (mut submissions, mut bookings) = (HashMap::new(), HashMap::new());
        for spot in Spot::ALL {
            match spot.kind() {
                OrganizationType::NationalAgency => {}
                OrganizationType::University => {
                    let header = header(&ids[&spot]);
                    let id = header.submission_id.clone();
                    submit(&systems[system_of(spot)], header)
                        .await
                        .expect("it is submitted");
                    submissions.insert(spot, id);
                }
                OrganizationType::Unspecified
                | OrganizationType::Organizer
                | OrganizationType::Administration
                | OrganizationType::Area
                | OrganizationType::SchoolUnit
                | OrganizationType::Preschool => {
                    let request = hold(&offer, &ids[&spot]);
                    let client = &mut systems[system_of(spot)].offers();
                    let answer = client.hold_places(request).await.expect("places are held");
                    let booking = answer.into_inner().booking.expect("a booking");
                    bookings.insert(spot, booking);
                }
            }
        }
        Self {
            submissions,
            bookings,
        }
    }
}

/// An offer that all see, and that has places.
fn offer_in(documents: &Documents) -> String {
    let place = (
        DocumentKind::CourseOffer,
        Spot::University,
        Stage::Submitted,
        false,
    );
    documents[&place].id.clone()
}

fn header(university: &str) -> SubmissionHeader {
    SubmissionHeader {
        submission_id: request_id(),
        university_id: university.to_owned(),
        id_scheme: "matrix".to_owned(),
        mode: SubmissionMode::Delta.into(),
        validate_only: false,
        confirmed_withdrawals: 0,
    }
}

async fn submit(caller: &Caller, header: SubmissionHeader) -> Result<(), Status> {
    let parts = [Part::Header(header), Part::End(SubmissionEnd {})];
    let parts = parts.map(|part| SubmitCourseOffersRequest { part: Some(part) });
    let mut client = caller.offers();
    let answers = client.submit_course_offers(stream::iter(parts)).await?;
    all(answers.into_inner()).await
}

fn hold(offer: &str, organization: &str) -> HoldPlacesRequest {
    HoldPlacesRequest {
        request_id: request_id(),
        validate_only: false,
        offer_id: offer.to_owned(),
        organization_id: organization.to_owned(),
        audience: Audience::Principal.into(),
        places: 1,
        ..HoldPlacesRequest::default()
    }
}

/// Takes all messages of a stream.
async fn all<T>(mut messages: tonic::Streaming<T>) -> Result<(), Status> {
    while let Some(message) = messages.next().await {
        message?;
    }
    Ok(())
}

pub async fn call(nation: &Nation, cell: &Cell<'_>, caller: &Caller) -> Result<(), Status> {
    match cell.about {
        About::Submission => report(nation, cell, caller).await,
        About::Booking => on_booking(nation, cell, caller).await,
        About::Organization => on_organization(nation, cell, caller).await,
        About::Document(..)
        | About::NewDocument(_)
        | About::Conflict(_)
        | About::Grants
        | About::Grant(_)
        | About::NewGrant(_)
        | About::Call => on_all(nation, cell, caller).await,
    }
}

async fn report(nation: &Nation, cell: &Cell<'_>, caller: &Caller) -> Result<(), Status> {
    let known = cell
        .spot
        .map(|spot| nation.offers.submissions[&spot].clone());
    let request = GetSubmissionReportRequest {
        submission_id: known.unwrap_or_else(|| clock::new_id().to_string()),
        from_row: 0,
    };
    let answers = caller.offers().get_submission_report(request).await?;
    all(answers.into_inner()).await
}

async fn on_booking(nation: &Nation, cell: &Cell<'_>, caller: &Caller) -> Result<(), Status> {
    let missing = || Booking {
        id: clock::new_id().to_string(),
        etag: "missing".to_owned(),
        ..Booking::default()
    };
    let known = cell.spot.map(|spot| nation.offers.bookings[&spot].clone());
    let Booking { id, etag, .. } = known.unwrap_or_else(missing);
    let (request_id, booking_id, validate_only) = (request_id(), id, true);
    let mut client = caller.offers();
    match cell.method.name.as_str() {
        "ConfirmPlaces" => {
            let request = ConfirmPlacesRequest {
                request_id,
                validate_only,
                booking_id,
                etag,
            };
            client.confirm_places(request).await.map(drop)
        }
        "ReleasePlaces" => {
            let request = ReleasePlacesRequest {
                request_id,
                validate_only,
                booking_id,
                etag,
            };
            client.release_places(request).await.map(drop)
        }
        other => panic!("there is no call for {other}"),
    }
}

async fn on_organization(nation: &Nation, cell: &Cell<'_>, caller: &Caller) -> Result<(), Status> {
    let id = nation.id(cell.spot);
    let mut client = caller.offers();
    match cell.method.name.as_str() {
        "SubmitCourseOffers" => {
            let header = SubmissionHeader {
                validate_only: true,
                ..header(&id)
            };
            submit(caller, header).await
        }
        "ListSubmissions" => {
            let request = ListSubmissionsRequest {
                university_id: id,
                ..ListSubmissionsRequest::default()
            };
            client.list_submissions(request).await.map(drop)
        }
        "HoldPlaces" => {
            let request = HoldPlacesRequest {
                validate_only: true,
                ..hold(&offer_in(&nation.documents), &id)
            };
            client.hold_places(request).await.map(drop)
        }
        other => panic!("there is no call for {other}"),
    }
}

async fn on_all(nation: &Nation, cell: &Cell<'_>, caller: &Caller) -> Result<(), Status> {
    let mut client = caller.offers();
    match cell.method.name.as_str() {
        "SearchCourseOffers" => {
            let request = SearchCourseOffersRequest::default();
            client.search_course_offers(request).await.map(drop)
        }
        "MatchNeeds" => {
            let needs = client.match_needs(MatchNeedsRequest::default()).await?;
            all(needs.into_inner()).await
        }
        "ListUnmetNeeds" => {
            let request = ListUnmetNeedsRequest::default();
            client.list_unmet_needs(request).await.map(drop)
        }
        "ListPlaces" => {
            let offer_id = offer_in(&nation.documents);
            client
                .list_places(ListPlacesRequest { offer_id })
                .await
                .map(drop)
        }
        other => panic!("there is no call for {other}"),
    }
}
