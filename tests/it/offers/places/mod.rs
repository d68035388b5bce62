//! Places are held, confirmed, released and waited for.

pub mod acts;
mod capacity;
mod history;
mod taking;
mod trial;
mod waiting;

use styrkedja::proto::v1::{Document, OfferingState};

use super::{UPPSALA, offer};
use crate::world::World;

/// An offer with so many places that is published.
async fn published(world: &World, capacity: u32) -> Document {
    let university = world.id_of(UPPSALA);
    let coordinator = world.coordinator_of(UPPSALA).await;
    let paper = offer(&university, |offering| {
        offering.capacity = Some(capacity);
        offering.set_state(OfferingState::Active);
    });
    let draft = coordinator.draft(&paper).await;
    let published = coordinator.submits(&draft).await;
    published.expect("the offer is published")
}
