//! How submissions are kept: the only SQL of the feature. Every read is of universities that the caller submits for.

use std::collections::BTreeSet;

use prost::Message;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, Iterable, QueryFilter, QueryOrder,
    QuerySelect, Select, sea_query::Expr,
};
use uuid::Uuid;

use super::{
    entity::{self, Column},
    model::{Submission, Totals},
};
use crate::{
    clock::Time,
    error::{Error, Result},
    journal::standing_at,
    kinds,
    proto::v1::{SubmissionMode, SubmissionRow},
};

/// Where a listing stands: after the submission that began then, of this id.
pub type After = (i64, Uuid);

/// The universities whose submissions are read.
#[derive(Clone, Debug)]
pub struct Universities(pub BTreeSet<Uuid>);

/// A submission as far as it has come. Of several universities that gave the same id, the first.
pub async fn find(
    db: &impl ConnectionTrait,
    universities: &Universities,
    id: Uuid,
) -> Result<Option<Submission>> {
    let last = without_content(universities)
        .filter(Column::Id.eq(id))
        .filter(Column::UntilPosition.is_null())
        .order_by_asc(Column::OwnerId)
        .one(db)
        .await?;
    last.as_ref().map(submission).transpose()
}

/// Submissions as they stood at a position, newest first, so many at most.
pub async fn list(
    db: &impl ConnectionTrait,
    universities: &Universities,
    position: i64,
    after: Option<After>,
    limit: u64,
) -> Result<Vec<Submission>> {
    let earlier = after.map(|(created_at, id)| {
        let same_moment = Condition::all()
            .add(Column::CreatedAt.eq(created_at))
            .add(Column::Id.lt(id));
        Condition::any()
            .add(Column::CreatedAt.lt(created_at))
            .add(same_moment)
    });
    let found = without_content(universities)
        .filter(standing_at(
            position,
            Column::Position,
            Column::UntilPosition,
        ))
        .filter(Condition::all().add_option(earlier))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    found.iter().map(submission).collect()
}

/// A part of a report.
pub struct Part {
    pub number: i32,
    pub rows: Vec<SubmissionRow>,
}

/// The first part after so many parts that brings the report beyond so many rows, up to a last part.
pub async fn part_after(
    db: &impl ConnectionTrait,
    submission: &Submission,
    parts: i32,
    rows: i64,
) -> Result<Option<Part>> {
    let found = of(&Universities(BTreeSet::from([submission.owner])))
        .filter(Column::Id.eq(submission.id))
        .filter(Column::Revision.gt(parts))
        .filter(Column::Revision.lte(submission.parts))
        .filter(Column::RowCount.gt(rows))
        .order_by_asc(Column::Revision)
        .one(db)
        .await?;
    let part = |row: entity::Model| {
        Ok(Part {
            number: row.revision,
            rows: decode(row.content.as_deref().unwrap_or_default()).map_err(Error::fault)?,
        })
    };
    found.map(part).transpose()
}

/// The row of a part that has these rows, after which the submission stands so.
pub fn row(submission: &Submission, rows: &[SubmissionRow]) -> entity::Model {
    let Submission {
        id,
        owner,
        scheme,
        mode,
        created_at,
        updated_at,
        parts,
        rows: row_count,
        totals,
        ended,
    } = submission;
    let Totals {
        created,
        updated,
        unchanged,
        withdrawn,
        refused,
        withheld,
    } = *totals;
    entity::Model {
        owner_id: *owner,
        id: *id,
        revision: *parts,
        scheme: scheme.clone(),
        mode: i16::try_from(i32::from(*mode)).unwrap_or_default(),
        ended: i16::from(*ended),
        created_at: created_at.micros(),
        updated_at: updated_at.micros(),
        row_count: *row_count,
        created,
        updated,
        unchanged,
        withdrawn,
        refused,
        withheld,
        content: Some(encode(rows)),
        position: 0,
        until_position: None,
    }
}

fn submission(row: &entity::Model) -> Result<Submission> {
    Ok(Submission {
        id: row.id,
        owner: row.owner_id,
        scheme: row.scheme.clone(),
        mode: SubmissionMode::try_from(i32::from(row.mode)).map_err(Error::fault)?,
        created_at: Time::from_micros(row.created_at),
        updated_at: Time::from_micros(row.updated_at),
        parts: row.revision,
        rows: row.row_count,
        totals: Totals {
            created: row.created,
            updated: row.updated,
            unchanged: row.unchanged,
            withdrawn: row.withdrawn,
            refused: row.refused,
            withheld: row.withheld,
        },
        ended: row.ended != 0,
    })
}

/// Without the words that rules have for all of their findings.
fn encode(rows: &[SubmissionRow]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for row in rows {
        let findings = row.findings.iter();
        let kept = SubmissionRow {
            findings: findings.map(kinds::without_words).collect(),
            ..row.clone()
        };
        bytes.extend(kept.encode_length_delimited_to_vec());
    }
    bytes
}

fn decode(mut bytes: &[u8]) -> Result<Vec<SubmissionRow>, prost::DecodeError> {
    let mut rows = Vec::new();
    while !bytes.is_empty() {
        let mut row = SubmissionRow::decode_length_delimited(&mut bytes)?;
        row.findings = row.findings.into_iter().map(kinds::with_words).collect();
        rows.push(row);
    }
    Ok(rows)
}

fn without_content(universities: &Universities) -> Select<entity::Entity> {
    let columns = Column::iter().filter(|column| !matches!(column, Column::Content));
    of(universities)
        .select_only()
        .columns(columns)
        .column_as(Expr::cust("NULL"), "content")
}

fn of(Universities(owners): &Universities) -> Select<entity::Entity> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where reads of submissions start, with their universities"
    )]
    let submissions = entity::Entity::find();
    submissions.filter(Column::OwnerId.is_in(owners.iter().copied()))
}
