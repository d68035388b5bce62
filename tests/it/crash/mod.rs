//! A writer is killed without warning, again and again: what was acknowledged is there, and what is there is whole.

mod child;

use std::{
    collections::HashSet,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    sync::mpsc,
    time::Duration,
};

use sea_orm::{ConnectionTrait, Statement};
use styrkedja::{
    clock,
    database::{Database, Purpose},
    journal::verify,
};
use uuid::Uuid;

use crate::world::{Engine, Place};
use child::Honesty;

const CYCLES: usize = 20;

/// A write that the child was told is safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Acknowledged {
    document: Uuid,
    revision: i32,
    request: Uuid,
}

#[test]
fn nothing_acknowledged_is_lost_when_the_writer_is_killed() {
    crate::world::at(Engine::Sqlite, |place| async move {
        let mut acknowledged = HashSet::new();
        for cycle in 1..=CYCLES {
            let new = run_and_kill(&place, Honesty::Honest);
            assert!(
                !new.is_empty(),
                "cycle {cycle} was killed before its first write"
            );
            acknowledged.extend(new);
            let kept = kept(&place).await;
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
            acknowledged.extend(run_and_kill(&place, Honesty::TooEarly));
            if acknowledged
                .difference(&kept(&place).await)
                .next()
                .is_some()
            {
                return;
            }
        }
        panic!(
            "{} writes were acknowledged before their commit, and none was lost",
            acknowledged.len()
        );
    });
}

/// Starts a writer, lets it write for a moment, and kills it. Returns what it acknowledged.
fn run_and_kill(place: &Place, honesty: Honesty) -> Vec<Acknowledged> {
    let mut child = Command::new(std::env::current_exe().expect("the tests have a name"))
        .args(["--exact", child::NAME, "--ignored", "--nocapture"])
        .env(child::DATABASE, place.url())
        .env(child::HONESTY, honesty.word())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the writer starts");
    let output = BufReader::new(child.stdout.take().expect("it has an output"));
    let (begun, begins) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut acknowledged = Vec::new();
        for line in output.lines().map_while(Result::ok) {
            // What the kill cuts short is not an acknowledgement.
            if let Some(write) = parse(&line) {
                acknowledged.push(write);
                let _ = begun.send(());
            }
        }
        acknowledged
    });
    begins
        .recv_timeout(Duration::from_mins(1))
        .expect("the writer writes");
    let moment = clock::new_id().as_u128() % 300;
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

fn parse(line: &str) -> Option<Acknowledged> {
    let words: Vec<&str> = line.split(' ').collect();
    let [child::ACKNOWLEDGED, document, revision, request, child::END] = words[..] else {
        return None;
    };
    Some(Acknowledged {
        document: document.parse().ok()?,
        revision: revision.parse().ok()?,
        request: request.parse().ok()?,
    })
}

/// Opens what the killed writer left, checks that every write is there as a whole, and returns all writes.
async fn kept(place: &Place) -> HashSet<Acknowledged> {
    let database = Database::open(place.url(), Purpose::Serve)
        .await
        .expect("it opens after a kill");
    let verified = verify(&database, None, |_, _| ())
        .await
        .expect("the journal verifies after a kill");
    let mut kept = HashSet::new();
    // State, entry (change and audit) and request record, joined: each write has one of each.
    let whole = "SELECT r.document_id, r.revision, q.request_id FROM revisions r
                 JOIN entries e ON e.position = r.position AND e.target_id = r.document_id AND e.revision = r.revision
                 JOIN requests q ON q.request_id = e.request_id AND q.position = e.position";
    let statement = Statement::from_string(database.backend(), whole);
    for row in database
        .reader()
        .query_all_raw(statement)
        .await
        .expect("it can be read")
    {
        kept.insert(Acknowledged {
            document: row.try_get_by_index(0).expect("an id"),
            revision: row.try_get_by_index(1).expect("a number"),
            request: row.try_get_by_index(2).expect("an id"),
        });
    }
    for table in ["entries", "revisions", "requests"] {
        let count =
            Statement::from_string(database.backend(), format!("SELECT count(*) FROM {table}"));
        let row = database
            .reader()
            .query_one_raw(count)
            .await
            .expect("it can be read")
            .expect("a count is a row");
        let count: i64 = row.try_get_by_index(0).expect("a number");
        assert_eq!(
            usize::try_from(count).ok(),
            Some(kept.len()),
            "{table} has rows without the others"
        );
    }
    assert_eq!(usize::try_from(verified.entries).ok(), Some(kept.len()));
    database.close().await;
    kept
}
