//! The two forms of a scope agree, and neither reaches beyond what was granted.

use migrations::Migrator;
use proptest::{prelude::*, sample::select, test_runner::TestRunner};
use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, EntityTrait, IntoActiveModel, QueryFilter,
};
use sea_orm_migration::MigratorTrait;

use super::*;
use crate::{
    access::{register::Snapshot, tree::Tree},
    clock::Time,
    contract,
    proto::v1::OrganizationType,
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

/// Who lies below whom, and what the caller was granted.
#[derive(Clone, Debug)]
struct Case {
    parents: Vec<Option<usize>>,
    grants: Vec<(Role, usize, Option<&'static str>, bool)>,
}

fn cases() -> impl Strategy<Value = Case> {
    let roles: Vec<Role> = contract::get().roles().map(|(role, _)| role).collect();
    let parent = proptest::option::weighted(0.8, any::<prop::sample::Index>());
    let grant = (
        select(roles),
        0..ORGANIZATIONS,
        select(&ROUNDS),
        proptest::bool::weighted(0.1),
    );
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
        let grants =
            self.grants
                .iter()
                .enumerate()
                .map(|(n, (role, organization, round, ended))| Grant {
                    id: id(100 + n),
                    revision: 1,
                    subject: "exchange:anna".to_owned(),
                    role: *role,
                    organization: id(*organization),
                    home: id(*organization),
                    round: round.map(str::to_owned),
                    not_after: None,
                    created_at: NOW,
                    revoked_at: ended.then_some(NOW),
                });
        let snapshot = std::sync::Arc::new(Snapshot::of(tree, grants));
        Caller::new("exchange:anna", NOW, NOW, contract::get(), snapshot)
    }

    /// Counted anew, by walking up from the row.
    fn is_within_a_grant(&self, organization: Uuid) -> bool {
        let n = (0..ORGANIZATIONS).find(|n| id(*n) == organization).unwrap();
        let line: Vec<usize> = std::iter::successors(Some(n), |n| self.parents[*n]).collect();
        self.grants.iter().any(|(role, granted, _, ended)| {
            let is_of_the_agency =
                [Role::AgencyOfficer, Role::AgencyAnalyst, Role::Operator].contains(role);
            !ended && (is_of_the_agency || line.contains(granted))
        })
    }
}

fn revisions() -> Vec<revisions::Model> {
    let mut rows = Vec::new();
    for owner in 0..ORGANIZATIONS {
        for kind in 1..=3 {
            for level in 1..=3 {
                for round in ROUNDS {
                    rows.push(revision(owner, kind, level, round, rows.len()));
                }
            }
        }
    }
    rows
}

fn revision(
    owner: usize,
    kind: i16,
    level: i16,
    round: Option<&str>,
    n: usize,
) -> revisions::Model {
    revisions::Model {
        owner_id: id(owner),
        document_id: id(1000 + n),
        revision: 1,
        kind,
        state: 1,
        level,
        round: round.map(str::to_owned),
        period_start: None,
        period_end: None,
        external_scheme: None,
        external_value: None,
        author: String::new(),
        author_organization_id: id(owner),
        created_at: 0,
        updated_at: 0,
        content: None,
        content_revision: 1,
        content_hash: Vec::new(),
        review: None,
        justifications: None,
        withdraw_reason: 0,
        position: 1,
        until_position: None,
    }
}

fn organization(n: usize) -> organizations::Model {
    organizations::Model {
        id: id(n),
        revision: 1,
        r#type: i16::try_from(i32::from(type_of(n))).unwrap(),
        display_name: String::new(),
        organization_number: None,
        school_unit_code: None,
        municipality_code: None,
        organizer_type: 0,
        school_types: 0,
        school_forms: Vec::new(),
        external_scheme: None,
        external_value: None,
        parent_id: None,
        belongings: Vec::new(),
        start_date: None,
        end_date: None,
        created_at: 0,
        updated_at: 0,
        position: 1,
        until_position: None,
    }
}

fn granted() -> Vec<grants::Model> {
    let all = (0..ORGANIZATIONS).flat_map(|organization| ROUNDS.map(|round| (organization, round)));
    all.enumerate()
        .map(|(n, (organization, round))| grants::Model {
            organization_id: id(organization),
            id: id(2000 + n),
            revision: 1,
            subject: String::new(),
            role: 9,
            home_organization_id: id(organization),
            round: round.map(str::to_owned),
            not_after: None,
            created_at: 0,
            revoked_at: None,
            position: 1,
            until_position: None,
        })
        .collect()
}

async fn database() -> DatabaseConnection {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1);
    let database = Database::connect(options).await.unwrap();
    Migrator::up(&database, None).await.unwrap();
    let rows = revisions()
        .into_iter()
        .map(IntoActiveModel::into_active_model);
    revisions::Entity::insert_many(rows)
        .exec(&database)
        .await
        .unwrap();
    let rows = (0..ORGANIZATIONS).map(|n| organization(n).into_active_model());
    organizations::Entity::insert_many(rows)
        .exec(&database)
        .await
        .unwrap();
    let rows = granted()
        .into_iter()
        .map(IntoActiveModel::into_active_model);
    grants::Entity::insert_many(rows)
        .exec(&database)
        .await
        .unwrap();
    database
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

async fn check(database: &DatabaseConnection, case: &Case) {
    let caller = case.caller();
    for act in [Act::ReadDocuments, Act::EditDocuments, Act::ReviewDocuments] {
        let scope = caller.scope(act);
        let by_sql = selected!(database, revisions, scope.condition(), document_id);
        let seen: Vec<_> = revisions()
            .into_iter()
            .filter(|row| scope.sees(row))
            .collect();
        let in_memory: Vec<Uuid> = seen.iter().map(|row| row.document_id).collect();
        assert_eq!(by_sql, in_memory, "{act:?}");
        assert!(
            seen.iter().all(|row| case.is_within_a_grant(row.owner_id)),
            "{act:?}"
        );
    }
    let scope = caller.scope(Act::ReadOrganizations);
    let by_sql = selected!(database, organizations, scope.organizations(), id);
    let in_memory: Vec<Uuid> = (0..ORGANIZATIONS)
        .map(id)
        .filter(|id| scope.sees_organization(*id))
        .collect();
    assert_eq!(by_sql, in_memory);
    let scope = caller.scope(Act::ReadGrants);
    let by_sql = selected!(database, grants, scope.grants(), id);
    let seen: Vec<_> = granted()
        .into_iter()
        .filter(|row| {
            let round = row.round.as_deref();
            let target = Target::Grant {
                role: Role::Teacher,
                organization: row.organization_id,
                round,
            };
            caller.grant_for(Act::ReadGrants, &target).is_ok()
        })
        .collect();
    assert_eq!(by_sql, seen.iter().map(|row| row.id).collect::<Vec<_>>());
    assert!(
        seen.iter()
            .all(|row| case.is_within_a_grant(row.organization_id))
    );
}

#[test]
fn in_sql_and_in_memory_the_same_is_seen_and_nothing_beyond_what_was_granted() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let database = runtime.block_on(database());
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
        let database = database().await;
        let scope = case.caller().scope(Act::ReadDocuments);
        selected!(&database, revisions, scope.condition(), document_id)
    });
    assert!(seen.is_empty());
}
