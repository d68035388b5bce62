//! The program is killed without warning, again and again, while it pulls and while it pushes: afterwards the replica
//! holds what its caller lists, and nothing was written twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use styrkedja::{
    clock,
    proto::v1::{Document, ListDocumentsRequest},
};

use super::{Desk, child, drafts, number, numbered};
use crate::{
    documents::papers::*,
    world::{Caller, World},
};

stories!(
    a_replica_is_whole_however_often_its_program_is_killed,
    a_client_that_stores_the_cursor_first_is_caught,
    what_was_put_is_pushed_once_however_often_the_program_is_killed,
);

const KILLS: usize = 40;
/// No trial needs as many; one that does comes nowhere.
const KILLS_AT_MOST: usize = 400;

async fn a_replica_is_whole_however_often_its_program_is_killed(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let owner = world.id_of("Karbyskolan");
    drafts(&system, &owner, 0..400).await;
    let desk = Desk::of(&world, system.clone());
    let stop = Arc::new(AtomicBool::new(false));
    let writing = tokio::spawn(write_on(system, owner, Arc::clone(&stop)));
    let mut moments = Moments::default();
    let (mut kills, mut midway, mut moved) = (0, 0, 0);
    let mut last = String::new();
    while kills < KILLS || midway <= KILLS / 4 || moved <= 5 {
        assert!(
            kills < KILLS_AT_MOST,
            "{midway} killed at work, {moved} came further"
        );
        if kills % 10 == 0 {
            forget(&desk);
        }
        kills += 1;
        midway += usize::from(moments.run_and_kill(desk.start(&["pull"])).await);
        let cursor = standing(&desk).await;
        moved += usize::from(!cursor.is_empty() && cursor != last);
        last = cursor;
    }
    stop.store(true, Ordering::Relaxed);
    writing.await.expect("it went on to the end");
    desk.says(&["pull"]).await;
    desk.must_be_in_step().await;
    let wrong = desk.json(&["verify"]).await;
    assert_eq!(number(&wrong, "/rangesMended"), 0, "{wrong}");
}

/// Control: the same trial finds what is lost where cursor and events go in one after the other.
async fn a_client_that_stores_the_cursor_first_is_caught(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    drafts(&system, &world.id_of("Karbyskolan"), 0..400).await;
    let desk = Desk::of(&world, system);
    let mut moments = Moments::default();
    for _ in 0..KILLS {
        forget(&desk);
        desk.replica().await.close().await.expect("it closes");
        for _ in 0..3 {
            moments.run_and_kill(wrong_client(&desk)).await;
        }
        desk.says(&["pull"]).await;
        if desk.compare().await.is_err() {
            return;
        }
    }
    panic!("each cursor was stored before its events, and none was lost");
}

async fn what_was_put_is_pushed_once_however_often_the_program_is_killed(world: World) {
    const PAPERS: u32 = 600;
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let owner = world.id_of("Karbyskolan");
    let before = drafts(&system, &owner, 0..PAPERS / 2).await;
    let desk = Desk::of(&world, system.clone());
    desk.says(&["pull"]).await;
    let mut replica = desk.replica().await;
    for draft in &before {
        let mut edited = draft.clone();
        analysis_in(&mut edited).pupils_say = "Eleverna vill läsa varje dag.".into();
        replica.put(&edited).await.expect("it is put");
    }
    for number in PAPERS / 2..PAPERS {
        let new = numbered(&owner, number);
        replica.put(&new).await.expect("it is put");
    }
    replica.close().await.expect("it closes");
    let mut moments = Moments::default();
    let mut midway = 0;
    let mut withdrawn = BTreeSet::new();
    for _ in 0..KILLS {
        let at_work = moments.run_and_kill(desk.start(&["push"])).await;
        midway += usize::from(at_work);
        if at_work && let Some(unanswered) = written_unanswered(&desk, &system).await {
            system
                .withdraws(&unanswered)
                .await
                .expect("it is withdrawn");
            withdrawn.insert(name(&unanswered));
            desk.says(&["pull"]).await;
        }
    }
    assert!(midway > 3, "only {midway} were killed at work");
    desk.says(&["push"]).await;
    assert!(desk.query("SELECT request_id FROM outbox").await.is_empty());
    desk.says(&["pull"]).await;
    desk.must_be_in_step().await;
    let listed = system.all(ListDocumentsRequest::default()).await;
    let revisions: BTreeMap<String, u32> =
        listed.iter().map(|one| (name(one), one.revision)).collect();
    assert_eq!(
        (revisions.len(), listed.len()),
        (600 - withdrawn.len(), 600 - withdrawn.len()),
        "some are double"
    );
    for number in 0..PAPERS {
        let name = format!("analys-{number}");
        let expected = if number < PAPERS / 2 { 2 } else { 1 };
        let expected = Some(&expected).filter(|_| !withdrawn.contains(&name));
        assert_eq!(revisions.get(&name), expected, "{name}");
    }
}

/// A new document that the exchange has, though the desk was not answered before it was killed.
async fn written_unanswered(desk: &Desk, system: &Caller) -> Option<Document> {
    let waiting = desk
        .query("SELECT json_extract(document, '$.externalId.value') FROM outbox WHERE base_etag IS NULL")
        .await;
    let listed = system.all(ListDocumentsRequest::default()).await;
    listed.into_iter().find(|one| waiting.contains(&name(one)))
}

fn name(document: &Document) -> String {
    document.external_id.clone().unwrap_or_default().value
}

/// Writes, changes and withdraws until it is told to stop.
async fn write_on(author: Caller, owner: String, stop: Arc<AtomicBool>) {
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let draft = author.draft(&numbered(&owner, 10_000 + number)).await;
        if number % 3 == 0 {
            author.withdraws(&draft).await.expect("it is withdrawn");
        } else {
            author.submits(&draft).await.expect("it breaks no rule");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The moments at which programs are killed. They fit themselves to the machine: a program that ended by itself is killed
/// sooner next time, one that was killed may come further.
struct Moments {
    longest: Duration,
}

impl Default for Moments {
    fn default() -> Self {
        Self {
            longest: Duration::from_millis(300),
        }
    }
}

impl Moments {
    /// Lets a program run for a moment, and kills it. Tells whether it was still at work.
    async fn run_and_kill(&mut self, mut program: Child) -> bool {
        let thousandths = u32::try_from(clock::new_id().as_u128() % 1_000).unwrap_or_default();
        tokio::time::sleep(self.longest * thousandths / 1_000).await;
        let at_work = program.try_wait().expect("it can be asked").is_none();
        if at_work {
            program.kill().expect("it is killed");
        }
        program.wait().expect("it is gone");
        self.longest = self.longest.mul_f64(if at_work { 1.1 } else { 0.7 });
        at_work
    }
}

fn wrong_client(desk: &Desk) -> Child {
    Command::new(std::env::current_exe().expect("the tests have a name"))
        .args(["--exact", child::NAME, "--ignored", "--nocapture"])
        .env(child::FILE, &desk.file)
        .env(child::SERVER, &desk.server)
        .env(child::TOKEN, &desk.token)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the client starts")
}

/// The cursor that is stored. Empty: none is, or there is no replica yet.
async fn standing(desk: &Desk) -> String {
    if !desk.file.exists() {
        return String::new();
    }
    let replica = styrkedja::replica::Replica::open(&desk.file).await;
    match replica.expect("the file opens") {
        Some(mut replica) => replica.standing().await.expect("it stands").cursor,
        None => String::new(),
    }
}

/// Deletes the replica.
fn forget(desk: &Desk) {
    for ending in ["", "-wal", "-shm"] {
        let file = format!("{}{ending}", desk.file.display());
        // It may not be there.
        let _ = fs::remove_file(file);
    }
}
