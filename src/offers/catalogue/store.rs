//! How the catalogue reads what stands: the only SQL of the feature. What is read here is of all owners; what of it a
//! caller is told is decided by the caller's scope, offer by offer and need by need.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QueryResult, QuerySelect, Statement, Value, sea_query::Expr,
};
use uuid::Uuid;

use super::{
    bookings::Booking,
    need::{Organization, municipality},
};
use crate::{
    access::Scope,
    documents::{self, Found, entity::Column},
    journal::{Target, standing_at},
    offers::places,
    organizations::entity as organizations,
    proto::v1::{BookingState, DocumentKind, DocumentState, OrganizationType},
};

/// Which documents stand for a model: of which kinds, in which state.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    pub kinds: &'static [DocumentKind],
    pub state: DocumentState,
    /// What else changes a document: rows with its owner and id.
    pub beside: Option<Target>,
}

/// What became of a document.
#[derive(Debug)]
pub struct Changed {
    pub owner: Uuid,
    pub document: Uuid,
    /// None: it does not stand.
    pub found: Option<Found>,
    /// How many of its places are taken.
    pub taken: u32,
}

/// Documents of the kind that stand today, in order of id.
pub async fn heads(
    db: &DatabaseConnection,
    kind: DocumentKind,
    state: DocumentState,
    after: Uuid,
    limit: u64,
) -> Result<Vec<Changed>, DbErr> {
    // In the words of the indexes that hold only these.
    let standing = format!(
        "revisions.until_position IS NULL AND revisions.kind = {} AND revisions.state = {}",
        kind as i32, state as i32
    );
    let found = documents::kept(Condition::all().add(Expr::cust(standing)))
        .filter(Column::DocumentId.gt(after))
        .order_by_asc(Column::DocumentId)
        .limit(limit)
        .into_model::<Found>()
        .all(db)
        .await?;
    Ok(found.into_iter().map(Changed::stands).collect())
}

/// Documents that may have changed after a position and up to another, by owner and id.
pub async fn written(
    db: &DatabaseConnection,
    standing: Standing,
    (after, until): (i64, i64),
) -> Result<Vec<(Uuid, Uuid)>, DbErr> {
    let kinds = standing.kinds.iter().map(|kind| (*kind as i32).to_string());
    let kinds: Vec<_> = kinds.collect();
    let since = "e.partition = 0 AND e.position > $1 AND e.position <= $2";
    let documents = format!(
        "SELECT e.owner_id, e.target_id FROM entries e
         JOIN revisions r ON r.document_id = e.target_id AND r.owner_id = e.owner_id AND r.revision = e.revision
         WHERE {since} AND e.target = {} AND r.kind IN ({})",
        Target::Document as i16,
        kinds.join(", ")
    );
    let beside = standing.beside.map_or(String::new(), |beside| {
        let beside = beside as i16;
        format!(" UNION SELECT e.owner_id, e.target_id FROM entries e WHERE {since} AND e.target = {beside}")
    });
    let sql = format!("SELECT DISTINCT owner_id, target_id FROM ({documents}{beside}) AS written");
    let values: [Value; 2] = [after.into(), until.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = db.query_all_raw(statement).await?;
    let key = |row: &QueryResult| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
    rows.iter().map(key).collect()
}

/// What became of documents by a position.
pub async fn as_of(
    db: &DatabaseConnection,
    state: DocumentState,
    keys: &[(Uuid, Uuid)],
    position: i64,
) -> Result<Vec<Changed>, DbErr> {
    let named = Column::DocumentId.is_in(keys.iter().map(|(_, document)| *document));
    let condition = Condition::all().add(named).add(standing_at(
        position,
        Column::Position,
        Column::UntilPosition,
    ));
    let found = documents::kept(condition)
        .into_model::<Found>()
        .all(db)
        .await?;
    let stands = |found: &Found| i32::from(found.row.state) == state as i32;
    let mut standing: HashMap<_, _> = found
        .into_iter()
        .filter(stands)
        .map(|found| (found.row.document_id, found))
        .collect();
    let changed = keys.iter().map(|&(owner, document)| Changed {
        owner,
        document,
        found: standing.remove(&document),
        taken: 0,
    });
    Ok(changed.collect())
}

/// Puts to changed offers how many of their places were taken at a position.
pub async fn put_taken(
    db: &DatabaseConnection,
    changed: &mut [Changed],
    position: i64,
) -> Result<(), DbErr> {
    let offers: Vec<_> = changed.iter().map(|changed| changed.document).collect();
    let taken = places::taken_at(db, &offers, position).await?;
    for changed in changed {
        changed.taken = taken.get(&changed.document).copied().unwrap_or_default();
    }
    Ok(())
}

/// Organizations in force that were written after a position, and the last position that was seen.
pub async fn organizations(
    db: &DatabaseConnection,
    after: i64,
) -> Result<(Vec<Organization>, i64), DbErr> {
    use organizations::Column;
    type Row = (Uuid, i16, Option<Uuid>, Option<String>, i64);
    #[expect(
        clippy::disallowed_methods,
        reason = "where needs are is told to those who see the needs"
    )]
    let rows: Vec<Row> = organizations::Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::Type,
            Column::ParentId,
            Column::MunicipalityCode,
            Column::Position,
        ])
        .filter(Column::Position.gt(after))
        .filter(Column::UntilPosition.is_null())
        .into_tuple()
        .all(db)
        .await?;
    let last = rows.iter().map(|row| row.4).fold(after, i64::max);
    let organization = |(id, kind, parent, code, _): Row| Organization {
        id,
        kind: OrganizationType::try_from(i32::from(kind)).unwrap_or_default(),
        parent,
        municipality: code.as_deref().map_or(0, municipality),
    };
    Ok((rows.into_iter().map(organization).collect(), last))
}

/// Bookings that were written after a position and up to another, as they stand now. From 0 on: all.
pub async fn bookings(
    db: &DatabaseConnection,
    (after, until): (i64, i64),
) -> Result<Vec<Booking>, DbErr> {
    let heads = "SELECT b.id, b.owner_id, b.organization_id, b.measure_document_id, b.measure_item, b.state, b.places
                 FROM bookings b WHERE b.until_position IS NULL";
    let (sql, values): (String, Vec<Value>) = if after == 0 {
        (heads.to_owned(), Vec::new())
    } else {
        let target = Target::Booking as i16;
        let written = format!(
            "SELECT e.target_id FROM entries e WHERE e.partition = 0 AND e.position > $1 AND e.position <= $2
             AND e.target = {target}"
        );
        let sql = format!("{heads} AND b.id IN ({written})");
        (sql, vec![after.into(), until.into()])
    };
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = db.query_all_raw(statement).await?;
    rows.iter().map(booking).collect()
}

fn booking(row: &QueryResult) -> Result<Booking, DbErr> {
    let document: Option<Uuid> = row.try_get_by_index(3)?;
    let item: Option<String> = row.try_get_by_index(4)?;
    let (state, places): (i16, i32) = (row.try_get_by_index(5)?, row.try_get_by_index(6)?);
    Ok(Booking {
        id: row.try_get_by_index(0)?,
        university: row.try_get_by_index(1)?,
        organization: row.try_get_by_index(2)?,
        measure: document.zip(item),
        state: BookingState::try_from(i32::from(state)).unwrap_or_default(),
        places: places.unsigned_abs(),
    })
}

/// Whether the document is in scope today.
pub async fn sees(db: &DatabaseConnection, scope: &Scope, document: Uuid) -> Result<bool, DbErr> {
    let found = documents::kept_without_content(scope.condition())
        .filter(Column::DocumentId.eq(document))
        .filter(Column::UntilPosition.is_null());
    Ok(found.into_model::<Found>().one(db).await?.is_some())
}

impl Changed {
    fn stands(found: Found) -> Self {
        Self {
            owner: found.row.owner_id,
            document: found.row.document_id,
            found: Some(found),
            taken: 0,
        }
    }
}
