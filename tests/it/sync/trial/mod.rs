//! Many write at once, many watch, and every watcher is cut off again and again: each is told everything, in order, once
//! for each cursor, and whole writes together.

mod faults;
mod naive;

use std::sync::Arc;

use styrkedja::{
    client::{self, Client},
    proto::v1::{
        Analysis, Document, Event, SyncFilter, WatchRequest, WatchResponse, document::Content,
        event::What,
    },
};
use tokio::task::JoinSet;
use tonic::{Code, Status, Streaming};

use super::{new_preschool, pull};
use crate::{
    documents::acts::*,
    organizations,
    world::{Caller, Engine, World},
};
use faults::{Change, Faults, Step, faults};

stories!(nothing_is_missed_reordered_doubled_or_torn);

const WRITERS: usize = 50;
/// Commits of each writer: documents, with ten revisions each.
const COMMITS: usize = 200;
const REVISIONS: usize = 10;
const WATCHERS: usize = 20;
/// How often each watcher is cut off.
const CUTS: usize = 10;
/// Imports of several organizations, each one write.
const IMPORTS: usize = 20;
const IMPORTED: usize = 10;
const UNITS: [&str; 4] = [
    "Karbyskolan",
    "Bällstabergsskolan",
    "Ormsta förskola",
    "Sjöhästens förskola",
];
const LAST: &str = "the last of all";

/// What a watcher asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Everything,
    /// Documents of the first unit.
    ByFilter,
    /// What the principal of the first unit may see.
    ByScope,
}

const WISHES: [Wish; 4] = [
    Wish::Everything,
    Wish::ByFilter,
    Wish::Everything,
    Wish::ByScope,
];

/// What one writer has written: each its write, and whose it is.
type Written = Vec<(&'static str, Vec<Change>)>;

async fn nothing_is_missed_reordered_doubled_or_torn(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let principal = world.principal_of(UNITS[0]).await;
    let mut addresses = vec![world.address().await];
    let mut other = None;
    if world.place().engine() == Engine::Postgres {
        let (running, _) = world.another_server().await;
        addresses.push(format!("http://{}", running.address()));
        other = Some(running);
    }
    let addresses: Arc<[String]> = addresses.into();

    let mut watchers = JoinSet::new();
    for number in 0..WATCHERS {
        let wish = WISHES[number % WISHES.len()];
        let caller = if wish == Wish::ByScope {
            &principal
        } else {
            &system
        };
        let filter = (wish == Wish::ByFilter).then(|| SyncFilter {
            owner_id: world.id_of(UNITS[0]),
            ..SyncFilter::default()
        });
        let snapshot = pull(caller, "", filter.clone()).await.expect("a snapshot");
        let watcher = Watcher {
            number,
            wish,
            filter,
            token: world.token_of(&caller.subject),
            addresses: Arc::clone(&addresses),
            cursor: snapshot.last().expect("it ends").cursor.clone(),
            steps: Vec::new(),
            cuts: 0,
        };
        watchers.spawn(watcher.watch());
    }
    let mut writers = JoinSet::new();
    for number in 0..WRITERS {
        let unit = UNITS[number % UNITS.len()];
        let address = &addresses[number % addresses.len()];
        let channel = client::connect(address, None).await.expect("it answers");
        let client = Client::new(&channel, Some(&world.token_of(&system.subject)));
        let caller = Caller::new(&system.subject, None, client.expect("a token"));
        writers.spawn(write(caller, unit, world.id_of(unit)));
    }
    writers.spawn(import(world.operator()));
    let mut written: Written = writers.join_all().await.concat();
    let last = paper(&world.id_of(UNITS[0]), LAST);
    let last = change_of(&system.draft(&last).await);
    written.push((UNITS[0], vec![last]));

    let mut cuts = 0;
    for watcher in watchers.join_all().await {
        let must = |(unit, changes): &(&str, Vec<Change>)| {
            let is_seen = match watcher.wish {
                Wish::Everything => true,
                // Organizations come whatever is filtered.
                Wish::ByFilter => *unit == UNITS[0] || *unit == ORGANIZATIONS,
                Wish::ByScope => *unit == UNITS[0],
            };
            is_seen.then(|| changes.clone())
        };
        let must: Vec<_> = written.iter().filter_map(must).collect();
        let wrong = faults(&watcher.steps, &must);
        assert_eq!(
            wrong,
            Faults::default(),
            "{:?} {}",
            watcher.wish,
            watcher.number
        );
        cuts += watcher.cuts;
    }
    assert!(cuts >= WATCHERS * CUTS, "only {cuts} cuts");
    if let Some(other) = other {
        other.stop().await;
    }
}

fn paper(owner_id: &str, text: &str) -> Document {
    Document {
        owner_id: owner_id.to_owned(),
        content: Some(Content::Analysis(Analysis {
            present_state: text.to_owned(),
            ..Analysis::default()
        })),
        ..Document::default()
    }
}

fn change_of(document: &Document) -> Change {
    Change {
        of: document.id.clone(),
        revision: document.revision,
    }
}

async fn write(caller: Caller, unit: &'static str, unit_id: String) -> Written {
    let mut written = Vec::new();
    for _ in 0..COMMITS / REVISIONS {
        let mut document = caller.draft(&paper(&unit_id, "1")).await;
        written.push((unit, vec![change_of(&document)]));
        for revision in 2..=REVISIONS {
            document.content = paper(&unit_id, &revision.to_string()).content;
            let update = change(&document, &["analysis.present_state"]);
            document = caller.updates(update).await.expect("nobody else writes it");
            written.push((unit, vec![change_of(&document)]));
        }
    }
    written
}

/// Under this name, as it were, organizations are written.
const ORGANIZATIONS: &str = "organizations";

/// Several new organizations at a time, which are one write.
async fn import(operator: Caller) -> Written {
    let mut written = Vec::new();
    for import in 0..IMPORTS {
        let names = (0..IMPORTED).map(|number| format!("Förskola {import}-{number}"));
        let names: Vec<String> = names.collect();
        let records = names.iter().map(|name| new_preschool(name, name));
        let answer = organizations::import(&operator, records.collect()).await;
        let answer = answer.expect("the import is taken in");
        assert_eq!(answer.created as usize, IMPORTED, "{answer:?}");
        let changes = names.into_iter().map(|of| Change { of, revision: 1 });
        written.push((ORGANIZATIONS, changes.collect()));
    }
    written
}

/// Somebody who watches, and is cut off now and then.
struct Watcher {
    number: usize,
    wish: Wish,
    filter: Option<SyncFilter>,
    token: String,
    addresses: Arc<[String]>,
    cursor: String,
    steps: Vec<Step>,
    cuts: usize,
}

impl Watcher {
    async fn watch(mut self) -> Self {
        let everything = WRITERS * COMMITS;
        let expected = match self.wish {
            Wish::Everything => everything,
            Wish::ByFilter | Wish::ByScope => everything / UNITS.len(),
        };
        // Watchers are not cut at the same places.
        let patience = expected / (2 * CUTS) - self.number;
        let mut streams = 0;
        loop {
            let address = &self.addresses[(self.number + streams) % self.addresses.len()];
            let mut stream = self.stream(address).await;
            streams += 1;
            match self.listen(&mut stream, patience).await {
                Ok(true) => return self,
                Ok(false) => self.cuts += 1,
                // On a busy machine it may be too slow, or the server too busy: it goes on from its cursor.
                Err(status)
                    if [Code::Unavailable, Code::ResourceExhausted].contains(&status.code()) => {}
                Err(status) => panic!("{status:?}"),
            }
        }
    }

    async fn stream(&self, address: &str) -> Streaming<WatchResponse> {
        let channel = client::connect(address, None).await.expect("it answers");
        let client = Client::new(&channel, Some(&self.token)).expect("the token can be sent");
        let request = WatchRequest {
            cursor: self.cursor.clone(),
            filter: self.filter.clone(),
        };
        let stream = client.sync.clone().watch(request).await;
        stream.expect("it may watch").into_inner()
    }

    /// Listens to so many changes, or until the last of all was told. What comes without a cursor is forgotten when it is cut.
    async fn listen(
        &mut self,
        stream: &mut Streaming<WatchResponse>,
        patience: usize,
    ) -> Result<bool, Status> {
        let (mut step, mut heard, mut is_last) = (Step::default(), 0, false);
        while heard < patience || self.cuts == CUTS {
            let message = stream.message().await?.expect("a watch does not end well");
            for event in message.events {
                is_last |= is_the_last(&event);
                step.told.push(told(event));
                heard += 1;
            }
            if !message.cursor.is_empty() {
                step.position = message.progress.expect("it comes along").position;
                self.steps.push(std::mem::take(&mut step));
                self.cursor = message.cursor;
                if is_last {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

fn is_the_last(event: &Event) -> bool {
    let Some(What::Upsert(document)) = &event.what else {
        return false;
    };
    matches!(&document.content, Some(Content::Analysis(analysis)) if analysis.present_state == LAST)
}

fn told(event: Event) -> Change {
    let what = event.what.expect("an event says what");
    if let What::Organization(organization) = what {
        let of = organization.display_name;
        return Change { of, revision: 1 };
    }
    let What::Upsert(document) = what else {
        panic!("nobody's scope changes, and nobody begins anew: {what:?}")
    };
    change_of(&document)
}
