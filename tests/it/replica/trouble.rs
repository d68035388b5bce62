//! What goes wrong on the way: lines that are cut, an exchange that was restored, a snapshot that is cut and replaced.

use std::{
    io::{BufRead, BufReader},
    iter::{once, repeat},
    process::{Command, Stdio},
};

use styrkedja::{
    proto::v1::{ListDocumentsRequest, WhoAmIRequest},
    replica::{self, Error, Link, Token},
};

use super::{Desk, drafts, number, numbered};
use crate::{
    documents::{acts::*, papers::*},
    world::{Line, Way, World},
};

stories!(
    a_line_that_is_cut_again_and_again_costs_nothing,
    a_line_that_is_cut_before_any_answer_ends_the_push,
    a_service_says_that_it_waits,
    a_restored_exchange_is_begun_anew_with,
    a_grant_that_ends_begins_the_copy_anew,
);

/// How much longer, in bytes, each connection lasts than the one before it.
const LONGER: usize = 1009;

async fn a_line_that_is_cut_again_and_again_costs_nothing(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let owner = world.id_of("Karbyskolan");
    drafts(&system, &owner, 0..300).await;
    let mut desk = Desk::of(&world, system.clone());
    desk.replica().await.close().await.expect("it closes");
    let line = Line::to(&desk.server, Way::Back, (60_000..).step_by(LONGER)).await;
    desk.server.clone_from(&line.address);
    let pulled = desk.json(&["pull"]).await;
    assert!(number(&pulled, "/cuts") > 2, "{pulled}");
    assert_eq!(number(&pulled, "/snapshots"), 1, "it went on where it was");
    desk.must_be_in_step().await;
    assert!(line.cut() > 2);

    // Answers are small, and many go together: this line breaks before any, and then after some.
    desk.server = world.address();
    let line = Line::to(&desk.server, Way::Back, (1500..).step_by(4 * LONGER)).await;
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
    desk.server = world.address();
    desk.says(&["pull"]).await;
    desk.must_be_in_step().await;
    let held = desk.documents().await;
    assert!(held.len() == 500 && held.iter().all(|one| one.revision == 1));
}

/// Tries that bring nothing are counted, however far they come.
async fn a_line_that_is_cut_before_any_answer_ends_the_push(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let desk = Desk::of(&world, system.clone());
    let owner = world.id_of("Karbyskolan");
    let mut replica = desk.replica().await;
    for number in 0..3 {
        let put = replica.put(&numbered(&owner, number)).await;
        put.expect("it is put");
    }
    // Who calls is asked before the first push, over a connection that lasts a little longer.
    let token = || Token::Given(Some(desk.token.clone()));
    let whole = Line::to(&desk.server, Way::Back, once(usize::MAX)).await;
    let who = whole.caller(&desk.token).await.expect("it stands");
    who.access()
        .who_am_i(WhoAmIRequest {})
        .await
        .expect("it is told");
    let cuts = once(whole.passed() + 10).chain(repeat(100));
    let short = Line::to(&desk.server, Way::Back, cuts).await;
    let mut way = Link::new(&short.address, None, token()).tries(3);
    let ended = replica::push(&mut replica, &mut way, &mut |_| {}).await;
    let ended = ended.expect_err("nothing came of it");
    assert!(matches!(ended, Error::GaveUp { tries: 4, .. }), "{ended:?}");
    drop(short);

    let mut way = Link::new(&desk.server, None, token());
    let pushed = replica::push(&mut replica, &mut way, &mut |_| {}).await;
    assert_eq!(pushed.expect("it is pushed").created, 3);
    replica.close().await.expect("it closes");
    assert_eq!(system.all(ListDocumentsRequest::default()).await.len(), 3);
}

async fn a_service_says_that_it_waits(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let desk = Desk::of(&world, system);
    desk.says(&["pull"]).await;
    world.stop().await;
    for words in [["watch"], ["run"]] {
        let mut command = desk.command(&words);
        let mut running = command.stdout(Stdio::piped()).spawn().expect("it starts");
        let mut output = BufReader::new(running.stdout.take().expect("it has an output"));
        let said = tokio::task::spawn_blocking(move || {
            let mut said = String::new();
            output.read_line(&mut said).map(|_| said)
        });
        let said = said.await.expect("it ends").expect("it says something");
        assert!(said.contains("next try in"), "{words:?}: {said}");
        running.kill().expect("it runs");
        running.wait().expect("it is gone");
    }
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
