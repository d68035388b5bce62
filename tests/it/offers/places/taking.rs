//! Who takes places, and who is told of it.

use styrkedja::{
    database::{Database, Purpose},
    proto::v1::{
        Audience, BookingState, HoldPlacesRequest, ListPlacesResponse, PlacesTaken,
        RevokeGrantRequest,
    },
};
use tonic::Code;

use super::{
    UPPSALA,
    acts::{briefly, confirmation, figures, is, places, release, waiting},
    history::History,
    published,
};
use crate::{
    documents::acts::{fields, metadata, reason},
    world::{World, request_id},
};

stories!(
    places_are_held_confirmed_and_given_back,
    a_repeated_call_gives_the_first_answer,
    the_university_is_told_figures_and_nobody_below_the_organizer,
    what_is_outside_looks_like_what_is_not_there,
    whoever_lost_the_role_takes_no_more,
    what_can_not_be_is_refused,
    a_trial_run_changes_nothing,
);

async fn places_are_held_confirmed_and_given_back(world: World) {
    let offer = published(&world, 10).await;
    let principal = world.principal_of("Karbyskolan").await;
    let karby = world.id_of("Karbyskolan");

    let held = principal.holds(places(&offer, &karby, 4)).await;
    let held = held.expect("there is room");
    assert!(is(&held, BookingState::Held) && held.expire_time.is_some());
    let confirmed = principal.confirms(confirmation(&held)).await;
    let confirmed = confirmed.expect("it is held");
    assert!(is(&confirmed, BookingState::Confirmed) && confirmed.expire_time.is_none());
    assert_ne!(confirmed.etag, held.etag);

    let again = principal.confirms(confirmation(&confirmed)).await;
    let again = again.expect_err("it is confirmed");
    assert_eq!(reason(&again), "BOOKING_NOT_HELD");
    assert_eq!(metadata(&again, "state"), "BOOKING_STATE_CONFIRMED");
    let stale = principal.releases(release(&held)).await;
    let stale = stale.expect_err("it has changed");
    assert_eq!(reason(&stale), "ETAG_MISMATCH");
    assert_eq!(metadata(&stale, "etag"), confirmed.etag);

    let taken = principal.holds(places(&offer, &karby, 7)).await;
    let taken = taken.expect_err("six are left");
    assert_eq!(reason(&taken), "PLACES_TAKEN");
    assert_eq!(metadata(&taken, "left"), "6");

    let released = principal.releases(release(&confirmed)).await;
    let released = released.expect("it is given back");
    assert!(is(&released, BookingState::Released));
    let over = principal.releases(release(&released)).await;
    assert_eq!(reason(&over.expect_err("it is over")), "BOOKING_ENDED");
    let told = principal.lists_places(&offer).await.expect("it is told");
    assert_eq!((told.capacity, figures(&told)), (Some(10), (0, 0, 0)));
    assert_eq!(told.bookings, [released]);

    // Held, confirmed and given back, each of them until the next.
    let database = Database::open(world.place().url(), Purpose::Inspect).await;
    let database = database.expect("it opens");
    let history = History::read(&database, offer.id.parse().expect("an id")).await;
    assert_eq!(history.happened(), [0, 1, 0, 1]);
    assert_eq!(history.spans(), Ok(()));
    database.close().await;
}

async fn a_repeated_call_gives_the_first_answer(world: World) {
    let offer = published(&world, 5).await;
    let principal = world.principal_of("Karbyskolan").await;
    let karby = world.id_of("Karbyskolan");
    let request = places(&offer, &karby, 5);
    let held = principal
        .holds(request.clone())
        .await
        .expect("there is room");
    let again = principal.holds(request.clone()).await;
    assert_eq!(again.expect("it is known"), held);
    let confirm = confirmation(&held);
    let confirmed = principal.confirms(confirm.clone()).await.expect("held");
    let giving_back = release(&confirmed);
    let released = principal.releases(giving_back.clone()).await;
    let released = released.expect("confirmed");
    // However much has happened since.
    assert_eq!(principal.holds(request.clone()).await.expect("known"), held);
    assert_eq!(principal.confirms(confirm).await.expect("known"), confirmed);
    let again = principal.releases(giving_back).await;
    assert_eq!(again.expect("known"), released);
    let told = principal.lists_places(&offer).await.expect("it is told");
    assert_eq!((figures(&told), told.bookings.len()), ((0, 0, 0), 1));

    let other = HoldPlacesRequest {
        places: 4,
        ..request
    };
    let other = principal.holds(other).await.expect_err("another request");
    assert_eq!(reason(&other), "REQUEST_ID_CONFLICT");
}

async fn the_university_is_told_figures_and_nobody_below_the_organizer(world: World) {
    let offer = published(&world, 20).await;
    let [karby, berga, berg, svenstavik] = [
        "Karbyskolan",
        "Bällstabergsskolan",
        "Bergs kommun",
        "Svenstaviks skola",
    ];
    for (unit, wanted) in [(karby, 3), (berga, 4), (svenstavik, 5)] {
        let principal = world.principal_of(unit).await;
        let request = places(&offer, &world.id_of(unit), wanted);
        let held = principal.holds(request).await.expect("there is room");
        if unit == berga {
            principal.confirms(confirmation(&held)).await.expect("held");
        }
    }
    let head = world.head_of(berg).await;
    let leaders = HoldPlacesRequest {
        audience: Audience::Principal.into(),
        ..waiting(places(&offer, &world.id_of(berg), 10))
    };
    let waits = head.holds(leaders).await.expect("it may wait");
    assert_eq!(
        (waits.state(), waits.line_place),
        (BookingState::Waiting, 1)
    );

    let coordinator = world.coordinator_of(UPPSALA).await;
    let told = coordinator.lists_places(&offer).await.expect("it is told");
    let of = |organizer: &str, audience: Audience, confirmed, held, waiting| PlacesTaken {
        organizer_id: world.id_of(organizer),
        audience: audience.into(),
        confirmed,
        held,
        waiting,
    };
    let mut taken = told.taken.clone();
    taken.sort_by_key(|taken| (taken.audience, taken.waiting, taken.held));
    let expected = [
        of(berg, Audience::Principal, 0, 0, 10),
        of("Vallentuna kommun", Audience::Teacher, 4, 3, 0),
        of(berg, Audience::Teacher, 0, 5, 0),
    ];
    assert_eq!(taken, expected);
    assert_eq!((figures(&told), told.bookings.len()), ((4, 8, 10), 0));
    let words = format!("{told:?}");
    for unit in [karby, berga, svenstavik] {
        assert!(!words.contains(&world.id_of(unit)), "{unit} is named");
    }
    // All others are told the totals, and of their own bookings alone.
    for (caller, own) in [
        (world.principal_of(karby).await, 1),
        (world.teacher_of(karby).await, 0),
        (head, 1),
    ] {
        let told = caller.lists_places(&offer).await.expect("it is told");
        let ListPlacesResponse {
            taken, bookings, ..
        } = &told;
        assert_eq!(
            (taken.len(), bookings.len()),
            (0, own),
            "{}",
            caller.subject
        );
        assert_eq!(figures(&told), (4, 8, 10));
    }
}

async fn what_is_outside_looks_like_what_is_not_there(world: World) {
    let offer = published(&world, 5).await;
    let principal = world.principal_of("Karbyskolan").await;
    let karby = world.id_of("Karbyskolan");
    let held = principal.holds(places(&offer, &karby, 2)).await;
    let held = held.expect("there is room");

    let foreign = world.principal_of("Svenstaviks skola").await;
    let mut missing = confirmation(&held);
    missing.booking_id = request_id();
    let missing = foreign.confirms(missing).await.expect_err("none there");
    let outside = foreign.confirms(confirmation(&held)).await;
    let outside = outside.expect_err("it is not theirs");
    assert_eq!(outside.code(), Code::NotFound);
    assert_eq!(outside.message(), missing.message());
    assert_eq!(outside.details(), missing.details());
    let outside = foreign.releases(release(&held)).await;
    assert_eq!(
        outside.expect_err("not theirs").details(),
        missing.details()
    );

    let for_others = foreign.holds(places(&offer, &karby, 1)).await;
    let for_others = for_others.expect_err("it is not for them");
    assert_eq!(for_others.details(), missing.details());
    let nowhere = places(&offer, &request_id(), 1);
    let nowhere = foreign.holds(nowhere).await.expect_err("it is nobody");
    assert_eq!(nowhere.details(), missing.details());

    // Nor is an offer that is not published yet, or another document.
    let coordinator = world.coordinator_of(UPPSALA).await;
    let draft = super::offer(&world.id_of(UPPSALA), |_| ());
    let draft = coordinator.draft(&draft).await;
    let analysis = crate::documents::papers::analysis(&karby);
    let analysis = principal.draft(&analysis).await;
    for document in [draft, analysis] {
        let refused = principal.holds(places(&document, &karby, 1)).await;
        assert_eq!(refused.expect_err("no offer").details(), missing.details());
        let refused = principal.lists_places(&document).await;
        assert_eq!(refused.expect_err("no offer").details(), missing.details());
    }
    let told = foreign.lists_places(&offer).await.expect("it is told");
    assert_eq!((figures(&told), told.bookings.len()), ((0, 2, 0), 0));
}

async fn whoever_lost_the_role_takes_no_more(world: World) {
    let offer = published(&world, 5).await;
    let principal = world.principal_of("Karbyskolan").await;
    let karby = world.id_of("Karbyskolan");
    let held = principal.holds(places(&offer, &karby, 2)).await;
    let held = held.expect("there is room");
    let revoke = RevokeGrantRequest {
        request_id: request_id(),
        id: principal.grant.clone().expect("a grant").id,
        ..RevokeGrantRequest::default()
    };
    let officer = world.officer().await;
    officer
        .access()
        .revoke_grant(revoke)
        .await
        .expect("revoked");
    for refused in [
        principal.confirms(confirmation(&held)).await,
        principal.releases(release(&held)).await,
        principal.holds(places(&offer, &karby, 1)).await,
    ] {
        let refused = refused.expect_err("the role is gone");
        assert_eq!(refused.code(), Code::PermissionDenied);
    }
    // The places are the school's: whoever acts for it next goes on with them.
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let confirmed = system.confirms(confirmation(&held)).await;
    assert!(is(&confirmed.expect("it is held"), BookingState::Confirmed));
}

async fn what_can_not_be_is_refused(world: World) {
    let offer = published(&world, 5).await;
    let principal = world.principal_of("Karbyskolan").await;
    let karby = world.id_of("Karbyskolan");
    let good = places(&offer, &karby, 1);
    let days = |days: i64| days * 24 * 3600 * 1000;

    let mut bad = briefly(places(&offer, &karby, 6), days(31));
    let plan = crate::documents::papers::analysis(&karby);
    let analysis = principal.draft(&plan).await;
    bad.measure = Some(crate::documents::papers::link(&analysis, "p1"));
    let refused = principal.holds(bad).await.expect_err("all of it is wrong");
    assert_eq!(fields(&refused), ["expire_time", "places", "measure"]);
    let past = principal.holds(briefly(good.clone(), -1000)).await;
    assert_eq!(fields(&past.expect_err("it is over")), ["expire_time"]);
    let none = HoldPlacesRequest {
        places: 0,
        audience: 0,
        ..good.clone()
    };
    let none = principal
        .holds(none)
        .await
        .expect_err("nothing is asked for");
    assert_eq!(fields(&none), ["audience", "places"]);
    let longest = principal.holds(briefly(good, days(30) - 5000)).await;
    longest.expect("thirty days are allowed");

    let coordinator = world.coordinator_of(UPPSALA).await;
    let ours = coordinator.holds(places(&offer, &world.id_of(UPPSALA), 1));
    assert_eq!(
        reason(&ours.await.expect_err("universities give")),
        "ROLE_MAY_NOT"
    );

    let withdrawn = published(&world, 5).await;
    coordinator
        .withdraws(&withdrawn)
        .await
        .expect("it is withdrawn");
    let refused = principal.holds(places(&withdrawn, &karby, 1)).await;
    assert_eq!(reason(&refused.expect_err("it is gone")), "OFFER_CLOSED");
    for change in [
        |offering: &mut styrkedja::proto::v1::Offering| offering.capacity = None,
        |offering: &mut styrkedja::proto::v1::Offering| {
            offering.set_state(styrkedja::proto::v1::OfferingState::Cancelled);
        },
    ] {
        let paper = super::offer(&world.id_of(UPPSALA), change);
        let draft = coordinator.draft(&paper).await;
        let closed = coordinator.submits(&draft).await.expect("it is published");
        let refused = principal.holds(places(&closed, &karby, 1)).await;
        assert_eq!(reason(&refused.expect_err("closed")), "OFFER_CLOSED");
    }
}

async fn a_trial_run_changes_nothing(world: World) {
    let offer = published(&world, 5).await;
    let principal = world.principal_of("Karbyskolan").await;
    let mut trial = places(&offer, &world.id_of("Karbyskolan"), 2);
    trial.validate_only = true;
    let told = principal.holds(trial.clone()).await.expect("it would go");
    assert!(is(&told, BookingState::Held));
    let after = principal.lists_places(&offer).await.expect("it is told");
    assert_eq!((figures(&after), after.bookings.len()), ((0, 0, 0), 0));
    trial.validate_only = false;
    principal.holds(trial).await.expect("and then it goes");
}
