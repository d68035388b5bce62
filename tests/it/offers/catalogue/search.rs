//! Whoever reads published offers finds them by words and by what they are.

use styrkedja::proto::v1::{
    Audience, CourseOffer, Credits, Execution, Fee, HoldPlacesRequest, OfferOrder, Offering,
    OfferingState, Pace, Place, ReleasePlacesRequest, SearchCourseOffersRequest, StudyMode,
};
use tonic::Code;

use super::{document, offer, publish, swedish};
use crate::{
    documents::acts::{fields, reason},
    offers::UPPSALA,
    world::{Engine, World, request_id},
};

stories!(
    words_are_found_in_any_form,
    drafts_and_what_was_withdrawn_are_not_found,
    whoever_reads_no_offers_finds_none,
    every_filter_narrows,
    pages_hold_each_offer_once,
    a_token_serves_its_caller_and_filters,
    faults_of_a_search_are_named,
    another_server_finds_what_was_written,
    places_that_are_taken_are_not_left,
);

const READING: &str = "Läsning och skrivande i alla ämnen";
const LEADING: &str = "Att leda förändring för rektorer";
const COUNTING: &str = "Matematikdidaktik för lärare";

fn offering(offer: &mut CourseOffer) -> &mut Offering {
    offer.offering.as_mut().expect("it has an offering")
}

/// Three offers that differ in all that can be asked for.
async fn three(world: &World) {
    let mut reading = offer(READING, &["reading", "x-laslyft"], Audience::Teacher);
    offering(&mut reading).mode = StudyMode::Distance.into();
    offering(&mut reading).places.clear();
    reading.course.as_mut().expect("a course").credits = None;
    reading.course.as_mut().expect("a course").description = vec![swedish(
        "Eleverna läser skönlitteratur tillsammans med lärarna.",
    )];
    let mut leading = offer(LEADING, &["leadership"], Audience::Principal);
    offering(&mut leading).capacity = Some(20);
    offering(&mut leading).keywords = vec!["skolledarskap".to_owned()];
    offering(&mut leading).execution = Some(dates("2027-01-18", "2027-06-04"));
    let mut counting = offer(COUNTING, &["mathematics"], Audience::Teacher);
    offering(&mut counting).mode = StudyMode::OnSite.into();
    offering(&mut counting).places = vec![Place {
        municipality_code: "2080".to_owned(),
        town: "Falun".to_owned(),
    }];
    offering(&mut counting).languages = vec!["eng".to_owned()];
    offering(&mut counting).pace = Some(Pace {
        percent: 50,
        individual: false,
    });
    offering(&mut counting).application_windows.clear();
    counting.course.as_mut().expect("a course").credits = Some(Credits {
        system: 1,
        amount: "7.5".to_owned(),
    });
    offering(&mut counting).fees = vec![Fee {
        amount: "0".to_owned(),
        currency: "SEK".to_owned(),
        purpose: String::new(),
    }];
    for offer in [reading, leading, counting] {
        publish(world, UPPSALA, offer).await;
    }
}

fn dates(start: &str, end: &str) -> Execution {
    Execution {
        condition: 2,
        start_date: start.to_owned(),
        end_date: end.to_owned(),
    }
}

async fn words_are_found_in_any_form(world: World) {
    three(&world).await;
    let principal = world.principal_of("Karbyskolan").await;
    for (query, found) in [
        ("läsningen", vec![READING]),
        ("LÄSNINGENS", vec![READING]),
        ("rektor", vec![LEADING]),
        ("rektorn leder", vec![LEADING]),
        ("lärarens", vec![COUNTING, READING]),
        ("skolledarskapet", vec![LEADING]),
        // The beginning of the last word is enough.
        ("matematikdid", vec![COUNTING]),
        ("skönlitt", vec![READING]),
        ("skönlitt elev", vec![]),
        // All words must be there.
        ("läsning rektor", vec![]),
        // å, ä and ö are letters of their own.
        ("lasning", vec![]),
    ] {
        assert_eq!(principal.finds_by(query).await, found, "{query}");
    }
    assert_eq!(principal.finds_by(" , ").await.len(), 3);
}

async fn drafts_and_what_was_withdrawn_are_not_found(world: World) {
    let coordinator = world.coordinator_of(UPPSALA).await;
    let principal = world.principal_of("Karbyskolan").await;
    assert!(principal.finds_by("").await.is_empty());
    let of_reading = offer(READING, &["reading"], Audience::Teacher);
    let draft = coordinator
        .draft(&document(&world, UPPSALA, of_reading))
        .await;
    assert!(coordinator.finds_by("").await.is_empty());
    let published = coordinator.submits(&draft).await.expect("it is published");
    assert_eq!(principal.finds_by("läsning").await, [READING]);
    coordinator
        .withdraws(&published)
        .await
        .expect("it is withdrawn");
    assert!(principal.finds_by("läsning").await.is_empty());
}

async fn whoever_reads_no_offers_finds_none(world: World) {
    three(&world).await;
    let everything = SearchCourseOffersRequest::default;
    for reader in [
        world.board_of("Bergs kommun").await,
        world.coordinator_of(UPPSALA).await,
        world.officer().await,
    ] {
        assert_eq!(reader.finds(everything()).await.len(), 3);
    }
    for other in [world.analyst().await, world.stranger()] {
        let refused = other.searches(everything()).await.expect_err("refused");
        assert_eq!(refused.code(), Code::PermissionDenied);
    }
}

fn asking(change: impl FnOnce(&mut SearchCourseOffersRequest)) -> SearchCourseOffersRequest {
    let mut request = SearchCourseOffersRequest::default();
    change(&mut request);
    request
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

async fn every_filter_narrows(world: World) {
    three(&world).await;
    let head = world.head_of("Vallentuna kommun").await;
    let all = SearchCourseOffersRequest::default;
    let berg = world.id_of("Bergs kommun");
    let filters = [
        (
            asking(|ask| ask.themes = texts(&["x-laslyft", "leadership"])),
            vec![READING, LEADING],
        ),
        (
            asking(|ask| ask.audience = vec![Audience::Principal.into()]),
            vec![LEADING],
        ),
        (
            asking(|ask| ask.modes = vec![StudyMode::OnSite.into(), StudyMode::Distance.into()]),
            vec![READING, COUNTING],
        ),
        (
            asking(|ask| ask.area_codes = texts(&["20"])),
            vec![READING, COUNTING],
        ),
        (
            asking(|ask| ask.area_codes = texts(&["0380"])),
            vec![READING, LEADING],
        ),
        // There is no such county: what remains is given at a distance.
        (asking(|ask| ask.area_codes = texts(&["99"])), vec![READING]),
        (
            asking(|ask| ask.languages = texts(&["eng"])),
            vec![COUNTING],
        ),
        (
            asking(|ask| {
                "2026-08-25".clone_into(&mut ask.starts_from);
                "2027-01-18".clone_into(&mut ask.starts_to);
            }),
            vec![LEADING],
        ),
        (
            asking(|ask| "2026-03-31".clone_into(&mut ask.application_open_on)),
            vec![READING, LEADING],
        ),
        (
            asking(|ask| "7.5".clone_into(&mut ask.max_credits)),
            vec![READING, COUNTING],
        ),
        (
            asking(|ask| ask.max_pace_percent = 49),
            vec![READING, LEADING],
        ),
        (
            asking(|ask| ask.min_places_left = 21),
            vec![READING, COUNTING],
        ),
        (asking(|ask| ask.university_ids = vec![berg]), vec![]),
        (
            asking(|ask| {
                ask.university_ids = vec![world.id_of(UPPSALA)];
                ask.audience = vec![Audience::Teacher.into()];
                ask.languages = texts(&["swe"]);
            }),
            vec![READING],
        ),
    ];
    for (filter, expected) in filters {
        let mut found = head.finds(filter.clone()).await;
        let mut expected: Vec<_> = expected.into_iter().map(str::to_owned).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{filter:?}");
    }
    let mut over = offer("Inställd kurs", &["reading"], Audience::Teacher);
    offering(&mut over).state = OfferingState::Cancelled.into();
    publish(&world, UPPSALA, over).await;
    assert_eq!(head.finds(all()).await.len(), 3);
    let request = SearchCourseOffersRequest {
        include_inactive: true,
        ..all()
    };
    assert_eq!(head.finds(request).await.len(), 4);
}

async fn pages_hold_each_offer_once(world: World) {
    for number in 1..=7 {
        let mut offer = offer(&format!("Kurs {number}"), &["reading"], Audience::Teacher);
        let start = format!("2026-09-{:02}", 30 - number);
        offering(&mut offer).execution = Some(dates(&start, "2027-06-04"));
        publish(&world, UPPSALA, offer).await;
    }
    let teacher = world.teacher_of("Karbyskolan").await;
    let by_day = SearchCourseOffersRequest {
        page_size: 3,
        order: OfferOrder::StartDate.into(),
        ..SearchCourseOffersRequest::default()
    };
    let found = teacher.finds(by_day.clone()).await;
    let expected: Vec<_> = (1..=7)
        .rev()
        .map(|number| format!("Kurs {number}"))
        .collect();
    assert_eq!(found, expected);
    // What comes between two pages moves nothing that was there.
    let first = teacher.searches(by_day.clone()).await.expect("a page");
    let mut earlier = offer("Kurs 0", &["reading"], Audience::Teacher);
    offering(&mut earlier).execution = Some(dates("2026-08-24", "2027-06-04"));
    publish(&world, UPPSALA, earlier).await;
    let next = SearchCourseOffersRequest {
        page_token: first.next_page_token,
        ..by_day
    };
    let second = teacher.searches(next).await.expect("the next page");
    let title = super::title_of(second.offers[0].document.as_ref().expect("a document"));
    assert_eq!((title, second.total), ("Kurs 4", 8));
    assert!(second.position > first.position);
}

async fn a_token_serves_its_caller_and_filters(world: World) {
    three(&world).await;
    let principal = world.principal_of("Karbyskolan").await;
    let request = SearchCourseOffersRequest {
        page_size: 1,
        ..SearchCourseOffersRequest::default()
    };
    let page = principal.searches(request.clone()).await.expect("a page");
    let next = SearchCourseOffersRequest {
        page_token: page.next_page_token,
        ..request
    };
    let other = world.teacher_of("Karbyskolan").await;
    let refused = other.searches(next.clone()).await.expect_err("refused");
    assert_eq!(reason(&refused), "CURSOR_INVALID");
    let of_others = SearchCourseOffersRequest {
        query: "läsning".to_owned(),
        ..next.clone()
    };
    let refused = principal.searches(of_others).await.expect_err("refused");
    assert_eq!(reason(&refused), "CURSOR_INVALID");
    let larger = SearchCourseOffersRequest {
        page_size: 2,
        ..next
    };
    let rest = principal.searches(larger).await.expect("the rest");
    assert_eq!((rest.offers.len(), rest.next_page_token.as_str()), (2, ""));
}

async fn faults_of_a_search_are_named(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let request = SearchCourseOffersRequest {
        starts_from: "2026-02-30".to_owned(),
        application_open_on: "2026-13-01".to_owned(),
        ..SearchCourseOffersRequest::default()
    };
    let refused = principal.searches(request).await.expect_err("refused");
    assert_eq!(fields(&refused), ["starts_from", "application_open_on"]);
    let request = SearchCourseOffersRequest {
        starts_from: "2026-03-01".to_owned(),
        starts_to: "2026-02-01".to_owned(),
        ..SearchCourseOffersRequest::default()
    };
    let refused = principal.searches(request).await.expect_err("refused");
    assert_eq!(fields(&refused), ["starts_to"]);
}

async fn another_server_finds_what_was_written(world: World) {
    if world.place().engine() == Engine::Sqlite {
        // A file has one server at a time: it starts again, and reads all anew.
        publish(
            &world,
            UPPSALA,
            offer(READING, &["reading"], Audience::Teacher),
        )
        .await;
        world.stop().await;
        world.start().await;
        let principal = world.principal_of("Karbyskolan").await;
        assert_eq!(principal.finds_by("läsning").await, [READING]);
        return;
    }
    let principal = world.principal_of("Karbyskolan").await;
    // It reads the register when it starts, and so knows the principal.
    let (other, channel) = world.another_server().await;
    let token = world.token_of(&principal.subject);
    let there = styrkedja::client::Client::new(&channel, Some(&token)).expect("a client");
    for number in 1..=3 {
        let offer = offer(
            &format!("Läsning {number}"),
            &["reading"],
            Audience::Teacher,
        );
        publish(&world, UPPSALA, offer).await;
        let found = there
            .offers
            .clone()
            .search_course_offers(SearchCourseOffersRequest::default())
            .await
            .expect("it is searched")
            .into_inner();
        assert_eq!(found.total, number);
    }
    other.stop().await;
}

async fn places_that_are_taken_are_not_left(world: World) {
    let mut few = offer(READING, &["reading"], Audience::Teacher);
    offering(&mut few).capacity = Some(10);
    let published = publish(&world, UPPSALA, few).await;
    let principal = world.principal_of("Karbyskolan").await;
    let left = async || {
        let found = principal
            .searches(SearchCourseOffersRequest::default())
            .await;
        found.expect("it is searched").offers[0].places_left
    };
    assert_eq!(left().await, Some(10));
    let request = HoldPlacesRequest {
        request_id: request_id(),
        offer_id: published.id,
        organization_id: world.id_of("Karbyskolan"),
        audience: Audience::Teacher.into(),
        places: 4,
        ..HoldPlacesRequest::default()
    };
    let held = principal
        .offers()
        .hold_places(request)
        .await
        .expect("they are held");
    assert_eq!(left().await, Some(6));
    let booking = held.into_inner().booking.expect("a booking");
    let release = ReleasePlacesRequest {
        request_id: request_id(),
        booking_id: booking.id,
        etag: booking.etag,
        ..ReleasePlacesRequest::default()
    };
    let released = principal.offers().release_places(release).await;
    released.expect("they are released");
    assert_eq!(left().await, Some(10));
}
