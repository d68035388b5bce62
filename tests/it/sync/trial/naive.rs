//! The control: a feed by a sequence, as it is often built. Positions are taken when rows are inserted, and readers go on
//! after the last position that they have seen. What commits late behind it is never told.

use sqlx::{PgPool, postgres::PgPoolOptions};
use tokio::{sync::watch, task::JoinSet};

use super::{
    COMMITS, WRITERS,
    faults::{Change, Step, faults},
};
use crate::world::{Engine, Place, at};

const READERS: usize = 4;

/// On SQLite, which has one writer at a time, a sequence is in order of commit by itself.
#[test]
fn a_feed_by_a_sequence_misses_changes() {
    at(Engine::Postgres, |place: Place| async move {
        let connections = u32::try_from(WRITERS + READERS).expect("a few");
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .connect(place.url())
            .await
            .expect("it connects");
        let tables = "CREATE TABLE things (name text PRIMARY KEY, revision int NOT NULL);
            CREATE TABLE feed (position bigserial PRIMARY KEY, name text NOT NULL, revision int NOT NULL)";
        sqlx::raw_sql(tables).execute(&pool).await.expect("tables");

        let (end, ended) = watch::channel(false);
        let mut readers = JoinSet::new();
        for _ in 0..READERS {
            readers.spawn(follow(pool.clone(), ended.clone()));
        }
        let mut writers = JoinSet::new();
        for writer in 0..WRITERS {
            writers.spawn(write(pool.clone(), writer));
        }
        let written: Vec<Vec<Change>> = writers.join_all().await.concat();
        end.send_replace(true);
        for steps in readers.join_all().await {
            let faults = faults(&steps, &written);
            assert!(faults.missed > 0, "nothing is missed: {faults:?}");
            assert_eq!(faults.doubled, 0, "{faults:?}");
        }
        pool.close().await;
    });
}

/// Each commit writes the event and then what it tells of, as a service does whose feed is a trigger or a first statement.
async fn write(pool: PgPool, writer: usize) -> Vec<Vec<Change>> {
    let mut written = Vec::new();
    for commit in 0..u32::try_from(COMMITS).expect("a few") {
        let change = Change {
            of: format!("{writer}-{}", commit / 10),
            revision: commit % 10 + 1,
        };
        let revision = i32::try_from(change.revision).expect("ten at most");
        let mut tx = pool.begin().await.expect("it begins");
        for sql in [
            "INSERT INTO feed (name, revision) VALUES ($1, $2)",
            "INSERT INTO things VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET revision = $2",
        ] {
            let statement = sqlx::query(sql).bind(&change.of).bind(revision);
            statement.execute(&mut *tx).await.expect("it is written");
        }
        tx.commit().await.expect("it is committed");
        written.push(vec![change]);
    }
    written
}

async fn follow(pool: PgPool, ended: watch::Receiver<bool>) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut cursor: i64 = 0;
    loop {
        let is_last = *ended.borrow();
        let sql = "SELECT position, name, revision FROM feed WHERE position > $1 ORDER BY position";
        let rows: Vec<(i64, String, i32)> = sqlx::query_as(sql)
            .bind(cursor)
            .fetch_all(&pool)
            .await
            .expect("it is read");
        if let Some((position, ..)) = rows.last() {
            cursor = *position;
            let told = rows.into_iter().map(|(_, of, revision)| Change {
                of,
                revision: u32::try_from(revision).expect("ten at most"),
            });
            steps.push(Step {
                position: cursor.unsigned_abs(),
                told: told.collect(),
            });
        }
        if is_last {
            return steps;
        }
    }
}
