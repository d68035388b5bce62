//! What a caller may read or act on, as an SQL condition and as a test on rows. There is no scope of everything, and
//! none without a caller.

mod shift;

use std::collections::BTreeSet;

use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::{
    caller::Caller,
    decide::{KNOWN_TO_ALL, least_level, published_level, reach_of},
    entity as grants,
    model::{Grant, Target},
};
use crate::{
    contract::RoleRule,
    documents::entity as revisions,
    organizations::entity as organizations,
    proto::v1::{Act, DocumentKind, DocumentState, Reach, Role},
};

pub use shift::Shift;

/// What one caller may do one act on.
#[derive(Clone, Debug)]
pub struct Scope {
    caller: Caller,
    act: Act,
}

impl Scope {
    pub(super) fn new(caller: Caller, act: Act) -> Self {
        Self { caller, act }
    }

    /// The rows of `revisions` in scope.
    pub fn condition(&self) -> Condition {
        let reached = |least| Some(reached(least));
        any_of(self.acting().flat_map(|(grant, rule)| {
            let seen = self.documents_of(grant, rule, &reached);
            seen.into_iter().chain(self.published_to(grant.role))
        }))
    }

    /// The rows of `revisions` that would be in scope as drafts, whatever stage they have reached.
    pub fn drafts(&self) -> Condition {
        let draft = least_level(DocumentState::Draft);
        let as_drafts = |least| (Some(least) <= draft).then(Condition::all);
        any_of(
            self.acting()
                .filter_map(|(grant, rule)| self.documents_of(grant, rule, &as_drafts)),
        )
    }

    /// Whether a revision of a document is in scope.
    pub fn sees(&self, row: &revisions::Model) -> bool {
        !self.roles_that_see(row).is_empty()
    }

    /// The roles in which the caller sees a revision: what decides on narrowed fields.
    pub fn roles_that_see(&self, row: &revisions::Model) -> BTreeSet<Role> {
        self.roles_on(&target_of(row))
    }

    /// The roles in which the caller may do the act on a target.
    pub fn roles_on(&self, target: &Target<'_>) -> BTreeSet<Role> {
        let sees = |grant: &&std::sync::Arc<Grant>| {
            self.caller.stopped_at(grant, self.act, target).is_none()
        };
        self.caller
            .grants()
            .iter()
            .filter(sees)
            .map(|grant| grant.role)
            .collect()
    }

    /// Whether an organization is in scope.
    pub fn sees_organization(&self, id: Uuid) -> bool {
        self.caller
            .grant_for(self.act, &Target::Organization(id))
            .is_ok()
    }

    /// The rows of `organizations` in scope.
    pub fn organizations(&self) -> Condition {
        any_of(
            self.acting()
                .map(|(grant, rule)| self.organizations_of(grant, rule)),
        )
    }

    /// Rows of what belongs to organizations, by the column that names the organization.
    pub fn belonging(&self, organization: impl ColumnTrait) -> Condition {
        any_of(
            self.acting()
                .map(|(grant, rule)| self.within(rule, grant, organization)),
        )
    }

    /// The rows of `grants` in scope.
    pub fn grants(&self) -> Condition {
        any_of(self.acting().map(|(grant, rule)| {
            let reached = self.within(rule, grant, grants::Column::OrganizationId);
            of_round(reached, rule, grant, grants::Column::Round)
        }))
    }

    /// Grants that have not ended and may do the act, with their rules.
    fn acting(&self) -> impl Iterator<Item = (&Grant, &RoleRule)> {
        let contract = self.caller.ground().contract;
        self.caller
            .grants_now()
            .map(move |grant| (&**grant, contract.role(grant.role)))
            .filter(|(_, rule)| rule.acts.contains(&self.act))
    }

    /// The documents that a grant sees, where those must be far enough that it sees from some level on, besides what is
    /// published. None where it sees no document at all.
    fn documents_of(
        &self,
        grant: &Grant,
        rule: &RoleRule,
        far_enough: &dyn Fn(i16) -> Option<Condition>,
    ) -> Option<Condition> {
        use revisions::Column;
        let contract = self.caller.ground().contract;
        let kinds: Vec<i16> = contract
            .kinds()
            .filter(|(kind, _)| contract.allows(grant.role, self.act, *kind))
            .filter_map(|(kind, _)| i16::try_from(i32::from(kind)).ok())
            .collect();
        if kinds.is_empty() {
            return None;
        }
        let is_own = Column::OwnerId.eq(grant.organization);
        let own = least_level(rule.sees_own_from)
            .and_then(far_enough)
            .map(|far| Condition::all().add(is_own.clone()).add(far));
        let others = least_level(rule.sees_others_from)
            .and_then(far_enough)
            .map(|far| Condition::all().add(is_own.not()).add(far));
        let seen = self
            .within(rule, grant, Column::OwnerId)
            .add(any_of(own.into_iter().chain(others)))
            .add(Column::Kind.is_in(kinds));
        Some(of_round(seen, rule, grant, Column::Round))
    }

    /// What is published of the kinds that the role takes part in.
    fn published_to(&self, role: Role) -> impl Iterator<Item = Condition> {
        use revisions::Column;
        self.published_kinds(role).filter_map(|(kind, least)| {
            let kind = i16::try_from(i32::from(kind)).ok()?;
            Some(
                Condition::all()
                    .add(Column::Kind.eq(kind))
                    .add(Column::Level.gte(least)),
            )
        })
    }

    /// The kinds that the role reads wherever they lie, and from which level.
    fn published_kinds(&self, role: Role) -> impl Iterator<Item = (DocumentKind, i16)> {
        let contract = self.caller.ground().contract;
        contract
            .kinds()
            .filter(move |_| self.act == Act::ReadDocuments)
            .filter(move |(kind, _)| contract.allows(role, self.act, *kind))
            .filter_map(|(kind, _)| Some((kind, published_level(contract, kind)?)))
    }

    fn organizations_of(&self, grant: &Grant, rule: &RoleRule) -> Condition {
        use organizations::Column;
        let reached = self.within(rule, grant, Column::Id);
        if self.act != Act::ReadOrganizations {
            return reached;
        }
        let above = self.caller.ground().tree.above(grant.organization);
        let known = KNOWN_TO_ALL.map(i32::from);
        Condition::any()
            .add(reached)
            .add(Column::Id.is_in(above))
            .add(Column::Type.is_in(known))
    }

    /// What the act reaches from the grant.
    fn within(&self, rule: &RoleRule, grant: &Grant, column: impl ColumnTrait) -> Condition {
        let tree = self.caller.ground().tree;
        let reached = match reach_of(rule, self.act) {
            Reach::Unspecified => return nothing(),
            Reach::Nation => return Condition::all(),
            Reach::Own => vec![grant.organization],
            Reach::OwnAndBelow => tree.with_descendants(grant.organization),
        };
        Condition::all().add(column.is_in(reached))
    }
}

/// Documents that have reached a level.
fn reached(least: i16) -> Condition {
    Condition::all().add(revisions::Column::Level.gte(least))
}

/// What a row is to a decision.
pub fn target_of(row: &revisions::Model) -> Target<'_> {
    Target::Document {
        kind: DocumentKind::try_from(i32::from(row.kind)).unwrap_or(DocumentKind::Unspecified),
        owner: row.owner_id,
        round: row.round.as_deref(),
        level: row.level,
    }
}

fn of_round(
    condition: Condition,
    rule: &RoleRule,
    grant: &Grant,
    column: impl ColumnTrait,
) -> Condition {
    match &grant.round {
        Some(round) => condition.add(column.eq(round.as_str())),
        None if rule.round_required => nothing(),
        None => condition,
    }
}

/// An empty `any` would be true in SQL; of no conditions, none holds.
fn any_of(conditions: impl IntoIterator<Item = Condition>) -> Condition {
    conditions
        .into_iter()
        .fold(Condition::any().add(nothing()), Condition::add)
}

fn nothing() -> Condition {
    Condition::all().add(Expr::val(1).eq(0))
}

#[cfg(test)]
mod tests;
