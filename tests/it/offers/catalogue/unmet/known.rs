//! What is booked is not wanted any more, and of whom a university knows something counts for nothing in what it is told.

use styrkedja::proto::v1::{
    Audience, CreateGrantRequest, Document, DocumentLink, HoldPlacesRequest, ReleasePlacesRequest,
    Role,
};

use super::{Caller, WISH, Wish, World, cell, course, register_others, three_want, wants, wishes};
use crate::{
    offers::{UPPSALA, catalogue::publish, dalarna},
    world::{ROUND, request_id},
};

stories!(
    places_that_a_measure_has_are_not_wanted,
    whose_bookings_a_university_sees_counts_for_nothing,
    whose_documents_a_caller_sees_counts_for_nothing,
);

fn hold(course: &Document, plan: &Document, places: u32) -> HoldPlacesRequest {
    HoldPlacesRequest {
        request_id: request_id(),
        offer_id: course.id.clone(),
        organization_id: plan.owner_id.clone(),
        audience: Audience::Teacher.into(),
        places,
        measure: Some(DocumentLink {
            document_id: plan.id.clone(),
            revision: 0,
            item_id: "m1".to_owned(),
        }),
        ..HoldPlacesRequest::default()
    }
}

/// How many organizers want how many places, as far as it is told.
async fn figures(reader: &Caller) -> Vec<(u32, u32)> {
    let told = reader.all_unmet().await;
    let figures = told.iter();
    figures
        .map(|need| (need.organizers_at_least, need.places_about))
        .collect()
}

async fn places_that_a_measure_has_are_not_wanted(world: World) {
    register_others(&world).await;
    let other = publish(&world, UPPSALA, course(&["mathematics"], Audience::Teacher)).await;
    for organizer in ["Vallentuna kommun", "Danderyds kommun", "Sollentuna kommun"] {
        wants(&world, organizer, 20).await;
    }
    let wish = Wish { places: 20, ..WISH };
    let (head, paper) = wishes(&world, "Täby kommun", wish).await;
    let analyst = world.analyst().await;
    assert_eq!(figures(&analyst).await, [(3, 80)]);
    let half = head.holds(hold(&other, &paper, 10)).await;
    let half = half.expect("there is room");
    assert_eq!(figures(&analyst).await, [(3, 70)]);
    let rest = head.holds(hold(&other, &paper, 10)).await;
    let rest = rest.expect("there is room");
    assert_eq!(figures(&analyst).await, [(3, 60)], "three others want some");
    let confirmed = head
        .confirms(crate::offers::places::acts::confirmation(&rest))
        .await;
    let confirmed = confirmed.expect("it is held");
    assert_eq!(figures(&analyst).await, [(3, 60)]);
    for booking in [&half, &confirmed] {
        let release = ReleasePlacesRequest {
            request_id: request_id(),
            booking_id: booking.id.clone(),
            etag: booking.etag.clone(),
            validate_only: false,
        };
        head.releases(release).await.expect("they are taken");
    }
    assert_eq!(figures(&analyst).await, [(3, 80)]);
}

async fn whose_bookings_a_university_sees_counts_for_nothing(world: World) {
    register_others(&world).await;
    let other = publish(&world, UPPSALA, course(&["mathematics"], Audience::Teacher)).await;
    wants(&world, "Vallentuna kommun", 12).await;
    wants(&world, "Danderyds kommun", 14).await;
    let wish = Wish { places: 14, ..WISH };
    let (head, paper) = wishes(&world, "Täby kommun", wish).await;
    let (uppsala, dalarna) = (world.coordinator_of(UPPSALA).await, dalarna(&world).await);
    for reader in [&uppsala, &dalarna] {
        assert_eq!(reader.all_unmet().await, [cell()]);
    }
    let unlinked = HoldPlacesRequest {
        measure: None,
        ..hold(&other, &paper, 1)
    };
    let booking = head.holds(unlinked).await.expect("there is room");
    assert_eq!(uppsala.all_unmet().await, [], "it sees who has booked");
    for reader in [&dalarna, &world.analyst().await] {
        assert_eq!(reader.all_unmet().await, [cell()]);
    }
    // It has seen it, whatever becomes of it.
    let release = crate::offers::places::acts::release(&booking);
    head.releases(release).await.expect("it is held");
    assert_eq!(uppsala.all_unmet().await, []);
    // Three others are told of again, with all that is wanted.
    wants(&world, "Sollentuna kommun", 10).await;
    assert_eq!(figures(&uppsala).await, [(3, 50)]);
}

async fn whose_documents_a_caller_sees_counts_for_nothing(world: World) {
    three_want(&world).await;
    let uppsala = world.coordinator_of(UPPSALA).await;
    let officer = world.officer().await;
    assert_eq!(uppsala.all_unmet().await, [cell()]);
    let engaged = CreateGrantRequest {
        subject: uppsala.subject.clone(),
        home_organization_id: world.id_of(UPPSALA),
        round: ROUND.to_owned(),
        ..world.request(Role::Researcher, "Vallentuna kommun")
    };
    let granted = officer.access().create_grant(engaged).await;
    granted.expect("it is granted");
    assert_eq!(uppsala.all_unmet().await, [], "it reads the plan of one");
    // From whoever reads the plans of all, nothing is hidden.
    assert_eq!(officer.all_unmet().await, [cell()]);
    wants(&world, "Sollentuna kommun", 10).await;
    assert_eq!(figures(&uppsala).await, [(3, 50)]);
}
