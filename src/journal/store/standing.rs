//! What stands, of all that a group of writes touches.

use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};
use uuid::Uuid;

use super::Connection;
use crate::journal::{
    RequestKey,
    bulk::{Finds, by_query},
    decide::{Answered, Head, Identity, Key, Standing},
    partition,
    write::{Expected, Row, Target, Write},
};

/// Reads all that the writes touch, and where the partition stands, as of one moment.
pub async fn read(
    connection: &mut Connection,
    partition: i32,
    writes: &[Write],
) -> Result<(partition::Model, Standing), DbErr> {
    let rows = || writes.iter().flat_map(|write| &write.rows);
    let expected = writes.iter().flat_map(|write| &write.expects);
    let mut keys: Vec<Key> = rows()
        .map(Row::key)
        .chain(expected.map(Expected::key))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    let mut identities: Vec<Identity> = rows().flat_map(Row::identities).collect();
    identities.sort_unstable();
    identities.dedup();
    let requests = writes.iter().filter_map(|write| write.request.as_ref());

    let mut finds = Finds::on(connection.backend());
    find_partition(&mut finds, partition);
    let same_target = |one: &Key, other: &Key| one.target == other.target;
    let targets: Vec<Target> = keys
        .chunk_by(same_target)
        .map(|keys| find_heads(&mut finds, keys))
        .collect();
    let same_kind = |one: &Identity, other: &Identity| {
        std::mem::discriminant(one) == std::mem::discriminant(other)
    };
    let kinds: Vec<&Identity> = identities
        .chunk_by(same_kind)
        .map(|identities| find_holders(&mut finds, identities))
        .collect();
    find_answers(&mut finds, requests);
    find_change_of_register(&mut finds, partition, writes);

    let mut standing = Standing::default();
    let (statement, queries) = finds.into_statement();
    let mut found = by_query(connection.run(statement).await?, queries)?.into_iter();
    let partition = take_partition(partition, &found.next().unwrap_or_default())?;
    for (target, rows) in targets.into_iter().zip(&mut found) {
        take_heads(target, &rows, &mut standing)?;
    }
    for (kind, rows) in kinds.into_iter().zip(&mut found) {
        take_holders(kind, &rows, &mut standing)?;
    }
    take_answers(&found.next().unwrap_or_default(), &mut standing)?;
    take_change_of_register(&found.next().unwrap_or_default(), &mut standing)?;
    Ok((partition, standing))
}

/// Reads what was answered to requests, under each home where it was.
pub async fn answered(db: &impl ConnectionTrait, keys: &[&RequestKey]) -> Result<Standing, DbErr> {
    let mut standing = Standing::default();
    if keys.is_empty() {
        return Ok(standing);
    }
    let mut finds = Finds::on(db.get_database_backend());
    find_answers(&mut finds, keys.iter().copied());
    let (statement, _) = finds.into_statement();
    take_answers(&db.query_all_raw(statement).await?, &mut standing)?;
    Ok(standing)
}

/// What is read of a row. All queries are asked in one, and so have columns of the same types.
#[derive(Default)]
struct What<'a> {
    ids: [Option<&'a str>; 2],
    number: Option<&'a str>,
    kind: Option<&'a str>,
    texts: [Option<&'a str>; 4],
    bytes: [Option<&'a str>; 2],
}

// Where they stand, after the number of the query.
const IDS: usize = 1;
const NUMBER: usize = 3;
const KIND: usize = 4;
const TEXTS: usize = 5;
const BYTES: usize = 9;

impl What<'_> {
    fn sql(&self) -> String {
        let Self {
            ids,
            number,
            kind,
            texts,
            bytes,
        } = self;
        let typed = |columns: &[Option<&str>], of: &str| {
            let column = |column: Option<&str>| {
                column.map_or_else(|| format!("CAST(NULL AS {of})"), str::to_owned)
            };
            columns
                .iter()
                .copied()
                .map(column)
                .collect::<Vec<_>>()
                .join(", ")
        };
        let number = format!("CAST({} AS bigint)", number.unwrap_or("NULL"));
        [
            typed(ids, "uuid"),
            number,
            typed(&[*kind], "smallint"),
            typed(texts, "text"),
            typed(bytes, "bytea"),
        ]
        .join(", ")
    }
}

fn number(row: &QueryResult) -> Result<i64, DbErr> {
    Ok(row
        .try_get_by_index::<Option<i64>>(NUMBER)?
        .unwrap_or_default())
}

fn find_partition(finds: &mut Finds, partition: i32) {
    let what = What {
        ids: [Some("r.epoch"), None],
        number: Some("r.position"),
        bytes: [Some("r.chain_hash"), None],
        ..What::default()
    };
    let named = "r.partition = k.partition";
    finds.add(
        &["partition"],
        &[vec![partition.into()]],
        &what.sql(),
        "partitions",
        named,
    );
}

fn take_partition(partition: i32, rows: &[QueryResult]) -> Result<partition::Model, DbErr> {
    let row = rows
        .first()
        .ok_or_else(|| DbErr::RecordNotFound(format!("partition {partition}")))?;
    Ok(partition::Model {
        partition,
        epoch: row.try_get_by_index(IDS)?,
        position: number(row)?,
        chain_hash: row.try_get_by_index(BYTES)?,
    })
}

/// The last position at which the register of organizations changed, where any of the writes must know.
fn find_change_of_register(finds: &mut Finds, partition: i32, writes: &[Write]) {
    let since = writes
        .iter()
        .filter_map(|write| write.register_unchanged_since)
        .min();
    let keys: Vec<Vec<Value>> = since
        .map(|since| vec![partition.into(), since.into()])
        .into_iter()
        .collect();
    let last = format!(
        "(SELECT max(e.position) FROM entries e WHERE e.partition = k.partition AND e.position > k.since
          AND e.target IN ({}, {}))",
        Target::Organization as i16,
        Target::Succession as i16
    );
    let what = What {
        number: Some(&last),
        ..What::default()
    };
    finds.ask(&["partition", "since"], &keys, &what.sql());
}

fn take_change_of_register(rows: &[QueryResult], standing: &mut Standing) -> Result<(), DbErr> {
    standing.register_changed_at = rows.first().map_or(Ok(0), number)?;
    Ok(())
}

/// Of keys of one target, which is told.
fn find_heads(finds: &mut Finds, keys: &[Key]) -> Target {
    let target = keys[0].target;
    let values: Vec<Vec<Value>> = keys
        .iter()
        .map(|key| vec![key.owner.into(), key.id.into()])
        .collect();
    let kept = target.kept();
    let (owner, id) = (format!("r.{}", kept.owner), format!("r.{}", kept.id));
    let (scheme, value) = (Some("r.external_scheme"), Some("r.external_value"));
    let (kind, texts) = match target {
        Target::Document => (Some("r.kind"), [None, None, scheme, value]),
        Target::Organization => {
            let (number, code) = (Some("r.organization_number"), Some("r.school_unit_code"));
            (None, [number, code, scheme, value])
        }
        Target::Grant
        | Target::Succession
        | Target::Conflict
        | Target::Submission
        | Target::Booking
        | Target::Places => (None, [None; 4]),
    };
    let what = What {
        ids: [Some(&owner), Some(&id)],
        number: Some(kept.revision),
        kind,
        texts,
        ..What::default()
    };
    let stands = if target.has_spans() {
        " AND r.until_position IS NULL"
    } else {
        ""
    };
    let named = kept.is_named() + stands;
    finds.add(&["owner", "id"], &values, &what.sql(), kept.table, &named);
    target
}

fn take_heads(target: Target, rows: &[QueryResult], standing: &mut Standing) -> Result<(), DbErr> {
    for row in rows {
        let (owner, id) = ids(row)?;
        let head = Head {
            revision: i32::try_from(number(row)?).unwrap_or_default(),
            identities: identities(target, owner, row)?,
        };
        standing.heads.insert(Key { target, owner, id }, head);
    }
    Ok(())
}

fn ids(row: &QueryResult) -> Result<(Uuid, Uuid), DbErr> {
    Ok((row.try_get_by_index(IDS)?, row.try_get_by_index(IDS + 1)?))
}

fn identities(target: Target, owner: Uuid, row: &QueryResult) -> Result<Vec<Identity>, DbErr> {
    let text = |index| row.try_get_by_index::<Option<String>>(TEXTS + index);
    Ok(match target {
        Target::Document => {
            let kind = row.try_get_by_index(KIND)?;
            let external = text(2)?.zip(text(3)?);
            external
                .map(|(scheme, value)| Identity::DocumentExternalId {
                    owner,
                    kind,
                    scheme,
                    value,
                })
                .into_iter()
                .collect()
        }
        Target::Organization => {
            let external = text(2)?
                .zip(text(3)?)
                .map(|(scheme, value)| Identity::OrganizationExternalId { scheme, value });
            let codes = [
                text(0)?.map(Identity::OrganizationNumber),
                text(1)?.map(Identity::SchoolUnitCode),
                external,
            ];
            codes.into_iter().flatten().collect()
        }
        Target::Grant
        | Target::Succession
        | Target::Conflict
        | Target::Submission
        | Target::Booking
        | Target::Places => Vec::new(),
    })
}

/// Of identities of one kind, of which the first is told.
fn find_holders<'a>(finds: &mut Finds, identities: &'a [Identity]) -> &'a Identity {
    let first = &identities[0];
    let values: Vec<Vec<Value>> = identities.iter().map(identity_values).collect();
    // Whole, as heads have theirs: what is not of the kind is not looked at.
    let organization = What {
        ids: [Some("r.id"), Some("r.id")],
        texts: [
            Some("r.organization_number"),
            Some("r.school_unit_code"),
            Some("r.external_scheme"),
            Some("r.external_value"),
        ],
        ..What::default()
    };
    let (columns, what, table, named): (&[&str], _, _, _) = match first {
        Identity::DocumentExternalId { .. } => (
            &["owner", "kind", "scheme", "value"],
            What {
                ids: [Some("r.owner_id"), Some("r.document_id")],
                kind: Some("r.kind"),
                texts: [None, None, Some("r.external_scheme"), Some("r.external_value")],
                ..What::default()
            },
            "revisions",
            "r.owner_id = k.owner AND r.kind = k.kind AND r.external_scheme = k.scheme AND r.external_value = k.value
             AND r.until_position IS NULL AND r.external_value IS NOT NULL",
        ),
        Identity::OrganizationNumber(_) => (
            &["number"],
            organization,
            "organizations",
            "r.organization_number = k.number AND r.until_position IS NULL",
        ),
        Identity::SchoolUnitCode(_) => (
            &["code"],
            organization,
            "organizations",
            "r.school_unit_code = k.code AND r.until_position IS NULL",
        ),
        Identity::OrganizationExternalId { .. } => (
            &["scheme", "value"],
            organization,
            "organizations",
            "r.external_scheme = k.scheme AND r.external_value = k.value AND r.until_position IS NULL",
        ),
    };
    finds.add(columns, &values, &what.sql(), table, named);
    first
}

fn take_holders(
    first: &Identity,
    rows: &[QueryResult],
    standing: &mut Standing,
) -> Result<(), DbErr> {
    let target = match first {
        Identity::DocumentExternalId { .. } => Target::Document,
        Identity::OrganizationNumber(_)
        | Identity::SchoolUnitCode(_)
        | Identity::OrganizationExternalId { .. } => Target::Organization,
    };
    let of_the_kind =
        |identity: &Identity| std::mem::discriminant(identity) == std::mem::discriminant(first);
    for row in rows {
        let (owner, id) = ids(row)?;
        let holder = Key { target, owner, id };
        let held = identities(target, owner, row)?.into_iter();
        standing
            .holders
            .extend(held.filter(of_the_kind).map(|identity| (identity, holder)));
    }
    Ok(())
}

fn identity_values(identity: &Identity) -> Vec<Value> {
    match identity {
        Identity::DocumentExternalId {
            owner,
            kind,
            scheme,
            value,
        } => {
            vec![
                (*owner).into(),
                (*kind).into(),
                scheme.as_str().into(),
                value.as_str().into(),
            ]
        }
        Identity::OrganizationNumber(code) | Identity::SchoolUnitCode(code) => {
            vec![code.as_str().into()]
        }
        Identity::OrganizationExternalId { scheme, value } => {
            vec![scheme.as_str().into(), value.as_str().into()]
        }
    }
}

fn find_answers<'a>(finds: &mut Finds, keys: impl Iterator<Item = &'a RequestKey>) {
    let named = |key: &'a RequestKey| key.homes().map(|home| vec![home.into(), key.id.into()]);
    let values: Vec<Vec<Value>> = keys.flat_map(named).collect();
    let what = What {
        ids: [Some("r.organization_id"), Some("r.request_id")],
        bytes: [Some("r.digest"), Some("r.answer")],
        ..What::default()
    };
    let named = "r.organization_id = k.organization AND r.request_id = k.id";
    finds.add(
        &["organization", "id"],
        &values,
        &what.sql(),
        "requests",
        named,
    );
}

fn take_answers(rows: &[QueryResult], standing: &mut Standing) -> Result<(), DbErr> {
    for row in rows {
        let answered = Answered {
            digest: row.try_get_by_index(BYTES)?,
            answer: row.try_get_by_index(BYTES + 1)?,
        };
        standing.requests.insert(ids(row)?, answered);
    }
    Ok(())
}
