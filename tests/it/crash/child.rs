//! The writer that is killed: this test binary once more, running one test that never ends.

use std::{env, future::pending, io::Write as _};

use styrkedja::{
    clock,
    database::{Database, Purpose},
    journal::{Journal, Write},
};
use uuid::Uuid;

use crate::journal::rows;

pub const NAME: &str = "crash::child::writes_until_it_is_killed";
pub const DATABASE: &str = "STYRKEDJA_TRIAL_DATABASE";
pub const HONESTY: &str = "STYRKEDJA_TRIAL_HONESTY";
pub const ACKNOWLEDGED: &str = "acknowledged";
pub const END: &str = ".";

const WRITERS: u128 = 16;

/// When the writer acknowledges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Honesty {
    /// Once the journal has answered.
    Honest,
    /// Before: the fault that the trial must find.
    TooEarly,
}

impl Honesty {
    pub fn word(self) -> &'static str {
        match self {
            Self::Honest => "honest",
            Self::TooEarly => "too early",
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it is the child of the other trials, which start and kill it"]
async fn writes_until_it_is_killed() {
    let url = env::var(DATABASE).expect("the trials name a database");
    let honesty = if env::var(HONESTY).as_deref() == Ok("honest") {
        Honesty::Honest
    } else {
        Honesty::TooEarly
    };
    let database = Database::open(&url, Purpose::Serve)
        .await
        .expect("it opens");
    let journal = Journal::open(&database).await.expect("the journal opens");
    for writer in 0..WRITERS {
        tokio::spawn(write_on(journal.clone(), Uuid::from_u128(writer), honesty));
    }
    pending::<()>().await;
}

/// Writes documents of three revisions each.
async fn write_on(journal: Journal, owner: Uuid, honesty: Honesty) {
    loop {
        let document = clock::new_id();
        for revision in 1..=3 {
            let request = clock::new_id();
            let write = Write {
                request: Some(rows::request(request, 1)),
                ..rows::write(vec![rows::document(owner, document, revision)])
            };
            if honesty == Honesty::TooEarly {
                acknowledge(document, revision, request);
            }
            journal.write(write).await.expect("it is written");
            if honesty == Honesty::Honest {
                acknowledge(document, revision, request);
            }
        }
    }
}

fn acknowledge(document: Uuid, revision: i32, request: Uuid) {
    let line = format!("{ACKNOWLEDGED} {document} {revision} {request} {END}\n");
    let mut output = std::io::stdout().lock();
    output
        .write_all(line.as_bytes())
        .and_then(|()| output.flush())
        .expect("the trial listens");
}
