//! A writer is killed without warning, again and again: what was acknowledged is there, and what is there is whole.

mod child;
mod client;
mod kept;
mod server;
mod submissions;

use std::{
    collections::HashSet,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    sync::mpsc,
    time::Duration,
};

use styrkedja::clock;
use uuid::Uuid;

use crate::world::{Engine, Place};
use child::Manner;
use kept::kept;

const CYCLES: usize = 20;
/// How long a writer writes after its first write, in milliseconds, at most.
const LONGEST: u128 = 150;

#[test]
fn nothing_acknowledged_is_lost_when_the_writer_is_killed() {
    crate::world::at(Engine::Sqlite, |place| async move {
        let mut acknowledged = HashSet::new();
        for cycle in 1..=CYCLES {
            let new = run_and_kill(&place, Manner::Honest);
            assert!(
                !new.is_empty(),
                "cycle {cycle} was killed before its first write"
            );
            acknowledged.extend(new);
            let kept = kept(&place)
                .await
                .unwrap_or_else(|torn| panic!("cycle {cycle}: {torn}"));
            let lost: Vec<_> = acknowledged.difference(&kept).collect();
            assert!(lost.is_empty(), "cycle {cycle} lost {lost:?}");
        }
    });
}

/// Control: a writer that acknowledges before the commit is caught by the same trial.
#[test]
fn a_writer_that_acknowledges_too_early_is_caught() {
    crate::world::at(Engine::Sqlite, |place| async move {
        let mut acknowledged = HashSet::new();
        for _ in 1..=CYCLES {
            acknowledged.extend(run_and_kill(&place, Manner::TooEarly));
            let kept = kept(&place).await.expect("it tears nothing");
            if acknowledged.difference(&kept).next().is_some() {
                return;
            }
        }
        panic!(
            "{} writes were acknowledged before their commit, and none was lost",
            acknowledged.len()
        );
    });
}

/// Control: a writer that writes in two transactions what belongs together is caught by the same trial.
#[test]
fn a_writer_that_tears_is_caught() {
    crate::world::at(Engine::Sqlite, |place| async move {
        for _ in 1..=CYCLES {
            run_and_kill(&place, Manner::Torn);
            if kept(&place).await.is_err() {
                return;
            }
        }
        panic!("each request was kept in two transactions, and none was torn");
    });
}

/// Starts a writer, lets it write for a moment, and kills it. Returns the requests that it acknowledged.
fn run_and_kill(place: &Place, manner: Manner) -> Vec<Uuid> {
    let mut child = Command::new(std::env::current_exe().expect("the tests have a name"))
        .args(["--exact", child::NAME, "--ignored", "--nocapture"])
        .env(child::DATABASE, place.url())
        .env(child::MANNER, manner.word())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the writer starts");
    let output = BufReader::new(child.stdout.take().expect("it has an output"));
    let (begun, begins) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut acknowledged = Vec::new();
        for line in output.lines().map_while(Result::ok) {
            // What the kill cuts short is not an acknowledgement.
            if let Some(request) = parse(&line) {
                acknowledged.push(request);
                let _ = begun.send(());
            }
        }
        acknowledged
    });
    begins
        .recv_timeout(Duration::from_mins(1))
        .expect("the writer writes");
    let moment = clock::new_id().as_u128() % LONGEST;
    std::thread::sleep(Duration::from_millis(
        u64::try_from(moment).unwrap_or_default(),
    ));
    assert!(
        child.try_wait().expect("it can be asked").is_none(),
        "the writer ended by itself"
    );
    child.kill().expect("it is killed");
    child.wait().expect("it is gone");
    reader.join().expect("its output was read")
}

fn parse(line: &str) -> Option<Uuid> {
    let words: Vec<&str> = line.split(' ').collect();
    let [child::ACKNOWLEDGED, request, child::END] = words[..] else {
        return None;
    };
    request.parse().ok()
}
