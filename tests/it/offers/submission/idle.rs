//! A submission that waits for room which others have taken.

use std::time::{Duration, Instant};

use styrkedja::proto::v1::{PushRequest, push_request};
use tokio::time::sleep;

use super::{END, delta, offer, submit};
use crate::{
    offers::UPPSALA,
    push::{TOGETHER, flow::Open},
    world::{Engine, World, tell},
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
        let mut crowd = Vec::new();
        for _ in 0..2 {
            let open = Open::by(&uppsala, TOGETHER).await;
            for _ in 0..ITEMS {
                open.send(heavy()).await;
            }
            crowd.push(open);
        }
        sleep(Duration::from_secs(2)).await;
        let began = Instant::now();
        let submitting = {
            let uppsala = uppsala.clone();
            tokio::spawn(async move { submit(&uppsala, &delta(), [offer("a", 5), END]).await })
        };
        // Before they are idle, they send more than there is room for, and give way ten seconds later.
        sleep(IDLE * 5 / 6).await;
        for open in &crowd {
            open.send(heavy()).await;
        }
        let told = submitting.await.expect("it ends");
        assert_eq!(told.expect("it is taken").words(), ["created"]);
        assert!(
            began.elapsed() > IDLE,
            "there was room: {:?}",
            began.elapsed()
        );
    });
}

/// An item of 64 KiB that nobody can read, and that takes room all the same.
fn heavy() -> PushRequest {
    PushRequest {
        part: Some(push_request::Part::Item(vec![0; 64 * 1024].into())),
    }
}
