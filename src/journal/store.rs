//! How the journal is kept: the only SQL of the journal.

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, EntityTrait,
    IntoActiveModel, QueryResult, Statement, Value, sea_query::OnConflict,
};
use uuid::Uuid;

use super::{
    RequestKey,
    batch::{Batch, Superseded},
    bulk, chain,
    decide::{Answered, Head, Identity, Key, Standing},
    partition,
    write::{Row, Target, Write},
};
use crate::{clock, documents, organizations};

pub mod inspect;
mod register;

/// Reads the partition, and makes it where there is none.
#[expect(
    clippy::disallowed_methods,
    reason = "rows of the journal itself have no scope"
)]
pub async fn prepare(
    connection: &DatabaseConnection,
    partition: i32,
) -> Result<partition::Model, DbErr> {
    if let Some(found) = partition::Entity::find_by_id(partition)
        .one(connection)
        .await?
    {
        return Ok(found);
    }
    let epoch = clock::new_id();
    let row = partition::Model {
        partition,
        epoch,
        position: 0,
        chain_hash: chain::genesis(partition),
    };
    partition::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(connection)
        .await?;
    let found = partition::Entity::find_by_id(partition)
        .one(connection)
        .await?;
    found.ok_or_else(|| DbErr::RecordNotFound("the partition that was just made".to_owned()))
}

/// Locks the partition until the end of the transaction. All that follows is read and written under this lock, so that
/// several servers take turns, and positions are committed in order.
pub async fn lock(tx: &DatabaseTransaction, partition: i32) -> Result<partition::Model, DbErr> {
    let backend = tx.get_database_backend();
    // SQLite has one writer, which holds the lock since BEGIN IMMEDIATE.
    let sql = if backend == DbBackend::Postgres {
        "SELECT epoch, position, chain_hash FROM partitions WHERE partition = $1 FOR UPDATE"
    } else {
        "SELECT epoch, position, chain_hash FROM partitions WHERE partition = $1"
    };
    let row = tx
        .query_one_raw(Statement::from_sql_and_values(
            backend,
            sql,
            [partition.into()],
        ))
        .await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound(format!("partition {partition}")))?;
    Ok(partition::Model {
        partition,
        epoch: row.try_get_by_index(0)?,
        position: row.try_get_by_index(1)?,
        chain_hash: row.try_get_by_index(2)?,
    })
}

/// Reads all that the writes touch.
pub async fn read(tx: &DatabaseTransaction, writes: &[Write]) -> Result<Standing, DbErr> {
    let mut standing = Standing::default();
    let rows = || writes.iter().flat_map(|write| &write.rows);
    let mut keys: Vec<Key> = rows().map(Row::key).collect();
    keys.sort_unstable();
    keys.dedup();
    for of_target in keys.chunk_by(|one, other| one.target == other.target) {
        read_heads(tx, of_target, &mut standing).await?;
    }
    let mut identities: Vec<Identity> = rows().flat_map(Row::identities).collect();
    identities.sort_unstable();
    identities.dedup();
    let same_kind = |one: &Identity, other: &Identity| {
        std::mem::discriminant(one) == std::mem::discriminant(other)
    };
    for of_kind in identities.chunk_by(same_kind) {
        read_holders(tx, of_kind, &mut standing).await?;
    }
    let requests: Vec<&RequestKey> = writes
        .iter()
        .filter_map(|write| write.request.as_ref())
        .collect();
    read_requests(tx, &requests, &mut standing).await?;
    standing.register_changed_at = register::changed_at(tx, writes).await?;
    Ok(standing)
}

async fn read_heads(
    tx: &DatabaseTransaction,
    keys: &[Key],
    standing: &mut Standing,
) -> Result<(), DbErr> {
    let Some(target) = keys.first().map(|key| key.target) else {
        return Ok(());
    };
    let values: Vec<Vec<Value>> = keys
        .iter()
        .map(|key| vec![key.owner.into(), key.id.into()])
        .collect();
    let (what, table, named) = match target {
        Target::Document => (
            "r.owner_id, r.document_id, r.revision, r.kind, r.external_scheme, r.external_value",
            "revisions",
            "r.owner_id = k.owner AND r.document_id = k.id AND r.until_position IS NULL",
        ),
        Target::Organization => (
            "r.id, r.id, r.revision, r.organization_number, r.school_unit_code, r.external_scheme, r.external_value",
            "organizations",
            "r.id = k.id AND r.until_position IS NULL",
        ),
        Target::Grant => (
            "r.organization_id, r.id, r.revision",
            "grants",
            "r.organization_id = k.owner AND r.id = k.id AND r.until_position IS NULL",
        ),
        Target::Conflict => (
            "r.owner_id, r.id, r.revision",
            "conflicts",
            "r.owner_id = k.owner AND r.id = k.id AND r.until_position IS NULL",
        ),
        Target::Succession => (
            "r.predecessor_id, r.successor_id, 1",
            "successions",
            "r.predecessor_id = k.owner AND r.successor_id = k.id",
        ),
    };
    for row in bulk::find(tx, &["owner", "id"], &values, what, table, named).await? {
        let (owner, id) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let head = Head {
            revision: row.try_get_by_index(2)?,
            identities: identities(target, owner, &row)?,
        };
        standing.heads.insert(Key { target, owner, id }, head);
    }
    Ok(())
}

fn identities(target: Target, owner: Uuid, row: &QueryResult) -> Result<Vec<Identity>, DbErr> {
    let text = |index| row.try_get_by_index::<Option<String>>(index);
    Ok(match target {
        Target::Document => {
            let kind = row.try_get_by_index(3)?;
            let external = text(4)?.zip(text(5)?);
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
            let external = text(5)?
                .zip(text(6)?)
                .map(|(scheme, value)| Identity::OrganizationExternalId { scheme, value });
            let codes = [
                text(3)?.map(Identity::OrganizationNumber),
                text(4)?.map(Identity::SchoolUnitCode),
                external,
            ];
            codes.into_iter().flatten().collect()
        }
        Target::Grant | Target::Succession | Target::Conflict => Vec::new(),
    })
}

async fn read_holders(
    tx: &DatabaseTransaction,
    identities: &[Identity],
    standing: &mut Standing,
) -> Result<(), DbErr> {
    let values: Vec<Vec<Value>> = identities.iter().map(identity_values).collect();
    let Some(first) = identities.first() else {
        return Ok(());
    };
    let (columns, what, table, named): (&[&str], _, _, _) = match first {
        Identity::DocumentExternalId { .. } => (
            &["owner", "kind", "scheme", "value"],
            "r.document_id, r.owner_id, r.kind, r.external_scheme, r.external_value",
            "revisions",
            "r.owner_id = k.owner AND r.kind = k.kind AND r.external_scheme = k.scheme AND r.external_value = k.value
             AND r.until_position IS NULL AND r.external_value IS NOT NULL",
        ),
        Identity::OrganizationNumber(_) => (
            &["number"],
            "r.id, r.organization_number",
            "organizations",
            "r.organization_number = k.number AND r.until_position IS NULL",
        ),
        Identity::SchoolUnitCode(_) => (
            &["code"],
            "r.id, r.school_unit_code",
            "organizations",
            "r.school_unit_code = k.code AND r.until_position IS NULL",
        ),
        Identity::OrganizationExternalId { .. } => (
            &["scheme", "value"],
            "r.id, r.external_scheme, r.external_value",
            "organizations",
            "r.external_scheme = k.scheme AND r.external_value = k.value AND r.until_position IS NULL",
        ),
    };
    for row in bulk::find(tx, columns, &values, what, table, named).await? {
        let id = row.try_get_by_index(0)?;
        let (identity, holder) = match first {
            Identity::DocumentExternalId { .. } => {
                let owner = row.try_get_by_index(1)?;
                let (kind, scheme, value) = (
                    row.try_get_by_index(2)?,
                    row.try_get_by_index(3)?,
                    row.try_get_by_index(4)?,
                );
                let holder = Key {
                    target: Target::Document,
                    owner,
                    id,
                };
                (
                    Identity::DocumentExternalId {
                        owner,
                        kind,
                        scheme,
                        value,
                    },
                    holder,
                )
            }
            Identity::OrganizationNumber(_) => (
                Identity::OrganizationNumber(row.try_get_by_index(1)?),
                organization(id),
            ),
            Identity::SchoolUnitCode(_) => (
                Identity::SchoolUnitCode(row.try_get_by_index(1)?),
                organization(id),
            ),
            Identity::OrganizationExternalId { .. } => {
                let (scheme, value) = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
                (
                    Identity::OrganizationExternalId { scheme, value },
                    organization(id),
                )
            }
        };
        standing.holders.insert(identity, holder);
    }
    Ok(())
}

fn organization(id: Uuid) -> Key {
    Key {
        target: Target::Organization,
        owner: id,
        id,
    }
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

/// Reads what was answered to requests, under each home where it was.
pub async fn read_requests(
    db: &impl ConnectionTrait,
    keys: &[&RequestKey],
    standing: &mut Standing,
) -> Result<(), DbErr> {
    let named = |key: &&RequestKey| {
        let id = key.id;
        let homes = key.homes().map(move |home| vec![home.into(), id.into()]);
        homes.collect::<Vec<_>>()
    };
    let values: Vec<Vec<Value>> = keys.iter().flat_map(named).collect();
    let what = "r.organization_id, r.request_id, r.digest, r.answer";
    let named = "r.organization_id = k.organization AND r.request_id = k.id";
    for row in bulk::find(
        db,
        &["organization", "id"],
        &values,
        what,
        "requests",
        named,
    )
    .await?
    {
        let answered = Answered {
            digest: row.try_get_by_index(2)?,
            answer: row.try_get_by_index(3)?,
        };
        standing.requests.insert(
            (row.try_get_by_index(0)?, row.try_get_by_index(1)?),
            answered,
        );
    }
    Ok(())
}

/// Writes a batch. What is superseded ends first, so that no two heads ever hold the same identity.
pub async fn write(tx: &DatabaseTransaction, batch: &Batch<'_>) -> Result<(), DbErr> {
    end(tx, &batch.superseded).await?;
    let (mut revisions, mut links, mut organizations, mut successions, mut grants, mut conflicts) =
        (vec![], vec![], vec![], vec![], vec![], vec![]);
    for row in &batch.rows {
        match row {
            Row::Document {
                revision,
                links: of_revision,
            } => {
                revisions.push(revision);
                links.extend(of_revision);
            }
            Row::Organization(organization) => organizations.push(organization),
            Row::Succession(succession) => successions.push(succession),
            Row::Grant(grant) => grants.push(grant),
            Row::Conflict(conflict) => conflicts.push(conflict),
        }
    }
    let mut inserts = bulk::Inserts::on(tx.get_database_backend());
    inserts.add::<documents::entity::Model>(&revisions);
    inserts.add::<documents::link::Model>(&links);
    inserts.add::<organizations::entity::Model>(&organizations);
    inserts.add(&successions);
    inserts.add(&grants);
    inserts.add(&conflicts);
    inserts.add(&batch.entries.iter().collect::<Vec<_>>());
    inserts.add(&batch.requests.iter().collect::<Vec<_>>());
    advance(tx, inserts, &batch.partition).await
}

async fn advance(
    tx: &DatabaseTransaction,
    inserts: bulk::Inserts,
    partition: &partition::Model,
) -> Result<(), DbErr> {
    // Announced with the commit, and to nobody without it.
    let announce = if tx.get_database_backend() == DbBackend::Postgres {
        " RETURNING pg_notify('styrkedja_head', position::text)"
    } else {
        ""
    };
    let update = |first: usize| {
        format!(
            "UPDATE partitions SET position = ${first}, chain_hash = ${} WHERE partition = ${}{announce}",
            first + 1,
            first + 2
        )
    };
    let values: [Value; 3] = [
        partition.position.into(),
        partition.chain_hash.clone().into(),
        partition.partition.into(),
    ];
    inserts.and_then(tx, update, values).await
}

async fn end(tx: &DatabaseTransaction, superseded: &[Superseded]) -> Result<(), DbErr> {
    for target in Target::ALL {
        let values: Vec<Vec<Value>> = superseded
            .iter()
            .filter(|superseded| superseded.key.target == target)
            .map(|s| {
                vec![
                    s.key.owner.into(),
                    s.key.id.into(),
                    s.revision.into(),
                    s.until.into(),
                ]
            })
            .collect();
        let (table, named) = match target {
            Target::Document => (
                "revisions",
                "r.owner_id = k.owner AND r.document_id = k.id AND r.revision = k.revision",
            ),
            Target::Organization => ("organizations", "r.id = k.id AND r.revision = k.revision"),
            Target::Grant => (
                "grants",
                "r.organization_id = k.owner AND r.id = k.id AND r.revision = k.revision",
            ),
            Target::Conflict => (
                "conflicts",
                "r.owner_id = k.owner AND r.id = k.id AND r.revision = k.revision",
            ),
            Target::Succession => continue,
        };
        bulk::end(
            tx,
            &["owner", "id", "revision", "until"],
            &values,
            table,
            named,
        )
        .await?;
    }
    Ok(())
}
