//! Reviews: who may not make one, and what they stand on.

use styrkedja::proto::v1::{CreateGrantRequest, Role, WhoAmIRequest};
use tonic::Code;

use super::{acts::*, papers::*};
use crate::world::World;

stories!(
    nobody_reviews_their_own,
    a_review_stands_on_what_was_reviewed,
);

async fn nobody_reviews_their_own(world: World) {
    let head = world.head_of("Vallentuna kommun").await;
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let own = head
        .draft(&analysis(&world.id_of("Vallentuna kommun")))
        .await;
    let own = head.submits(&own).await.expect("it breaks no rule");
    let refused = head
        .reviews(acceptance(&own))
        .await
        .expect_err("the head wrote it");
    assert_eq!(
        (refused.code(), reason(&refused)),
        (Code::FailedPrecondition, "OWN_REVIEW".to_owned())
    );

    // Written by a system of the organizer for a unit: the head acts for the same organization as the author.
    let written = system.draft(&analysis(&world.id_of("Karbyskolan"))).await;
    let written = system.submits(&written).await.expect("it breaks no rule");
    let refused = head
        .reviews(acceptance(&written))
        .await
        .expect_err("the organizer wrote it");
    assert_eq!(reason(&refused), "OWN_REVIEW");

    // Assigned by the agency, and on the staff of the school as well.
    let partial = world.method_supporter_of("Bällstabergsskolan").await;
    let subject = partial
        .access()
        .who_am_i(WhoAmIRequest {})
        .await
        .expect("known");
    let officer = world.officer().await;
    for request in [
        world.request(Role::Teacher, "Karbyskolan"),
        CreateGrantRequest {
            home_organization_id: world.id_of("Skolverket"),
            ..world.request(Role::MethodSupporter, "Karbyskolan")
        },
    ] {
        let request = CreateGrantRequest {
            subject: subject.get_ref().subject.clone(),
            ..request
        };
        officer
            .access()
            .create_grant(request)
            .await
            .expect("granted");
    }
    let refused = partial
        .reviews(acceptance(&written))
        .await
        .expect_err("it belongs to the school");
    assert_eq!(reason(&refused), "OWN_REVIEW");
    let supporter = world.method_supporter_of("Karbyskolan").await;
    supporter
        .reviews(acceptance(&written))
        .await
        .expect("the supporter had no part in it");

    let principal = world.principal_of("Karbyskolan").await;
    let other = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    let other = principal.submits(&other).await.expect("it breaks no rule");
    head.reviews(returning(&other))
        .await
        .expect("the head is not of the unit");
}

async fn a_review_stands_on_what_was_reviewed(world: World) {
    let (principal, officer) = (
        world.principal_of("Karbyskolan").await,
        world.officer().await,
    );
    let draft = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    let submitted = principal.submits(&draft).await.expect("it breaks no rule");

    let mut other_hash = acceptance(&submitted);
    other_hash.content_hash = vec![7; 32].into();
    let refused = officer
        .reviews(other_hash)
        .await
        .expect_err("another content");
    assert_eq!(
        (refused.code(), reason(&refused)),
        (Code::Aborted, "REVIEW_OUTDATED".to_owned())
    );
    assert_eq!(metadata(&refused, "revision"), "2");

    let mut other_revision = acceptance(&submitted);
    other_revision.revision = 1;
    assert_eq!(
        reason(
            &officer
                .reviews(other_revision)
                .await
                .expect_err("another revision")
        ),
        "REVIEW_OUTDATED"
    );

    let mut stale = acceptance(&submitted);
    stale.etag = draft.etag.clone();
    let refused = officer.reviews(stale).await.expect_err("a stale etag");
    assert_eq!(
        (refused.code(), reason(&refused)),
        (Code::Aborted, "ETAG_MISMATCH".to_owned())
    );
    assert_eq!(metadata(&refused, "etag"), submitted.etag);
}
