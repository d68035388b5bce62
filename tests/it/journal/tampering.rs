//! Whatever is altered, removed or added behind the journal's back, a verification finds, and names the entry.

mod database;

use styrkedja::journal::{Checkpoint, checkpoint};

use crate::world::{Engine, Place};
use database::{alterations, bad, copy, found, inspected, numbers, tamper, whole, written};

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
