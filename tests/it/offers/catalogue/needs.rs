//! Needs of accepted plans and analyses are held against the offers.

use prost::Message;
use styrkedja::proto::v1::{
    Audience, Document, DocumentLink, MatchFinding, MatchNeedsRequest, MatchNeedsResponse,
    MatchTermKind, MeasureProvider, StaffCategory,
};
use tonic::Code;

use super::{offer, publish};
use crate::{
    documents::{
        acts::{acceptance, change, fields},
        papers::{self, plan_in},
    },
    offers::UPPSALA,
    world::World,
};

stories!(
    a_measure_is_met_by_what_fits_it_best,
    an_area_without_a_plan_is_a_need,
    needs_are_told_to_those_who_read_them,
    a_measure_takes_an_offer,
    the_same_is_answered_in_the_same_bytes,
);

/// The analysis of a school, accepted.
pub async fn analysis(world: &World, school: &str) -> Document {
    let principal = world.principal_of(school).await;
    let analysis = principal
        .draft(&papers::analysis(&world.id_of(school)))
        .await;
    accepted(world, school, &analysis).await
}

/// A plan whose measure wants 38 places for teachers and principals in reading.
pub async fn wanting(world: &World, school: &str, analysis: &Document) -> Document {
    let mut plan = papers::plan(&world.id_of(school), analysis);
    let measure = &mut plan_in(&mut plan).measures[0];
    measure.provider = MeasureProvider::University.into();
    measure.university_id = world.id_of(UPPSALA);
    measure.places_wanted = 38;
    measure.target_group = vec![
        StaffCategory::Teacher.into(),
        StaffCategory::SpecialEducation.into(),
        StaffCategory::SchoolLeader.into(),
    ];
    measure.schedule = Some(papers::period("2026-08-24", "2027-06-11"));
    plan.period = Some(papers::period("2026-08-24", "2027-06-11"));
    world.principal_of(school).await.draft(&plan).await
}

pub async fn accepted(world: &World, school: &str, document: &Document) -> Document {
    let submitted = world
        .principal_of(school)
        .await
        .submits(document)
        .await
        .expect("it is submitted");
    let head = world.head_of("Vallentuna kommun").await;
    head.reviews(acceptance(&submitted))
        .await
        .expect("it is accepted")
}

fn terms(answer: &MatchNeedsResponse, at: usize) -> Vec<(MatchTermKind, u32, MatchFinding)> {
    let of_match = answer.matches[at].terms.iter();
    of_match
        .map(|term| (term.kind(), term.score, term.finding()))
        .collect()
}

fn titles(answer: &MatchNeedsResponse) -> Vec<&str> {
    let titles = answer.matches.iter().map(|found| found.title.as_str());
    titles.collect()
}

async fn a_measure_is_met_by_what_fits_it_best(world: World) {
    use MatchFinding::{Full, None, NotStated, Partial};
    use MatchTermKind::{Audience as ForWhom, Credits, Dates, Places, Reach, Theme};
    let mut fits = offer("Läslyftet", &["reading", "teaching"], Audience::Teacher);
    let offering = fits.offering.as_mut().expect("an offering");
    "2027-06-04".clone_into(&mut offering.execution.as_mut().expect("dates").end_date);
    "0180".clone_into(&mut offering.places[0].municipality_code);
    offering.capacity = Some(19);
    let other = offer("Skoljuridik", &["leadership"], Audience::OtherStaff);
    publish(&world, UPPSALA, other).await;
    let reading = publish(&world, UPPSALA, fits).await;
    let analysis = analysis(&world, "Karbyskolan").await;
    let plan = wanting(&world, "Karbyskolan", &analysis).await;
    let head = world.head_of("Vallentuna kommun").await;
    let before = head.matches(MatchNeedsRequest::default()).await;
    let before = before.expect("it is answered");
    assert_eq!(before.len(), 1, "a draft is no need: only the area is");
    let plan = accepted(&world, "Karbyskolan", &plan).await;
    let answers = head.matches(MatchNeedsRequest::default()).await;
    let answers = answers.expect("it is answered");
    assert_eq!(answers.len(), 1, "the plan answers the area");
    let need = answers[0].need.as_ref().expect("a need");
    assert_eq!(
        (need.document_id.as_str(), need.item_id.as_str()),
        (plan.id.as_str(), "m1")
    );
    assert_eq!(need.themes, ["reading"]);
    assert_eq!(need.municipality_code, "0115", "of the municipality above");
    assert_eq!(
        need.audience().collect::<Vec<_>>(),
        [Audience::Principal, Audience::Teacher]
    );
    assert_eq!(titles(&answers[0]), ["Läslyftet", "Skoljuridik"]);
    let first = &answers[0].matches[0];
    assert_eq!(first.offer_id, reading.id);
    assert_eq!(first.score, 350 + 100 + 100 + 150 + 50 + 28);
    assert_eq!(
        terms(&answers[0], 0),
        [
            (Theme, 350, Full),
            (ForWhom, 100, Partial),
            (Reach, 100, Partial),
            (Dates, 150, Full),
            (Places, 50, Partial),
            (Credits, 28, Partial),
        ]
    );
    let found: Vec<_> = terms(&answers[0], 1).iter().map(|term| term.2).collect();
    assert_eq!(found[..2], [None, None]);
    assert!(!found.contains(&NotStated));
    let few = MatchNeedsRequest {
        min_score: 778,
        ..MatchNeedsRequest::default()
    };
    let few = head.matches(few).await.expect("it is answered");
    assert_eq!(titles(&few[0]), ["Läslyftet"]);
}

async fn an_area_without_a_plan_is_a_need(world: World) {
    publish(
        &world,
        UPPSALA,
        offer("Läslyftet", &["reading"], Audience::Teacher),
    )
    .await;
    let analysis = analysis(&world, "Karbyskolan").await;
    let head = world.head_of("Vallentuna kommun").await;
    let answers = head.matches(MatchNeedsRequest::default()).await;
    let answers = answers.expect("it is answered");
    let need = answers[0].need.as_ref().expect("a need");
    assert_eq!((need.item_id.as_str(), need.places), ("a1", 0));
    assert_eq!(need.document_id, analysis.id);
    assert_eq!(need.schedule, None);
    let not_stated: Vec<_> = terms(&answers[0], 0)
        .into_iter()
        .filter(|term| term.2 == MatchFinding::NotStated)
        .map(|term| (term.0, term.1))
        .collect();
    assert_eq!(
        not_stated,
        [
            (MatchTermKind::Audience, 100),
            (MatchTermKind::Dates, 75),
            (MatchTermKind::Places, 50)
        ]
    );
    let elsewhere = MatchNeedsRequest {
        organization_id: world.id_of("Bällstabergsskolan"),
        ..MatchNeedsRequest::default()
    };
    let elsewhere = head.matches(elsewhere).await.expect("it is answered");
    assert!(elsewhere.is_empty());
}

async fn needs_are_told_to_those_who_read_them(world: World) {
    publish(
        &world,
        UPPSALA,
        offer("Läslyftet", &["reading"], Audience::Teacher),
    )
    .await;
    let analysis = analysis(&world, "Karbyskolan").await;
    let of_document = MatchNeedsRequest {
        document_id: analysis.id.clone(),
        ..MatchNeedsRequest::default()
    };
    for reader in [
        world.principal_of("Karbyskolan").await,
        world.board_of("Vallentuna kommun").await,
        world.officer().await,
    ] {
        let answers = reader.matches(of_document.clone()).await;
        assert_eq!(answers.expect("it is answered").len(), 1);
    }
    for other in [
        world.coordinator_of(UPPSALA).await,
        world.head_of("Bergs kommun").await,
        world.principal_of("Bällstabergsskolan").await,
    ] {
        let all = other.matches(MatchNeedsRequest::default()).await;
        assert!(all.expect("it is answered").is_empty());
        let refused = other
            .matches(of_document.clone())
            .await
            .expect_err("refused");
        assert_eq!(refused.code(), Code::NotFound);
    }
    let refused = world.analyst().await.matches(of_document).await;
    assert_eq!(refused.expect_err("refused").code(), Code::PermissionDenied);
}

async fn a_measure_takes_an_offer(world: World) {
    let reading = publish(
        &world,
        UPPSALA,
        offer("Läslyftet", &["reading"], Audience::Teacher),
    );
    let reading = reading.await;
    let analysis = analysis(&world, "Karbyskolan").await;
    let mut plan = wanting(&world, "Karbyskolan", &analysis).await;
    let principal = world.principal_of("Karbyskolan").await;
    // What leads to no offer is refused.
    plan_in(&mut plan).measures[0].offer = Some(DocumentLink {
        document_id: analysis.id.clone(),
        revision: 0,
        item_id: "offering".to_owned(),
    });
    let refused = principal
        .updates(change(&plan, &["action_plan.measures"]))
        .await
        .expect_err("it leads to no offer");
    assert_eq!(fields(&refused), ["action_plan.measures[0].offer"]);
    plan_in(&mut plan).measures[0].offer = Some(DocumentLink {
        document_id: reading.id.clone(),
        revision: 0,
        item_id: "offering".to_owned(),
    });
    let right = principal
        .updates(change(&plan, &["action_plan.measures"]))
        .await
        .expect("it is taken");
    accepted(&world, "Karbyskolan", &right).await;
    let answers = principal.matches(MatchNeedsRequest::default()).await;
    let answers = answers.expect("it is answered");
    let need = answers[0].need.as_ref().expect("a need");
    assert_eq!(need.offer_id, reading.id);
}

async fn the_same_is_answered_in_the_same_bytes(world: World) {
    for number in 0..12 {
        let title = format!("Läslyftet {}", number % 5);
        publish(
            &world,
            UPPSALA,
            offer(&title, &["reading"], Audience::Teacher),
        )
        .await;
    }
    for school in ["Karbyskolan", "Bällstabergsskolan"] {
        let analysis = analysis(&world, school).await;
        let plan = wanting(&world, school, &analysis).await;
        accepted(&world, school, &plan).await;
    }
    let head = world.head_of("Vallentuna kommun").await;
    let officer = world.officer().await;
    let bytes = |answers: Vec<MatchNeedsResponse>| -> Vec<Vec<u8>> {
        answers.iter().map(Message::encode_to_vec).collect()
    };
    let request = MatchNeedsRequest {
        max_offers: 7,
        ..MatchNeedsRequest::default()
    };
    let first = head.matches(request.clone()).await.expect("it is answered");
    assert_eq!(first.len(), 2);
    // Of equal offers, those of the lower id come first.
    let ids: Vec<_> = first[0]
        .matches
        .iter()
        .map(|found| &found.offer_id)
        .collect();
    assert!(ids.is_sorted());
    assert_eq!(ids.len(), 7);
    let first = bytes(first);
    let of_officer = officer.matches(request.clone()).await;
    assert_eq!(bytes(of_officer.expect("it is answered")), first);
    world.stop().await;
    world.start().await;
    let again = head.matches(request).await.expect("it is answered");
    assert_eq!(bytes(again), first, "also when all was read anew");
}
