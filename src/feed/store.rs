//! How the feed is read: the only SQL of the feature. What is read here is decided on row by row before it is told.

use std::collections::HashMap;

use futures::TryStreamExt;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Select, Statement, StreamTrait, Value, sea_query::Expr,
};
use uuid::Uuid;

use super::{digests::IdRange, facts::Facts, revision::Revision};
use crate::{
    database::columns::{
        self,
        Column::{self, Number, Short},
        Columns,
    },
    documents::{self, Found, entity as revisions},
    journal::{Target, standing_at},
    organizations::entity as organizations,
    proto::v1::DocumentState,
};

/// Entries read at a time, but for a write that has more.
const PAGE: i64 = 1000;
/// What documents read at a time may weigh, but for the last of them, and what each weighs besides its content, about.
const PAGE_BYTES: usize = 512 * 1024;
const ENVELOPE_BYTES: usize = 500;
/// Documents asked for at a time, at first. What is asked for and then not taken costs the database.
pub const FIRST: usize = 25;
const FEWEST: usize = 4;
const MOST: usize = 500;

/// Of each entry where it is and what it wrote, then the facts of a document after it, and before it.
const ENTRY: [Column<&str>; 15] = [
    Number("e.position"),
    Number("e.write_end"),
    Number("e.target"),
    Short("e.target_id"),
    Short("e.owner_id"),
    Number("e.revision"),
    Number("r.kind"),
    Short("r.round"),
    Number("r.level"),
    Number("r.state"),
    Short("b.round"),
    Number("b.level"),
    Number("b.state"),
    Short("g.subject"),
    Number(
        "CAST(COALESCE(length(r.content), (SELECT length(w.content) FROM revisions w WHERE w.owner_id = r.owner_id
            AND w.document_id = r.document_id AND w.revision = r.content_revision)) AS bigint)",
    ),
];

/// A first revision has none before it: NULL is not looked for.
const ENTRIES: &str = "FROM entries e
    LEFT JOIN revisions r ON e.target = 1 AND r.owner_id = e.owner_id AND r.document_id = e.target_id
        AND r.revision = e.revision
    LEFT JOIN revisions b ON e.target = 1 AND b.owner_id = e.owner_id AND b.document_id = e.target_id
        AND b.revision = NULLIF(e.revision - 1, 0)
    LEFT JOIN grants g ON e.target = 3 AND g.organization_id = e.owner_id AND g.id = e.target_id
        AND g.revision = e.revision
    WHERE e.partition = 0 AND e.position > $1 AND e.position <= $2 ORDER BY e.position";

/// An entry of the journal, as far as it decides on who is told of it.
#[derive(Clone, Debug)]
pub struct Entry {
    pub position: i64,
    /// The last position of its write.
    pub write_end: i64,
    pub what: What,
}

/// What an entry wrote.
#[derive(Clone, Debug)]
pub enum What {
    Document {
        id: Uuid,
        written: Facts,
        /// The number of the revision, from 1.
        revision: i32,
        /// The revision before. None: it is the first.
        before: Option<Facts>,
        /// What its content weighs.
        bytes: usize,
    },
    Organization {
        id: Uuid,
        is_new: bool,
    },
    Grant {
        subject: String,
    },
    /// Nothing that is told.
    Other,
}

/// A revision of a document, as an entry names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    pub id: Uuid,
    pub owner: Uuid,
    /// Its number, from 1.
    pub revision: i32,
    /// Where it was written.
    pub position: i64,
    /// What its content weighs.
    pub bytes: usize,
}

/// The next entries after a position and up to another, whole writes only.
pub async fn entries(
    db: &impl ConnectionTrait,
    after: i64,
    until: i64,
) -> Result<Vec<Entry>, DbErr> {
    let mut entries = page(db, after, until, PAGE).await?;
    let whole = entries
        .iter()
        .rposition(|entry| entry.position == entry.write_end);
    match (whole, entries.last()) {
        (Some(last), _) => entries.truncate(last + 1),
        (None, Some(cut)) => {
            let rest = page(db, cut.position, cut.write_end, i64::MAX).await?;
            entries.extend(rest);
        }
        (None, None) => {}
    }
    Ok(entries)
}

async fn page(
    db: &impl ConnectionTrait,
    after: i64,
    until: i64,
    limit: i64,
) -> Result<Vec<Entry>, DbErr> {
    let backend = db.get_database_backend();
    let sql = columns::select_all(backend, &ENTRY, ENTRIES, Some("$3"));
    let values: [Value; 3] = [after.into(), until.into(), limit.into()];
    let rows = db
        .query_all_raw(Statement::from_sql_and_values(backend, sql, values))
        .await?;
    columns::read(&rows, entry)
}

fn entry(columns: &mut Columns) -> Result<Entry, DbErr> {
    let (position, write_end): (i64, i64) = (columns.take()?, columns.take()?);
    let (target, id, owner): (i16, Uuid, Uuid) =
        (columns.take()?, columns.take()?, columns.take()?);
    let revision: i32 = columns.take()?;
    let kind: Option<i16> = columns.take_optional()?;
    let is_new = revision == 1;
    let mut facts = || -> Result<Option<Facts>, DbErr> {
        let round = columns.take_optional()?;
        let (level, state) = (columns.take_optional()?, columns.take_optional()?);
        let all = kind.zip(level).zip(state);
        Ok(all.map(|((kind, level), state)| Facts {
            owner,
            kind,
            round,
            level,
            state,
        }))
    };
    let (written, before) = (facts()?, facts()?);
    let subject: Option<String> = columns.take_optional()?;
    let bytes: Option<i64> = columns.take_optional()?;
    let missing = || DbErr::RecordNotFound(format!("what entry {position} wrote"));
    let what = match target {
        target if target == Target::Document as i16 => What::Document {
            id,
            written: written.ok_or_else(missing)?,
            revision,
            before: if is_new {
                None
            } else {
                Some(before.ok_or_else(missing)?)
            },
            bytes: bytes
                .and_then(|bytes| usize::try_from(bytes).ok())
                .unwrap_or_default(),
        },
        target if target == Target::Organization as i16 => What::Organization { id, is_new },
        target if target == Target::Grant as i16 => What::Grant {
            subject: subject.ok_or_else(missing)?,
        },
        _ => What::Other,
    };
    Ok(Entry {
        position,
        write_end,
        what,
    })
}

/// Revisions by the positions at which they were written.
pub async fn revisions(
    db: &impl ConnectionTrait,
    written: &[Written],
) -> Result<HashMap<i64, Revision>, DbErr> {
    let keys = written.iter().map(|one| (one.id, one.owner, one.revision));
    let found = documents::numbered(db, keys).await?;
    let revisions = with_heads(db, found).await?;
    Ok(revisions
        .into_iter()
        .map(|revision| (revision.position(), revision))
        .collect())
}

/// Some of many documents.
pub struct Page {
    pub revisions: Vec<Revision>,
    /// How many to ask for after them. None: there are no more.
    pub next: Option<usize>,
}

/// Documents that stood at a position and were not withdrawn, in order of id: so many at most, and fewer where they are
/// large.
pub async fn documents_at(
    db: &(impl ConnectionTrait + StreamTrait),
    position: i64,
    condition: Condition,
    after: Uuid,
    limit: usize,
) -> Result<Page, DbErr> {
    let revisions = documents::kept_in_bulk(ConnectionTrait::get_database_backend(db), condition);
    let mut rows = standing(revisions, position)
        .filter(revisions::Column::DocumentId.gt(after))
        .limit(limit as u64)
        .into_model::<Found>()
        .stream(db)
        .await?;
    let (mut found, mut bytes) = (Vec::with_capacity(limit), 0);
    while bytes < PAGE_BYTES
        && let Some(row) = rows.try_next().await?
    {
        bytes += row.row.content.as_ref().map_or(0, Vec::len) + ENVELOPE_BYTES;
        found.push(row);
    }
    drop(rows);
    let more = bytes >= PAGE_BYTES || found.len() >= limit;
    let fitting = found.len() * PAGE_BYTES / bytes.max(1);
    Ok(Page {
        next: more.then(|| fitting.min(2 * limit).clamp(FEWEST, MOST)),
        revisions: with_heads(db, found).await?,
    })
}

/// As `documents_at`, of a range and without content.
pub async fn versions_at(
    db: &impl ConnectionTrait,
    position: i64,
    condition: Condition,
    range: IdRange,
    limit: u64,
) -> Result<Vec<Revision>, DbErr> {
    use revisions::Column::DocumentId;
    let within = Condition::all()
        .add(DocumentId.gte(range.from))
        .add_option(range.to.map(|to| DocumentId.lt(to)));
    let found = standing(documents::kept_without_content(condition), position)
        .filter(within)
        .limit(limit)
        .into_model::<Found>()
        .all(db)
        .await?;
    with_heads(db, found).await
}

fn standing(revisions: Select<revisions::Entity>, position: i64) -> Select<revisions::Entity> {
    use revisions::Column;
    let withdrawn = i32::from(DocumentState::Withdrawn);
    revisions
        // True of every row, and asks for the index by owner.
        .filter(Expr::cust("revisions.revision > 0"))
        .filter(standing_at(
            position,
            Column::Position,
            Column::UntilPosition,
        ))
        .filter(Column::State.ne(withdrawn))
        .order_by_asc(Column::DocumentId)
}

async fn with_heads(db: &impl ConnectionTrait, found: Vec<Found>) -> Result<Vec<Revision>, DbErr> {
    let is_head = |found: &Found| found.row.until_position.is_none();
    let overtaken = found.iter().filter(|found| !is_head(found));
    let heads = heads(db, overtaken.map(|found| found.row.document_id).collect()).await?;
    let with_head = |found: Found| {
        let head = if is_head(&found) {
            Facts::from(&found.row)
        } else {
            let head = heads.get(&found.row.document_id);
            head.cloned()
                .ok_or_else(|| DbErr::RecordNotFound("the head of a document".to_owned()))?
        };
        Ok(Revision::new(found, head))
    };
    found.into_iter().map(with_head).collect()
}

type Head = (Uuid, Uuid, i16, Option<String>, i16, i16);

async fn heads(
    db: &impl ConnectionTrait,
    documents: Vec<Uuid>,
) -> Result<HashMap<Uuid, Facts>, DbErr> {
    use revisions::Column;
    if documents.is_empty() {
        return Ok(HashMap::new());
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "decides on what is told, and is not told itself"
    )]
    let heads: Vec<Head> = revisions::Entity::find()
        .select_only()
        .columns([
            Column::DocumentId,
            Column::OwnerId,
            Column::Kind,
            Column::Round,
            Column::Level,
            Column::State,
        ])
        .filter(Column::DocumentId.is_in(documents))
        .filter(Column::UntilPosition.is_null())
        .into_tuple()
        .all(db)
        .await?;
    let facts = |(id, owner, kind, round, level, state)| {
        let facts = Facts {
            owner,
            kind,
            round,
            level,
            state,
        };
        (id, facts)
    };
    Ok(heads.into_iter().map(facts).collect())
}

/// Rows of organizations by the positions at which they were written.
pub async fn organizations(
    db: &impl ConnectionTrait,
    positions: &[i64],
) -> Result<HashMap<i64, organizations::Model>, DbErr> {
    use organizations::Column;
    if positions.is_empty() {
        return Ok(HashMap::new());
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "those that are told were found in scope by their ids"
    )]
    let written = organizations::Entity::find()
        .filter(Column::Position.is_in(positions.iter().copied()))
        .all(db)
        .await?;
    Ok(written.into_iter().map(|row| (row.position, row)).collect())
}

/// Organizations as they stood at a position, in order of id.
pub async fn organizations_at(
    db: &impl ConnectionTrait,
    position: i64,
    condition: Condition,
    after: Uuid,
    limit: u64,
) -> Result<Vec<organizations::Model>, DbErr> {
    use organizations::Column;
    #[expect(
        clippy::disallowed_methods,
        reason = "narrowed to scopes in the same statement"
    )]
    organizations::Entity::find()
        .filter(condition)
        .filter(standing_at(
            position,
            Column::Position,
            Column::UntilPosition,
        ))
        .filter(Column::Id.gt(after))
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(db)
        .await
}
