//! Places for 38 people: held, confirmed, never more than there are, and given on when they are given back.

use anyhow::{Context, ensure};
use tonic::Status;

use super::BERG;
use crate::{
    cli::demo::{
        caller::{Caller, new_request},
        cast::{MUNICIPALITIES, OTHER_COORDINATOR},
        story::Story,
    },
    proto::v1::{
        Audience, Booking, BookingState, ConfirmPlacesRequest, Document, DocumentLink, ErrorReason,
        HoldPlacesRequest, ListPlacesRequest, ListPlacesResponse, Measure, ReleasePlacesRequest,
        document::Content,
    },
};

pub async fn play(story: &mut Story<'_>, plan: &Document) -> anyhow::Result<()> {
    let Some(Content::ActionPlan(content)) = &plan.content else {
        anyhow::bail!("no plan")
    };
    let measures: Vec<&Measure> = content
        .measures
        .iter()
        .filter(|measure| measure.offer.is_some())
        .collect();
    let mut bookings = Vec::new();
    for measure in &measures {
        bookings.push(book(story, plan, measure).await?);
    }
    let confirmed: u32 = bookings.iter().map(|booking| booking.places).sum();
    ensure!(confirmed == 38, "{confirmed} places are confirmed");
    story.teller.say([
        &format!("      {confirmed} platser är bekräftade"),
        &format!("      {confirmed} places are confirmed"),
    ])?;
    let full = measures.get(1).context("the second measure")?;
    let booking = bookings.get(1).context("the second booking")?;
    wait_in_line(story, full, booking).await
}

/// Holds the places of a measure, and confirms them.
async fn book(
    story: &mut Story<'_>,
    plan: &Document,
    measure: &Measure,
) -> anyhow::Result<Booking> {
    let head = story.caller(BERG.head)?;
    let request = HoldPlacesRequest {
        measure: Some(DocumentLink {
            document_id: plan.id.clone(),
            revision: 0,
            item_id: measure.id.clone(),
        }),
        ..hold(measure, &plan.owner_id, measure.places_wanted)
    };
    let what = [
        format!(
            "Reserverar {} platser: {}",
            measure.places_wanted, measure.title
        ),
        format!("Holds {} places: {}", measure.places_wanted, measure.title),
    ];
    let answer = held(&head, request).await;
    let booking = story
        .teller
        .goes_well(&head, [&what[0], &what[1]], answer, state)?;
    let request = ConfirmPlacesRequest {
        request_id: new_request(),
        validate_only: false,
        booking_id: booking.id,
        etag: booking.etag,
    };
    let answer = head.offers.clone().confirm_places(request).await?;
    answer.into_inner().booking.context("a booking")
}

/// The course is full: a neighbour waits, and gets what Berg gives back.
async fn wait_in_line(
    story: &mut Story<'_>,
    full: &Measure,
    confirmed: &Booking,
) -> anyhow::Result<()> {
    let (berg, are) = (
        story.caller(BERG.head)?,
        story.caller(MUNICIPALITIES[1].head)?,
    );
    let owner = story.organization(MUNICIPALITIES[1].name)?;
    let what = [
        "Vill ha två platser i en kurs som är full",
        "Wants two places in a course that is full",
    ];
    let answer = held(&are, hold(full, &owner, 2)).await;
    story
        .teller
        .is_refused(&are, what, answer, ErrorReason::PlacesTaken)?;
    let what = ["Ställer sig i kö", "Waits in line"];
    let request = HoldPlacesRequest {
        wait: true,
        ..hold(full, &owner, 2)
    };
    let answer = held(&are, request).await;
    story.teller.goes_well(&are, what, answer, state)?;
    let what = [
        "Lämnar tillbaka sina tio platser",
        "Gives its ten places back",
    ];
    let request = ReleasePlacesRequest {
        request_id: new_request(),
        validate_only: false,
        booking_id: confirmed.id.clone(),
        etag: confirmed.etag.clone(),
    };
    let answer = berg.offers.clone().release_places(request).await;
    let answer = answer.map(|answer| answer.into_inner().booking.unwrap_or_default());
    story.teller.goes_well(&berg, what, answer, state)?;
    let what = [
        "Ser sin bokning: kön har fått platserna",
        "Looks at its booking: the line has got the places",
    ];
    let places = listed(&are, &confirmed.offer_id).await;
    let places = story
        .teller
        .goes_well(&are, what, places, |places, language| {
            let states = places
                .bookings
                .iter()
                .map(|booking| state(booking, language));
            states.collect::<Vec<_>>().join("; ")
        })?;
    ensure!(
        places
            .bookings
            .iter()
            .map(Booking::state)
            .eq([BookingState::Held]),
        "the line was told {places:?}"
    );
    tell_the_university(story, &confirmed.offer_id).await
}

async fn tell_the_university(story: &mut Story<'_>, offer: &str) -> anyhow::Result<()> {
    let coordinator = story.caller(OTHER_COORDINATOR)?;
    let what = [
        "Ser kursens platser per huvudman, i antal",
        "Sees the places of the course by organizer, in numbers",
    ];
    let places = listed(&coordinator, offer).await;
    let places = story
        .teller
        .goes_well(&coordinator, what, places, |places, language| {
            let (held, capacity) = (places.held, places.capacity.unwrap_or_default());
            language.of([
                format!(
                    "{held} av {capacity} reserverade, {} huvudman",
                    places.taken.len()
                ),
                format!(
                    "{held} of {capacity} held, {} organizer",
                    places.taken.len()
                ),
            ])
        })?;
    ensure!(places.bookings.is_empty(), "the university sees bookings");
    Ok(())
}

fn hold(measure: &Measure, organization: &str, places: u32) -> HoldPlacesRequest {
    let leaders = measure
        .target_group()
        .any(|staff| staff == crate::proto::v1::StaffCategory::Principal);
    let audience = if leaders {
        Audience::Principal
    } else {
        Audience::Teacher
    };
    HoldPlacesRequest {
        request_id: new_request(),
        offer_id: measure.offer.clone().unwrap_or_default().document_id,
        organization_id: organization.to_owned(),
        audience: audience.into(),
        places,
        ..HoldPlacesRequest::default()
    }
}

async fn held(who: &Caller, request: HoldPlacesRequest) -> Result<Booking, Status> {
    let answer = who.offers.clone().hold_places(request).await?;
    Ok(answer.into_inner().booking.unwrap_or_default())
}

async fn listed(who: &Caller, offer: &str) -> Result<ListPlacesResponse, Status> {
    let request = ListPlacesRequest {
        offer_id: offer.to_owned(),
    };
    Ok(who.offers.clone().list_places(request).await?.into_inner())
}

fn state(booking: &Booking, language: crate::cli::demo::words::Language) -> String {
    let state = match booking.state() {
        BookingState::Unspecified => ["okänt", "unknown"],
        BookingState::Waiting => ["i kö", "waiting"],
        BookingState::Held => ["reserverade", "held"],
        BookingState::Confirmed => ["bekräftade", "confirmed"],
        BookingState::Released => ["återlämnade", "released"],
        BookingState::Lapsed => ["förfallna", "lapsed"],
    };
    format!("{} {}", booking.places, language.of(state))
}
