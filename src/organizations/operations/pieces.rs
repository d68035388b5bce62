//! The pieces in which an import is written, and how they are known again when it is tried again.

use aws_lc_rs::digest::{Context, SHA256};
use prost::Message;
use uuid::{Builder, Uuid};

use super::import::{Import, METHOD};
use crate::{
    access::Caller,
    journal::RequestKey,
    organizations::import::{Outcome, Step},
    proto::v1::ImportOrganizationsResponse,
};

/// Records in one piece.
pub(super) const RECORDS: usize = 500;
/// Findings in an answer, at most.
const MOST_FINDINGS: usize = 10_000;
/// What findings may weigh in an answer: common clients take 4 MiB.
const FINDINGS_BYTES: usize = 3 * 1024 * 1024;

/// How the requests of an import are named in the journal.
pub(super) struct Keys {
    organization: Uuid,
    others: Vec<Uuid>,
    request: Uuid,
    digest: [u8; 32],
}

impl Keys {
    /// All pieces carry the digest of the whole, so that the same request id with other records is known from any of
    /// them. A dry run is the same request as the run that it tries.
    pub(super) fn of(import: &Import, caller: &Caller, organization: Uuid) -> Self {
        let mut hash = Context::new(&SHA256);
        let mut update = |part: &[u8]| {
            hash.update(&(part.len() as u64).to_be_bytes());
            hash.update(part);
        };
        update(METHOD.as_bytes());
        update(import.source.as_bytes());
        for record in &import.records {
            update(&record.encode_to_vec());
        }
        let digest = first_bytes(hash.finish().as_ref());
        Self {
            organization,
            others: caller.homes_besides(organization),
            request: import.request_id,
            digest,
        }
    }

    /// The key of the import as a whole, which holds its answer.
    pub(super) fn whole(&self) -> RequestKey {
        self.key(self.request)
    }

    /// The key of one piece, made from the request id and its number.
    pub(super) fn piece(&self, index: usize) -> RequestKey {
        let mut hash = Context::new(&SHA256);
        hash.update(b"styrkedja piece of an import");
        hash.update(self.request.as_bytes());
        hash.update(&(index as u64).to_be_bytes());
        let bytes: [u8; 16] = first_bytes(hash.finish().as_ref());
        self.key(Builder::from_custom_bytes(bytes).into_uuid())
    }

    fn key(&self, id: Uuid) -> RequestKey {
        RequestKey {
            organization: self.organization,
            others: self.others.clone(),
            id,
            digest: self.digest,
        }
    }
}

/// What is answered for some steps.
pub(super) fn count(steps: &[Step]) -> ImportOrganizationsResponse {
    let mut answer = ImportOrganizationsResponse::default();
    for step in steps {
        *match step.outcome {
            Outcome::Created => &mut answer.created,
            Outcome::Updated => &mut answer.updated,
            Outcome::Unchanged => &mut answer.unchanged,
            Outcome::Refused => &mut answer.refused,
        } += 1;
        answer.findings.extend(step.findings.iter().cloned());
    }
    answer
}

/// What is answered for all pieces together: findings in the order of the records, as many as fit.
pub(super) fn sum(
    pieces: impl IntoIterator<Item = ImportOrganizationsResponse>,
    place: impl Fn(&str) -> usize,
) -> ImportOrganizationsResponse {
    let mut answer = ImportOrganizationsResponse::default();
    for piece in pieces {
        answer.created += piece.created;
        answer.updated += piece.updated;
        answer.unchanged += piece.unchanged;
        answer.refused += piece.refused;
        answer.findings.extend(piece.findings);
    }
    answer.findings.sort_by_key(|finding| place(&finding.key));
    let mut weight = 0;
    let fits = answer
        .findings
        .iter()
        .take(MOST_FINDINGS)
        .take_while(|finding| {
            weight += finding.encoded_len() + 4;
            weight <= FINDINGS_BYTES
        });
    let fitting = fits.count();
    answer.findings_truncated = fitting < answer.findings.len();
    answer.findings.truncate(fitting);
    answer
}

fn first_bytes<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.first_chunk().copied().unwrap_or([0; N])
}
