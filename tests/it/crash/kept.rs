//! What a killed writer left: each write as a whole, or nothing of it. Looked at twice, by the verification and by counting.

use std::collections::HashSet;

use sea_orm::{ConnectionTrait, QueryResult, Statement};
use styrkedja::{
    database::{Database, Purpose},
    journal::verify,
};
use uuid::Uuid;

use crate::world::Place;

/// Each request with the rows that its answer counts, its entries, and those of their rows that are there, links and all.
const REQUESTS: &str = "
    WITH written (target, owner, id, revision, position) AS (
        SELECT 1, r.owner_id, r.document_id, r.revision, r.position FROM revisions r
        WHERE 2 = (SELECT count(*) FROM links l WHERE l.owner_id = r.owner_id AND l.document_id = r.document_id
                   AND l.revision = r.revision)
        UNION ALL SELECT 2, o.id, o.id, o.revision, o.position FROM organizations o
        UNION ALL SELECT 3, g.organization_id, g.id, g.revision, g.position FROM grants g
        UNION ALL SELECT 4, s.predecessor_id, s.successor_id, 1, s.position FROM successions s
        UNION ALL SELECT 7, s.owner_id, s.id, s.revision, s.position FROM submissions s
        UNION ALL SELECT 8, b.owner_id, b.id, b.revision, b.position FROM bookings b
        UNION ALL SELECT 9, p.owner_id, p.id, p.revision, p.position FROM places p
    )
    SELECT q.request_id, q.answer, q.position, max(e.position), count(e.position), count(w.position) FROM requests q
    LEFT JOIN entries e ON e.request_id = q.request_id AND e.organization_id = q.organization_id
    LEFT JOIN written w ON w.position = e.position AND w.target = e.target AND w.owner = e.owner_id
        AND w.id = e.target_id AND w.revision = e.revision
    GROUP BY q.request_id, q.answer, q.position";

const TABLES: [&str; 7] = [
    "revisions",
    "organizations",
    "grants",
    "successions",
    "bookings",
    "places",
    "submissions",
];

/// Opens what the killed writer left, and returns the requests that are there as a whole. Tells if anything is there in part.
pub async fn kept(place: &Place) -> Result<HashSet<Uuid>, String> {
    let database = Database::open(place.url(), Purpose::Serve)
        .await
        .expect("it opens after a kill");
    let verified = verify(&database, None, |_, _| ()).await;
    let counted = count(&database).await;
    database.close().await;
    let verified = verified.map_err(|fault| fault.to_string())?;
    let (requests, entries) = counted?;
    if verified.entries != entries {
        return Err(format!(
            "{} entries verify, and {entries} belong to requests",
            verified.entries
        ));
    }
    Ok(requests)
}

async fn count(database: &Database) -> Result<(HashSet<Uuid>, u64), String> {
    let (mut requests, mut entries, mut rows) = (HashSet::new(), 0, 0);
    for row in all(database, REQUESTS).await {
        let request: Uuid = row.try_get_by_index(0).expect("an id");
        let answer: Vec<u8> = row.try_get_by_index(1).expect("an answer");
        let [position, last, its_entries, its_rows] = [2, 3, 4, 5].map(|index| {
            let number: Option<i64> = row.try_get_by_index(index).expect("a number");
            number.unwrap_or_default()
        });
        let told = i64::from(*answer.first().expect("it counts its rows"));
        if (position, its_entries, its_rows) != (last, told.max(1), told) {
            return Err(format!(
                "request {request} of {told} rows has {its_entries} entries up to {last}, and {its_rows} rows"
            ));
        }
        requests.insert(request);
        entries += its_entries;
        rows += its_rows;
    }
    let mut kept = 0;
    for table in TABLES {
        kept += number(database, &format!("SELECT count(*) FROM {table}")).await;
    }
    let links = number(
        database,
        "SELECT count(*) - 2 * (SELECT count(*) FROM revisions) FROM links",
    );
    if (kept, links.await) != (rows, 0) {
        return Err(format!(
            "{kept} rows are there, and {rows} belong to requests"
        ));
    }
    Ok((requests, u64::try_from(entries).expect("a number")))
}

async fn all(database: &Database, sql: &str) -> Vec<QueryResult> {
    let statement = Statement::from_string(database.backend(), sql);
    let rows = database.reader().query_all_raw(statement).await;
    rows.expect("it can be read")
}

async fn number(database: &Database, sql: &str) -> i64 {
    let rows = all(database, sql).await;
    let row = rows.first().expect("a count is a row");
    row.try_get_by_index(0).expect("a number")
}
