//! Streams that stand still for half a minute: they are ended, what was answered stands, and nothing else was written.

use std::time::{Duration, Instant};

use prost::Message;
use styrkedja::proto::v1::{
    Document, ListDocumentsRequest, PushHeader, PushItem, PushRequest, push_request::Part,
};
use tokio::{sync::mpsc, time::sleep};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Code;

use super::{EACH, TOGETHER, commit, header, known_as, new, part, sent};
use crate::{
    documents::acts::reason,
    sync::trial::paper,
    world::{Caller, Engine, World, tell},
};

/// How long a stream may stand still, as the contract says.
const IDLE: Duration = Duration::from_secs(30);
/// More answers than find room between the server and one who takes none, each of an item that lacks everything.
const MANY: usize = 12_000;

/// All at once, and once: that takes as long as it says, and no database has a part in it.
#[test]
fn who_stands_still_is_cut_off() {
    tell(Engine::Sqlite, |world: World| async move {
        let system = world.organizer_system_of("Vallentuna kommun").await;
        let item = |name: &str| {
            let id = world.id_of("Karbyskolan");
            let external_id = known_as(name, &id).external_id;
            sent(&new(&Document {
                external_id,
                ..paper(&id, name)
            }))
        };
        let (answered, waits) = (vec![item("answered"), commit()], vec![item("waits")]);
        let noise = Part::Item(PushItem::default().encode_to_vec().into());
        let noise = vec![part(noise); MANY];
        tokio::join!(
            sends_nothing(&system, EACH, answered, 1),
            sends_nothing(&system, TOGETHER, waits, 0),
            takes_nothing(&system, noise),
            is_slow(&system, vec![item("slow"), item("slower"), item("slowest")]),
        );
        let names = ["answered", "slow", "slower", "slowest"];
        let all = system.all(ListDocumentsRequest::default());
        let all = all.await;
        let mut there: Vec<_> = all
            .iter()
            .filter_map(|one| Some(one.external_id.as_ref()?.value.as_str()))
            .collect();
        there.sort_unstable();
        assert_eq!(there, names);
    });
}

/// Sends some parts and no more, and is told so after half a minute.
async fn sends_nothing(system: &Caller, meant: PushHeader, parts: Vec<PushRequest>, told: usize) {
    let (sender, requests) = mpsc::channel(MANY);
    sender.send(header(meant)).await.expect("it is sent");
    for part in parts {
        sender.send(part).await.expect("it is sent");
    }
    let began = Instant::now();
    let answers = system.sync().push(ReceiverStream::new(requests)).await;
    let mut answers = answers.expect("it begins").into_inner();
    for _ in 0..told {
        answers
            .message()
            .await
            .expect("it is told")
            .expect("an answer");
    }
    let ended = answers.message().await.expect_err("it has stood still");
    let (code, reason) = (ended.code(), reason(&ended));
    assert_eq!(
        (code, reason.as_str()),
        (Code::DeadlineExceeded, "STREAM_IDLE")
    );
    let after = began.elapsed();
    assert!(after >= IDLE && after < IDLE * 3 / 2, "{after:?}");
    drop(sender);
}

/// Sends on, and takes no answers.
async fn takes_nothing(system: &Caller, parts: Vec<PushRequest>) {
    let parts: Vec<_> = std::iter::once(header(EACH)).chain(parts).collect();
    let answers = system.sync().push(tokio_stream::iter(parts)).await;
    let mut answers = answers.expect("it begins").into_inner();
    sleep(IDLE + Duration::from_secs(3)).await;
    let mut taken = 0;
    let ended = loop {
        match answers.message().await {
            Ok(answer) => drop(answer.expect("it does not end well")),
            Err(ended) => break ended,
        }
        taken += 1;
    };
    assert!(taken < MANY, "all found room");
    assert_eq!(
        (ended.code(), reason(&ended).as_str()),
        (Code::DeadlineExceeded, "STREAM_IDLE")
    );
}

/// The control: who sends something each twelve seconds, and takes each answer, goes on.
async fn is_slow(system: &Caller, parts: Vec<PushRequest>) {
    let (sender, requests) = mpsc::channel(1);
    let sending = async {
        sender.send(header(EACH)).await.expect("it is sent");
        for part in parts {
            sender.send(part).await.expect("the stream goes on");
            sleep(IDLE * 2 / 5).await;
        }
        drop(sender);
    };
    let taking = async {
        let answers = system.sync().push(ReceiverStream::new(requests)).await;
        let mut answers = answers.expect("it begins").into_inner();
        while let Some(answer) = answers.message().await.expect("the stream goes on") {
            assert_eq!(super::words(&[answer]), ["created"]);
        }
    };
    tokio::join!(sending, taking);
}
