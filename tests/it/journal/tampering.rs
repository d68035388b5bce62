//! Whatever is altered, removed or added behind the journal's back, a verification finds, and names the entry.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, Connection, Row as _, SqliteConnection};
use styrkedja::{
    clock,
    database::{Database, Purpose},
    documents,
    journal::{Checkpoint, Fault, Row, Verified, Write, checkpoint, verify},
};

use super::{open, rows};
use crate::world::{Engine, Place};

/// The tables that the chain covers, and how the position of a row is found.
const TABLES: [(&str, &str); 11] = [
    ("entries", "position"),
    ("revisions", "position"),
    ("organizations", "position"),
    ("successions", "position"),
    ("grants", "position"),
    ("requests", "position"),
    ("conflicts", "position"),
    ("submissions", "position"),
    ("bookings", "position"),
    ("places", "position"),
    (
        "links",
        "(SELECT r.position FROM revisions r WHERE r.owner_id = links.owner_id AND r.document_id = links.document_id
          AND r.revision = links.revision)",
    ),
];

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

#[test]
fn every_alteration_of_one_value_is_found_at_its_entry() {
    crate::world::at(Engine::Sqlite, |place| async move {
        let original = written(&place).await;
        let mut tried = 0;
        for (table, position) in TABLES {
            for (column, alteration) in alterations(&original, table).await {
                for rank in if ["entries", "requests"].contains(&table) {
                    &["ASC", "DESC"][..]
                } else {
                    &["DESC"][..]
                } {
                    let copy = copy(&place, &original);
                    let chosen = format!(
                        "SELECT {position} FROM {table} WHERE {column} IS NOT ({alteration}) ORDER BY {position} {rank} LIMIT 1"
                    );
                    let Some(expected) = numbers(&copy, &chosen).await.first().copied() else {
                        continue;
                    };
                    tamper(&copy, &format!("UPDATE {table} SET {column} = {alteration} WHERE {position} = {expected}")).await;
                    assert_eq!(
                        found(&copy).await,
                        Some(expected),
                        "{table}.{column} = {alteration} ({rank})"
                    );
                    tried += 1;
                }
            }
        }
        assert!(tried > 100, "only {tried} alterations were tried");
    });
}

#[test]
fn every_removal_is_found() {
    crate::world::at(Engine::Sqlite, |place| async move {
        let original = written(&place).await;
        for (table, position) in TABLES {
            for expected in numbers(
                &original,
                &format!("SELECT DISTINCT {position} FROM {table} ORDER BY 1"),
            )
            .await
            {
                let copy = copy(&place, &original);
                tamper(
                    &copy,
                    &format!("DELETE FROM {table} WHERE {position} = {expected}"),
                )
                .await;
                assert_eq!(found(&copy).await, Some(expected), "{table} at {expected}");
            }
        }
    });
}

#[test]
fn what_was_cut_off_or_slipped_in_is_found() {
    crate::world::at(Engine::Sqlite, |place| async move {
        let original = written(&place).await;
        let last = numbers(&original, "SELECT position FROM partitions").await[0];
        let slips = [
            (
                "INSERT INTO requests VALUES (randomblob(16), randomblob(16), zeroblob(32), 'x', x'', 4, 4)"
                    .to_owned(),
                4,
            ),
            // The record of another request, put where a request has one already.
            (
                "INSERT INTO requests SELECT organization_id, randomblob(16), digest, method, answer, position, at
                 FROM requests WHERE position = 1"
                    .to_owned(),
                1,
            ),
            // One answer in place of another.
            (
                "UPDATE requests SET answer = x'02' WHERE position = 1".to_owned(),
                1,
            ),
            // The end is cut off, rows and all.
            (
                format!(
                    "DELETE FROM entries WHERE position = {last}; DELETE FROM grants WHERE position = {last}; DELETE FROM requests WHERE position = {last}"
                ),
                last,
            ),
            ("DELETE FROM partitions".to_owned(), 1),
            (
                "UPDATE partitions SET position = position + 1".to_owned(),
                last + 1,
            ),
            (
                "UPDATE partitions SET position = position - 1".to_owned(),
                last,
            ),
            (
                "UPDATE partitions SET chain_hash = zeroblob(32)".to_owned(),
                last,
            ),
            (
                "INSERT INTO successions VALUES (randomblob(16), randomblob(16), '2020-01-01', 3)"
                    .to_owned(),
                3,
            ),
            (
                "UPDATE revisions SET until_position = NULL WHERE position = 1".to_owned(),
                1,
            ),
            // A content where the revision before has it.
            (
                "UPDATE revisions SET content = x'00' WHERE position = 4".to_owned(),
                4,
            ),
        ];
        for (slip, expected) in slips {
            let copy = copy(&place, &original);
            tamper(&copy, &slip).await;
            assert_eq!(found(&copy).await, Some(expected), "{slip}");
        }
    });
}

/// Cut off with all that belongs to it, or written anew as a whole, a journal verifies: only what was kept elsewhere shows
/// that it is not what it was.
#[test]
fn a_checkpoint_shows_that_the_end_or_the_whole_was_replaced() {
    crate::world::at(Engine::Sqlite, |place| async move {
        let original = written(&place).await;
        let checkpoint = whole(&original, None).await.expect("it verifies");
        let kept = checkpoint.checkpoint().expect("something is written");
        assert_eq!(journal_at(&original).await, kept);
        whole(&original, Some(&kept))
            .await
            .expect("nothing was touched");
        let last = kept.position;

        let cut = copy(&place, &original);
        tamper(&cut, &cut_off(last)).await;
        let shorter = whole(&cut, None).await.expect("it is whole in itself");
        assert_eq!(shorter.position, last - 1);
        assert_eq!(bad(whole(&cut, Some(&kept)).await), last);
        let earlier = shorter.checkpoint().expect("something is written");
        for path in [&cut, &original] {
            whole(path, Some(&earlier))
                .await
                .expect("it goes on from there");
        }

        let elsewhere = Place::new(Engine::Sqlite).await;
        let anew = written(&elsewhere).await;
        let other = whole(&anew, None).await.expect("it is whole in itself");
        assert_eq!(other.position, last);
        assert_eq!(bad(whole(&anew, Some(&kept)).await), last);
        assert_eq!(bad(whole(&anew, Some(&earlier)).await), earlier.position);
        let emptied = copy(&place, &original);
        tamper(&emptied, &format!("DELETE FROM partitions; {EMPTY}")).await;
        assert_eq!(
            whole(&emptied, None)
                .await
                .expect("nothing is there")
                .entries,
            0
        );
        assert_eq!(bad(whole(&emptied, Some(&kept)).await), 1);
    });
}

const EMPTY: &str =
    "DELETE FROM entries; DELETE FROM requests; DELETE FROM revisions; DELETE FROM links;
    DELETE FROM organizations; DELETE FROM successions; DELETE FROM grants; DELETE FROM conflicts;
    DELETE FROM bookings; DELETE FROM places; DELETE FROM submissions";

/// Takes the last entry away with all that belongs to it, and leaves the journal as it was before.
fn cut_off(last: i64) -> String {
    format!(
        "DELETE FROM entries WHERE position = {last}; DELETE FROM requests WHERE position = {last};
         DELETE FROM grants WHERE position = {last};
         UPDATE grants SET until_position = NULL WHERE until_position = {last};
         UPDATE partitions SET position = {last} - 1, chain_hash = (SELECT hash FROM entries ORDER BY position DESC LIMIT 1)"
    )
}

async fn journal_at(path: &str) -> Checkpoint {
    let database = inspected(path).await;
    let checkpoint = checkpoint(&database).await.expect("it can be read");
    database.close().await;
    checkpoint.expect("something is written")
}

/// Control: what was not touched verifies, however it was copied.
#[test]
fn what_is_untouched_verifies() {
    crate::world::at(Engine::Sqlite, |place| async move {
        let original = written(&place).await;
        assert_eq!(found(&copy(&place, &original)).await, None);
    });
}

/// A database with rows of every kind, and its path.
async fn written(place: &Place) -> String {
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

fn copy(place: &Place, original: &str) -> String {
    let copy = place
        .folder()
        .join(format!("{}.db", clock::new_id()))
        .display()
        .to_string();
    std::fs::copy(original, &copy).expect("it is copied");
    copy
}

async fn found(path: &str) -> Option<i64> {
    let verified = whole(path, None).await;
    verified.is_err().then(|| bad(verified))
}

async fn whole(path: &str, checkpoint: Option<&Checkpoint>) -> Result<Verified, Fault> {
    let database = inspected(path).await;
    let verified = verify(&database, checkpoint, |_, _| ()).await;
    database.close().await;
    verified
}

fn bad(verified: Result<Verified, Fault>) -> i64 {
    match verified {
        Err(Fault::BadEntry { position, .. }) => position,
        other => panic!("no bad entry is named: {other:?}"),
    }
}

async fn inspected(path: &str) -> Database {
    Database::open(&format!("sqlite://{path}"), Purpose::Inspect)
        .await
        .expect("it opens")
}

async fn connect(path: &str) -> SqliteConnection {
    SqliteConnection::connect(&format!("sqlite://{path}"))
        .await
        .expect("it connects")
}

async fn tamper(path: &str, sql: &str) {
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

async fn numbers(path: &str, sql: &str) -> Vec<i64> {
    let mut connection = connect(path).await;
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned()))
        .fetch_all(&mut connection)
        .await
        .expect("they are numbers")
}

/// Each column of a table with each way to alter it.
async fn alterations(path: &str, table: &str) -> Vec<(String, String)> {
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
