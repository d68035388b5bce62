//! PostgreSQL stops, in both manners, and comes back while many write, read and watch: the server waits for it, loses nothing
//! that it has answered, and says that it can not serve meanwhile.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use styrkedja::{
    database::{Database, Purpose},
    journal,
    proto::v1::{Document, ExternalId, ListDocumentsRequest, push_response::Outcome},
};
use tokio::task::JoinSet;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::{
    documents::acts::*,
    push::{EACH, new, push, status},
    sync::{
        pull,
        trial::{
            faults::{Change, Faults, faults},
            paper,
            watcher::{LAST, Watcher, change_of},
        },
    },
    world::{
        Caller, Engine, Place, World,
        postgres::{Cluster, Durability},
        request_id, runtime,
    },
};

const WRITERS: usize = 8;
const PUSHERS: usize = 4;
const READERS: usize = 2;
const WATCHERS: usize = 6;
/// How long the database is gone, in seconds: longer than writes are patient.
const GONE: u32 = 5;

#[derive(Debug, Default)]
struct Load {
    ends: AtomicBool,
    refused_writes: AtomicUsize,
    refused_pushes: AtomicUsize,
    refused_reads: AtomicUsize,
}

#[test]
fn a_database_that_restarts_loses_nothing_that_was_answered() {
    let cluster = Cluster::start(Durability::Disk).expect("PostgreSQL starts");
    runtime().block_on(async {
        let place = Place::elsewhere(Engine::Postgres, cluster.create().await);
        let world = World::at(place).await;
        let system = world.organizer_system_of("Vallentuna kommun").await;
        let owner = world.id_of("Karbyskolan");

        let (mut watchers, mut writers, mut readers) =
            (JoinSet::new(), JoinSet::new(), JoinSet::new());
        for _ in 0..WATCHERS {
            let snapshot = pull(&system, "", None).await.expect("a snapshot");
            let cursor = snapshot.last().expect("it ends").cursor.clone();
            let token = world.token_of(&system.subject);
            watchers.spawn(Watcher::new(&[world.address()], &token, cursor).watch());
        }
        let load = Arc::new(Load::default());
        for _ in 0..WRITERS {
            writers.spawn(write(system.clone(), owner.clone(), Arc::clone(&load)));
        }
        for _ in 0..PUSHERS {
            writers.spawn(push_on(system.clone(), owner.clone(), Arc::clone(&load)));
        }
        for _ in 0..READERS {
            readers.spawn(read(system.clone(), Arc::clone(&load)));
        }
        let mut refused = [0; 3];
        for manner in ["fast", "immediate"] {
            tokio::time::sleep(Duration::from_secs(1)).await;
            tokio::task::block_in_place(|| cluster.restart(manner, GONE));
            let Load {
                refused_writes,
                refused_pushes,
                refused_reads,
                ..
            } = &*load;
            let counts = [refused_writes, refused_pushes, refused_reads];
            let now = counts.map(|count| count.load(Ordering::Relaxed));
            let more = now.iter().zip(refused).all(|(now, before)| *now > before);
            assert!(more, "{manner}: {now:?}");
            refused = now;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        load.ends.store(true, Ordering::Relaxed);
        let mut written: Vec<Vec<Change>> = writers.join_all().await.concat();
        readers.join_all().await;
        let last = system.draft(&paper(&owner, LAST)).await;
        written.push(vec![change_of(&last)]);

        let all = system.all(ListDocumentsRequest::default()).await;
        assert_eq!(all.len(), written.len(), "each request has one effect");
        for watcher in watchers.join_all().await {
            assert_eq!(faults(&watcher.steps, &written), Faults::default());
            assert!(watcher.refusals > 0);
        }
        world.stop().await;
        let database = Database::open(world.place().url(), Purpose::Inspect).await;
        let database = database.expect("it opens");
        journal::verify(&database, None, |_, _| ())
            .await
            .expect("the journal is whole");
        database.close().await;
    });
}

/// Creates documents on and on, each tried again under its request id until it is answered.
async fn write(caller: Caller, owner: String, load: Arc<Load>) -> Vec<Vec<Change>> {
    let mut written = Vec::new();
    while !load.ends.load(Ordering::Relaxed) {
        let creation = creation(&paper(&owner, "1"));
        let document = loop {
            match caller.documents().create_document(creation.clone()).await {
                Ok(answer) => break answer.into_inner().document.expect("a document"),
                Err(status) => {
                    must_be_unavailable(&status);
                    load.refused_writes.fetch_add(1, Ordering::Relaxed);
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        written.push(vec![change_of(&document)]);
    }
    written
}

/// Pushes documents on and on, likewise.
async fn push_on(caller: Caller, owner: String, load: Arc<Load>) -> Vec<Vec<Change>> {
    let mut written = Vec::new();
    while !load.ends.load(Ordering::Relaxed) {
        let item = new(&Document {
            external_id: Some(ExternalId {
                scheme: "stories".to_owned(),
                value: request_id(),
            }),
            ..paper(&owner, "1")
        });
        let pushed = loop {
            let answers = push(&caller, EACH, std::slice::from_ref(&item)).await;
            match answers.map(|answers| answers.into_iter().find_map(|answer| answer.outcome)) {
                Ok(Some(Outcome::Created(pushed))) => break pushed,
                Ok(Some(Outcome::Refused(refused))) => must_be_unavailable(&status(&refused)),
                Ok(other) => panic!("it is answered otherwise: {other:?}"),
                Err(status) => must_be_unavailable(&status),
            }
            load.refused_pushes.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        written.push(vec![Change {
            of: pushed.id,
            revision: pushed.revision,
        }]);
    }
    written
}

async fn read(caller: Caller, load: Arc<Load>) {
    while !load.ends.load(Ordering::Relaxed) {
        if let Err(status) = caller.lists(ListDocumentsRequest::default()).await {
            must_be_unavailable(&status);
            load.refused_reads.fetch_add(1, Ordering::Relaxed);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn must_be_unavailable(status: &Status) {
    assert_eq!(
        (status.code(), reason(status).as_str()),
        (Code::Unavailable, "TRY_AGAIN"),
        "{status:?}"
    );
    assert!(status.get_details_retry_info().is_some());
}
