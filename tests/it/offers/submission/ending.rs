//! What is published while a catalogue ends: its sender has counted without it, also where it has the id of one that was counted.

use std::time::Duration;

use styrkedja::proto::v1::{
    Document, DocumentState, ExternalId, SubmissionHeader, SubmissionMode, event::What,
    submit_course_offers_response::Part,
};
use tonic::Status;

use super::{END, SCHEME, Told, delta, events, flow::Open, header, offer, submit, withdrawn};
use crate::{
    offers::{self, UPPSALA},
    world::{Caller, World},
};

stories!(
    what_is_published_while_a_catalogue_ends_is_not_withdrawn,
    an_id_that_another_has_by_then_is_left_to_it,
);

/// Offers that a catalogue does not name: more than are withdrawn at a time.
const MISSING: u32 = 505;
const ROUNDS: u32 = 30;

async fn what_is_published_while_a_catalogue_ends_is_not_withdrawn(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    for round in 1..=ROUNDS {
        let paper = Document {
            external_id: Some(ExternalId {
                scheme: SCHEME.to_owned(),
                value: format!("r{round}-draft"),
            }),
            ..offers::offer(&world.id_of(UPPSALA), |_| ())
        };
        if was_between(&world, &uppsala, round, &paper).await {
            return;
        }
    }
    panic!("nothing was published between the count and the end");
}

/// Publishes an offer while a catalogue of nothing ends. Whether that was after it had counted, and before it was done with
/// the first that it withdraws.
async fn was_between(world: &World, uppsala: &Caller, round: u32, paper: &Document) -> bool {
    nothing(uppsala, 1_000_000).await.expect("all is withdrawn");
    let name = |number| format!("r{round}-{number:03}");
    let many = (1..MISSING).map(|number| offer(&name(number), 1));
    let told = submit(uppsala, &delta(), many.chain([END])).await;
    assert_eq!(told.expect("it is taken").end().refused, 0);
    // Among those that are withdrawn last, by its id.
    let draft = uppsala.draft(paper).await;
    let told = submit(uppsala, &delta(), [offer(&name(MISSING), 1), END]).await;
    assert_eq!(told.expect("it is taken").words(), ["created"]);
    let (_, cursor) = events(uppsala, "").await;

    let held = world.place().hold().await;
    // Longer, where the machine is slow. Who waits to write waits for two seconds at most.
    let moment = |most: u32, each: u32| Duration::from_millis(u64::from(most.min(each * round)));
    let (first, then) = (moment(400, 100), moment(1350, 150));
    let (by, one) = (uppsala.clone(), draft.clone());
    let publishing = tokio::spawn(async move { by.submits(&one).await });
    tokio::time::sleep(first).await;
    let by = uppsala.clone();
    let ending = tokio::spawn(async move { nothing(&by, MISSING).await });
    tokio::time::sleep(then).await;
    held.rollback().await.expect("it is released");
    let published = publishing.await.expect("it is answered");
    let ended = ending.await.expect("it is answered");
    let (Ok(published), Ok(ended)) = (published, ended) else {
        // They waited for too long.
        return false;
    };
    if ended.end().withheld > 0 {
        // It was counted too, and is more than was agreed to.
        return false;
    }
    assert_eq!(ended.end().withdrawn, u64::from(MISSING));
    let stands = uppsala.gets(&published.id, 0).await.expect("it is there");
    assert_eq!(stands.state(), DocumentState::Submitted);

    let (happened, _) = events(uppsala, &cursor).await;
    let at = |is: &dyn Fn(&What) -> bool| happened.iter().position(is);
    let published = at(
        &|what| matches!(what, What::Upsert(one) | What::Entered(one) if one.id == published.id),
    );
    let withdrawn = at(&|what| matches!(what, What::Tombstone(_)));
    published.expect("it is told") < withdrawn.expect("it is told")
}

/// Withdrawals that are told before the last: more than are on their way to somebody who takes nothing.
const TOLD: u32 = 1500;

/// While a withdrawal waits to be made, somebody else makes it, and publishes another offer under the id.
async fn an_id_that_another_has_by_then_is_left_to_it(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    // As long as ids may be, so that few rows fill the line.
    let name = |number: u32| format!("{number:0>120}");
    let many = (1..=TOLD).map(|number| offer(&name(number), 1));
    let told = submit(&uppsala, &delta(), many.chain([END])).await;
    assert_eq!(told.expect("it is taken").end().refused, 0);
    let last = name(TOLD);
    let stands_last = submit(&uppsala, &delta(), [offer(&last, 1), END]).await;
    assert_eq!(stands_last.expect("it is taken").words(), ["unchanged"]);

    let mut ending = Open::by(&uppsala, &catalogue(TOLD)).await;
    ending.send(END).await;
    ending.row().await;
    let told = submit(&uppsala, &delta(), [withdrawn(&last), END]).await;
    assert_eq!(told.expect("it is taken").words(), ["withdrawn"]);
    let told = submit(&uppsala, &delta(), [offer(&last, 2), END]).await;
    let told = told.expect("it is taken");
    assert_eq!(told.words(), ["created"]);

    let mut rows = 1;
    let ended = loop {
        match ending.next().await.expect("it goes on") {
            Some(Part::Row(row)) => {
                assert_ne!(row.id, last, "{row:?}");
                rows += 1;
            }
            Some(Part::Ended(ended)) => break ended,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((rows, ended.withdrawn), (TOLD - 1, u64::from(TOLD) - 1));
    let stands = uppsala.gets(&told.rows[0].document_id, 0).await;
    let stands = stands.expect("it is there");
    assert_eq!(
        (stands.state(), stands.revision),
        (DocumentState::Submitted, 1)
    );
}

fn catalogue(confirmed_withdrawals: u32) -> SubmissionHeader {
    SubmissionHeader {
        confirmed_withdrawals,
        ..header(SubmissionMode::Catalogue)
    }
}

/// Submits a catalogue with nothing in it.
async fn nothing(uppsala: &Caller, confirmed_withdrawals: u32) -> Result<Told, Status> {
    submit(uppsala, &catalogue(confirmed_withdrawals), [END]).await
}
