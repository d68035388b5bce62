//! `styrkedja offers places`, `hold`, `confirm` and `release`.

use clap::Args;
use prost_types::Timestamp;

use crate::{
    cli::{
        choice,
        failure::Failure,
        moment,
        organizations::{REFERENCE, id_of, reference},
        output,
        remote::Remote,
        writing::Writing,
    },
    proto::v1::{
        Audience, Booking, ConfirmPlacesRequest, DocumentLink, HoldPlacesRequest,
        ListPlacesRequest, ListPlacesResponse, OrganizationRef, ReleasePlacesRequest,
    },
};

#[derive(Args, Debug)]
pub struct Places {
    /// Id of the offer.
    offer: String,
}

#[derive(Args, Debug)]
pub struct Hold {
    /// Id of the offer.
    offer: String,
    /// The organization whose staff the places are for.
    #[arg(long = "for", value_parser = reference, long_help = REFERENCE)]
    organization: OrganizationRef,
    /// The staff, for example `teacher`.
    #[arg(long, value_parser = choice("AUDIENCE_", Audience::from_str_name))]
    audience: Audience,
    /// How many places.
    #[arg(long)]
    places: u32,
    /// The measure that they serve: the id of the plan, `/` and the id of the measure.
    #[arg(long, value_name = "DOCUMENT/ITEM", value_parser = measure)]
    measure: Option<DocumentLink>,
    /// Until when they are held, `YYYY-MM-DD` or `YYYY-MM-DDThh:mm:ssZ`. 14 days when not given.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<Timestamp>,
    /// Wait in line where too few are left.
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    writing: Writing,
}

#[derive(Args, Debug)]
pub struct Confirm {
    /// Id of the booking.
    booking: String,
    /// The etag of the booking as it was read.
    #[arg(long)]
    etag: String,
    #[command(flatten)]
    writing: Writing,
}

#[derive(Args, Debug)]
pub struct Release {
    /// Id of the booking.
    booking: String,
    /// The etag of the booking as it was read.
    #[arg(long)]
    etag: String,
    #[command(flatten)]
    writing: Writing,
}

impl Places {
    pub async fn run(self, remote: &Remote) -> Result<(), Failure> {
        let mut client = remote.connect().await?.offers;
        let request = ListPlacesRequest {
            offer_id: self.offer,
        };
        let places = remote.answer(client.list_places(request)).await?;
        Ok(output::show(remote.output, &places, draw)?)
    }
}

fn draw(places: &ListPlacesResponse) -> String {
    let capacity = places.capacity.map(|capacity| capacity.to_string());
    let mut text = output::facts([
        ("Places", capacity.unwrap_or_default()),
        ("Confirmed", places.confirmed.to_string()),
        ("Held", places.held.to_string()),
        ("Waiting", places.waiting.to_string()),
    ]);
    if !places.taken.is_empty() {
        let rows = places.taken.iter().map(|taken| {
            [
                taken.organizer_id.clone(),
                output::word(taken.audience().as_str_name(), "AUDIENCE_"),
                taken.confirmed.to_string(),
                taken.held.to_string(),
                taken.waiting.to_string(),
            ]
        });
        text += "\n";
        text += &output::table(["Organizer", "For", "Confirmed", "Held", "Waiting"], rows);
    }
    if !places.bookings.is_empty() {
        let rows = places.bookings.iter().map(|booking| {
            [
                output::word(booking.state().as_str_name(), "BOOKING_STATE_"),
                booking.places.to_string(),
                output::word(booking.audience().as_str_name(), "AUDIENCE_"),
                output::time(booking.expire_time.as_ref()),
                booking.etag.clone(),
                booking.id.clone(),
            ]
        });
        text += "\n";
        text += &output::table(["State", "Places", "For", "Until", "Etag", "Booking"], rows);
    }
    text
}

fn facts(booking: &Booking) -> String {
    let line = booking.line_place;
    output::facts([
        ("Booking", booking.id.clone()),
        (
            "State",
            output::word(booking.state().as_str_name(), "BOOKING_STATE_"),
        ),
        ("Offer", booking.offer_id.clone()),
        ("For", booking.organization_id.clone()),
        (
            "Staff",
            output::word(booking.audience().as_str_name(), "AUDIENCE_"),
        ),
        ("Places", booking.places.to_string()),
        ("Until", output::time(booking.expire_time.as_ref())),
        (
            "Place in line",
            if line == 0 {
                String::new()
            } else {
                line.to_string()
            },
        ),
        ("Etag", booking.etag.clone()),
    ])
}

fn show(remote: &Remote, writing: &Writing, booking: Option<Booking>) -> Result<(), Failure> {
    let booking = booking.unwrap_or_default();
    Ok(output::show(remote.output, &booking, |booking| {
        writing.noted(facts(booking))
    })?)
}

impl Hold {
    pub async fn run(self, remote: &Remote) -> Result<(), Failure> {
        let request = HoldPlacesRequest {
            request_id: self.writing.request_id(),
            validate_only: self.writing.dry_run,
            offer_id: self.offer,
            organization_id: id_of(remote, self.organization).await?,
            audience: self.audience.into(),
            places: self.places,
            measure: self.measure,
            expire_time: self.until,
            wait: self.wait,
        };
        let mut client = remote.connect().await?.offers;
        let answer = remote.answer(client.hold_places(request)).await?;
        show(remote, &self.writing, answer.booking)
    }
}

impl Confirm {
    pub async fn run(self, remote: &Remote) -> Result<(), Failure> {
        let request = ConfirmPlacesRequest {
            request_id: self.writing.request_id(),
            validate_only: self.writing.dry_run,
            booking_id: self.booking,
            etag: self.etag,
        };
        let mut client = remote.connect().await?.offers;
        let answer = remote.answer(client.confirm_places(request)).await?;
        show(remote, &self.writing, answer.booking)
    }
}

impl Release {
    pub async fn run(self, remote: &Remote) -> Result<(), Failure> {
        let request = ReleasePlacesRequest {
            request_id: self.writing.request_id(),
            validate_only: self.writing.dry_run,
            booking_id: self.booking,
            etag: self.etag,
        };
        let mut client = remote.connect().await?.offers;
        let answer = remote.answer(client.release_places(request)).await?;
        show(remote, &self.writing, answer.booking)
    }
}

fn measure(text: &str) -> Result<DocumentLink, String> {
    let (document, item) = text
        .split_once('/')
        .ok_or("give the id of the plan, `/` and the id of the measure")?;
    Ok(DocumentLink {
        document_id: document.to_owned(),
        revision: 0,
        item_id: item.to_owned(),
    })
}
