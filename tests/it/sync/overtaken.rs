//! Documents that are withdrawn while a copy is told of them: they are shown without what was in them, and do not stay.

use std::time::Duration;

use futures::{StreamExt, stream};
use styrkedja::proto::v1::{
    Document, ExternalId, PullRequest, PullResponse, event::What, push_response::Outcome,
};
use tokio::time::sleep;
use tonic::{Code, Streaming};

use super::{Replica, compare, must_be_in_step};
use crate::{
    documents::papers::{analysis, analysis_in, much_evidence},
    push::{EACH, new, push},
    world::{Caller, World, request_id},
};

stories!(what_is_withdrawn_while_it_is_told_does_not_stay);

/// Documents told at a time, of some 100 KiB: more than are on their way to a copy that takes nothing.
const DOCUMENTS: usize = 60;
/// Those of them that are told last, and withdrawn before.
const LAST: usize = 10;
/// How many have to be overtaken, in snapshots and in what follows them.
const ENOUGH: usize = 5;
const ROUNDS: usize = 10;
/// How long the copy takes nothing after that: what was read before is too old to be told.
const PAUSE: Duration = Duration::from_secs(3);
/// How often it takes a message where withdrawing takes long, so as not to be cut off.
const PATIENCE: Duration = Duration::from_secs(4);

async fn what_is_withdrawn_while_it_is_told_does_not_stay(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let owner = world.id_of("Karbyskolan");
    let (mut begun, mut followed, mut known) = (0, 0, 0);
    for _ in 0..ROUNDS {
        begun += overtaken(&system, &owner, Replica::default(), false).await;
        let mut copy = Replica::default();
        copy.pull(&system).await.expect("a snapshot");
        followed += overtaken(&system, &owner, copy.clone(), false).await;
        copy.pull(&system).await.expect("the rest");
        known += overtaken(&system, &owner, copy, true).await;
        if begun.min(followed).min(known) >= ENOUGH {
            return;
        }
    }
    panic!("too little was overtaken: {begun}, {followed} and {known}");
}

/// Makes documents, and withdraws the last as soon as a pull has begun to tell of them. Tells how many were shown as withdrawn.
/// Where another copy was told of them before, the exchange has them in memory.
async fn overtaken(system: &Caller, owner: &str, mut copy: Replica, in_memory: bool) -> usize {
    let mut drafts = drafts(system, owner).await;
    let last = drafts.split_off(DOCUMENTS - LAST);
    if in_memory {
        let mut other = copy.clone();
        other.pull(system).await.expect("all of them");
    }
    let request = PullRequest {
        cursor: copy.cursor.clone(),
        filter: None,
    };
    let pull = system.sync().pull(request).await;
    let mut pull = pull.expect("it begins").into_inner();
    let first = pull.message().await.expect("it goes on");
    copy.take(first.expect("something is told"));
    let mut told = 0;
    let mut take = |message| {
        told += withdrawn(&message);
        copy.take(message);
    };
    let mut overtaking = Box::pin(async {
        withdraw(system, &last).await;
        sleep(PAUSE).await;
    });
    loop {
        tokio::select! {
            () = &mut overtaking => break,
            () = sleep(PATIENCE) => next(&mut pull).await.into_iter().for_each(&mut take),
        }
    }
    while let Some(message) = next(&mut pull).await {
        take(message);
    }
    // The control: whoever goes on from where the exchange stands now, and not from where its own pull ended, keeps them.
    let mut careless = copy.clone();
    let mut fresh = Replica::default();
    fresh.pull(system).await.expect("a snapshot");
    careless.cursor = fresh.cursor;
    careless.pull(system).await.expect("nothing new");
    assert!(told == 0 || compare(&careless, system).await.is_err());

    copy.pull(system).await.expect("the rest");
    must_be_in_step(&copy, system).await;
    assert!(last.iter().all(|one| !copy.documents.contains_key(&one.id)));
    withdraw(system, &drafts).await;
    told
}

/// What is told next. A copy that was too slow is cut off, and goes on like any other.
async fn next(pull: &mut Streaming<PullResponse>) -> Option<PullResponse> {
    match pull.message().await {
        Ok(message) => message,
        Err(cut_off) => {
            assert_eq!(cut_off.code(), Code::ResourceExhausted, "{cut_off:?}");
            None
        }
    }
}

/// How many documents it shows without what was in them.
fn withdrawn(message: &PullResponse) -> usize {
    let is_withdrawn = |what: &Option<What>| match what {
        Some(What::Upsert(document)) => document.content.is_none(),
        _ => false,
    };
    let whats = message.events.iter().map(|event| &event.what);
    whats.filter(|what| is_withdrawn(what)).count()
}

/// New drafts that are heavy, by id and etag.
pub async fn drafts(system: &Caller, owner: &str) -> Vec<Document> {
    let items = (0..DOCUMENTS).map(|_| {
        let mut paper = analysis(owner);
        analysis_in(&mut paper).evidence = much_evidence(50);
        paper.external_id = Some(ExternalId {
            scheme: "stories".to_owned(),
            value: request_id(),
        });
        new(&paper)
    });
    let answers = push(system, EACH, &items.collect::<Vec<_>>()).await;
    let drafts = answers.expect("answered").into_iter().map(|answer| {
        let Some(Outcome::Created(made)) = answer.outcome else {
            panic!("it is not new: {answer:?}")
        };
        Document {
            id: made.id,
            etag: made.etag,
            ..Document::default()
        }
    });
    drafts.collect()
}

async fn withdraw(system: &Caller, drafts: &[Document]) {
    stream::iter(drafts)
        .for_each_concurrent(8, async |draft| {
            system.withdraws(draft).await.expect("nobody else does");
        })
        .await;
}
