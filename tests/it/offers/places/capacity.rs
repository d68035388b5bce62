//! The university may state fewer places, as long as they are not taken, and more, which go to those who wait.

use std::time::Duration;

use styrkedja::{
    client::Client,
    proto::v1::{BookingState, Document, submit_course_offers_request::Part},
};

use super::{
    acts::{briefly, confirmation, figures, is, places, release, waiting},
    published,
};
use crate::{
    documents::acts::{fields, reason},
    faults::clocks::{off_by, token},
    offers::{
        UPPSALA,
        submission::{END, delta, offer, submit, withdrawn},
    },
    world::{Caller, Engine, World},
};

stories!(
    no_fewer_places_are_stated_than_are_taken,
    what_has_lapsed_goes_to_those_who_wait_before_a_cut,
    a_cut_by_a_clock_that_is_ahead_overbooks_nobody,
    a_cut_and_a_hold_at_once_do_not_both_go_through,
    an_offer_with_taken_places_is_not_withdrawn,
    a_withdrawal_and_a_hold_at_once_do_not_both_go_through,
);

const ROUNDS: u64 = 12;

/// What becomes of one offer that is submitted, and the offer.
async fn submits(coordinator: &Caller, part: Part) -> (String, Document) {
    let told = submit(coordinator, &delta(), [part, END]).await;
    let told = told.expect("it is taken");
    let offer = Document {
        id: told.rows[0].document_id.clone(),
        ..Document::default()
    };
    (told.words().remove(0), offer)
}

async fn no_fewer_places_are_stated_than_are_taken(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    let principal = world.principal_of("Karbyskolan").await;
    let karby = world.id_of("Karbyskolan");
    let (created, course) = submits(&uppsala, offer("a", 5)).await;
    assert_eq!(created, "created");
    let held = principal.holds(places(&course, &karby, 4)).await;
    let held = held.expect("there is room");
    let next = principal.holds(waiting(places(&course, &karby, 3))).await;
    let next = next.expect("it may wait");

    for confirmed in [false, true] {
        if confirmed {
            principal.confirms(confirmation(&held)).await.expect("held");
        }
        let (cut, _) = submits(&uppsala, offer("a", 3)).await;
        assert_eq!(cut, "CAPACITY_TAKEN");
        let (gone, _) = submits(&uppsala, withdrawn("a")).await;
        assert_eq!(gone, "CAPACITY_TAKEN");
    }
    let (cut, _) = submits(&uppsala, offer("a", 4)).await;
    assert_eq!(cut, "updated", "so many are taken");
    let more = principal.holds(places(&course, &karby, 5)).await;
    assert_eq!(fields(&more.expect_err("four in all")), ["places"]);

    // What is added goes to those who wait, with whatever happens next.
    let (more, _) = submits(&uppsala, offer("a", 8)).await;
    assert_eq!(more, "updated");
    let newcomer = principal.holds(places(&course, &karby, 2)).await;
    assert_eq!(reason(&newcomer.expect_err("one is left")), "PLACES_TAKEN");
    principal
        .holds(places(&course, &karby, 1))
        .await
        .expect("one is left");
    let next = principal.booking(&course, &next.id).await;
    assert!(is(&next, BookingState::Held));
    let told = principal.lists_places(&course).await.expect("it is told");
    assert_eq!((told.capacity, figures(&told)), (Some(8), (4, 4, 0)));
    principal
        .releases(release(&next))
        .await
        .expect("it is held");

    // What has lapsed is taken no more, unless somebody waits for it.
    let (_, brief) = submits(&uppsala, offer("b", 5)).await;
    let request = briefly(places(&brief, &karby, 5), 1000);
    principal.holds(request).await.expect("there is room");
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let (cut, _) = submits(&uppsala, offer("b", 2)).await;
    assert_eq!(cut, "updated");
    principal
        .holds(places(&brief, &karby, 2))
        .await
        .expect("two are left");
}

async fn what_has_lapsed_goes_to_those_who_wait_before_a_cut(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    let principal = world.principal_of("Karbyskolan").await;
    let karby = world.id_of("Karbyskolan");
    for withdraws in [false, true] {
        let name = format!("withdraws-{withdraws}");
        let (_, course) = submits(&uppsala, offer(&name, 5)).await;
        let brief = briefly(places(&course, &karby, 5), 1000);
        principal.holds(brief).await.expect("there is room");
        let next = principal.holds(waiting(places(&course, &karby, 3))).await;
        let next = next.expect("it may wait");
        tokio::time::sleep(Duration::from_millis(1100)).await;
        let cut = if withdraws {
            reason(
                &uppsala
                    .withdraws(&course_now(&uppsala, &course).await)
                    .await
                    .expect_err("three are taken"),
            )
        } else {
            submits(&uppsala, offer(&name, 2)).await.0
        };
        assert_eq!(cut, "CAPACITY_TAKEN");
        let next = principal.booking(&course, &next.id).await;
        assert!(is(&next, BookingState::Held), "{next:?}");
        let (cut, _) = submits(&uppsala, offer(&name, 3)).await;
        assert_eq!(cut, "updated");
    }
}

async fn course_now(uppsala: &Caller, course: &Document) -> Document {
    uppsala.gets(&course.id, 0).await.expect("it stands")
}

/// A hold that has lapsed by one clock and not by another. A SQLite file has one server after the other.
async fn a_cut_by_a_clock_that_is_ahead_overbooks_nobody(world: World) {
    const HOUR: i64 = 3600;
    let uppsala = world.coordinator_of(UPPSALA).await;
    let principal = world.principal_of("Karbyskolan").await;
    let karby = world.id_of("Karbyskolan");
    let (_, course) = submits(&uppsala, offer("a", 5)).await;
    let brief = briefly(places(&course, &karby, 5), HOUR / 2 * 1000);
    let held = principal.holds(brief).await.expect("there is room");

    let one_at_a_time = world.place().engine() == Engine::Sqlite;
    if one_at_a_time {
        world.stop().await;
    }
    let ahead = off_by(&world, HOUR).await;
    let client = ahead.client(&token(&world, &uppsala.subject, HOUR));
    let there = Caller::new(&uppsala.subject, None, client);
    let (cut, _) = submits(&there, offer("a", 2)).await;
    assert_eq!(cut, "updated", "it has lapsed there");
    if one_at_a_time {
        ahead.stop();
        world.start().await;
    }
    let late = principal.confirms(confirmation(&held)).await;
    let late = late.expect_err("its places are given away");
    assert_eq!(reason(&late), "BOOKING_NOT_HELD");
    let told = principal.lists_places(&course).await.expect("it is told");
    assert_eq!((told.capacity, figures(&told)), (Some(2), (0, 0, 0)));
}

async fn a_cut_and_a_hold_at_once_do_not_both_go_through(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    let principal = world.principal_of("Karbyskolan").await;
    let karby = world.id_of("Karbyskolan");
    let other = match world.place().engine() {
        Engine::Sqlite => None,
        Engine::Postgres => Some(world.another_server().await),
    };
    let there = other.as_ref().map(|(_, channel)| {
        let client = Client::new(channel, Some(&world.token_of(&principal.subject)));
        let client = client.expect("the token can be sent");
        Caller::new(&principal.subject, None, client)
    });
    let there = there.as_ref().unwrap_or(&principal);
    for round in 0..ROUNDS {
        let name = format!("round-{round}");
        let (_, course) = submits(&uppsala, offer(&name, 5)).await;
        let holding = async {
            // Now the one is first, and now the other.
            tokio::time::sleep(Duration::from_millis(2 * (round % 4))).await;
            there.holds(places(&course, &karby, 4)).await
        };
        let (hold, (cut, _)) = tokio::join!(holding, submits(&uppsala, offer(&name, 3)));
        match hold {
            Ok(_) => assert_eq!(cut, "CAPACITY_TAKEN"),
            Err(refused) => {
                assert_eq!(fields(&refused), ["places"], "{refused:?}");
                assert_eq!(cut, "updated");
            }
        }
        let told = principal.lists_places(&course).await.expect("it is told");
        assert!(Some(told.held) <= told.capacity, "{told:?}");
    }
    if let Some((other, _)) = other {
        other.stop().await;
    }
}

async fn an_offer_with_taken_places_is_not_withdrawn(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    let principal = world.principal_of("Karbyskolan").await;
    let karby = world.id_of("Karbyskolan");
    let course = published(&world, 5).await;
    let held = principal.holds(places(&course, &karby, 4)).await;
    let held = held.expect("there is room");
    let next = principal.holds(waiting(places(&course, &karby, 3))).await;
    let next = next.expect("it may wait");
    let refused = uppsala.withdraws(&course).await;
    assert_eq!(
        reason(&refused.expect_err("four are taken")),
        "CAPACITY_TAKEN"
    );

    principal.releases(release(&next)).await.expect("it waits");
    principal
        .releases(release(&held))
        .await
        .expect("it is held");
    let gone = uppsala.withdraws(&course).await;
    gone.expect("nobody has a place of it");
}

async fn a_withdrawal_and_a_hold_at_once_do_not_both_go_through(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    let principal = world.principal_of("Karbyskolan").await;
    let karby = world.id_of("Karbyskolan");
    for round in 0..ROUNDS {
        let course = published(&world, 5).await;
        let holding = async {
            // Now the one is first, and now the other.
            tokio::time::sleep(Duration::from_millis(round % 4)).await;
            principal.holds(places(&course, &karby, 4)).await
        };
        let (held, gone) = tokio::join!(holding, uppsala.withdraws(&course));
        assert!(held.is_err() || gone.is_err(), "{held:?} {gone:?}");
        assert!(held.is_ok() || gone.is_ok(), "{held:?} {gone:?}");
    }
}
