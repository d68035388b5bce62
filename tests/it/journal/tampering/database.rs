//! A database to tamper with, and what a verification finds in it.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, Connection, Row as _, SqliteConnection};
use styrkedja::{
    clock,
    database::{Database, Purpose},
    documents,
    journal::{Checkpoint, Fault, Row, Verified, Write, verify},
};

use super::super::{open, rows};
use crate::world::Place;

/// A database with rows of every kind, and its path.
pub async fn written(place: &Place) -> String {
    let (journal, database) = open(place).await;
    let (owner, one, other, unit, next, grant, conflict, booking, submission) = (
        clock::new_id(),
        clock::new_id(),
        clock::new_id(),
        clock::new_id(),
        clock::new_id(),
        clock::new_id(),
        clock::new_id(),
        clock::new_id(),
        clock::new_id(),
    );
    let submitted = documents::entity::Model {
        content: None,
        content_revision: 1,
        state: 2,
        ..rows::revision(owner, one, 2)
    };
    let content_hash = rows::revision(owner, one, 1).content_hash;
    let submitted = documents::entity::Model {
        content_hash,
        review: Some(vec![1]),
        ..submitted
    };
    let steps = [
        vec![rows::document(owner, one, 1)],
        vec![
            rows::organization(unit, 1, Some("12345678".to_owned())),
            rows::organization(next, 1, None),
        ],
        vec![Row::Document {
            revision: submitted,
            links: Vec::new(),
        }],
        vec![
            rows::known_as("a", owner, other, 1),
            rows::succession(unit, next),
        ],
        vec![
            rows::organization(unit, 2, None),
            rows::grant(unit, grant, 1),
        ],
        vec![rows::document(owner, other, 2)],
        vec![rows::conflict(owner, other, conflict, 1)],
        vec![
            rows::document(owner, other, 3),
            rows::conflict(owner, other, conflict, 2),
        ],
        vec![
            rows::places(owner, one, 1),
            rows::booking(owner, one, booking, 1),
        ],
        vec![
            rows::places(owner, one, 2),
            rows::booking(owner, one, booking, 2),
        ],
        vec![
            rows::submission(owner, submission, 1),
            rows::known_as("b", owner, clock::new_id(), 1),
        ],
        vec![rows::submission(owner, submission, 2)],
        // An answer, and nothing else.
        vec![],
        vec![rows::grant(unit, grant, 2)],
    ];
    for rows in steps {
        let write = Write {
            request: Some(rows::request(clock::new_id(), 1)),
            ..rows::write(rows)
        };
        journal.write(write).await.expect("it is written");
    }
    journal.close().await;
    drop(journal);
    database.close().await;
    place.url().trim_start_matches("sqlite://").to_owned()
}

pub fn copy(place: &Place, original: &str) -> String {
    let copy = place
        .folder()
        .join(format!("{}.db", clock::new_id()))
        .display()
        .to_string();
    std::fs::copy(original, &copy).expect("it is copied");
    copy
}

pub async fn found(path: &str) -> Option<i64> {
    let verified = whole(path, None).await;
    verified.is_err().then(|| bad(verified))
}

pub async fn whole(path: &str, checkpoint: Option<&Checkpoint>) -> Result<Verified, Fault> {
    let database = inspected(path).await;
    let verified = verify(&database, checkpoint, |_, _| ()).await;
    database.close().await;
    verified
}

pub fn bad(verified: Result<Verified, Fault>) -> i64 {
    match verified {
        Err(Fault::BadEntry { position, .. }) => position,
        other => panic!("no bad entry is named: {other:?}"),
    }
}

pub async fn inspected(path: &str) -> Database {
    Database::open(&format!("sqlite://{path}"), Purpose::Inspect)
        .await
        .expect("it opens")
}

async fn connect(path: &str) -> SqliteConnection {
    SqliteConnection::connect(&format!("sqlite://{path}"))
        .await
        .expect("it connects")
}

pub async fn tamper(path: &str, sql: &str) {
    let mut connection = connect(path).await;
    // One who alters values does not stop at an index that forbids it.
    let indexes = "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL";
    let indexes: Vec<String> = sqlx::query_scalar(indexes)
        .fetch_all(&mut connection)
        .await
        .expect("they can be listed");
    let drops = indexes.iter().fold(String::new(), |drops, index| {
        format!("{drops}DROP INDEX {index}; ")
    });
    sqlx::raw_sql(AssertSqlSafe(drops + sql))
        .execute(&mut connection)
        .await
        .expect("the alteration is possible");
    connection.close().await.expect("it closes");
}

pub async fn numbers(path: &str, sql: &str) -> Vec<i64> {
    let mut connection = connect(path).await;
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned()))
        .fetch_all(&mut connection)
        .await
        .expect("they are numbers")
}

/// Each column of a table with each way to alter it.
pub async fn alterations(path: &str, table: &str) -> Vec<(String, String)> {
    let by_type: BTreeMap<&str, &[&str]> = ALTERATIONS.into();
    let mut connection = connect(path).await;
    let columns = sqlx::query(AssertSqlSafe(format!("PRAGMA table_info({table})")))
        .fetch_all(&mut connection)
        .await
        .expect("it has columns");
    let mut alterations = Vec::new();
    for column in columns {
        let (name, kind, required): (String, String, bool) = (
            column.get("name"),
            column.get("type"),
            column.get("notnull"),
        );
        let changes = by_type[kind.as_str()]
            .iter()
            .map(|change| change.replace('#', &name));
        alterations.extend(changes.map(|change| (name.clone(), change)));
        if !required {
            alterations.push((name, "NULL".to_owned()));
        }
    }
    alterations
}

/// Alterations of a value, by the type of its column. A value must differ from what it was.
const ALTERATIONS: [(&str, &[&str]); 3] = [
    ("INTEGER", &["coalesce(#, 0) + 1000"]),
    ("TEXT", &["coalesce(#, '') || 'x'"]),
    (
        "BLOB",
        &[
            "CASE WHEN length(#) = 16 THEN zeroblob(16) ELSE CAST(coalesce(#, x'') || x'00' AS BLOB) END",
        ],
    ),
];
