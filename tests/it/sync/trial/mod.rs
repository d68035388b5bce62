//! Many write at once, many watch, and every watcher is cut off again and again: each is told everything, in order, once
//! for each cursor, and whole writes together.

pub mod faults;
mod naive;
mod pushed;
pub mod watcher;

use styrkedja::{
    client::{self, Client},
    proto::v1::{Analysis, Document, SyncFilter, document::Content},
};
use tokio::task::JoinSet;
use tonic::Code;

use super::{new_preschool, pull};
use crate::{
    documents::acts::*,
    organizations,
    world::{Caller, Engine, World, request_id},
};
use faults::{Change, Faults, faults};
use pushed::Pusher;
use watcher::{LAST, Watcher, change_of};

stories!(nothing_is_missed_reordered_doubled_or_torn);

const WRITERS: usize = 50;
/// Commits of each writer: documents, with ten revisions each.
const COMMITS: usize = 200;
const REVISIONS: usize = 10;
/// Of so many writers one pushes.
const PUSHING: usize = 7;
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
    let mut addresses = vec![world.address()];
    let mut other = None;
    if world.place().engine() == Engine::Postgres {
        let (running, _) = world.another_server().await;
        addresses.push(format!("http://{}", running.address()));
        other = Some(running);
    }

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
        let expected = match wish {
            Wish::Everything => WRITERS * COMMITS,
            Wish::ByFilter | Wish::ByScope => WRITERS * COMMITS / UNITS.len(),
        };
        let cursor = snapshot.last().expect("it ends").cursor.clone();
        let mut watcher = Watcher::new(&addresses, &world.token_of(&caller.subject), cursor);
        watcher.filter = filter;
        // Not all at the same places.
        watcher.patience = expected / (2 * CUTS) - number;
        watcher.cuts_left = CUTS;
        watchers.spawn(async move { (wish, watcher.watch().await) });
    }
    let mut writers = JoinSet::new();
    for number in 0..WRITERS {
        let unit = UNITS[number % UNITS.len()];
        let address = &addresses[number % addresses.len()];
        let channel = client::connect(address, None).await.expect("it answers");
        let client = Client::new(&channel, Some(&world.token_of(&system.subject)));
        let caller = Caller::new(&system.subject, None, client.expect("a token"));
        if number % PUSHING == 0 {
            let pusher = Pusher::new(caller, unit, world.id_of(unit), number);
            writers.spawn(pusher.write());
        } else {
            writers.spawn(write(caller, unit, world.id_of(unit)));
        }
    }
    writers.spawn(import(world.operator()));
    let mut written: Written = writers.join_all().await.concat();
    let last = paper(&world.id_of(UNITS[0]), LAST);
    let last = change_of(&system.draft(&last).await);
    written.push((UNITS[0], vec![last]));

    for (wish, watcher) in watchers.join_all().await {
        let must = |(unit, changes): &(&str, Vec<Change>)| {
            let is_seen = match wish {
                Wish::Everything => true,
                // Organizations come whatever is filtered.
                Wish::ByFilter => *unit == UNITS[0] || *unit == ORGANIZATIONS,
                Wish::ByScope => *unit == UNITS[0],
            };
            is_seen.then(|| changes.clone())
        };
        let must: Vec<_> = written.iter().filter_map(must).collect();
        let wrong = faults(&watcher.steps, &must);
        assert_eq!(wrong, Faults::default(), "{wish:?}");
        assert_eq!(watcher.cuts_left, 0);
    }
    if let Some(other) = other {
        other.stop().await;
    }
}

/// A draft, as small as one can be.
pub fn paper(owner_id: &str, text: &str) -> Document {
    Document {
        owner_id: owner_id.to_owned(),
        content: Some(Content::Analysis(Analysis {
            present_state: text.to_owned(),
            ..Analysis::default()
        })),
        ..Document::default()
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
        let (request_id, records) = (request_id(), records.collect::<Vec<_>>());
        // With so many beside it, an exchange may ask for another try.
        let answer = loop {
            let told = organizations::import_as(&operator, &request_id, false, records.clone());
            match told.await {
                Err(busy) if busy.code() == Code::Unavailable => {}
                told => break told.expect("the import is taken in"),
            }
        };
        assert_eq!(answer.created as usize, IMPORTED, "{answer:?}");
        let changes = names.into_iter().map(|of| Change { of, revision: 1 });
        written.push((ORGANIZATIONS, changes.collect()));
    }
    written
}
