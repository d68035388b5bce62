//! Those who wait are served in the order of their coming, whether places are released, lapse, or are added.

use std::time::{Duration, Instant};

use sea_orm::{ColumnTrait, Condition, QueryFilter};
use styrkedja::{
    documents::{self, entity::Column},
    exchange::Exchange,
    journal::{Row, sha256},
    kinds::Content,
    offers::places::{Taken, sweep, taken},
    proto::v1::{Booking, BookingState, Document, DocumentKind},
};
use uuid::Uuid;

use super::{
    acts::{briefly, confirmation, figures, is, places, release, waiting},
    published,
};
use crate::{
    documents::acts::{metadata, reason},
    journal::rows,
    world::{Caller, World},
};

stories!(
    those_who_wait_are_served_in_the_order_of_their_coming,
    a_hold_that_nobody_confirms_lapses_at_its_deadline,
    the_line_moves_up_where_nobody_calls,
    places_that_are_added_go_to_those_who_wait,
    a_dry_run_is_told_what_has_lapsed_and_writes_nothing,
);

/// Two schools of Vallentuna and one of Berg, each with a principal.
async fn three_principals(world: &World) -> [(Caller, String); 3] {
    let of = async |unit: &str| (world.principal_of(unit).await, world.id_of(unit));
    [
        of("Karbyskolan").await,
        of("Bällstabergsskolan").await,
        of("Svenstaviks skola").await,
    ]
}

async fn those_who_wait_are_served_in_the_order_of_their_coming(world: World) {
    let offer = published(&world, 10).await;
    let [
        (karby, at_karby),
        (berga, at_berga),
        (svenstavik, at_svenstavik),
    ] = three_principals(&world).await;
    let all = karby.holds(places(&offer, &at_karby, 10)).await;
    let all = all.expect("there is room");
    let four = berga.holds(waiting(places(&offer, &at_berga, 4))).await;
    let four = four.expect("it may wait");
    let eight = svenstavik.holds(waiting(places(&offer, &at_svenstavik, 8)));
    let eight = eight.await.expect("it may wait");
    let two = karby.holds(waiting(places(&offer, &at_karby, 2))).await;
    let two = two.expect("it may wait");
    let line = [&four, &eight, &two].map(|booking| (booking.state(), booking.line_place));
    let waits = BookingState::Waiting;
    assert_eq!(line, [(waits, 1), (waits, 2), (waits, 3)]);
    let early = karby.confirms(confirmation(&two)).await;
    let early = early.expect_err("it waits");
    assert_eq!(reason(&early), "BOOKING_NOT_HELD");
    assert_eq!(metadata(&early, "state"), "BOOKING_STATE_WAITING");

    karby.releases(release(&all)).await.expect("it is held");
    let four = berga.booking(&offer, &four.id).await;
    assert!(is(&four, BookingState::Held) && four.expire_time.is_some());
    let eight = svenstavik.booking(&offer, &eight.id).await;
    assert_eq!((eight.state(), eight.line_place), (waits, 1));
    let two = karby.booking(&offer, &two.id).await;
    assert_eq!(
        (two.state(), two.line_place),
        (waits, 2),
        "it does not overtake"
    );
    let newcomer = berga.holds(places(&offer, &at_berga, 1)).await;
    let newcomer = newcomer.expect_err("six are left, and two wait for them");
    assert_eq!(reason(&newcomer), "PLACES_TAKEN");
    assert_eq!(metadata(&newcomer, "left"), "0");

    // Whoever leaves the line lets the next move up.
    svenstavik
        .releases(release(&eight))
        .await
        .expect("it waits");
    let two = karby.booking(&offer, &two.id).await;
    assert!(is(&two, BookingState::Held));
    let told = karby.lists_places(&offer).await.expect("it is told");
    assert_eq!(figures(&told), (0, 6, 0));
    karby
        .confirms(confirmation(&two))
        .await
        .expect("it is held");
}

async fn a_hold_that_nobody_confirms_lapses_at_its_deadline(world: World) {
    let offer = published(&world, 5).await;
    let [
        (karby, at_karby),
        (berga, at_berga),
        (svenstavik, at_svenstavik),
    ] = three_principals(&world).await;
    let brief = briefly(places(&offer, &at_karby, 5), 1500);
    let deadline = Instant::now() + Duration::from_millis(1500);
    let brief = karby.holds(brief).await.expect("there is room");
    let next = waiting(places(&offer, &at_berga, 3));
    let next = berga.holds(next).await.expect("it may wait");
    let before = karby.booking(&offer, &brief.id).await;
    assert!(Instant::now() > deadline || is(&before, BookingState::Held));

    until(deadline).await;
    let lapsed = karby.booking(&offer, &brief.id).await;
    assert!(is(&lapsed, BookingState::Lapsed));
    assert_eq!(lapsed.update_time, brief.expire_time);
    let told = karby.lists_places(&offer).await.expect("it is told");
    assert_eq!(figures(&told), (0, 0, 3));
    let late = karby.confirms(confirmation(&lapsed)).await;
    let late = late.expect_err("it has lapsed");
    assert_eq!(reason(&late), "BOOKING_NOT_HELD");
    assert_eq!(metadata(&late, "state"), "BOOKING_STATE_LAPSED");
    let late = karby.releases(release(&lapsed)).await;
    assert_eq!(reason(&late.expect_err("it has lapsed")), "BOOKING_ENDED");

    // Nobody takes what those who wait have coming, and what is written next says so.
    let newcomer = svenstavik.holds(places(&offer, &at_svenstavik, 3)).await;
    let newcomer = newcomer.expect_err("two are left");
    assert_eq!(metadata(&newcomer, "left"), "2");
    let newcomer = places(&offer, &at_svenstavik, 2);
    svenstavik.holds(newcomer).await.expect("two are left");
    let next = berga.booking(&offer, &next.id).await;
    assert!(is(&next, BookingState::Held));
    let written = karby.booking(&offer, &brief.id).await;
    assert_eq!(
        (written.state(), written.update_time),
        (lapsed.state(), lapsed.update_time)
    );
    berga
        .confirms(confirmation(&next))
        .await
        .expect("it is held");
}

async fn until(deadline: Instant) {
    tokio::time::sleep_until((deadline + Duration::from_millis(100)).into()).await;
}

async fn the_line_moves_up_where_nobody_calls(world: World) {
    let offer = published(&world, 5).await;
    let [(karby, at_karby), (berga, at_berga), _] = three_principals(&world).await;
    let brief = briefly(places(&offer, &at_karby, 5), 1000);
    karby.holds(brief).await.expect("there is room");
    let next = waiting(places(&offer, &at_berga, 3));
    let next = berga.holds(next).await.expect("it may wait");
    let began = Instant::now();
    loop {
        let booking = berga.booking(&offer, &next.id).await;
        if is(&booking, BookingState::Held) {
            assert!(booking.expire_time.is_some());
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(40), "nobody sweeps");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

async fn places_that_are_added_go_to_those_who_wait(world: World) {
    let offer = published(&world, 5).await;
    let [(karby, at_karby), (berga, at_berga), _] = three_principals(&world).await;
    let held = karby.holds(places(&offer, &at_karby, 5)).await;
    let held = held.expect("there is room");
    let next = waiting(places(&offer, &at_berga, 3));
    let next: Booking = berga.holds(next).await.expect("it may wait");
    world.stop().await;

    let exchange = Exchange::open(world.config()).await.expect("it opens");
    assert_eq!(
        sweep(&exchange).await.expect("it looks"),
        0,
        "nothing is due"
    );
    let id = Uuid::try_parse(&offer.id).expect("an id");
    let owner = Uuid::try_parse(&offer.owner_id).expect("an id");
    let now = taken(&exchange, owner, &[id, Uuid::nil()], false).await;
    let now = now.expect("it is told");
    let Taken {
        revision, places, ..
    } = now[&id];
    assert_eq!((now.len(), revision, places), (1, 2, 5));
    enlarge(&exchange, &offer, 8).await;
    assert_eq!(sweep(&exchange).await.expect("it looks"), 1);
    assert_eq!(sweep(&exchange).await.expect("it looks"), 0, "all is done");
    exchange.close().await;

    world.start().await;
    let next = berga.booking(&offer, &next.id).await;
    assert!(is(&next, BookingState::Held));
    let told = karby.lists_places(&offer).await.expect("it is told");
    assert_eq!((told.capacity, figures(&told)), (Some(8), (0, 8, 0)));
    karby
        .confirms(confirmation(&held))
        .await
        .expect("it is held");
}

/// Writes the offer anew, with so many places.
async fn enlarge(exchange: &Exchange, offer: &Document, capacity: u32) {
    let id = Uuid::try_parse(&offer.id).expect("an id");
    let named = Condition::all().add(Column::DocumentId.eq(id));
    let head = documents::kept(named)
        .filter(Column::UntilPosition.is_null())
        .into_model::<documents::Found>()
        .one(exchange.database.reader())
        .await
        .expect("it can be read")
        .expect("it is there")
        .row;
    let content = head.content.as_deref().unwrap_or_default();
    let content = Content::decode(DocumentKind::CourseOffer, content);
    let Ok(Content::CourseOffer(mut content)) = content else {
        panic!("it is a course offer");
    };
    content.offering.as_mut().expect("an occasion").capacity = Some(capacity);
    let content = Content::CourseOffer(content).encode();
    let revision = documents::entity::Model {
        revision: head.revision + 1,
        content_revision: head.revision + 1,
        content_hash: sha256(&content),
        content: Some(content),
        ..head
    };
    let row = Row::Document {
        revision,
        links: Vec::new(),
    };
    let written = exchange.journal.write(rows::write(vec![row])).await;
    written.expect("it is written");
}

async fn a_dry_run_is_told_what_has_lapsed_and_writes_nothing(world: World) {
    let offer = published(&world, 5).await;
    let [(karby, at_karby), (berga, at_berga), _] = three_principals(&world).await;
    let brief = briefly(places(&offer, &at_karby, 5), 5000);
    karby.holds(brief).await.expect("there is room");
    let next = waiting(places(&offer, &at_berga, 3));
    berga.holds(next).await.expect("it may wait");
    world.stop().await;
    tokio::time::sleep(Duration::from_millis(5100)).await;

    let exchange = Exchange::open(world.config()).await.expect("it opens");
    let id = Uuid::try_parse(&offer.id).expect("an id");
    let owner = Uuid::try_parse(&offer.owner_id).expect("an id");
    let told = async |dry_run| {
        let now = taken(&exchange, owner, &[id], dry_run).await;
        let now = now.expect("it is told")[&id];
        (now.revision, now.places)
    };
    // As it will be, at the revision that is written.
    assert_eq!(told(true).await, (2, 3));
    assert_eq!(told(true).await, (2, 3));
    assert_eq!(told(false).await, (3, 3));
    exchange.close().await;
    world.start().await;
}
