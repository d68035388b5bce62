//! Turns to merge, of which there are few for all streams: nobody has one for as long as it takes answers.

use std::time::Duration;

use styrkedja::proto::v1::{Evidence, PushItem, push_response::Outcome};
use tokio::time::{sleep, timeout};
use tonic::Code;

use super::{
    EACH, changed, commit,
    flow::{self, Open},
    known_as, new, push, push_one, sent, words,
};
use crate::{
    documents::papers::analysis_in,
    sync::{self, revoke_role_of},
    world::{Caller, World},
};

stories!(
    who_does_not_take_answers_keeps_nobody_from_merging,
    a_revoked_caller_that_takes_answers_slowly_is_told_no_more,
);

/// Merges that a stream may have in memory: and streams, of which any two have all the turns there are.
const MERGES: usize = 8;
const STREAMS: usize = 4;
/// Items before them, and what each says that nothing rests on: so many findings that the answers are more than what
/// connections take in unread.
const BEFORE: usize = 256;
const UNUSED: usize = 40;

async fn who_does_not_take_answers_keeps_nobody_from_merging(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let mut slow = Vec::new();
    for stream in 0..STREAMS {
        let caller = narrow(&world, &system).await;
        let merges = stale(&world, &system, &format!("m{stream}"), MERGES).await;
        let open = Open::by(&caller, EACH).await;
        for item in creations(&world, &format!("c{stream}"), BEFORE) {
            open.send(sent(&item)).await;
        }
        for item in merges {
            open.send(sent(&item)).await;
        }
        open.send(commit()).await;
        slow.push(open);
    }
    // Until all of it is decided on.
    for open in &mut slow {
        assert_eq!(open.answer().await, "created");
    }
    sleep(Duration::from_secs(2)).await;
    let merge = stale(&world, &system, "other", 1).await;
    let served = timeout(Duration::from_secs(10), push(&system, EACH, &merge)).await;
    let answers = served.expect("others have their turn").expect("answered");
    assert_eq!(words(&answers), ["merged"]);
    // Taken in the end, the answers are all there.
    for open in &mut slow {
        for at in 1..BEFORE + MERGES {
            let expected = if at < BEFORE { "created" } else { "merged" };
            assert_eq!(open.answer().await, expected, "{at}");
        }
    }
}

async fn a_revoked_caller_that_takes_answers_slowly_is_told_no_more(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let caller = narrow(&world, &system).await;
    let mut open = Open::by(&caller, EACH).await;
    for item in creations(&world, "a", BEFORE) {
        open.send(sent(&item)).await;
    }
    open.send(commit()).await;
    assert_eq!(open.answer().await, "created");
    revoke_role_of(&world, &system).await;
    // Never so slow that it is looked at for that alone, and never so fast that it comes to the end.
    let taking = async {
        for told in 1.. {
            sleep(Duration::from_millis(150)).await;
            match open.told().await {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(end) => return (told, end),
            }
        }
        panic!("all of it was told")
    };
    let taken = timeout(Duration::from_mins(1), taking).await;
    let (told, end) = taken.expect("it ends");
    assert_eq!(end.code(), Code::PermissionDenied);
    assert!(told < BEFORE / 2, "{told} were told");
}

/// The caller on a connection that takes in no more than its smallest window.
async fn narrow(world: &World, caller: &Caller) -> Caller {
    flow::on(world, caller, &sync::narrow(world).await)
}

fn creations(world: &World, prefix: &str, count: usize) -> Vec<PushItem> {
    let owner = world.id_of("Karbyskolan");
    let creation = |number| {
        let mut paper = known_as(&format!("{prefix}-{number}"), &owner);
        let evidence = &mut analysis_in(&mut paper).evidence;
        let first = evidence[0].clone();
        evidence.extend((0..UNUSED).map(|number| Evidence {
            id: format!("unused-{number}"),
            ..first.clone()
        }));
        new(&paper)
    };
    (0..count).map(creation).collect()
}

/// Changes to documents that have changed otherwise meanwhile.
async fn stale(world: &World, system: &Caller, prefix: &str, count: usize) -> Vec<PushItem> {
    let owner = world.id_of("Karbyskolan");
    let mut items = Vec::new();
    for number in 0..count {
        let paper = known_as(&format!("{prefix}-{number}"), &owner);
        let Outcome::Created(made) = push_one(system, new(&paper)).await else {
            panic!("not created")
        };
        let mut theirs = paper.clone();
        "De andras.".clone_into(&mut analysis_in(&mut theirs).title);
        push_one(system, changed(&theirs, &made.etag)).await;
        let mut yours = paper;
        "Vi vill läsa mer.".clone_into(&mut analysis_in(&mut yours).pupils_say);
        items.push(changed(&yours, &made.etag));
    }
    items
}
