//! What a peer costs that pushes much and takes nothing: little, whatever has to be read for it.

use std::fs;

use futures::{StreamExt, stream};
use styrkedja::proto::v1::{Document, push_response::Outcome};

use super::{EACH, changed, commit, flow::Open, known_as, new, push, sent};
use crate::{
    documents::{
        acts::change,
        papers::{analysis_in, much_evidence},
    },
    faults::outside::Outside,
    world::{Caller, World},
};

stories!(who_takes_no_answers_costs_little_memory);

/// Documents, each of some 400 KiB by the time that they are merged with.
const DOCUMENTS: usize = 96;
/// What they may cost the server beyond what it has, in KiB. All at once, they would cost it three times as much.
const MOST: u64 = 96 * 1024;

async fn who_takes_no_answers_costs_little_memory(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let (owner, token) = (world.id_of("Karbyskolan"), world.token_of(&system.subject));
    world.stop().await;
    let server = Outside::start(&world, None, |_| ()).await;
    let system = Caller::new("", None, server.client(&token));
    let papers: Vec<_> = (0..DOCUMENTS)
        .map(|number| known_as(&format!("a-{number}"), &owner))
        .collect();
    let etags = written_since(&system, &papers).await;
    let before = kib(&server, "VmRSS");
    // From here on, the peak is counted anew.
    fs::write(format!("/proc/{}/clear_refs", server.id()), "5").expect("it is ours");
    let mut open = Open::by(&system, EACH).await;
    for (paper, etag) in papers.iter().zip(&etags) {
        let mut paper = paper.clone();
        "Vår titel".clone_into(&mut analysis_in(&mut paper).title);
        open.send(sent(&changed(&paper, etag))).await;
    }
    open.send(commit()).await;
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    for _ in &papers {
        assert_eq!(open.answer().await, "merged");
    }
    let cost = kib(&server, "VmHWM").saturating_sub(before);
    assert!(cost < MOST, "it cost {cost} KiB");
    drop(open);
    server.stop();
    world.start().await;
}

/// Makes the documents, and lets somebody write much into them. Returns the etags of what was made.
async fn written_since(system: &Caller, papers: &[Document]) -> Vec<String> {
    let items: Vec<_> = papers.iter().map(new).collect();
    let made = push(system, EACH, &items).await.expect("answered");
    let made: Vec<_> = made
        .into_iter()
        .map(|answer| match answer.outcome {
            Some(Outcome::Created(made)) => made,
            other => panic!("{other:?}"),
        })
        .collect();
    let writing = papers.iter().zip(&made).map(|(paper, made)| {
        let mut theirs = Document {
            id: made.id.clone(),
            etag: made.etag.clone(),
            ..paper.clone()
        };
        analysis_in(&mut theirs).evidence = much_evidence(200);
        async move {
            let change = change(&theirs, &["analysis.evidence"]);
            system.updates(change).await.expect("it is written");
        }
    });
    let mut writing = stream::iter(writing).buffer_unordered(4);
    while writing.next().await.is_some() {}
    drop(writing);
    made.into_iter().map(|made| made.etag).collect()
}

/// What the server has of memory, as the system counts it.
fn kib(server: &Outside, what: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id()));
    let status = status.expect("it runs");
    let line = status.lines().find(|line| line.starts_with(what));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    let number = number.and_then(|number| number.parse().ok());
    number.expect("the system counts it")
}
