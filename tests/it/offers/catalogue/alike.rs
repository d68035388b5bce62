//! The same offers, sought and matched alike, are answered alike by a server on SQLite and by one on PostgreSQL, once ids are
//! told by the order in which they were made.

use std::fmt::Write as _;

use prost::Message;
use styrkedja::proto::v1::{
    Audience, MatchNeedsRequest, MatchNeedsResponse, OfferOrder, SearchCourseOffersRequest,
    StudyMode,
};

use super::{needs, offer, publish};
use crate::{
    offers::UPPSALA,
    world::{Caller, Engine, World},
};

const TITLES: [&str; 8] = [
    "Läsning och skrivande",
    "Läsningens didaktik",
    "Att leda lärares lärande",
    "Rektorsprogrammet",
    "Matematik för lärare",
    "Örat och rösten",
    "Årets skolutveckling",
    "Ämnesdidaktik i NO",
];
const QUERIES: [&str; 12] = [
    "",
    "läsning",
    "LÄRARENS",
    "lär",
    "rektorn",
    "öra",
    "ora",
    "år",
    "årets skol",
    "didaktik läsning",
    "ämnesdidaktiken no",
    "finns inte",
];

/// Publishes offers, and tells their ids in that order.
async fn play(world: &World) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 0..24_u32 {
        let theme = ["reading", "teaching", "mathematics"][number as usize % 3];
        let audience = if number % 4 == 0 {
            Audience::Principal
        } else {
            Audience::Teacher
        };
        let mut offer = offer(TITLES[number as usize % 8], &[theme], audience);
        let offering = offer.offering.as_mut().expect("an offering");
        offering.capacity = Some(1 + number * 3);
        if number % 5 == 0 {
            offering.mode = StudyMode::Distance.into();
            offering.places.clear();
        }
        let execution = offering.execution.as_mut().expect("dates");
        execution.start_date = format!("2026-{:02}-24", 8 + number % 4);
        let published = publish(world, UPPSALA, offer).await;
        ids.push(published.id);
    }
    for school in ["Karbyskolan", "Bällstabergsskolan"] {
        let analysis = needs::analysis(world, school).await;
        ids.push(analysis.id.clone());
        let plan = needs::wanting(world, school, &analysis).await;
        ids.push(needs::accepted(world, school, &plan).await.id);
    }
    ids
}

/// What a search finds, page by page: the number of each offer, and what goes with it.
async fn found(caller: &Caller, ids: &[String], mut request: SearchCourseOffersRequest) -> String {
    let mut told = String::new();
    loop {
        let page = caller
            .searches(request.clone())
            .await
            .expect("it is searched");
        for found in &page.offers {
            let id = &found.document.as_ref().expect("a document").id;
            let number = ids.iter().position(|known| known == id);
            let _ = write!(told, "{number:?} {:?}, ", found.places_left);
        }
        let _ = write!(told, "of {}; ", page.total);
        if page.next_page_token.is_empty() {
            return told;
        }
        request.page_token = page.next_page_token;
    }
}

fn without_ids(world: &World, ids: &[String], mut answer: MatchNeedsResponse) -> Vec<u8> {
    let number = |id: &mut String| {
        let number = ids.iter().position(|known| known == id);
        *id = format!("{number:?}");
    };
    let need = answer.need.as_mut().expect("a need");
    number(&mut need.document_id);
    let schools = ["Karbyskolan", "Bällstabergsskolan"].map(|school| world.id_of(school));
    let school = schools.iter().position(|id| *id == need.organization_id);
    need.organization_id = format!("{school:?}");
    for found in &mut answer.matches {
        number(&mut found.offer_id);
        assert_eq!(found.university_id, world.id_of(UPPSALA));
        found.university_id.clear();
    }
    answer.encode_to_vec()
}

/// Everything that is told in a world.
async fn told(world: &World) -> (Vec<String>, Vec<Vec<u8>>) {
    let ids = play(world).await;
    let head = world.head_of("Vallentuna kommun").await;
    let mut searches = Vec::new();
    for (number, query) in QUERIES.into_iter().enumerate() {
        for filter in 0..4 {
            let request = SearchCourseOffersRequest {
                query: query.to_owned(),
                audience: [vec![], vec![Audience::Teacher.into()]][filter % 2].clone(),
                min_places_left: [0, 20][filter / 2],
                order: OfferOrder::try_from(i32::try_from(number % 3).expect("small"))
                    .expect("an order")
                    .into(),
                page_size: 5,
                ..SearchCourseOffersRequest::default()
            };
            searches.push(found(&head, &ids, request).await);
        }
    }
    let request = MatchNeedsRequest {
        max_offers: 20,
        ..MatchNeedsRequest::default()
    };
    let answers = head.matches(request).await.expect("it is answered");
    let answers = answers.into_iter();
    let mut matches: Vec<_> = answers
        .map(|answer| without_ids(world, &ids, answer))
        .collect();
    // Organizations have other ids in other worlds, and so another order.
    matches.sort();
    (searches, matches)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_databases_find_and_match_alike() {
    let worlds = (
        World::new(Engine::Sqlite).await,
        World::new(Engine::Postgres).await,
    );
    let (sqlite, postgres) = tokio::join!(told(&worlds.0), told(&worlds.1));
    assert_eq!(sqlite, postgres);
    // Were nothing found, nothing would be shown.
    let found = sqlite
        .0
        .iter()
        .filter(|told| told.contains("Some("))
        .count();
    assert!(found > 20, "{found} of {}", sqlite.0.len());
    assert_eq!(sqlite.1.len(), 2);
    worlds.0.end().await;
    worlds.1.end().await;
}
