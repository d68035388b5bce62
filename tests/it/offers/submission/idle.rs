//! A submission that waits for room which others have taken.

use std::time::{Duration, Instant};

use styrkedja::proto::v1::{PushRequest, push_request};
use tokio::time::{sleep, timeout};

use super::{END, delta, offer, submit};
use crate::{
    offers::UPPSALA,
    push::{TOGETHER, flow::Open},
    world::{Caller, Engine, World, tell},
};

/// How long a stream may stand still, as the contract says.
const IDLE: Duration = Duration::from_secs(30);
/// Items of which two batches take all the room that a subject has.
const ITEMS: usize = 144;

/// Once: that takes as long as it says, and no database has a part in it.
#[test]
fn who_waits_for_room_is_not_idle() {
    tell(Engine::Sqlite, |world: World| async move {
        let uppsala = world.coordinator_of(UPPSALA).await;
        // A slow machine needs longer to read what takes all the room.
        for seconds in [2, 4, 6] {
            if has_waited(&uppsala, Duration::from_secs(seconds)).await {
                return;
            }
        }
        panic!("there was room");
    });
}

/// Submits while others have all the room, once there was time to read what they send. Whether it waited for longer than a
/// stream may stand still.
async fn has_waited(uppsala: &Caller, reading: Duration) -> bool {
    let mut crowd = Vec::new();
    for _ in 0..2 {
        let open = Open::by(uppsala, TOGETHER).await;
        for _ in 0..ITEMS {
            open.send(heavy()).await;
        }
        crowd.push(open);
    }
    sleep(reading).await;
    let began = Instant::now();
    let id = format!("after-{}", reading.as_secs());
    let by = uppsala.clone();
    let submitting = async move { submit(&by, &delta(), [offer(&id, 5), END]).await };
    let mut submitting = tokio::spawn(submitting);
    // Before they are idle, they send more than there is room for, and give way ten seconds later.
    let sending = timeout((IDLE * 5 / 6).saturating_sub(reading / 2), &mut submitting).await;
    let told = if let Ok(early) = sending {
        early
    } else {
        for open in &crowd {
            open.send(heavy()).await;
        }
        submitting.await
    };
    let told = told.expect("it ends").expect("it is taken");
    assert_eq!(told.words(), ["created"]);
    began.elapsed() > IDLE
}

/// An item of 64 KiB that nobody can read, and that takes room all the same.
fn heavy() -> PushRequest {
    PushRequest {
        part: Some(push_request::Part::Item(vec![0; 64 * 1024].into())),
    }
}
