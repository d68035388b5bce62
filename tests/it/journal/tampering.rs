//! Whatever is altered, removed or added behind the journal's back, a verification finds, and names the entry.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, Connection, Row as _, SqliteConnection};
use styrkedja::{
    clock,
    database::{Database, Purpose},
    documents,
    journal::{Fault, Row, Write, verify},
};

use super::{open, rows};
use crate::world::{Engine, Place};

/// The tables that the chain covers, and how the position of a row is found.
const TABLES: [(&str, &str); 6] = [
    ("entries", "position"),
    ("revisions", "position"),
    ("organizations", "position"),
    ("successions", "position"),
    ("grants", "position"),
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
                for rank in if table == "entries" {
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
            // The end is cut off, rows and all.
            (
                format!(
                    "DELETE FROM entries WHERE position = {last}; DELETE FROM grants WHERE position = {last}"
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
        ];
        for (slip, expected) in slips {
            let copy = copy(&place, &original);
            tamper(&copy, &slip).await;
            assert_eq!(found(&copy).await, Some(expected), "{slip}");
        }
    });
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
    let (owner, one, other, unit, next, grant) = (
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
    let database = Database::open(&format!("sqlite://{path}"), Purpose::Inspect)
        .await
        .expect("it opens");
    let result = verify(&database, |_, _| ()).await;
    database.close().await;
    match result {
        Ok(_) => None,
        Err(Fault::BadEntry { position, .. }) => Some(position),
        Err(Fault::Unreadable(error)) => panic!("it can not be read: {error}"),
    }
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
