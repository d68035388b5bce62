//! Catalogues: what they do not name is withdrawn, unless it is too much.

use styrkedja::proto::v1::{
    CourseOffer, SubmissionHeader, SubmissionMode, submit_course_offers_request::Part,
};
use tonic::Code;

use super::{END, Told, delta, header, offer, report, stands, submit, withdrawn};
use crate::{
    offers::UPPSALA,
    world::{Caller, World},
};

stories!(
    what_a_catalogue_does_not_name_is_withdrawn,
    a_catalogue_that_would_withdraw_much_withdraws_nothing,
    what_was_named_and_refused_stays,
    a_catalogue_names_what_its_earlier_streams_named,
);

fn catalogue() -> SubmissionHeader {
    header(SubmissionMode::Catalogue)
}

/// Offers by number, as they were first submitted.
fn numbered(numbers: impl IntoIterator<Item = u32>) -> Vec<Part> {
    let parts = numbers.into_iter();
    parts
        .map(|number| offer(&format!("o{number:03}"), 30))
        .collect()
}

async fn of(caller: &Caller, header: &SubmissionHeader, parts: Vec<Part>) -> Told {
    let told = submit(caller, header, parts.into_iter().chain([END])).await;
    told.expect("it is taken")
}

fn count(told: &Told, word: &str) -> usize {
    told.words().iter().filter(|one| *one == word).count()
}

async fn what_a_catalogue_does_not_name_is_withdrawn(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    of(&uppsala, &catalogue(), numbered(0..20)).await;
    // In another numbering, and so none of its business.
    let other = SubmissionHeader {
        id_scheme: "uu.other".to_owned(),
        ..delta()
    };
    of(&uppsala, &other, numbered(0..3)).await;
    let told = of(&uppsala, &catalogue(), numbered(2..21)).await;
    assert_eq!(count(&told, "unchanged"), 18);
    assert_eq!(count(&told, "created"), 1);
    let gone: Vec<&str> = told.rows[19..].iter().map(|row| &*row.id).collect();
    assert_eq!(gone, ["o000", "o001"]);
    let end = told.end();
    assert_eq!((end.created, end.unchanged, end.withdrawn), (1, 18, 2));
    let (whole, rows) = report(&uppsala, &end.id, 0).await.expect("told");
    assert_eq!((&whole, &rows), (end, &told.rows));
    // The same again withdraws nothing more.
    let again = of(&uppsala, &catalogue(), numbered(2..21)).await;
    assert_eq!(count(&again, "unchanged"), 19);
    assert_eq!(again.rows.len(), 19);
}

async fn a_catalogue_that_would_withdraw_much_withdraws_nothing(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    of(&uppsala, &catalogue(), numbered(0..20)).await;
    let told = of(&uppsala, &catalogue(), numbered(0..17)).await;
    assert_eq!((told.rows.len(), told.end().withheld), (17, 3));
    assert!(told.end().ended);
    // A file with nothing in it.
    let told = of(&uppsala, &catalogue(), Vec::new()).await;
    assert_eq!((told.rows.len(), told.end().withheld), (0, 20));
    let confirmed = |confirmed_withdrawals| SubmissionHeader {
        confirmed_withdrawals,
        ..catalogue()
    };
    let told = of(&uppsala, &confirmed(2), numbered(0..17)).await;
    assert_eq!(told.end().withheld, 3);
    let dry = SubmissionHeader {
        validate_only: true,
        ..confirmed(3)
    };
    let told = of(&uppsala, &dry, numbered(0..17)).await;
    assert_eq!((told.end().withdrawn, told.end().withheld), (3, 0));
    let told = of(&uppsala, &confirmed(3), numbered(0..17)).await;
    assert_eq!((told.end().withdrawn, told.end().withheld), (3, 0));
    let told = of(&uppsala, &confirmed(17), Vec::new()).await;
    assert_eq!(told.end().withdrawn, 17);
}

async fn what_was_named_and_refused_stays(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    let first = of(&uppsala, &catalogue(), numbered(0..10)).await;
    let mut parts = numbered(2..10);
    parts.push(stands("o000", CourseOffer::default()));
    let told = of(&uppsala, &catalogue(), parts).await;
    assert_eq!((told.end().refused, told.end().withdrawn), (1, 1));
    let stands = uppsala.gets(&first.rows[0].document_id, 0).await;
    assert_eq!(stands.expect("it is there").revision, 1);
    // A catalogue has no withdrawals of its own.
    let refused = submit(&uppsala, &catalogue(), [withdrawn("o002")]).await;
    let refused = refused.expect_err("it is no part of a catalogue");
    assert_eq!(refused.code(), Code::InvalidArgument);
}

async fn a_catalogue_names_what_its_earlier_streams_named(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    of(&uppsala, &catalogue(), numbered(0..20)).await;
    let header = catalogue();
    for part in [0..7, 7..13] {
        let told = submit(&uppsala, &header, numbered(part)).await;
        let told = told.expect("it is taken");
        assert_eq!(told.ended, None);
    }
    let told = of(&uppsala, &header, numbered(13..19)).await;
    assert_eq!((told.before, told.rows.len()), (13, 7));
    assert_eq!((told.end().unchanged, told.end().withdrawn), (19, 1));
}
