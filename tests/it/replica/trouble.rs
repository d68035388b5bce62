//! What goes wrong on the way: lines that are cut, an exchange that was restored, a snapshot that is cut and replaced.

use std::{
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use super::{Desk, drafts, number, numbered};
use crate::{
    documents::{acts::*, papers::*},
    world::World,
};

stories!(
    a_line_that_is_cut_again_and_again_costs_nothing,
    a_restored_exchange_is_begun_anew_with,
    a_grant_that_ends_begins_the_copy_anew,
);

/// A line to a server that breaks after so many bytes of answers. Each connection lasts a little longer than the last.
struct Line {
    address: String,
    broken: Arc<AtomicU64>,
    carrying: JoinHandle<()>,
}

impl Line {
    async fn to(server: &str, first_cut: usize) -> Self {
        let server = server.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let broken = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&broken);
        let carrying = tokio::spawn(async move {
            let mut cut = first_cut;
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&server).await.expect("it answers");
                tokio::spawn(carry(client, server, cut, Arc::clone(&count)));
                cut += 1009;
            }
        });
        Self {
            address,
            broken,
            carrying,
        }
    }
}

async fn carry(client: TcpStream, server: TcpStream, cut: usize, broken: Arc<AtomicU64>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let asking = tokio::spawn(async move {
        let _ = tokio::io::copy(&mut from_client, &mut to_server).await;
    });
    let mut left = cut;
    let mut buffer = vec![0; 4096];
    while left > 0 {
        let Ok(read @ 1..) = from_server.read(&mut buffer).await else {
            break;
        };
        let passed = read.min(left);
        left -= passed;
        if to_client.write_all(&buffer[..passed]).await.is_err() {
            break;
        }
    }
    if left == 0 {
        broken.fetch_add(1, Ordering::Relaxed);
    }
    asking.abort();
}

async fn a_line_that_is_cut_again_and_again_costs_nothing(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let owner = world.id_of("Karbyskolan");
    drafts(&system, &owner, 0..300).await;
    let mut desk = Desk::of(&world, system.clone());
    desk.replica().await.close().await.expect("it closes");
    let line = Line::to(&desk.server, 60_000).await;
    desk.server.clone_from(&line.address);
    let pulled = desk.json(&["pull"]).await;
    assert!(number(&pulled, "/cuts") > 2, "{pulled}");
    assert_eq!(number(&pulled, "/snapshots"), 1, "it went on where it was");
    desk.must_be_in_step().await;
    assert!(line.broken.load(Ordering::Relaxed) > 2);
    line.carrying.abort();

    // Answers are small: this line breaks after a few.
    desk.server = world.address();
    let line = Line::to(&desk.server, 1500).await;
    desk.server.clone_from(&line.address);
    let mut replica = desk.replica().await;
    for number in 300..500 {
        let new = numbered(&owner, number);
        replica.put(&new).await.expect("it is put");
    }
    replica.close().await.expect("it closes");
    let pushed = desk.json(&["push"]).await;
    assert!(number(&pushed, "/cuts") > 2, "{pushed}");
    let written = number(&pushed, "/created");
    assert_eq!(written, 200, "{pushed}");
    line.carrying.abort();
    desk.server = world.address();
    desk.says(&["pull"]).await;
    desk.must_be_in_step().await;
    let held = desk.documents().await;
    assert!(held.len() == 500 && held.iter().all(|one| one.revision == 1));
}

/// Another epoch: what the replica holds may be of a history that is no more.
async fn a_restored_exchange_is_begun_anew_with(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    drafts(&system, &world.id_of("Karbyskolan"), 0..30).await;
    let mut desk = Desk::of(&world, system.clone());
    desk.says(&["pull"]).await;
    // Of the history that was lost, as the replica knows it.
    desk.execute(
        "INSERT INTO documents SELECT '00000000-0000-7000-8000-000000000001', kind, state, owner_id, external_scheme,
            external_value, round, 9, etag, update_time, document, bytes, checksum, snapshot, 1 FROM documents LIMIT 1;
        UPDATE documents SET revision = 7 WHERE rowid = 3",
    )
    .await;
    world.stop().await;
    let program = env!("CARGO_BIN_EXE_styrkedja");
    let said = Command::new(program)
        .args(["database", "restored", "--database", world.place().url()])
        .arg("--home")
        .arg(world.place().folder())
        .output()
        .expect("the program runs");
    assert!(said.status.success(), "{said:?}");
    let (again, channel) = world.another_server().await;
    desk.server = format!("http://{}", again.address());
    let refused = desk.run(&["verify"]).await;
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(told.contains("pull first"), "{told}");
    let pulled = desk.json(&["pull"]).await;
    assert_eq!(
        ["/snapshots", "/documents", "/deleted"].map(|at| number(&pulled, at)),
        [1, 30, 1],
        "{pulled}"
    );
    let client = styrkedja::client::Client::new(&channel, Some(&desk.token));
    let client = client.expect("the token can be sent");
    desk.caller = crate::world::Caller::new(&system.subject, None, client);
    desk.must_be_in_step().await;
    again.stop().await;
}

async fn a_grant_that_ends_begins_the_copy_anew(world: World) {
    let head = world.head_of("Bergs kommun").await;
    let soon = styrkedja::clock::now().plus_seconds(3);
    let brief = styrkedja::proto::v1::CreateGrantRequest {
        subject: head.subject.clone(),
        home_organization_id: world.id_of("Skolverket"),
        not_after: Some(soon.into()),
        ..world.request(styrkedja::proto::v1::Role::Observer, "Vallentuna kommun")
    };
    let officer = world.officer().await;
    officer
        .access()
        .create_grant(brief)
        .await
        .expect("the role is granted");
    let principal = world.principal_of("Karbyskolan").await;
    let draft = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    let submitted = principal.submits(&draft).await.expect("it breaks no rule");
    let accepted = officer.reviews(acceptance(&submitted)).await;
    accepted.expect("it can be accepted");
    let desk = Desk::of(&world, head);
    desk.says(&["pull"]).await;
    assert_eq!(desk.documents().await.len(), 1);
    while styrkedja::clock::now() <= soon {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let pulled = desk.json(&["pull"]).await;
    assert_eq!(number(&pulled, "/snapshots"), 1);
    assert!(desk.documents().await.is_empty());
    desk.must_be_in_step().await;
}
