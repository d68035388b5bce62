//! After any random history of writes, grants, revocations, moves and restarts, every copy holds what its caller lists; and no
//! caller is ever told of what it may not see.

use std::collections::{BTreeMap, HashSet};

use prost_types::Timestamp;
use styrkedja::{
    clock,
    proto::v1::{CreateGrantRequest, Document, DocumentState, Grant, ListDocumentsRequest, Role},
};
use tonic::Code;

use super::{KARBY, Replica, Told, compare, grant, move_unit, must_be_in_step, revoke};
use crate::{
    documents::{acts::*, papers::*},
    organizations::{BERG, VALLENTUNA},
    world::{Caller, ROUND, World},
};

stories!(any_history_leaves_every_copy_in_step);

const ACTS: usize = 160;
/// The server is stopped and started again after so many.
const ACTS_OF_A_SERVER: usize = 40;
const SEED: u64 = 20_191_101;
const UNITS: [&str; 4] = [
    "Karbyskolan",
    "Bällstabergsskolan",
    "Ormsta förskola",
    "Svenstaviks skola",
];
/// Units that move, with their codes.
const MOVING: [(&str, &str); 2] = [(KARBY, "Karbyskolan"), ("52293921", "Bällstabergsskolan")];
/// What the watchers are granted, now and then.
const ROLES: [(Role, &str); 9] = [
    (Role::OrganizerHead, "Vallentuna kommun"),
    (Role::OrganizerHead, "Bergs kommun"),
    (Role::OrganizerSystem, "Vallentuna kommun"),
    (Role::OrganizerSystem, "Bergs kommun"),
    (Role::GoverningBoard, "Vallentuna kommun"),
    (Role::Teacher, "Karbyskolan"),
    (Role::Researcher, "Vallentuna kommun"),
    (Role::Observer, "Bergs kommun"),
    (Role::AgencyOfficer, "Skolverket"),
];
const WATCHERS: usize = 5;

/// The same numbers on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % sides
    }
}

/// Somebody with a copy, and one with a copy that does not listen to what enters and leaves.
struct Watcher {
    caller: Caller,
    grants: Vec<Grant>,
    copy: Replica,
    deaf: Replica,
    /// What it has ever been able to see.
    ever: HashSet<String>,
    /// How often the deaf copy was found out of step.
    deaf_failed: usize,
}

struct History {
    world: World,
    officer: Caller,
    dice: Dice,
    authors: BTreeMap<&'static str, Caller>,
    documents: Vec<(&'static str, Document)>,
    watchers: Vec<Watcher>,
    /// The year of the next move: days of moves only go forward.
    year: u32,
}

async fn any_history_leaves_every_copy_in_step(world: World) {
    let mut history = History::new(world).await;
    for act in 1..=ACTS {
        if act % ACTS_OF_A_SERVER == 0 {
            history.world.stop().await;
            history.world.start().await;
        }
        history.act().await;
        history.note_what_is_seen().await;
        if history.dice.roll(3) == 0 {
            let watcher = history.dice.roll(WATCHERS);
            history.pull(watcher).await;
        }
    }
    for watcher in 0..WATCHERS {
        history.pull(watcher).await;
    }
    let held: usize = history
        .watchers
        .iter()
        .map(|watcher| watcher.copy.documents.len())
        .sum();
    assert!(held > 10, "copies that hold {held} documents show nothing");
    let deaf: usize = history
        .watchers
        .iter()
        .map(|watcher| watcher.deaf_failed)
        .sum();
    assert!(deaf > 5, "copies that did not listen failed {deaf} times");
}

impl History {
    async fn new(world: World) -> Self {
        let mut authors = BTreeMap::new();
        for unit in UNITS {
            authors.insert(unit, world.principal_of(unit).await);
        }
        let watcher = |number: usize| Watcher {
            caller: world.somebody(&format!("exchange:copy-{number}")),
            grants: Vec::new(),
            copy: Replica::default(),
            deaf: Replica {
                is_deaf: true,
                ..Replica::default()
            },
            ever: HashSet::new(),
            deaf_failed: 0,
        };
        Self {
            officer: world.officer().await,
            dice: Dice(SEED),
            authors,
            documents: Vec::new(),
            watchers: (0..WATCHERS).map(watcher).collect(),
            year: 2000,
            world,
        }
    }

    async fn act(&mut self) {
        match self.dice.roll(12) {
            0..=2 => self.create().await,
            3..=6 => self.advance().await,
            7 | 8 => self.give().await,
            9 | 10 => self.take_away().await,
            _ => self.move_a_unit().await,
        }
    }

    async fn create(&mut self) {
        let unit = UNITS[self.dice.roll(UNITS.len())];
        let draft = self.authors[unit]
            .draft(&analysis(&self.world.id_of(unit)))
            .await;
        self.documents.push((unit, draft));
    }

    /// Takes a document a step further, or puts it in another round.
    async fn advance(&mut self) {
        if self.documents.is_empty() {
            return;
        }
        let chosen = self.dice.roll(self.documents.len());
        let (unit, document) = self.documents[chosen].clone();
        let author = &self.authors[unit];
        let step = self.dice.roll(4);
        let next = match (document.state(), step) {
            (DocumentState::Draft | DocumentState::Returned, 0) => {
                let mut edited = document.clone();
                edited.round = if edited.round.is_empty() {
                    ROUND.to_owned()
                } else {
                    String::new()
                };
                author.updates(change(&edited, &["round"])).await
            }
            (DocumentState::Draft | DocumentState::Returned, 1 | 2) => {
                author.submits(&document).await
            }
            (DocumentState::Submitted, 0 | 1) => self.officer.reviews(acceptance(&document)).await,
            (DocumentState::Submitted, 2) => self.officer.reviews(returning(&document)).await,
            (DocumentState::Withdrawn, _) => return,
            _ => author.withdraws(&document).await,
        };
        self.documents[chosen].1 = next.expect("the step is allowed");
    }

    async fn give(&mut self) {
        let (role, at) = ROLES[self.dice.roll(ROLES.len())];
        let chosen = self.dice.roll(WATCHERS);
        let watcher = &mut self.watchers[chosen];
        let mut request = CreateGrantRequest {
            subject: watcher.caller.subject.clone(),
            ..self.world.request(role, at)
        };
        if role == Role::Researcher {
            request.home_organization_id = self.world.id_of("Uppsala universitet");
            ROUND.clone_into(&mut request.round);
        }
        if role == Role::Observer {
            request.home_organization_id = self.world.id_of("Skolverket");
            request.not_after = Some(Timestamp::from(clock::now().plus_seconds(86_400)));
        }
        let by = if role == Role::AgencyOfficer {
            &self.world.operator()
        } else {
            &self.officer
        };
        watcher.grants.push(grant(by, request).await);
    }

    async fn take_away(&mut self) {
        let chosen = self.dice.roll(WATCHERS);
        if self.watchers[chosen].grants.is_empty() {
            return;
        }
        let which = self.dice.roll(self.watchers[chosen].grants.len());
        let given = self.watchers[chosen].grants.swap_remove(which);
        let by = if given.role() == Role::AgencyOfficer {
            &self.world.operator()
        } else {
            &self.officer
        };
        revoke(by, &given).await;
    }

    async fn move_a_unit(&mut self) {
        let (code, name) = MOVING[self.dice.roll(MOVING.len())];
        self.year += 1;
        let since = format!("{}-07-01", self.year);
        let there = self.year % 2 == 1;
        let to = if there { BERG } else { VALLENTUNA };
        let id = self.world.id_of(name);
        let reference = styrkedja::proto::v1::GetOrganizationRequest {
            organization: Some(styrkedja::proto::v1::OrganizationRef {
                identity: Some(styrkedja::proto::v1::organization_ref::Identity::Id(id)),
            }),
            date: String::new(),
        };
        let now = self
            .officer
            .organizations()
            .get_organization(reference)
            .await;
        let now = now.expect("it is registered").into_inner();
        let berg = self.world.id_of("Bergs kommun");
        let is_there = now.organization.expect("an organization").parent_id == berg;
        if is_there != there {
            move_unit(&self.world.operator(), code, name, to, &since).await;
        }
    }

    async fn note_what_is_seen(&mut self) {
        for watcher in &mut self.watchers {
            if !watcher.grants.is_empty() {
                let all = watcher.caller.all(ListDocumentsRequest::default()).await;
                watcher.ever.extend(all.into_iter().map(|one| one.id));
            }
        }
    }

    async fn pull(&mut self, number: usize) {
        let watcher = &mut self.watchers[number];
        if watcher.grants.is_empty() {
            let refused = watcher.copy.pull(&watcher.caller).await;
            assert_eq!(refused.expect_err("no role").code(), Code::PermissionDenied);
            return;
        }
        let told = watcher.copy.pull(&watcher.caller).await.expect("it may");
        watcher.deaf.pull(&watcher.caller).await.expect("it may");
        for told in told {
            match told {
                Told::Upsert(id, revision) | Told::Entered(id, revision) => {
                    let seen = watcher.caller.gets(&id, revision).await;
                    assert!(seen.is_ok(), "{id}@{revision} was told, and is {seen:?}");
                }
                Told::Left(id) | Told::Tombstone(id) => {
                    assert!(watcher.ever.contains(&id), "{id} was never in sight");
                }
                Told::Organization(_)
                | Told::OrganizationLeft(_)
                | Told::SnapshotBegin
                | Told::SnapshotEnd => {}
            }
        }
        must_be_in_step(&watcher.copy, &watcher.caller).await;
        if compare(&watcher.deaf, &watcher.caller).await.is_err() {
            watcher.deaf_failed += 1;
        }
    }
}
