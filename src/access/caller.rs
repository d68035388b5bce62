//! The caller of a method: who it is, what it has been granted, and whether that lets a call through.
//! Made by the gate from a verified token; handlers take it from nowhere else.

use std::{collections::BTreeSet, sync::Arc};

use uuid::Uuid;

use super::{
    decide::{self, Ground},
    model::{Grant, Target},
    register::Snapshot,
    scope::Scope,
};
use crate::{
    clock::Time,
    contract::Contract,
    error::{Error, Result},
    journal,
    proto::v1::{AccessStep as Step, Act, OrganizationType, Role},
};

/// A verified subject with its grants, as the register had them when the call came in. Every decision of a call
/// rests on that one state.
#[derive(Clone, Debug)]
pub struct Caller {
    subject: Arc<str>,
    token_end: Time,
    at: Time,
    contract: &'static Contract,
    snapshot: Arc<Snapshot>,
}

impl Caller {
    pub(super) fn new(
        subject: &str,
        token_end: Time,
        at: Time,
        contract: &'static Contract,
        snapshot: Arc<Snapshot>,
    ) -> Self {
        Self {
            subject: subject.into(),
            token_end,
            at,
            contract,
            snapshot,
        }
    }

    /// The same caller in another state of the register, at the same moment.
    pub(super) fn seen_in(&self, snapshot: Arc<Snapshot>) -> Self {
        Self {
            snapshot,
            ..self.clone()
        }
    }

    /// The same caller in the same state of the register, at another moment.
    #[must_use]
    pub fn at_moment(&self, at: Time) -> Self {
        Self { at, ..self.clone() }
    }

    /// The subject as grants name it.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// When the token of the call ends.
    pub fn token_end(&self) -> Time {
        self.token_end
    }

    /// When the call came in.
    pub fn at(&self) -> Time {
        self.at
    }

    /// All its grants in order of id, those that have ended too.
    pub fn grants(&self) -> &[Arc<Grant>] {
        self.snapshot.grants_of(&self.subject)
    }

    /// Its grants that have not ended, in order of id.
    pub fn grants_now(&self) -> impl Iterator<Item = &Arc<Grant>> {
        self.grants()
            .iter()
            .filter(|grant| !grant.has_ended(self.at))
    }

    /// Where it belongs besides this home, by all its grants, those that have ended too. The grant that lets a call
    /// through may be another when the call is tried again, and the first try is noted under its home.
    pub fn homes_besides(&self, home: Uuid) -> Vec<Uuid> {
        let homes = self.grants().iter().map(|grant| grant.home);
        let others: BTreeSet<Uuid> = homes.filter(|other| *other != home).collect();
        others.into_iter().collect()
    }

    /// Demands that some role of the caller may do the act at all.
    pub fn must(&self, act: Act) -> Result<()> {
        self.grant_for(act, &Target::Anything).map(|_| ())
    }

    /// What the caller may read, or otherwise act on.
    pub fn scope(&self, act: Act) -> Scope {
        Scope::new(self.clone(), act)
    }

    /// For whom and in which role the caller does this, or why it may not: `NOT_FOUND` for what it does not see,
    /// `PERMISSION_DENIED` for the rest. Of several grants that allow it, the oldest is named.
    pub fn actor(&self, act: Act, target: &Target<'_>) -> Result<journal::Actor> {
        Ok(self.grant_for(act, target)?.actor())
    }

    /// The grant that lets the call through, or the refusal.
    pub fn grant_for(&self, act: Act, target: &Target<'_>) -> Result<&Arc<Grant>> {
        let allowing = self
            .grants()
            .iter()
            .find(|grant| self.stopped_at(grant, act, target).is_none());
        allowing.ok_or_else(|| self.refusal(act, target))
    }

    /// At which step a grant of the caller does not let the call through.
    pub fn stopped_at(&self, grant: &Grant, act: Act, target: &Target<'_>) -> Option<Step> {
        decide::stopped_at(self.ground(), grant, act, target)
    }

    /// Another operator than by this grant, for as long as nobody revokes it.
    pub(super) fn lasting_operator_besides(&self, grant: &Grant) -> Option<&Arc<Grant>> {
        self.snapshot.grants().find(|other| {
            other.role == Role::Operator
                && other.id != grant.id
                && other.not_after.is_none()
                && !other.has_ended(self.at)
        })
    }

    pub(super) fn ground(&self) -> Ground<'_> {
        Ground {
            contract: self.contract,
            tree: &self.snapshot.tree,
            now: self.at,
        }
    }

    /// The organization and all below it. What the caller may not see of them is for its scope to leave out.
    pub fn organizations_from(&self, id: Uuid) -> Vec<Uuid> {
        self.snapshot.tree.with_descendants(id)
    }

    /// The organizer that an organization lies below or is, or the topmost where there is none.
    pub fn organizer_of(&self, id: Uuid) -> Uuid {
        let tree = &self.snapshot.tree;
        let upwards = || std::iter::once(id).chain(tree.above(id));
        let organizer = upwards().find(|id| tree.kind(*id) == Some(OrganizationType::Organizer));
        organizer.or_else(|| upwards().last()).unwrap_or(id)
    }

    /// Whether one of the organizations lies below the other, or is it.
    pub fn are_in_one_line(&self, one: Uuid, other: Uuid) -> bool {
        let tree = &self.snapshot.tree;
        tree.is_below_or_same(one, other) || tree.is_below_or_same(other, one)
    }

    fn allows(&self, act: Act, target: &Target<'_>) -> bool {
        self.grants()
            .iter()
            .any(|grant| self.stopped_at(grant, act, target).is_none())
    }

    /// What no role may do is denied alike whether the target exists or not. After that, what the caller does not
    /// see does not exist.
    fn refusal(&self, act: Act, target: &Target<'_>) -> Error {
        let denied = Error::RoleMayNot { act };
        let furthest = self
            .grants()
            .iter()
            .filter_map(|grant| self.stopped_at(grant, act, target))
            .max();
        let asked_before_target = if is_stated_by_request(target) {
            Step::Kind
        } else {
            Step::Act
        };
        if furthest.is_none_or(|step| step <= asked_before_target) || self.sees(target) {
            denied
        } else {
            Error::NotFound
        }
    }

    /// Whether the caller knows that the target exists.
    fn sees(&self, target: &Target<'_>) -> bool {
        match *target {
            Target::Anything | Target::Kind(_) => true,
            Target::Missing => false,
            Target::Document { .. } => self.allows(Act::ReadDocuments, target),
            Target::Grant { .. } => self.allows(Act::ReadGrants, target),
            Target::Organization(id)
            | Target::DocumentsOf { owner: id, .. }
            | Target::NewDocument { owner: id, .. }
            | Target::NewGrant {
                organization: id, ..
            } => self.sees_organization(id),
        }
    }

    /// Whether the organization is closed: its last day was before today.
    pub fn organization_has_ended(&self, id: Uuid) -> bool {
        self.snapshot.tree.has_ended(id, &self.at.date())
    }

    /// Whether the caller sees the organization, and it is of the type, where one is asked for.
    pub fn sees_organization_of(&self, kind: Option<OrganizationType>, id: Uuid) -> bool {
        let fits = kind.is_none_or(|kind| self.snapshot.tree.kind(id) == Some(kind));
        fits && self.sees_organization(id)
    }

    pub fn sees_organization(&self, id: Uuid) -> bool {
        self.allows(Act::ReadOrganizations, &Target::Organization(id))
    }
}

/// Whether the kind of the target comes from the request, so that judging it reveals nothing.
fn is_stated_by_request(target: &Target<'_>) -> bool {
    match target {
        Target::Kind(_)
        | Target::DocumentsOf { .. }
        | Target::NewDocument { .. }
        | Target::NewGrant { .. } => true,
        Target::Anything
        | Target::Missing
        | Target::Document { .. }
        | Target::Grant { .. }
        | Target::Organization(_) => false,
    }
}
