//! Whether a replica holds what it should at its cursor, and mending where it does not: digests of ranges are compared,
//! and only what lies in those that differ is fetched or deleted. The cursor stays where it is.

mod held;
mod mend;

use serde::Serialize;
use uuid::Uuid;

use super::{
    Error, Result,
    file::{Replica, Standing},
    link::Link,
};
use crate::proto::v1::{Digest, GetDigestsRequest, GetDigestsResponse, IdRange};
use held::Held;

/// Documents of a range that is compared in whole. Fewer than are told one by one.
const RANGE: usize = 500;
/// Ranges asked for at a time.
const RANGES: usize = 40;
/// Into how many parts a range is cut that holds too many to be told one by one.
const PARTS: u128 = 16;

/// What was compared, and what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verified {
    pub position: i64,
    /// Ranges of documents that were compared.
    pub ranges: u64,
    /// Of them, those that differed.
    pub ranges_mended: u64,
    /// Documents that the replica should hold.
    pub documents: u64,
    /// Documents that lacked, had another revision, or were not as they had been received.
    pub documents_fetched: u64,
    /// Documents that should not have been there.
    pub documents_deleted: u64,
    pub organizations: u64,
    pub organizations_fetched: u64,
    pub organizations_deleted: u64,
    /// Documents that the replica has newer than its cursor, from pushes of its own.
    pub ahead: u64,
}

impl Verified {
    /// Whether nothing had to be mended.
    pub fn was_right(&self) -> bool {
        self.documents_fetched
            + self.documents_deleted
            + self.organizations_fetched
            + self.organizations_deleted
            == 0
    }
}

/// Compares a replica with the exchange, and mends what differs.
pub async fn verify(
    replica: &mut Replica,
    link: &mut Link,
    see: &mut (dyn FnMut(&Verified) + Send),
) -> Result<Verified> {
    let Standing {
        cursor, position, ..
    } = replica.standing().await?;
    if cursor.is_empty() {
        return Err(Error::NothingPulled);
    }
    let held = Held::of(replica, position).await?;
    let mut verifying = Verifying {
        replica,
        link,
        cursor,
        found: Verified {
            position,
            ..Verified::default()
        },
    };
    for ranges in ranges_of(held.documents.keys().copied()).chunks(RANGES) {
        verifying.compare(&held, ranges.to_vec()).await?;
        see(&verifying.found);
    }
    verifying.delete_strange(&held).await?;
    verifying.compare_organizations(&held).await?;
    Ok(verifying.found)
}

/// A range of ids, in the order of their bytes: from the first on, until before the second. None: it has no end.
type Range = (u128, Option<u128>);

struct Verifying<'a> {
    replica: &'a mut Replica,
    link: &'a mut Link,
    cursor: String,
    found: Verified,
}

impl Verifying<'_> {
    /// Compares ranges, and those that differ one document at a time; what is too large for that, in parts.
    async fn compare(&mut self, held: &Held, ranges: Vec<Range>) -> Result<()> {
        let mut waiting = vec![ranges];
        while let Some(ranges) = waiting.pop() {
            let digests = self.digests(&ranges, false).await?.documents;
            let mut differing = Vec::new();
            for (range, digest) in ranges.into_iter().zip(&digests) {
                self.found.ranges += 1;
                if held.digest(range) == (digest.count, digest.sha256.to_vec()) {
                    self.found.documents += digest.count;
                } else {
                    differing.push(range);
                }
            }
            for range in differing {
                let digest = self.digests(&[range], true).await?.documents.pop();
                let digest = digest.unwrap_or_default();
                if is_told(&digest) {
                    self.found.documents += digest.count;
                    self.mend_documents(held, range, &digest.versions).await?;
                } else {
                    waiting.push(parts_of(range));
                }
            }
        }
        Ok(())
    }

    async fn compare_organizations(&mut self, held: &Held) -> Result<()> {
        let digest = self.digests(&[], true).await?.organizations;
        let digest = digest.unwrap_or_default();
        self.found.organizations = digest.count;
        let is_same = held.digest_of_organizations() == (digest.count, digest.sha256.to_vec());
        if is_same && held.strange_organizations.is_empty() {
            return Ok(());
        }
        self.mend_organizations(held, &digest).await
    }

    async fn digests(
        &mut self,
        ranges: &[Range],
        with_versions: bool,
    ) -> Result<GetDigestsResponse> {
        let id = |number: u128| Uuid::from_u128(number).to_string();
        let ranges = ranges.iter().map(|(from, to)| IdRange {
            from: id(*from),
            to: to.map(id).unwrap_or_default(),
        });
        let request = GetDigestsRequest {
            cursor: self.cursor.clone(),
            filter: self.replica.filter.clone(),
            ranges: ranges.collect(),
            with_versions,
        };
        self.link
            .ask(async |client| client.sync.get_digests(request.clone()).await)
            .await
    }
}

/// Whether a digest tells its versions one by one.
pub(super) fn is_told(digest: &Digest) -> bool {
    usize::try_from(digest.count).is_ok_and(|count| count == digest.versions.len())
}

/// Cuts all ids there are into ranges of about as many documents.
fn ranges_of(held: impl Iterator<Item = Uuid>) -> Vec<Range> {
    let mut bounds: Vec<u128> = held.step_by(RANGE).map(|id| id.as_u128()).collect();
    if let Some(first) = bounds.first_mut() {
        *first = 0;
    } else {
        bounds.push(0);
    }
    let ends = bounds.iter().skip(1).map(|&end| Some(end)).chain([None]);
    bounds.iter().copied().zip(ends).collect()
}

/// Cuts a range into parts, in order.
fn parts_of((from, to): Range) -> Vec<Range> {
    let last = to.map_or(u128::MAX, |to| to - 1);
    let step = (last - from) / PARTS + 1;
    let bounds: Vec<u128> = (0..PARTS)
        .map_while(|part| from.checked_add(step.checked_mul(part)?))
        .take_while(|&bound| bound <= last)
        .collect();
    let ends = bounds.iter().skip(1).map(|&end| Some(end)).chain([to]);
    bounds.iter().copied().zip(ends).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn joined(ranges: &[Range]) -> Option<Range> {
        let joins = |pair: &[Range]| pair[0].1 == Some(pair[1].0) && pair[0].0 < pair[1].0;
        assert!(ranges.windows(2).all(joins), "{ranges:?}");
        Some((ranges.first()?.0, ranges.last()?.1))
    }

    #[test]
    fn ranges_cover_all_ids_also_where_nothing_is_held() {
        assert_eq!(ranges_of([].into_iter()), [(0, None)]);
        for count in [1_u128, 499, 500, 501, 1001] {
            let ranges = ranges_of((0..count).map(|id| Uuid::from_u128(id * 7 + 3)));
            assert_eq!(joined(&ranges), Some((0, None)));
            assert_eq!(ranges.len() as u128, count.div_ceil(500));
        }
    }

    proptest! {
        #[test]
        fn parts_cover_their_range(from: u128, to: Option<u128>) {
            prop_assume!(to.is_none_or(|to| to > from));
            let parts = parts_of((from, to));
            prop_assert_eq!(joined(&parts), Some((from, to)));
            prop_assert!(parts.len() <= 16);
        }
    }
}
