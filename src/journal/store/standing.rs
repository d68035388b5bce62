//! What stands, of all that a group of writes touches.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, Value};
use uuid::Uuid;

use super::{super::bulk::Finds, register};
use crate::journal::{
    RequestKey,
    decide::{Answered, Head, Identity, Key, Standing},
    write::{Expected, Row, Target, Write},
};

/// Reads all that the writes touch.
pub async fn read(tx: &DatabaseTransaction, writes: &[Write]) -> Result<Standing, DbErr> {
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

    let mut finds = Finds::on(tx.get_database_backend());
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

    let mut standing = Standing::default();
    let mut found = finds.run(tx).await?.into_iter();
    for (target, rows) in targets.into_iter().zip(&mut found) {
        take_heads(target, &rows, &mut standing)?;
    }
    for (kind, rows) in kinds.into_iter().zip(&mut found) {
        take_holders(kind, &rows, &mut standing)?;
    }
    for rows in found {
        take_answers(&rows, &mut standing)?;
    }
    standing.register_changed_at = register::changed_at(tx, writes).await?;
    Ok(standing)
}

/// Reads what was answered to requests, under each home where it was.
pub async fn answered(db: &impl ConnectionTrait, keys: &[&RequestKey]) -> Result<Standing, DbErr> {
    let mut standing = Standing::default();
    let mut finds = Finds::on(db.get_database_backend());
    find_answers(&mut finds, keys.iter().copied());
    for rows in finds.run(db).await? {
        take_answers(&rows, &mut standing)?;
    }
    Ok(standing)
}

/// Of keys of one target, which is told.
fn find_heads(finds: &mut Finds, keys: &[Key]) -> Target {
    let target = keys[0].target;
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
        Target::Submission => (
            "r.owner_id, r.id, r.revision",
            "submissions",
            "r.owner_id = k.owner AND r.id = k.id AND r.until_position IS NULL",
        ),
        Target::Booking => (
            "r.owner_id, r.id, r.revision",
            "bookings",
            "r.owner_id = k.owner AND r.id = k.id AND r.until_position IS NULL",
        ),
        Target::Places => (
            "r.owner_id, r.id, r.revision",
            "places",
            "r.owner_id = k.owner AND r.id = k.id AND r.until_position IS NULL",
        ),
        Target::Succession => (
            "r.predecessor_id, r.successor_id, 1",
            "successions",
            "r.predecessor_id = k.owner AND r.successor_id = k.id",
        ),
    };
    finds.add(&["owner", "id"], &values, what, table, named);
    target
}

fn take_heads(target: Target, rows: &[QueryResult], standing: &mut Standing) -> Result<(), DbErr> {
    for row in rows {
        let (owner, id) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let head = Head {
            revision: row.try_get_by_index(2)?,
            identities: identities(target, owner, row)?,
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
    finds.add(columns, &values, what, table, named);
    first
}

fn take_holders(
    first: &Identity,
    rows: &[QueryResult],
    standing: &mut Standing,
) -> Result<(), DbErr> {
    for row in rows {
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

fn find_answers<'a>(finds: &mut Finds, keys: impl Iterator<Item = &'a RequestKey>) {
    let named = |key: &'a RequestKey| key.homes().map(|home| vec![home.into(), key.id.into()]);
    let values: Vec<Vec<Value>> = keys.flat_map(named).collect();
    finds.add(
        &["organization", "id"],
        &values,
        "r.organization_id, r.request_id, r.digest, r.answer",
        "requests",
        "r.organization_id = k.organization AND r.request_id = k.id",
    );
}

fn take_answers(rows: &[QueryResult], standing: &mut Standing) -> Result<(), DbErr> {
    for row in rows {
        let answered = Answered {
            digest: row.try_get_by_index(2)?,
            answer: row.try_get_by_index(3)?,
        };
        let named = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        standing.requests.insert(named, answered);
    }
    Ok(())
}
