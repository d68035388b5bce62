//! How the places of an offer are told of, all at one position.

use sea_orm::{
    ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder, QueryResult, QuerySelect, Select,
    Statement, Value,
};
use uuid::Uuid;

use super::{Offer, bookings, row::state};
use crate::{
    access::Scope,
    clock::Time,
    error::{Error, Result},
    journal::standing_at,
    offers::places::{
        booking::{self, Column},
        model::Booking,
    },
    proto::v1::{Audience, BookingState},
};

/// So many places of an offer, for some staff of an organization, in one state.
#[derive(Clone, Copy, Debug)]
pub struct Sum {
    pub organization: Uuid,
    pub audience: Audience,
    pub state: BookingState,
    pub places: u32,
}

/// Places that are waited for, held and confirmed, without those whose deadline has passed.
pub async fn sums(
    db: &impl ConnectionTrait,
    offer: &Offer,
    position: i64,
    now: Time,
) -> Result<Vec<Sum>> {
    let sql = "SELECT organization_id, audience, state, SUM(places) FROM bookings
               WHERE offer_id = $1 AND owner_id = $2 AND position <= $3
               AND (until_position IS NULL OR until_position > $3) AND state IN (1, 2, 3)
               AND (expires_at IS NULL OR expires_at > $4) GROUP BY organization_id, audience, state";
    let values: [Value; 4] = [
        offer.id.into(),
        offer.owner.into(),
        position.into(),
        now.micros().into(),
    ];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = db.query_all_raw(statement).await?;
    rows.iter().map(sum).collect()
}

fn sum(row: &QueryResult) -> Result<Sum> {
    let (audience, state): (i16, i16) = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
    let places: i64 = row.try_get_by_index(3)?;
    Ok(Sum {
        organization: row.try_get_by_index(0)?,
        audience: Audience::try_from(i32::from(audience)).map_err(Error::fault)?,
        state: BookingState::try_from(i32::from(state)).map_err(Error::fault)?,
        places: u32::try_from(places).map_err(Error::fault)?,
    })
}

/// Bookings for organizations in scope, the newest first.
pub async fn own(
    db: &impl ConnectionTrait,
    scope: &Scope,
    offer: &Offer,
    position: i64,
    limit: u64,
) -> Result<Vec<Booking>> {
    let rows = standing(offer, position)
        .filter(scope.belonging(Column::OrganizationId))
        .order_by_desc(Column::Ticket)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(Booking::try_from).collect()
}

/// Those who wait, the first first.
pub async fn line(db: &impl ConnectionTrait, offer: &Offer, position: i64) -> Result<Vec<Uuid>> {
    let waiting = standing(offer, position)
        .filter(Column::State.eq(state(BookingState::Waiting)))
        .order_by_asc(Column::Ticket);
    let ids = waiting.select_only().column(Column::Id);
    Ok(ids.into_tuple().all(db).await?)
}

fn standing(offer: &Offer, position: i64) -> Select<booking::Entity> {
    bookings()
        .filter(Column::OfferId.eq(offer.id))
        .filter(Column::OwnerId.eq(offer.owner))
        .filter(standing_at(
            position,
            Column::Position,
            Column::UntilPosition,
        ))
}
