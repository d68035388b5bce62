//! What a peer costs that pushes much and takes nothing: little, whatever has to be read for it.

use std::{
    fs,
    time::{Duration, Instant},
};

use futures::{StreamExt, stream};
use styrkedja::proto::v1::{Document, PushedDocument, push_response::Outcome};

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
/// What it may cost the server more where nobody takes the answers than where somebody does, in KiB. All of them at once
/// would cost twice as much.
const MOST: u64 = 20 * 1024;
/// How long the first of them may take, on a machine that is slow.
const FIRST: Duration = Duration::from_mins(1);
/// Shorter than a stream may stand still, and as long as answers may need to come as far as they can.
const LONG: Duration = Duration::from_secs(20);

/// What else a server does at the time shows in its memory too, but not each time.
const ROUNDS: usize = 3;

async fn who_takes_no_answers_costs_little_memory(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let (owner, token) = (world.id_of("Karbyskolan"), world.token_of(&system.subject));
    world.stop().await;
    let server = Outside::start(&world, None, |_| ()).await;
    let system = Caller::new("", None, server.client(&token));
    let mut costs = Vec::new();
    while costs.last().is_none_or(|cost| *cost >= MOST) {
        assert!(costs.len() < ROUNDS, "it cost so many KiB more: {costs:?}");
        let round = costs.len();
        costs.push(cost(&server, &system, &owner, round).await);
    }
    server.stop();
    world.start().await;
}

/// What the server needs more where nobody takes the answers than where somebody does, in KiB.
async fn cost(server: &Outside, system: &Caller, owner: &str, round: usize) -> u64 {
    // All that a database keeps in memory is there before the one and the other are compared.
    let mut both = Vec::new();
    for name in ["taken", "untaken"] {
        let papers: Vec<_> = (0..DOCUMENTS)
            .map(|number| known_as(&format!("{name}-{round}-{number}"), owner))
            .collect();
        let made = written_since(system, &papers).await;
        both.push((papers, made));
    }
    let mut peaks = Vec::new();
    for (at, (papers, made)) in both.iter().enumerate() {
        // From here on, the peak is counted anew.
        fs::write(format!("/proc/{}/clear_refs", server.id()), "5").expect("it is ours");
        let mut open = Open::by(system, EACH).await;
        for (paper, made) in papers.iter().zip(made) {
            let mut paper = paper.clone();
            "Vår titel".clone_into(&mut analysis_in(&mut paper).title);
            open.send(sent(&changed(&paper, &made.etag))).await;
        }
        open.send(commit()).await;
        if at > 0 {
            until_it_is_merged(system, &made[0]).await;
            until_it_stands_still(server).await;
        }
        for _ in papers {
            assert_eq!(open.answer().await, "merged");
        }
        peaks.push(peak(server));
    }
    peaks[1].saturating_sub(peaks[0])
}

/// Waits until the first is written: from then on there are answers.
async fn until_it_is_merged(system: &Caller, made: &PushedDocument) {
    let began = Instant::now();
    loop {
        let now = system.gets(&made.id, 0).await.expect("it is there");
        if now.revision > 2 {
            return;
        }
        assert!(began.elapsed() < FIRST, "nothing is merged");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Waits until the server needs no more memory than before.
async fn until_it_stands_still(server: &Outside) {
    let began = Instant::now();
    let mut last = 0;
    while peak(server) > last && began.elapsed() < LONG {
        last = peak(server);
        tokio::time::sleep(Duration::from_secs(4)).await;
    }
}

/// Makes the documents, and lets somebody write much into them. Returns them as they were made.
async fn written_since(system: &Caller, papers: &[Document]) -> Vec<PushedDocument> {
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
    made
}

/// The most memory that the server has had, in KiB, as the system counts it.
fn peak(server: &Outside) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id()));
    let status = status.expect("it runs");
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    let number = number.and_then(|number| number.parse().ok());
    number.expect("the system counts it")
}
