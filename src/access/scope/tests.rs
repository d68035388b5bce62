//! The two forms of a scope agree with each other, and with what the contract says of each grant.

mod rows;

use proptest::{prelude::*, sample::select, test_runner::TestRunner};
use sea_orm::{DatabaseConnection, EntityTrait, QueryFilter};

use super::*;
use crate::{
    access::{register::Snapshot, tree::Tree},
    clock::Time,
    contract,
    proto::v1::{DocumentState, OrganizationType},
};

const ORGANIZATIONS: usize = 10;
const NOW: Time = Time::from_micros(1_000_000);
const ROUNDS: [Option<&str>; 3] = [None, Some("r1"), Some("r2")];

fn id(n: usize) -> Uuid {
    Uuid::from_u128(n as u128 + 1)
}

fn type_of(n: usize) -> OrganizationType {
    OrganizationType::try_from(i32::try_from(n % 7).unwrap() + 1).unwrap()
}

/// What ends a grant, in microseconds before or after now.
#[derive(Clone, Copy, Debug)]
enum End {
    Never,
    Revoked,
    At(i64),
}

const ENDS: [End; 6] = [
    End::Never,
    End::Never,
    End::At(1),
    End::At(0),
    End::At(-1),
    End::Revoked,
];

#[derive(Clone, Debug)]
struct Granted {
    role: Role,
    at: usize,
    round: Option<&'static str>,
    end: End,
}

/// Who lies below whom, and what the caller was granted.
#[derive(Clone, Debug)]
struct Case {
    parents: Vec<Option<usize>>,
    grants: Vec<Granted>,
}

fn cases() -> impl Strategy<Value = Case> {
    let roles: Vec<Role> = contract::get().roles().map(|(role, _)| role).collect();
    let parent = proptest::option::weighted(0.8, any::<prop::sample::Index>());
    let grant = (
        select(roles),
        0..ORGANIZATIONS,
        select(&ROUNDS),
        select(&ENDS),
    );
    let grant = grant.prop_map(|(role, at, round, end)| Granted {
        role,
        at,
        round,
        end,
    });
    (
        proptest::collection::vec(parent, ORGANIZATIONS),
        proptest::collection::vec(grant, 0..4),
    )
        .prop_map(|(parents, grants)| Case {
            // A parent comes before its child, so that no circle is made.
            parents: parents
                .into_iter()
                .enumerate()
                .map(|(n, parent)| parent.filter(|_| n > 0).map(|parent| parent.index(n)))
                .collect(),
            grants,
        })
}

impl Case {
    fn caller(&self) -> Caller {
        let mut tree = Tree::default();
        for (n, parent) in self.parents.iter().enumerate() {
            tree.put(id(n), type_of(n), parent.map(id));
        }
        let grants = self.grants.iter().enumerate();
        let grants = grants.map(|(n, granted)| Grant {
            id: id(100 + n),
            revision: 1,
            subject: "exchange:anna".to_owned(),
            role: granted.role,
            organization: id(granted.at),
            home: id(granted.at),
            round: granted.round.map(str::to_owned),
            not_after: match granted.end {
                End::At(distance) => Some(Time::from_micros(NOW.micros() + distance)),
                End::Never | End::Revoked => None,
            },
            created_at: NOW,
            revoked_at: matches!(granted.end, End::Revoked).then_some(NOW),
        });
        let snapshot = std::sync::Arc::new(Snapshot::of(tree, grants));
        Caller::new("exchange:anna", NOW, NOW, contract::get(), snapshot)
    }

    fn in_force(&self) -> impl Iterator<Item = (&Granted, &'static RoleRule)> {
        let in_force = self.grants.iter().filter(|granted| match granted.end {
            End::Never => true,
            End::At(distance) => distance > 0,
            End::Revoked => false,
        });
        in_force.map(|granted| (granted, contract::get().role(granted.role)))
    }

    /// Counted anew, by walking up from the organization.
    fn reaches(&self, reach: Reach, from: usize, to: usize) -> bool {
        let mut line = std::iter::successors(Some(to), |n| self.parents[*n]);
        match reach {
            Reach::Unspecified => false,
            Reach::Own => to == from,
            Reach::OwnAndBelow => line.any(|n| n == from),
            Reach::Nation => true,
        }
    }

    /// In which roles the contract lets the caller do the act on a document.
    fn roles_for(&self, act: Act, row: &revisions::Model) -> BTreeSet<Role> {
        let owner = place(row.owner_id);
        let kind = contract::get().kind(DocumentKind::try_from(i32::from(row.kind)).unwrap());
        let allowing = self.in_force().filter(|(granted, rule)| {
            let (parts, reach) = if act == Act::ReadDocuments {
                let reading = vec![&kind.readers, &kind.authors, &kind.reviewers];
                (reading, rule.read)
            } else if act == Act::ReviewDocuments {
                (vec![&kind.reviewers], rule.review)
            } else {
                (vec![&kind.authors], rule.author)
            };
            let seen_from = if owner == granted.at {
                rule.sees_own_from
            } else {
                rule.sees_others_from
            };
            let stages = [
                DocumentState::Draft,
                DocumentState::Submitted,
                DocumentState::Accepted,
            ];
            let least = stages.iter().position(|stage| *stage == seen_from);
            let least = least.map_or(i16::MAX, |stage| i16::try_from(stage + 1).unwrap());
            let published = act == Act::ReadDocuments
                && kind.published_from == Some(DocumentState::Submitted)
                && row.level >= 2;
            let reached = self.reaches(reach, granted.at, owner)
                && is_of_round(rule, granted, row.round.as_deref())
                && row.level >= least;
            rule.acts.contains(&act)
                && parts.iter().any(|part| part.contains(&granted.role))
                && (published || reached)
        });
        allowing.map(|(granted, _)| granted.role).collect()
    }

    fn reads_organization(&self, n: usize) -> bool {
        let is_known = [
            OrganizationType::University,
            OrganizationType::NationalAgency,
        ]
        .contains(&type_of(n));
        self.in_force().any(|(granted, rule)| {
            rule.acts.contains(&Act::ReadOrganizations)
                && (is_known
                    || self.reaches(rule.read, granted.at, n)
                    || self.reaches(Reach::OwnAndBelow, n, granted.at))
        })
    }

    fn reads_grant(&self, row: &grants::Model) -> bool {
        self.in_force().any(|(granted, rule)| {
            rule.acts.contains(&Act::ReadGrants)
                && self.reaches(rule.read, granted.at, place(row.organization_id))
                && is_of_round(rule, granted, row.round.as_deref())
        })
    }
}

fn is_of_round(rule: &RoleRule, granted: &Granted, round: Option<&str>) -> bool {
    if granted.round.is_none() {
        return !rule.round_required;
    }
    granted.round == round
}

fn place(organization: Uuid) -> usize {
    (0..ORGANIZATIONS).find(|n| id(*n) == organization).unwrap()
}

/// The ids that a condition selects, sorted.
macro_rules! selected {
    ($database:expr, $entity:ident, $condition:expr, $id:ident) => {{
        #[expect(clippy::disallowed_methods, reason = "the condition is what is tested")]
        let rows = $entity::Entity::find()
            .filter($condition)
            .all($database)
            .await
            .unwrap();
        let mut ids: Vec<Uuid> = rows.iter().map(|row| row.$id).collect();
        ids.sort();
        ids
    }};
}

/// All acts on documents that have been made before.
const ACTS: [Act; 5] = [
    Act::ReadDocuments,
    Act::EditDocuments,
    Act::SubmitDocuments,
    Act::ReviewDocuments,
    Act::WithdrawDocuments,
];

async fn check(database: &DatabaseConnection, case: &Case) {
    let caller = case.caller();
    for act in ACTS {
        let scope = caller.scope(act);
        let by_sql = selected!(database, revisions, scope.condition(), document_id);
        let mut expected = Vec::new();
        for row in rows::revisions() {
            let roles = case.roles_for(act, &row);
            assert_eq!(scope.roles_that_see(&row), roles, "{act:?} on {row:?}");
            assert_eq!(scope.sees(&row), !roles.is_empty(), "{act:?} on {row:?}");
            if !roles.is_empty() {
                expected.push(row.document_id);
            }
        }
        assert_eq!(by_sql, expected, "{act:?}");
    }
    let scope = caller.scope(Act::ReadOrganizations);
    let by_sql = selected!(database, organizations, scope.organizations(), id);
    let all = (0..ORGANIZATIONS).map(id);
    let in_memory: Vec<Uuid> = all.filter(|id| scope.sees_organization(*id)).collect();
    let expected = (0..ORGANIZATIONS).filter(|n| case.reads_organization(*n));
    let expected: Vec<Uuid> = expected.map(id).collect();
    assert_eq!((&by_sql, &in_memory), (&expected, &expected));

    let scope = caller.scope(Act::ReadGrants);
    let by_sql = selected!(database, grants, scope.grants(), id);
    let in_memory = rows::granted().into_iter().filter(|row| {
        let target = Target::Grant {
            role: Role::Teacher,
            organization: row.organization_id,
            round: row.round.as_deref(),
        };
        caller.grant_for(Act::ReadGrants, &target).is_ok()
    });
    let in_memory: Vec<Uuid> = in_memory.map(|row| row.id).collect();
    let expected = rows::granted()
        .into_iter()
        .filter(|row| case.reads_grant(row));
    let expected: Vec<Uuid> = expected.map(|row| row.id).collect();
    assert_eq!((&by_sql, &in_memory), (&expected, &expected));
}

#[test]
fn in_sql_and_in_memory_the_same_is_seen_as_the_contract_says_of_the_grants() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let database = runtime.block_on(rows::database());
    let mut runner = TestRunner::new(ProptestConfig::with_cases(200));
    runner
        .run(&cases(), |case| {
            runtime.block_on(check(&database, &case));
            Ok(())
        })
        .unwrap();
}

#[test]
fn who_was_granted_nothing_sees_nothing() {
    let case = Case {
        parents: vec![None; ORGANIZATIONS],
        grants: Vec::new(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let seen = runtime.block_on(async {
        let database = rows::database().await;
        let scope = case.caller().scope(Act::ReadDocuments);
        selected!(&database, revisions, scope.condition(), document_id)
    });
    assert!(seen.is_empty());
}
