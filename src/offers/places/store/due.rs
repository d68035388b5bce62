//! Offers whose places have to be looked at, and how many places are taken.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryResult, Statement, Value,
};
use uuid::Uuid;

use super::row::state;
use crate::{
    clock::{self, Time},
    error::Result,
    journal::{bulk, standing_at},
    offers::places::ledger,
    proto::v1::{BookingState, DocumentState},
};

/// How many places of an offer are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// The revision of the offer's ledger that says so. 0: it has none yet.
    pub revision: i32,
    /// Held and confirmed places as they are written, also such as are held past their deadline.
    pub places: u32,
    /// How many of them are held past their deadline.
    pub overdue: u32,
    /// What the offer gave when a place of it was last asked for, and the revision of the offer that said so.
    pub capacity: u32,
    pub offer_revision: i32,
}

impl Taken {
    /// Whether more places may be taken meanwhile than an offer has that is to give so many: it gives fewer than at its
    /// revision before, or it is not known what it gave. Whoever takes a place then makes it known.
    pub fn may_outgrow(&self, gives: u32, before: i32) -> bool {
        self.offer_revision != before || gives < self.capacity
    }
}

/// How many places are taken of each of the offers. Those that nobody ever asked for a place of are left out.
///
/// Whoever writes what the figure decides on expects the ledger (`journal::Expected`) at the revision that is told.
pub async fn taken(db: &impl ConnectionTrait, offers: &[Uuid]) -> Result<HashMap<Uuid, Taken>> {
    let keys: Vec<Vec<Value>> = offers.iter().map(|id| vec![(*id).into()]).collect();
    let what = format!(
        "r.id, r.revision, r.held + r.confirmed AS places, r.capacity, r.offer_revision, COALESCE((SELECT SUM(b.places)
         FROM bookings b WHERE b.offer_id = r.id AND b.owner_id = r.owner_id AND b.until_position IS NULL
         AND b.state = {} AND b.expires_at <= {}), 0) AS overdue",
        state(BookingState::Held),
        clock::now().micros(),
    );
    let named = "r.id = k.id AND r.until_position IS NULL";
    let rows = bulk::find(db, &["id"], &keys, &what, "places", named).await?;
    let read = |row: QueryResult| {
        let (places, capacity): (i32, i32) = (row.try_get_by_index(2)?, row.try_get_by_index(3)?);
        let overdue: i64 = row.try_get_by_index(5)?;
        let taken = Taken {
            revision: row.try_get_by_index(1)?,
            places: u32::try_from(places).unwrap_or_default(),
            overdue: u32::try_from(overdue).unwrap_or_default(),
            capacity: u32::try_from(capacity).unwrap_or_default(),
            offer_revision: row.try_get_by_index(4)?,
        };
        Ok((row.try_get_by_index(0)?, taken))
    };
    rows.into_iter().map(read).collect()
}

/// How many places of offers were taken at a position: held and confirmed, also holds that were not written as lapsed yet.
/// Offers that nobody ever asked for a place of are left out.
pub async fn taken_at(
    db: &impl ConnectionTrait,
    offers: &[Uuid],
    position: i64,
) -> Result<HashMap<Uuid, u32>, DbErr> {
    use ledger::Column;
    #[expect(
        clippy::disallowed_methods,
        reason = "how many places are left is told to all who see the offer"
    )]
    let ledgers = ledger::Entity::find()
        .filter(Column::Id.is_in(offers.iter().copied()))
        .filter(standing_at(
            position,
            Column::Position,
            Column::UntilPosition,
        ))
        .all(db)
        .await?;
    let taken = |ledger: ledger::Model| {
        let taken = ledger.held + ledger.confirmed;
        (ledger.id, u32::try_from(taken).unwrap_or_default())
    };
    Ok(ledgers.into_iter().map(taken).collect())
}

/// Offers, with their owners, that have a hold whose deadline has passed.
pub async fn overdue(
    db: &impl ConnectionTrait,
    now: Time,
    limit: usize,
) -> Result<Vec<(Uuid, Uuid)>> {
    let sql = "SELECT DISTINCT owner_id, offer_id FROM (SELECT owner_id, offer_id FROM bookings
               WHERE until_position IS NULL AND state = 2 AND expires_at <= $1 ORDER BY expires_at LIMIT $2) AS b";
    offers(db, sql, [now.micros().into(), number(limit)]).await
}

/// Offers, with their owners, where the first in line may move up: there is room for it, or the offer has changed. Of
/// an offer that is withdrawn the line lapses, however many turns that takes.
pub async fn may_move_up(db: &impl ConnectionTrait, limit: usize) -> Result<Vec<(Uuid, Uuid)>> {
    let withdrawn = i32::from(DocumentState::Withdrawn);
    let sql = format!(
        "SELECT p.owner_id, p.id FROM places p WHERE p.until_position IS NULL AND p.next_wants > 0
         AND (p.held + p.confirmed + p.next_wants <= p.capacity OR p.offer_revision <> (
             SELECT CASE WHEN r.state = {withdrawn} THEN 0 ELSE r.revision END FROM revisions r
             WHERE r.owner_id = p.owner_id AND r.document_id = p.id AND r.until_position IS NULL))
         LIMIT $1"
    );
    offers(db, &sql, [number(limit)]).await
}

async fn offers<const N: usize>(
    db: &impl ConnectionTrait,
    sql: &str,
    values: [Value; N],
) -> Result<Vec<(Uuid, Uuid)>> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = db.query_all_raw(statement).await?;
    let named = |row: QueryResult| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
    rows.into_iter().map(named).collect()
}

fn number(limit: usize) -> Value {
    i64::try_from(limit).unwrap_or(i64::MAX).into()
}
