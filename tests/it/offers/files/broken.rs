//! Submissions from the command line that are broken off and go on.

use std::{collections::HashSet, iter, process::Output, time::Duration};

use serde_json::json;
use styrkedja::proto::v1::ListDocumentsRequest;

use super::{emil, offers, offers_at, put, standing, told};
use crate::{
    offers::UPPSALA,
    world::{Caller, Line, Way, World},
};

stories!(
    a_submission_goes_on_when_the_server_was_restarted,
    a_submission_that_comes_on_each_time_is_tried_any_number_of_times,
);

/// Offers of one course.
const MANY: usize = 4000;

/// Puts a file with so many offers of one course into the folder of the world.
fn put_many(world: &World, count: usize) {
    let mut file = emil();
    let event = file["educationEvents"][0].clone();
    let events = (0..count).map(|number| {
        let mut event = event.clone();
        let id = format!("e.many.{number}");
        event["id"] = json!(id);
        event["content"]["identifier"] = json!(id);
        event
    });
    file["educationEvents"] = events.collect();
    put(world, "many.json", &file.to_string());
}

/// All is there, once.
async fn must_be_whole(coordinator: &Caller, run: &Output, count: usize) {
    assert!(run.status.success(), "{run:?}");
    let told = told(run);
    let number = |word: &str| told[word].as_u64().expect("a number");
    assert_eq!((number("refused"), &told["ended"]), (0, &json!(true)));
    // Some may have been written whose answers were lost.
    let taken = number("created") + number("unchanged");
    assert_eq!(taken, count as u64, "{told}");
    let all = coordinator.all(ListDocumentsRequest::default()).await;
    let ids: HashSet<_> = all
        .iter()
        .filter_map(|one| Some(&one.external_id.as_ref()?.value))
        .collect();
    assert_eq!((all.len(), ids.len()), (count, count));
    assert!(all.iter().all(|one| one.revision == 1));
}

async fn a_submission_goes_on_when_the_server_was_restarted(world: World) {
    let coordinator = world.coordinator_of(UPPSALA).await;
    put_many(&world, MANY);
    let submitting = {
        let (world, coordinator) = (world.clone(), coordinator.clone());
        let submit = ["submit", "many.json", "--output", "json"];
        tokio::spawn(async move { offers(&world, &coordinator, &submit).await })
    };
    while standing(&coordinator).await < 50 {
        assert!(!submitting.is_finished(), "{:?}", submitting.await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // Nothing is written until the server has begun to stop.
    let held = world.place().hold().await;
    assert!(!submitting.is_finished(), "it went on to its end");
    let stopping = {
        let world = world.clone();
        tokio::spawn(async move { world.stop().await })
    };
    tokio::time::sleep(Duration::from_millis(200)).await;
    held.rollback().await.expect("it is released");
    stopping.await.expect("it stops");
    assert!(!submitting.is_finished(), "it went on to its end");
    // Longer than the pause before the next try: nobody listens when it comes. And short, since it tries for ten seconds.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    world.start().await;
    let run = submitting.await.expect("it ends");
    must_be_whole(&coordinator, &run, MANY).await;
}

/// Lines that are cut, one after another: more than are tried of which nothing comes.
const CUTS: usize = 7;
/// Bytes that come back over each of them: the answers to some offers.
const PASSED: usize = 4000;
/// More offers than are answered over all of them.
const OFFERS: usize = 800;

async fn a_submission_that_comes_on_each_time_is_tried_any_number_of_times(world: World) {
    let coordinator = world.coordinator_of(UPPSALA).await;
    put_many(&world, OFFERS);
    // It first asks for whom it submits, twice.
    let cuts = iter::repeat_n(usize::MAX, 2)
        .chain(iter::repeat_n(PASSED, CUTS))
        .chain(iter::repeat(usize::MAX));
    let line = Line::to(&world.address(), Way::Back, cuts).await;
    let submit = ["submit", "many.json", "--output", "json"];
    let run = offers_at(&line.address, &world, &coordinator, &submit).await;
    assert_eq!(line.cut(), CUTS, "{run:?}");
    must_be_whole(&coordinator, &run, OFFERS).await;
}
