//! Room that is kept by those who never come to an end: some give it back, and others go on.

use std::time::Duration;

use futures::future::select_all;
use prost::bytes::Bytes;
use styrkedja::proto::v1::{PushRequest, push_request::Part};
use tokio::{
    sync::mpsc,
    time::{sleep, timeout},
};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status};

use super::{EACH, TOGETHER, flow, header, new, part, push, words};
use crate::{
    documents::acts::reason,
    world::{Caller, Engine, World, tell},
};

/// What a subject may have of the room, in KiB, and how many of them have all of it.
const SHARE: usize = 18 * 1024;
const SUBJECTS: usize = 4;
/// What a large item weighs, in KiB. What is no message weighs as much as what is one.
const LARGE: usize = 120;
/// Streams of a subject: a batch may be smaller than its share.
const STREAMS: usize = 2;
/// Small items that a stream sends on with, and the time between them: less than it may stand still. All of the hoards'
/// together find room, and leave less than a large item needs.
const MORE: usize = 12;
const BETWEEN: Duration = Duration::from_secs(10);
/// As long as all of them take, and longer than anything should.
const LONG: Duration = Duration::from_mins(2);

/// All at once, and once: that takes as long as it says, and no database has a part in it.
#[test]
fn who_keeps_all_the_room_and_comes_to_no_end_gives_it_back() {
    tell(Engine::Sqlite, |world: World| async move {
        let hoarders = [
            world.organizer_system_of("Vallentuna kommun").await,
            world.principal_of("Karbyskolan").await,
            world.principal_of("Svenstaviks skola").await,
            world.head_of("Bergs kommun").await,
        ];
        assert_eq!(hoarders.len(), SUBJECTS);
        let other = world.principal_of("Bällstabergsskolan").await;
        let other = flow::apart(&world, &other).await;
        let mut hoards = Vec::new();
        for hoarder in &hoarders {
            let large = SHARE / LARGE - 1;
            let small = SHARE - large * LARGE - STREAMS * MORE;
            let second = large / 5;
            for (large, small) in [(large - second, 0), (second, small)] {
                let hoarder = flow::apart(&world, hoarder).await;
                hoards.push(tokio::spawn(hoard(hoarder, large, small)));
            }
        }
        // Goes on all the time, and has to wait where there is no room.
        let item = flow::heavy(&world, "b", "Bällstabergsskolan", 1).remove(0);
        let goes_on = async || {
            let answers = push(&other, EACH, &[new(&item)]).await;
            let answers = answers.expect("who waits for room is not ended");
            assert!(["created", "unchanged"].contains(&&*words(&answers)[0]));
            sleep(Duration::from_millis(100)).await;
        };
        let giving_back = timeout(LONG, select_all(hoards));
        tokio::pin!(giving_back);
        let (end, _, rest) = loop {
            tokio::select! {
                given = &mut giving_back => break given.expect("room is given back"),
                () = goes_on() => {}
            }
        };
        let end = end.expect("a hoarder goes on to the end");
        let (code, reason) = (end.code(), reason(&end));
        assert_eq!((code, &*reason), (Code::Unavailable, "TRY_AGAIN"));
        timeout(LONG, goes_on()).await.expect("there is room");
        for hoard in rest {
            hoard.abort();
        }
    });
}

/// Sends a batch that is never committed, a little now and then, until it is ended. Tells how.
async fn hoard(hoarder: Caller, large: usize, small: usize) -> Status {
    let item = |kib: usize| part(Part::Item(Bytes::from(vec![0xff; kib * 1024])));
    let (parts, requests) = mpsc::channel(1000);
    let sending = async move {
        parts.send(header(TOGETHER)).await?;
        for kib in [vec![LARGE; large], vec![1; small]].concat() {
            parts.send(item(kib)).await?;
        }
        for _ in 0..MORE {
            sleep(BETWEEN).await;
            parts.send(item(1)).await?;
        }
        sleep(LONG).await;
        Ok::<(), mpsc::error::SendError<PushRequest>>(())
    };
    let taking = async {
        let answers = hoarder.sync().push(ReceiverStream::new(requests)).await;
        let ended = answers.expect("it begins").into_inner().message().await;
        ended.expect_err("nothing was committed")
    };
    tokio::pin!(taking);
    tokio::select! {
        end = &mut taking => end,
        sent = sending => match sent {
            Ok(()) => panic!("it is not ended"),
            // What it sends is taken no more.
            Err(_) => taking.await,
        },
    }
}
