//! Course offers in a backup: reports can be read, submissions go on, bookings stand, and the line goes on in its order.

use styrkedja::proto::v1::{BookingState, Document, ListPlacesResponse};
use tonic::Code;

use super::{back_up, restore, says};
use crate::{
    offers::{
        UPPSALA,
        places::acts::{confirmation, figures, is, places, release, waiting},
        submission::{END, delta, offer, report, submit, withdrawn},
    },
    world::{Caller, World},
};

stories!(reports_bookings_and_the_line_come_back);

async fn reports_bookings_and_the_line_come_back(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    let (whole, begun, lost) = (delta(), delta(), delta());
    let parts = [offer("a", 5), offer("b", 30), withdrawn("c"), END];
    let told = submit(&uppsala, &whole, parts).await.expect("it is taken");
    assert_eq!(told.words(), ["created", "created", "NOT_FOUND"]);
    let told = submit(&uppsala, &begun, [offer("d", 1), offer("e", 1)]).await;
    assert_eq!(told.expect("it is taken").ended, None);
    let (_, rows) = report(&uppsala, &whole.submission_id, 0)
        .await
        .expect("told");
    let course = Document {
        id: rows[0].document_id.clone(),
        ..Document::default()
    };
    let of = async |unit: &str| (world.principal_of(unit).await, world.id_of(unit));
    let (karby, at_karby) = of("Karbyskolan").await;
    let (berga, at_berga) = of("Bällstabergsskolan").await;
    let (svenstavik, at_svenstavik) = of("Svenstaviks skola").await;
    let three = karby.holds(places(&course, &at_karby, 3)).await;
    let three = karby
        .confirms(confirmation(&three.expect("there is room")))
        .await;
    let three = three.expect("it is held");
    let two = berga.holds(places(&course, &at_berga, 2)).await;
    let two = two.expect("there is room");
    let four = svenstavik
        .holds(waiting(places(&course, &at_svenstavik, 4)))
        .await;
    let four = four.expect("it may wait");
    let next = karby.holds(waiting(places(&course, &at_karby, 2))).await;
    let next = next.expect("it may wait");
    let schools = [&karby, &berga, &svenstavik];
    let before = as_told(&schools, &course).await;
    let reports = [
        report(&uppsala, &whole.submission_id, 0)
            .await
            .expect("told"),
        report(&uppsala, &begun.submission_id, 0)
            .await
            .expect("told"),
    ];
    let backup = back_up(&world, "offers.backup");

    // All of this is no more.
    svenstavik.releases(release(&four)).await.expect("it waits");
    berga.releases(release(&two)).await.expect("it is held");
    let told = submit(&uppsala, &begun, [offer("lost", 1), END]).await;
    told.expect("it is taken");
    let told = submit(&uppsala, &lost, [offer("a", 9), END]).await;
    assert_eq!(told.expect("it is taken").words(), ["updated"]);
    world.stop().await;
    says(&world, &restore(&backup, Some(world.place().name())));
    world.start().await;

    assert_eq!(as_told(&schools, &course).await, before);
    for (header, told) in [&whole, &begun].into_iter().zip(&reports) {
        let again = report(&uppsala, &header.submission_id, 0).await;
        assert_eq!(&again.expect("it can be read"), told);
    }
    let gone = report(&uppsala, &lost.submission_id, 0).await;
    assert_eq!(gone.expect_err("it is no more").code(), Code::NotFound);
    let told = submit(&uppsala, &begun, [offer("f", 1), END]).await;
    let told = told.expect("it goes on");
    assert_eq!((told.before, told.words()), (2, vec!["created".to_owned()]));
    assert_eq!(told.ended.map(|whole| whole.created), Some(3));

    // Nobody overtakes: three places are too few for the first in line, and it has four of them in the end.
    karby.releases(release(&three)).await.expect("it stands");
    let waits = karby.booking(&course, &next.id).await;
    assert_eq!(
        (waits.state(), waits.line_place),
        (BookingState::Waiting, 2)
    );
    berga.releases(release(&two)).await.expect("it stands");
    let held = svenstavik.booking(&course, &four.id).await;
    assert!(is(&held, BookingState::Held));
    let waits = karby.booking(&course, &next.id).await;
    assert_eq!(
        (waits.state(), waits.line_place),
        (BookingState::Waiting, 1)
    );
    svenstavik
        .releases(release(&held))
        .await
        .expect("it is held");
    let held = karby.booking(&course, &next.id).await;
    assert!(is(&held, BookingState::Held));
    let told = karby.lists_places(&course).await.expect("it is told");
    assert_eq!((told.capacity, figures(&told)), (Some(5), (0, 2, 0)));
    says(&world, &["audit".into(), "verify".into()]);
}

async fn as_told(schools: &[&Caller], course: &Document) -> Vec<ListPlacesResponse> {
    let mut told = Vec::new();
    for school in schools {
        told.push(school.lists_places(course).await.expect("it is told"));
    }
    told
}
