//! Lays out what a group was accepted to write: gives positions, ends the rows that are superseded, chains the entries.
//! Knows no SQL.

use std::collections::HashMap;

use super::{
    chain,
    decide::Key,
    entity, partition, request,
    write::{ANSWER, Row, Write},
};
use crate::clock::Time;

/// All that one transaction writes.
#[derive(Debug)]
pub struct Batch<'a> {
    pub rows: Vec<&'a Row>,
    pub superseded: Vec<Superseded>,
    pub entries: Vec<entity::Model>,
    pub requests: Vec<request::Model>,
    /// Where the partition stands before.
    pub from: i64,
    /// Where the partition stands afterwards.
    pub partition: partition::Model,
    /// The last position of each write, or of all that it is written together with, in order.
    pub positions: Vec<i64>,
}

/// A row that stood before the group, and where it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Superseded {
    pub key: Key,
    pub revision: i32,
    pub until: i64,
}

impl<'a> Batch<'a> {
    /// Lays out accepted writes after the last position of the partition. Those of one unit are told of together.
    pub fn lay_out(
        writes: &'a mut [&mut Write],
        units: &[usize],
        mut partition: partition::Model,
        at: Time,
    ) -> Self {
        let superseded = place(writes, partition.position);
        let ends = ends(writes, units, partition.position);
        let mut batch = Self {
            rows: Vec::new(),
            superseded,
            entries: Vec::new(),
            requests: Vec::new(),
            positions: Vec::with_capacity(writes.len()),
            from: partition.position,
            partition: partition.clone(),
        };
        for (write, end) in writes.iter().zip(ends) {
            let last = partition.position + count(write.entries());
            let request = request(write, last, at);
            for subject in subjects(write, request.as_ref()) {
                let covered = request.as_ref().filter(|_| partition.position + 1 == last);
                let entry = entry(write, subject, covered, &partition, end, at);
                partition.position = entry.position;
                partition.chain_hash.clone_from(&entry.hash);
                batch.entries.push(entry);
            }
            batch.rows.extend(&write.rows);
            batch.positions.push(end);
            batch.requests.extend(request);
        }
        batch.partition = partition;
        batch
    }
}

/// What an entry speaks of.
#[derive(Clone, Copy)]
enum Subject<'a> {
    Row(&'a Row),
    /// A request that wrote no row.
    Answer(&'a request::Model),
}

fn subjects<'a>(
    write: &'a Write,
    request: Option<&'a request::Model>,
) -> impl Iterator<Item = Subject<'a>> {
    let answer = request.filter(|_| write.rows.is_empty());
    let rows = write.rows.iter().map(Subject::Row);
    rows.chain(answer.map(Subject::Answer))
}

/// Gives each row its position, and its end where a later row of the group supersedes it. Returns what the group
/// supersedes of that which stood before.
fn place(writes: &mut [&mut Write], last: i64) -> Vec<Superseded> {
    let mut next: HashMap<Key, (i32, i64)> = HashMap::new();
    let mut end = last
        + writes
            .iter()
            .map(|write| count(write.entries()))
            .sum::<i64>();
    for write in writes.iter_mut().rev() {
        let mut position = end;
        for row in write.rows.iter_mut().rev() {
            let key = row.key();
            let until = next.get(&key).map(|(_, position)| *position);
            row.set_span(position, until);
            next.insert(key, (row.revision(), position));
            position -= 1;
        }
        end -= count(write.entries());
    }
    let mut superseded: Vec<Superseded> = next
        .into_iter()
        .filter(|(_, (revision, _))| *revision > 1)
        .map(|(key, (revision, until))| Superseded {
            key,
            revision: revision - 1,
            until,
        })
        .collect();
    superseded.sort_unstable_by_key(|superseded| superseded.until);
    superseded
}

/// The last position of the unit that each write belongs to.
fn ends(writes: &[&mut Write], units: &[usize], last: i64) -> Vec<i64> {
    let mut position = last;
    let mut ends: Vec<i64> = Vec::with_capacity(writes.len());
    for write in writes {
        position += count(write.entries());
        ends.push(position);
    }
    for at in (1..ends.len()).rev() {
        if units.get(at - 1) == units.get(at) {
            ends[at - 1] = ends[at];
        }
    }
    ends
}

fn entry(
    write: &Write,
    subject: Subject<'_>,
    covered: Option<&request::Model>,
    partition: &partition::Model,
    write_end: i64,
    at: Time,
) -> entity::Model {
    let (target, owner_id, target_id, revision, row_hash) = match subject {
        Subject::Row(row) => {
            let Key { target, owner, id } = row.key();
            (
                target as i16,
                owner,
                id,
                row.revision(),
                chain::row_hash(row),
            )
        }
        Subject::Answer(request) => (
            ANSWER,
            request.organization_id,
            request.request_id,
            1,
            chain::request_hash(request),
        ),
    };
    let (state, content_hash) = match subject {
        Subject::Row(Row::Document { revision, .. }) => {
            (revision.state, Some(revision.content_hash.clone()))
        }
        Subject::Row(Row::Conflict(conflict)) => {
            (conflict.state, Some(conflict.content_hash.clone()))
        }
        Subject::Row(_) | Subject::Answer(_) => (0, None),
    };
    let mut entry = entity::Model {
        partition: partition.partition,
        position: partition.position + 1,
        write_end,
        at: at.micros(),
        organization_id: write.actor.organization,
        subject: write.actor.subject.clone(),
        role: write.actor.role,
        grant_id: write.actor.grant,
        method: write.method.to_owned(),
        request_id: write.request.as_ref().map(|request| request.id),
        target,
        target_id,
        owner_id,
        revision,
        state,
        content_hash,
        row_hash,
        request_hash: covered.map(chain::request_hash),
        previous_hash: partition.chain_hash.clone(),
        hash: Vec::new(),
    };
    entry.hash = chain::entry_hash(&entry);
    entry
}

fn count(entries: usize) -> i64 {
    i64::try_from(entries).unwrap_or(i64::MAX)
}

fn request(write: &Write, position: i64, at: Time) -> Option<request::Model> {
    let key = write.request.as_ref()?;
    Some(request::Model {
        organization_id: key.organization,
        request_id: key.id,
        digest: key.digest.to_vec(),
        method: write.method.to_owned(),
        answer: write.answer.clone(),
        position,
        at: at.micros(),
    })
}
