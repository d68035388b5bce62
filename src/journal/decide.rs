//! Decides the writes of a group one after another, each on top of those accepted before it. Works in memory on what the
//! store has read, and knows no SQL.

use std::collections::HashMap;

use uuid::Uuid;

use super::write::{Expected, Refusal, RequestKey, Row, Target, Write};

/// Names what has revisions: an owner and an id. An organization owns itself, a successor is owned by its predecessor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub target: Target,
    pub owner: Uuid,
    pub id: Uuid,
}

/// What only one head at a time may have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Identity {
    DocumentExternalId {
        owner: Uuid,
        kind: i16,
        scheme: String,
        value: String,
    },
    OrganizationNumber(String),
    SchoolUnitCode(String),
    OrganizationExternalId {
        scheme: String,
        value: String,
    },
}

/// The newest revision of something, and the identities that it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub revision: i32,
    pub identities: Vec<Identity>,
}

/// The answer kept for a request.
#[derive(Clone, Debug)]
pub struct Answered {
    pub digest: Vec<u8>,
    pub answer: Vec<u8>,
}

/// What stands, of all that the group touches.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    pub heads: HashMap<Key, Head>,
    pub holders: HashMap<Identity, Key>,
    pub requests: HashMap<(Uuid, Uuid), Answered>,
    /// The last position at which the register of organizations changed, as far as the group asks.
    pub register_changed_at: i64,
}

/// What becomes of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Accepted,
    Before { answer: Vec<u8> },
    Refused(Refusal),
}

/// What stood before an accepted write, to be put back.
enum Undo {
    Head(Key, Option<Head>),
    Request((Uuid, Uuid)),
    RegisterChangedAt(i64),
}

impl Standing {
    /// Decides writes that stand and fall together. Accepted writes stand for those after them. Where one is refused, none is
    /// accepted, and none leaves a trace.
    pub fn decide(&mut self, writes: &[Write]) -> Vec<Verdict> {
        let mut undo = Vec::new();
        let mut verdicts: Vec<Verdict> = writes
            .iter()
            .map(|write| self.decide_next(write, &mut undo))
            .collect();
        let refused = |verdict: &Verdict| matches!(verdict, Verdict::Refused(_));
        if verdicts.iter().any(refused) {
            self.take_back(&mut undo, 0);
            for (write, verdict) in writes.iter().zip(&mut verdicts) {
                // What repeats a write that does not stand, was not answered before.
                let before = write.request.as_ref().and_then(|key| self.repeats(key));
                if !refused(verdict) && before.is_none() {
                    *verdict = Verdict::Refused(Refusal::Together);
                }
            }
        }
        verdicts
    }

    /// Decides the next of several, and notes what stood before.
    fn decide_next(&mut self, write: &Write, undo: &mut Vec<Undo>) -> Verdict {
        if let Some(verdict) = write.request.as_ref().and_then(|key| self.repeats(key)) {
            return verdict;
        }
        if write
            .register_unchanged_since
            .is_some_and(|since| self.register_changed_at > since)
        {
            return Verdict::Refused(Refusal::RegisterChanged);
        }
        if !write.expects.iter().all(|expected| self.stands(expected)) {
            return Verdict::Refused(Refusal::ExpectedOtherwise);
        }
        let before = undo.len();
        for (index, row) in write.rows.iter().enumerate() {
            match self.advance(index, row) {
                Ok((key, head)) => undo.push(Undo::Head(key, head)),
                Err(refusal) => {
                    self.take_back(undo, before);
                    return Verdict::Refused(refusal);
                }
            }
        }
        if write.rows.iter().any(Row::is_of_register) {
            undo.push(Undo::RegisterChangedAt(self.register_changed_at));
            // Its position comes later, and lies beyond any that was read.
            self.register_changed_at = i64::MAX;
        }
        if let Some(key) = &write.request {
            let answered = Answered {
                digest: key.digest.to_vec(),
                answer: write.answer.clone(),
            };
            self.requests.insert((key.organization, key.id), answered);
            undo.push(Undo::Request((key.organization, key.id)));
        }
        Verdict::Accepted
    }

    /// What becomes of a request that was noted before, under whichever home. None: it is new.
    pub fn repeats(&self, key: &RequestKey) -> Option<Verdict> {
        let noted = |home| self.requests.get(&(home, key.id));
        let mut known = key.homes().filter_map(noted).peekable();
        known.peek()?;
        let same = known.find(|answered| answered.digest == key.digest);
        Some(
            same.map_or(Verdict::Refused(Refusal::RequestIdConflict), |answered| {
                Verdict::Before {
                    answer: answered.answer.clone(),
                }
            }),
        )
    }

    fn stands(&self, expected: &Expected) -> bool {
        let head = self.heads.get(&expected.key());
        head.map_or(0, |head| head.revision) == expected.revision
    }

    /// Puts a row on top of its head. Returns what stood there before.
    fn advance(&mut self, index: usize, row: &Row) -> Result<(Key, Option<Head>), Refusal> {
        let key = row.key();
        let current = self.heads.get(&key).map(|head| head.revision);
        if row.revision() != current.unwrap_or(0) + 1 {
            return Err(Refusal::Outdated {
                row: index,
                current,
            });
        }
        let identities = row.identities();
        for identity in &identities {
            if self
                .holders
                .get(identity)
                .is_some_and(|holder| *holder != key)
            {
                return Err(taken(identity, index));
            }
        }
        let head = Head {
            revision: row.revision(),
            identities,
        };
        Ok((key, self.replace(key, Some(head))))
    }

    /// Puts back what stood before, down to so many steps.
    fn take_back(&mut self, undo: &mut Vec<Undo>, down_to: usize) {
        for step in undo.drain(down_to..).rev() {
            match step {
                Undo::Head(key, before) => drop(self.replace(key, before)),
                Undo::Request(named) => drop(self.requests.remove(&named)),
                Undo::RegisterChangedAt(position) => self.register_changed_at = position,
            }
        }
    }

    fn replace(&mut self, key: Key, head: Option<Head>) -> Option<Head> {
        let before = self.heads.remove(&key);
        for identity in before.iter().flat_map(|head| &head.identities) {
            self.holders.remove(identity);
        }
        if let Some(head) = head {
            self.holders.extend(
                head.identities
                    .iter()
                    .map(|identity| (identity.clone(), key)),
            );
            self.heads.insert(key, head);
        }
        before
    }
}

fn taken(identity: &Identity, row: usize) -> Refusal {
    match identity {
        Identity::DocumentExternalId { .. } | Identity::OrganizationExternalId { .. } => {
            Refusal::ExternalIdTaken { row }
        }
        Identity::OrganizationNumber(_) | Identity::SchoolUnitCode(_) => Refusal::CodeTaken { row },
    }
}

impl Key {
    const fn of(target: Target, owner: Uuid, id: Uuid) -> Self {
        Self { target, owner, id }
    }

    pub const fn document(owner: Uuid, id: Uuid) -> Self {
        Self::of(Target::Document, owner, id)
    }

    pub const fn organization(id: Uuid) -> Self {
        Self::of(Target::Organization, id, id)
    }

    pub const fn grant(organization: Uuid, id: Uuid) -> Self {
        Self::of(Target::Grant, organization, id)
    }

    /// Of the places of an offer.
    pub const fn places(owner: Uuid, offer: Uuid) -> Self {
        Self::of(Target::Places, owner, offer)
    }

    /// That its head is this revision. 0: that there is none yet.
    pub const fn at(self, revision: i32) -> Expected {
        Expected {
            key: self,
            revision,
        }
    }
}

impl Row {
    /// What the row is a revision of.
    pub(super) fn key(&self) -> Key {
        match self {
            Self::Document { revision, .. } => {
                Key::document(revision.owner_id, revision.document_id)
            }
            Self::Organization(organization) => Key::organization(organization.id),
            Self::Succession(succession) => {
                let (owner, id) = (succession.predecessor_id, succession.successor_id);
                Key::of(Target::Succession, owner, id)
            }
            Self::Grant(grant) => Key::grant(grant.organization_id, grant.id),
            Self::Conflict(conflict) => Key::of(Target::Conflict, conflict.owner_id, conflict.id),
            Self::Submission(part) => Key::of(Target::Submission, part.owner_id, part.id),
            Self::Booking(booking) => Key::of(Target::Booking, booking.owner_id, booking.id),
            Self::Places(ledger) => Key::places(ledger.owner_id, ledger.id),
        }
    }

    /// What nothing else may have while this row is a head.
    pub(super) fn identities(&self) -> Vec<Identity> {
        match self {
            Self::Document { revision, .. } => {
                let external = revision
                    .external_scheme
                    .clone()
                    .zip(revision.external_value.clone());
                let (owner, kind) = (revision.owner_id, revision.kind);
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
            Self::Organization(organization) => {
                let external = organization
                    .external_scheme
                    .clone()
                    .zip(organization.external_value.clone());
                [
                    organization
                        .organization_number
                        .clone()
                        .map(Identity::OrganizationNumber),
                    organization
                        .school_unit_code
                        .clone()
                        .map(Identity::SchoolUnitCode),
                    external
                        .map(|(scheme, value)| Identity::OrganizationExternalId { scheme, value }),
                ]
                .into_iter()
                .flatten()
                .collect()
            }
            Self::Succession(_)
            | Self::Grant(_)
            | Self::Conflict(_)
            | Self::Submission(_)
            | Self::Booking(_)
            | Self::Places(_) => Vec::new(),
        }
    }
}
