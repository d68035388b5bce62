//! Offers whose places are taken: nobody loses a place to a submission. And ids that are taken.

use styrkedja::proto::v1::{
    Audience, CreateGrantRequest, Document, DocumentState, ExternalId, HoldPlacesRequest,
    ListDocumentsRequest, OfferingState, Role, SubmissionHeader, SubmissionMode, SubmissionRow,
};
use tonic::Code;

use super::{END, SCHEME, delta, header, offer, report, sample, stands, submit, withdrawn};
use crate::{
    offers::{self, UPPSALA, dalarna},
    push::info,
    world::{ROUND, World, request_id},
};

stories!(
    taken_places_are_neither_cut_nor_withdrawn,
    an_id_that_is_taken_out_of_sight_is_named_and_stops_nothing_else,
);

/// How many places a refusal says are taken.
fn taken(row: &SubmissionRow) -> Option<String> {
    let info = info(row.refusal.as_ref()?);
    assert_eq!(info.reason, "CAPACITY_TAKEN");
    info.metadata.get("taken").cloned()
}

async fn taken_places_are_neither_cut_nor_withdrawn(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    let head = world.head_of("Vallentuna kommun").await;
    let told = submit(&uppsala, &delta(), [offer("a", 10), offer("b", 10), END]).await;
    let told = told.expect("it is taken");
    let hold = HoldPlacesRequest {
        request_id: request_id(),
        offer_id: told.rows[0].document_id.clone(),
        organization_id: world.id_of("Vallentuna kommun"),
        audience: Audience::Principal.into(),
        places: 4,
        ..HoldPlacesRequest::default()
    };
    let answer = head.offers().hold_places(hold).await;
    answer.expect("there are places");

    let mut unstated = sample();
    unstated.offering.as_mut().expect("it is given").capacity = None;
    let one_each = [offer("a", 3), stands("a", unstated), withdrawn("a")];
    for part in one_each {
        let told = submit(&uppsala, &delta(), [part, END]).await;
        let told = told.expect("it is taken");
        assert_eq!(taken(&told.rows[0]).as_deref(), Some("4"), "{told:?}");
    }
    // A catalogue that leaves it out withdraws the other alone.
    let catalogue = SubmissionHeader {
        confirmed_withdrawals: 2,
        ..header(SubmissionMode::Catalogue)
    };
    let told = submit(&uppsala, &catalogue, [END]).await;
    let told = told.expect("it is taken");
    assert_eq!(told.words(), ["CAPACITY_TAKEN", "withdrawn"]);
    assert_eq!((told.end().refused, told.end().withdrawn), (1, 1));
    // As many places as are taken are enough, and it may be called off.
    let mut cancelled = sample();
    let offering = cancelled.offering.as_mut().expect("it is given");
    offering.capacity = Some(4);
    offering.state = OfferingState::Cancelled.into();
    for part in [offer("a", 4), stands("a", cancelled)] {
        let told = submit(&uppsala, &delta(), [part, END]).await;
        assert_eq!(told.expect("it is taken").words(), ["updated"]);
    }
    let listed = uppsala.all(ListDocumentsRequest::default()).await;
    let standing: Vec<_> = listed
        .iter()
        .map(|one| (one.state(), one.revision))
        .collect();
    assert_eq!(standing, [(DocumentState::Submitted, 3)]);
}

async fn an_id_that_is_taken_out_of_sight_is_named_and_stops_nothing_else(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    // For one round alone, so that drafts of none are out of sight.
    let brief = CreateGrantRequest {
        subject: "exchange:for-one-round".to_owned(),
        round: ROUND.to_owned(),
        ..world.request(Role::UniversityCoordinator, UPPSALA)
    };
    let brief = world.granted(&world.officer().await, brief).await;
    let draft = Document {
        external_id: Some(ExternalId {
            scheme: SCHEME.to_owned(),
            value: "taken".to_owned(),
        }),
        ..offers::offer(&world.id_of(UPPSALA), |_| ())
    };
    let draft = uppsala.draft(&draft).await;
    let unseen = brief.gets(&draft.id, 0).await;
    assert_eq!(unseen.expect_err("out of sight").code(), Code::NotFound);

    let three = || ["a", "taken", "b"].map(|id| offer(id, 1));
    let header = delta();
    let told = submit(&brief, &header, three().into_iter().chain([END])).await;
    let told = told.expect("it goes on");
    assert_eq!(told.words(), ["created", "EXTERNAL_ID_TAKEN", "created"]);
    assert_eq!((&*told.rows[1].id, told.end().refused), ("taken", 1));
    let (_, rows) = report(&brief, &header.submission_id, 0)
        .await
        .expect("told");
    assert_eq!(rows, told.rows);
    let stands = uppsala.gets(&draft.id, 0).await.expect("it is there");
    assert_eq!((stands.state(), stands.revision), (DocumentState::Draft, 1));
    // Who sees it publishes it, and another university has ids of its own.
    let told = submit(&uppsala, &delta(), three().into_iter().chain([END])).await;
    let told = told.expect("it is taken");
    assert_eq!(told.words(), ["unchanged", "updated", "unchanged"]);
    let told = submit(
        &dalarna(&world).await,
        &delta(),
        three().into_iter().chain([END]),
    )
    .await;
    assert_eq!(told.expect("it is taken").words(), ["created"; 3]);
}
