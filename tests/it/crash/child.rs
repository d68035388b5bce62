//! The writer that is killed: this test binary once more, running one test that never ends.

use std::{env, future::pending, io::Write as _};

use sea_orm::{
    ConnectionTrait, DatabaseConnection, EntityTrait, FromQueryResult, IntoActiveModel, Statement,
};
use styrkedja::{
    clock,
    database::{Database, Purpose},
    journal::{self, Journal, Row, Write},
};
use uuid::Uuid;

use crate::journal::rows;

pub const NAME: &str = "crash::child::writes_until_it_is_killed";
pub const DATABASE: &str = "STYRKEDJA_TRIAL_DATABASE";
pub const MANNER: &str = "STYRKEDJA_TRIAL_MANNER";
pub const ACKNOWLEDGED: &str = "acknowledged";
pub const END: &str = ".";

const WRITERS: u128 = 8;

/// How the writer writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Acknowledges once the journal has answered.
    Honest,
    /// Acknowledges before: a fault that the trial must find.
    TooEarly,
    /// Keeps the record of each request in a transaction of its own: another.
    Torn,
}

const MANNERS: [(&str, Manner); 3] = [
    ("honest", Manner::Honest),
    ("too early", Manner::TooEarly),
    ("torn", Manner::Torn),
];

impl Manner {
    pub fn word(self) -> &'static str {
        let named = MANNERS.into_iter().find(|(_, manner)| *manner == self);
        named.map(|(word, _)| word).expect("each has a word")
    }

    fn named(word: &str) -> Self {
        let named = MANNERS.into_iter().find(|(named, _)| *named == word);
        named.map(|(_, manner)| manner).expect("the trials name it")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it is the child of the other trials, which start and kill it"]
async fn writes_until_it_is_killed() {
    let url = env::var(DATABASE).expect("the trials name a database");
    let manner = Manner::named(&env::var(MANNER).expect("the trials name a manner"));
    let database = Database::open(&url, Purpose::Serve)
        .await
        .expect("it opens");
    let journal = Journal::open(&database).await.expect("the journal opens");
    // The journal keeps the connection that it writes by.
    let beside = sea_orm::Database::connect(&url).await.expect("it is open");
    for writer in 0..WRITERS {
        let (journal, beside) = (journal.clone(), beside.clone());
        tokio::spawn(async move {
            loop {
                for rows in story(Uuid::from_u128(writer)) {
                    write(&journal, &beside, manner, rows).await;
                }
            }
        });
    }
    pending::<()>().await;
}

/// Writes of every kind, of one row and of several, in the order that they rest on each other.
fn story(owner: Uuid) -> Vec<Vec<Row>> {
    let [document, unit, next, grant, booking, offer, submission] =
        [(); 7].map(|()| clock::new_id());
    vec![
        vec![rows::document(owner, document, 1)],
        vec![
            rows::organization(unit, 1, Some(unit.to_string())),
            rows::grant(unit, grant, 1),
        ],
        vec![rows::document(owner, document, 2)],
        vec![
            rows::organization(next, 1, None),
            rows::organization(unit, 2, None),
            rows::succession(unit, next),
        ],
        vec![
            rows::places(owner, document, 1),
            rows::booking(owner, document, booking, 1),
        ],
        vec![],
        vec![
            rows::submission(owner, submission, 1),
            rows::document(owner, offer, 1),
        ],
        vec![rows::grant(unit, grant, 2)],
        vec![rows::submission(owner, submission, 2)],
        vec![
            rows::places(owner, document, 2),
            rows::booking(owner, document, booking, 2),
        ],
        vec![rows::document(owner, document, 3)],
    ]
}

/// Writes rows, and says in the answer that is kept how many there are.
async fn write(journal: &Journal, beside: &DatabaseConnection, manner: Manner, rows: Vec<Row>) {
    let request = clock::new_id();
    let write = Write {
        request: Some(rows::request(request, 1)),
        answer: vec![u8::try_from(rows.len()).expect("a few")],
        ..rows::write(rows)
    };
    if manner == Manner::TooEarly {
        acknowledge(request);
    }
    journal.write(write).await.expect("it is written");
    if manner == Manner::Torn {
        take_apart(beside, request).await;
    }
    if manner != Manner::TooEarly {
        acknowledge(request);
    }
}

/// Afterwards all is as before, but the record of the request came in a transaction of its own, after the rest.
async fn take_apart(writer: &DatabaseConnection, request: Uuid) {
    let on_request =
        |sql| Statement::from_sql_and_values(writer.get_database_backend(), sql, [request.into()]);
    let row = writer
        .query_one_raw(on_request("SELECT * FROM requests WHERE request_id = $1"))
        .await
        .expect("it can be read")
        .expect("it was written");
    let record = journal::request::Model::from_query_result(&row, "").expect("a record");
    writer
        .execute_raw(on_request("DELETE FROM requests WHERE request_id = $1"))
        .await
        .expect("it is taken away");
    journal::request::Entity::insert(record.into_active_model())
        .exec_without_returning(writer)
        .await
        .expect("it is put back");
}

fn acknowledge(request: Uuid) {
    let line = format!("{ACKNOWLEDGED} {request} {END}\n");
    let mut output = std::io::stdout().lock();
    output
        .write_all(line.as_bytes())
        .and_then(|()| output.flush())
        .expect("the trial listens");
}
