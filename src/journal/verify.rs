//! Walks the whole journal and compares it with itself and with the rows that it speaks of. Believes nothing, repairs
//! nothing, and names the first entry at fault.

use std::collections::HashMap;

use sea_orm::{DatabaseTransaction, DbErr, FromQueryResult, QueryResult};

use super::{
    chain,
    checkpoint::Checkpoint,
    entity, partition, request,
    store::inspect::{self, Written},
    write::{ANSWER, Row, Target},
};
use crate::database::Database;

/// What an untouched journal looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many entries there are.
    pub entries: u64,
    /// The last position.
    pub position: i64,
    /// The hash of the last entry.
    pub chain_hash: Vec<u8>,
}

/// Why a journal does not verify.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("entry {position} is bad: {what}")]
    BadEntry { position: i64, what: String },
    #[error("the journal can not be read: {0}")]
    Unreadable(#[from] DbErr),
}

/// Verifies the journal as it stands now, and that it holds what a checkpoint says it once held. Tells how many entries of how many it has seen, every now and then.
pub async fn verify(
    database: &Database,
    checkpoint: Option<&Checkpoint>,
    mut progress: impl FnMut(u64, u64),
) -> Result<Verified, Fault> {
    // One transaction sees one state, also while a server writes on.
    let tx = inspect::begin(database.reader()).await?;
    let Some(partition) = inspect::partition(&tx).await? else {
        return nothing_yet(&tx, checkpoint).await;
    };
    let total = u64::try_from(partition.position).unwrap_or_default();
    let mut walk = Walk {
        position: 0,
        hash: chain::genesis(partition.partition),
    };
    walk.must_pass(checkpoint)?;
    loop {
        let entries = walk.take(
            &inspect::entries_after(&tx, walk.position).await?,
            &partition,
            checkpoint,
        )?;
        if entries.is_empty() {
            break;
        }
        compare_with_rows(&tx, &entries).await?;
        compare_with_requests(&tx, &entries).await?;
        progress(u64::try_from(walk.position).unwrap_or_default(), total);
    }
    walk.must_end_at(&partition)?;
    walk.must_reach(checkpoint)?;
    let oddities = [
        inspect::entry_elsewhere(&tx).await?,
        inspect::row_without_entry(&tx).await?,
        inspect::row_out_of_span(&tx).await?,
        inspect::request_without_entry(&tx).await?,
    ];
    if let Some((position, what)) = oddities.into_iter().flatten().next() {
        return bad(position, what);
    }
    Ok(Verified {
        entries: total,
        position: walk.position,
        chain_hash: walk.hash,
    })
}

async fn nothing_yet(
    tx: &DatabaseTransaction,
    checkpoint: Option<&Checkpoint>,
) -> Result<Verified, Fault> {
    let oddities = [
        inspect::entry_elsewhere(tx).await?,
        inspect::request_without_entry(tx).await?,
    ];
    match (oddities.into_iter().flatten().next(), checkpoint) {
        (Some((position, what)), _) => bad(position, what),
        (None, Some(checkpoint)) if checkpoint.position > 0 => bad(1, missing(checkpoint)),
        (None, _) => Ok(Verified {
            entries: 0,
            position: 0,
            chain_hash: Vec::new(),
        }),
    }
}

fn bad<T>(position: i64, what: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::BadEntry {
        position,
        what: what.into(),
    })
}

fn missing(checkpoint: &Checkpoint) -> String {
    format!(
        "it is missing; the checkpoint is of {}",
        checkpoint.position
    )
}

/// How far the chain has been followed.
struct Walk {
    position: i64,
    hash: Vec<u8>,
}

impl Walk {
    fn take(
        &mut self,
        rows: &[QueryResult],
        partition: &partition::Model,
        checkpoint: Option<&Checkpoint>,
    ) -> Result<Vec<entity::Model>, Fault> {
        let step = |row| {
            let entry = self.step(row, partition)?;
            self.must_pass(checkpoint)?;
            Ok(entry)
        };
        rows.iter().map(step).collect()
    }

    /// Where it stands at the checkpoint, it must be as it was.
    fn must_pass(&self, checkpoint: Option<&Checkpoint>) -> Result<(), Fault> {
        match checkpoint {
            Some(Checkpoint { position, hash })
                if *position == self.position && *hash != *self.hash =>
            {
                bad(*position, "its hash is not the one of the checkpoint")
            }
            _ => Ok(()),
        }
    }

    fn must_reach(&self, checkpoint: Option<&Checkpoint>) -> Result<(), Fault> {
        match checkpoint {
            Some(checkpoint) if checkpoint.position > self.position => {
                bad(self.position + 1, missing(checkpoint))
            }
            _ => Ok(()),
        }
    }

    fn step(
        &mut self,
        row: &QueryResult,
        partition: &partition::Model,
    ) -> Result<entity::Model, Fault> {
        let expected = self.position + 1;
        let entry = match entity::Model::from_query_result(row, "") {
            Ok(entry) => entry,
            Err(error) => return bad(expected, format!("it can not be read: {error}")),
        };
        if entry.position != expected {
            return bad(
                expected,
                format!("it is missing; the next is {}", entry.position),
            );
        }
        if entry.position > partition.position {
            return bad(
                expected,
                format!("the journal ends at {}", partition.position),
            );
        }
        if entry.previous_hash != self.hash {
            return bad(
                expected,
                "its previous hash is not the hash of the entry before",
            );
        }
        if chain::entry_hash(&entry) != entry.hash {
            return bad(expected, "its hash does not fit what it says");
        }
        self.position = entry.position;
        self.hash.clone_from(&entry.hash);
        Ok(entry)
    }

    fn must_end_at(&self, partition: &partition::Model) -> Result<(), Fault> {
        if self.position < partition.position {
            return bad(
                self.position + 1,
                format!("it is missing; the journal ends at {}", partition.position),
            );
        }
        if self.hash != partition.chain_hash {
            return bad(
                self.position,
                "its hash is not the one that the journal ends with",
            );
        }
        Ok(())
    }
}

async fn compare_with_rows(
    tx: &DatabaseTransaction,
    entries: &[entity::Model],
) -> Result<(), Fault> {
    let mut rows = HashMap::new();
    for target in Target::ALL {
        let of_target: Vec<&entity::Model> = entries
            .iter()
            .filter(|entry| entry.target == target as i16)
            .collect();
        rows.extend(inspect::written(tx, target, &of_target).await?);
    }
    for entry in entries.iter().filter(|entry| entry.target != ANSWER) {
        match rows.remove(&entry.position) {
            Some(written) => compare(entry, &written)?,
            None => return bad(entry.position, "what it says was written is not there"),
        }
    }
    Ok(())
}

/// Every request that an entry ends has its record, and it says what it said.
async fn compare_with_requests(
    tx: &DatabaseTransaction,
    entries: &[entity::Model],
) -> Result<(), Fault> {
    let answered: Vec<&entity::Model> = entries
        .iter()
        .filter(|entry| entry.request_hash.is_some())
        .collect();
    let records: HashMap<i64, request::Model> = inspect::requests(tx, &answered).await?;
    for entry in answered {
        let hash = records.get(&entry.position).map(chain::request_hash);
        if hash.is_none() {
            return bad(entry.position, "the record of its request is not there");
        }
        if hash != entry.request_hash {
            return bad(entry.position, "the record of its request was altered");
        }
    }
    Ok(())
}

fn compare(entry: &entity::Model, written: &Written) -> Result<(), Fault> {
    if chain::row_hash(&written.row) != entry.row_hash {
        return bad(entry.position, "the row that it wrote was altered");
    }
    let (state, content_hash) = match &written.row {
        Row::Document { revision, .. } => (revision.state, &revision.content_hash),
        Row::Conflict(conflict) => (conflict.state, &conflict.content_hash),
        Row::Organization(_)
        | Row::Succession(_)
        | Row::Grant(_)
        | Row::Submission(_)
        | Row::Booking(_)
        | Row::Places(_) => return Ok(()),
    };
    if state != entry.state || Some(content_hash) != entry.content_hash.as_ref() {
        return bad(
            entry.position,
            "its state or content hash is not that of the row",
        );
    }
    match &written.content {
        Some(content) if chain::sha256(content) == *content_hash => Ok(()),
        Some(_) => bad(entry.position, "the content does not fit its hash"),
        None => bad(entry.position, "the content is not there"),
    }
}
