//! What a copy that stands at a cursor should hold, in digests: by what the caller saw at its position, and sees now.

use aws_lc_rs::digest::{Context, SHA256};
use uuid::Uuid;

use super::{cursor::Stage, filter::Filter, revision::Revision, stand::Stand, store, view::View};
use crate::{
    access::Caller,
    contract::Violation,
    error::{Error, Result},
    exchange::Exchange,
    organizations,
    proto::v1::Act,
};

/// Versions told of one range.
const MOST_VERSIONS: usize = 1000;
/// Rows read at a time.
const PAGE: usize = 1000;

/// A range of ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdRange {
    pub from: Uuid,
    /// The first id after it. None: it has no end.
    pub to: Option<Uuid>,
}

/// What there is of one range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    pub count: u64,
    pub sha256: Vec<u8>,
    /// Empty where they were not asked for, or are too many.
    pub versions: Vec<Version>,
}

/// What there is of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub id: Uuid,
    pub etag: String,
    /// Of a document. 0 otherwise.
    pub revision: i32,
}

/// Digests of ranges, and of all organizations.
#[derive(Clone, Debug)]
pub struct Digests {
    pub documents: Vec<Digest>,
    pub organizations: Digest,
}

pub async fn digests(
    exchange: &Exchange,
    caller: &Caller,
    filter: &Filter,
    cursor: &str,
    ranges: &[IdRange],
    with_versions: bool,
) -> Result<Digests> {
    let stand = Stand::at(exchange, caller, filter, cursor).await?;
    stand.now.must(Act::ReadDocuments)?;
    if stand.stage != Some(Stage::Changes) {
        return Err(in_a_snapshot());
    }
    in_order(ranges)?;
    let reading = Reading {
        exchange,
        filter,
        position: stand.position,
        then: View::of(stand.then),
        now: View::of(stand.now),
        with_versions,
    };
    let mut documents = Vec::with_capacity(ranges.len());
    for range in ranges {
        documents.push(reading.documents(*range).await?);
    }
    let organizations = reading.organizations().await?;
    Ok(Digests {
        documents,
        organizations,
    })
}

struct Reading<'a> {
    exchange: &'a Exchange,
    filter: &'a Filter,
    position: i64,
    then: View,
    now: View,
    with_versions: bool,
}

impl Reading<'_> {
    async fn documents(&self, range: IdRange) -> Result<Digest> {
        let mut summing = Summing::new(self.with_versions);
        let seen = self.then.documents.condition();
        let seen = self.filter.condition().add(seen);
        let mut from = range.from;
        loop {
            let reader = self.exchange.database.reader();
            let rows = store::versions_at(
                reader,
                self.position,
                seen.clone(),
                IdRange { from, ..range },
                PAGE as u64,
            );
            let rows = rows.await?;
            let Some(last) = rows.last().map(Revision::document) else {
                break;
            };
            let last_page = rows.len() < PAGE;
            // What the caller can not see any more is told to nobody.
            for revision in rows.iter().filter(|one| one.is_seen_in(&self.now)) {
                summing.add(version_of(revision));
            }
            match Uuid::from_u128(last.as_u128().wrapping_add(1)) {
                next if !last_page && !next.is_nil() => from = next,
                _ => break,
            }
        }
        Ok(summing.sum())
    }

    async fn organizations(&self) -> Result<Digest> {
        let mut summing = Summing::new(self.with_versions);
        let seen = self.then.organizations.organizations();
        let mut after = Uuid::nil();
        loop {
            let reader = self.exchange.database.reader();
            let rows =
                store::organizations_at(reader, self.position, seen.clone(), after, PAGE as u64);
            let rows = rows.await?;
            let last_page = rows.len() < PAGE;
            for row in rows {
                after = row.id;
                if self.now.sees_organization(row.id) {
                    summing.add(Version {
                        id: row.id,
                        etag: organizations::etag(row.id, row.revision),
                        revision: 0,
                    });
                }
            }
            if last_page {
                return Ok(summing.sum());
            }
        }
    }
}

fn version_of(revision: &Revision) -> Version {
    let (number, etag) = revision.version();
    Version {
        id: revision.document(),
        etag,
        revision: number,
    }
}

/// A digest in the making.
struct Summing {
    count: u64,
    hash: Context,
    /// None: not asked for, or too many.
    versions: Option<Vec<Version>>,
}

impl Summing {
    fn new(with_versions: bool) -> Self {
        Self {
            count: 0,
            hash: Context::new(&SHA256),
            versions: with_versions.then(Vec::new),
        }
    }

    fn add(&mut self, version: Version) {
        self.count += 1;
        self.hash.update(version.id.as_bytes());
        self.hash.update(version.etag.as_bytes());
        match &mut self.versions {
            Some(versions) if versions.len() < MOST_VERSIONS => versions.push(version),
            _ => self.versions = None,
        }
    }

    fn sum(self) -> Digest {
        Digest {
            count: self.count,
            sha256: self.hash.finish().as_ref().to_vec(),
            versions: self.versions.unwrap_or_default(),
        }
    }
}

/// All ranges that break the order, at once.
fn in_order(ranges: &[IdRange]) -> Result<()> {
    let mut violations = Vec::new();
    for (number, range) in ranges.iter().enumerate() {
        if range.to.is_some_and(|to| to <= range.from) {
            violations.push(Violation::new(
                format!("ranges[{number}].to"),
                "ranges.ends_after_it_begins",
                "Must be greater than `from`.",
                "Måste vara större än `from`.",
            ));
        }
        let before = number.checked_sub(1).and_then(|before| ranges.get(before));
        if before.is_some_and(|before| before.to.is_none_or(|to| to > range.from)) {
            violations.push(Violation::new(
                format!("ranges[{number}].from"),
                "ranges.in_order",
                "Must not be less than the end of the range before it.",
                "Får inte vara mindre än slutet på intervallet före.",
            ));
        }
    }
    if violations.is_empty() {
        return Ok(());
    }
    Err(Error::Fields(violations))
}

fn in_a_snapshot() -> Error {
    Error::field(Violation::new(
        "cursor",
        "cursor.after_snapshot",
        "Stands in the middle of a snapshot; pull to its end first.",
        "Står mitt i en ögonblicksbild; hämta till dess slut först.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from: u128, to: Option<u128>) -> IdRange {
        IdRange {
            from: Uuid::from_u128(from),
            to: to.map(Uuid::from_u128),
        }
    }

    #[test]
    fn every_range_out_of_order_is_named() {
        assert!(in_order(&[range(0, Some(4)), range(4, Some(9)), range(11, None)]).is_ok());
        let wrong = [
            range(5, Some(5)),
            range(4, None),
            range(9, Some(8)),
            range(8, Some(9)),
        ];
        let Err(Error::Fields(violations)) = in_order(&wrong) else {
            panic!("they are taken")
        };
        let fields: Vec<_> = violations.iter().map(|one| one.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "ranges[0].to",
                "ranges[1].from",
                "ranges[2].to",
                "ranges[2].from"
            ]
        );
    }

    #[test]
    fn versions_are_told_up_to_a_thousand() {
        let version = |number: u128| Version {
            id: Uuid::from_u128(number),
            etag: "1-a".to_owned(),
            revision: 1,
        };
        let told = |count: u128, with_versions| {
            let mut summing = Summing::new(with_versions);
            (0..count).for_each(|number| summing.add(version(number)));
            let sum = summing.sum();
            (sum.count, sum.versions.len())
        };
        assert_eq!(told(1000, true), (1000, 1000));
        assert_eq!(told(1001, true), (1001, 0));
        assert_eq!(told(3000, true), (3000, 0));
        assert_eq!(told(3, false), (3, 0));
    }
}
