//! A server whose clock is an hour off: it accepts no tokens but those that are good by its clock, and writes, order and
//! cursors are as ever, since nothing of them rests on the time.

use std::time::Duration;

use styrkedja::{
    clock,
    proto::v1::{CreateGrantRequest, Document, Role, WhoAmIRequest},
};
use tonic::{Code, Status};

use super::{outside::Outside, preloaded};
use crate::{
    documents::{acts::*, papers::*},
    sync::{Replica, Told, grant, must_be_in_step, pull},
    world::{AUDIENCE, Caller, Engine, ISSUER, World},
};

stories!(
    a_clock_that_is_ahead_changes_no_order,
    a_clock_that_is_behind_changes_no_order,
);

const HOUR: i64 = 3600;

async fn a_clock_that_is_ahead_changes_no_order(world: World) {
    beside_a_clock_off_by(world, HOUR).await;
}

async fn a_clock_that_is_behind_changes_no_order(world: World) {
    beside_a_clock_off_by(world, -HOUR).await;
}

/// On PostgreSQL two servers serve at once; an SQLite file has one after the other.
async fn beside_a_clock_off_by(world: World, seconds: i64) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let head = world.head_of("Bergs kommun").await;
    // Ends in half an hour.
    let brief = CreateGrantRequest {
        subject: head.subject.clone(),
        home_organization_id: world.id_of("Skolverket"),
        not_after: Some(clock::now().plus_seconds(HOUR / 2).into()),
        ..world.request(Role::Observer, "Vallentuna kommun")
    };
    grant(&world.officer().await, brief).await;
    let owner = world.id_of("Karbyskolan");
    let mut history = vec![system.draft(&analysis(&owner)).await];
    let (mut copy, mut brief) = (Replica::default(), Replica::default());
    copy.pull(&system).await.expect("a snapshot");
    brief.pull(&head).await.expect("a snapshot");

    let one_at_a_time = world.place().engine() == Engine::Sqlite;
    if one_at_a_time {
        world.stop().await;
    }
    let server = off_by(&world, seconds).await;
    let there = |caller: &Caller, offset: i64| {
        let token = token(&world, &caller.subject, offset);
        Caller::new(&caller.subject, None, server.client(&token))
    };
    // Tokens are good by the clock of the server that is asked.
    must_not_be_accepted(&there(&system, 0)).await;
    let system_there = there(&system, seconds);
    if !one_at_a_time {
        let early_or_late = world.with_token(Some(&token(&world, &system.subject, seconds)));
        must_not_be_accepted(&early_or_late).await;
    }

    // Written by turns, and told in this order by both.
    history.push(goes_on(&system_there, &history[0]).await);
    let mut written = vec![Told::Upsert(history[1].id.clone(), 2)];
    for number in 0..10 {
        let by = if number % 2 == 0 || one_at_a_time {
            &system_there
        } else {
            &system
        };
        written.push(Told::Upsert(by.draft(&analysis(&owner)).await.id, 1));
    }
    let mut copy_there = copy.clone();
    assert_eq!(
        copy_there.pull(&system_there).await.expect("it may"),
        written
    );

    // What ends by time ends by the clock of the server, and its copy is asked to begin anew.
    let refused = pull(&there(&head, seconds), &brief.cursor, None).await;
    if seconds > 0 {
        let refused = refused.expect_err("it has ended there");
        assert_eq!(reason(&refused), "RESYNC_REQUIRED");
    } else {
        refused.expect("it has not ended there");
    }

    if one_at_a_time {
        server.stop();
        world.start().await;
    }
    assert_eq!(copy.pull(&system).await.expect("it may"), written);
    assert_eq!(copy_there.pull(&system).await.expect("nothing new"), []);
    brief.pull(&head).await.expect("it has not ended here");
    history.push(goes_on(&system, &history[1]).await);
    let last = system.draft(&analysis(&owner)).await;
    let told = copy_there.pull(&system).await.expect("it may");
    let expected = [(history[2].id.clone(), 3), (last.id, 1)];
    assert_eq!(told, expected.map(|(id, number)| Told::Upsert(id, number)));
    // In the history of a document time does not run backwards, whoever writes it.
    let times = history.iter().map(|one| {
        let time = one.update_time.expect("it was written some time");
        (time.seconds, time.nanos)
    });
    assert!(times.is_sorted());
    must_be_in_step(&copy_there, &system).await;
    must_be_in_step(&brief, &head).await;
}

/// Starts a server of the world with a clock of its own.
pub async fn off_by(world: &World, seconds: i64) -> Outside {
    let off = format!("-DSECONDS={seconds}");
    let folder = world.place().folder();
    let clock = preloaded(folder, "clock", include_str!("clock.c"), &off);
    Outside::start(world, None, |command| {
        command.env("LD_PRELOAD", &clock);
    })
    .await
}

/// Writes the next revision.
async fn goes_on(by: &Caller, document: &Document) -> Document {
    let mut next = document.clone();
    analysis_in(&mut next).title += " igen";
    let written = by.updates(change(&next, &["analysis.title"])).await;
    written.expect("nobody else writes it")
}

/// A token, signed at another time.
pub fn token(world: &World, subject: &str, offset: i64) -> String {
    let name = subject.trim_start_matches("exchange:");
    let now = clock::now().seconds() + offset;
    let lifetime = Duration::from_mins(15);
    let token = world.key().mint(ISSUER, AUDIENCE, name, lifetime, now);
    token.expect("a token can be signed")
}

async fn must_not_be_accepted(caller: &Caller) {
    let refused = caller.access().who_am_i(WhoAmIRequest {}).await;
    let refused: Status = refused.expect_err("the token is not good");
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::Unauthenticated, "TOKEN_NOT_ACCEPTED")
    );
}
