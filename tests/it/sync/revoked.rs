//! Readers that lose what they may read while they are told of it, and take it slowly: what was read for them before is not
//! told after that.

use std::time::Duration;

use styrkedja::{
    client::Client,
    proto::v1::{CreateGrantRequest, PullRequest, PullResponse, Role},
};
use tokio::time::sleep;
use tonic::{Code, Status, Streaming};

use super::{Replica, Told, grant, must_be_in_step, narrow, overtaken::drafts, revoke};
use crate::{
    documents::acts::reason,
    world::{Caller, World},
};

stories!(
    whoever_reads_no_more_is_told_no_more,
    what_left_its_sight_is_not_shown,
);

/// Documents that may have been on their way to a reader that took nothing, which are far fewer than there are.
const ON_THEIR_WAY: usize = 20;
/// How long the reader takes nothing: what was read before, and what it might read then, is too old by that.
const PAUSE: Duration = Duration::from_secs(3);

/// A pull by a reader whose line holds little.
struct Slow {
    stream: Streaming<PullResponse>,
    copy: Replica,
}

impl Slow {
    /// Begins to pull, and takes the first message that shows documents.
    async fn begin(world: &World, reader: &Caller, copy: Replica) -> Self {
        let channel = narrow(world).await;
        let token = world.token_of(&reader.subject);
        let client = Client::new(&channel, Some(&token)).expect("the token can be sent");
        let request = PullRequest {
            cursor: copy.cursor.clone(),
            filter: None,
        };
        let stream = client.sync.clone().pull(request).await;
        let mut slow = Self {
            stream: stream.expect("it begins").into_inner(),
            copy,
        };
        loop {
            let message = slow.stream.message().await.expect("it goes on");
            let told = slow.copy.take(message.expect("more is told"));
            if shown(&told) > 0 {
                return slow;
            }
        }
    }

    /// Takes the rest. How many documents it shows, and how it ends.
    async fn rest(&mut self) -> (usize, Result<(), Status>) {
        let mut count = 0;
        loop {
            match self.stream.message().await {
                Ok(Some(message)) => count += shown(&self.copy.take(message)),
                Ok(None) => return (count, Ok(())),
                Err(status) => return (count, Err(status)),
            }
        }
    }
}

fn shown(told: &[Told]) -> usize {
    let is_shown = |told: &&Told| matches!(told, Told::Upsert(..) | Told::Entered(..));
    told.iter().filter(is_shown).count()
}

/// A copy as each is told in its own way: one that begins, and one that goes on.
async fn copies(world: &World, reader: &Caller, school: &str) -> [Replica; 2] {
    let mut goes_on = Replica::default();
    goes_on.pull(reader).await.expect("a snapshot");
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let made = drafts(&system, &world.id_of(school)).await;
    assert!(made.len() > 2 * ON_THEIR_WAY);
    [Replica::default(), goes_on]
}

async fn whoever_reads_no_more_is_told_no_more(world: World) {
    let officer = world.officer().await;
    for (begins, school) in [(true, "Karbyskolan"), (false, "Bällstabergsskolan")] {
        let reader = world.principal_of(school).await;
        let [new, old] = copies(&world, &reader, school).await;
        let mut slow = Slow::begin(&world, &reader, if begins { new } else { old }).await;
        revoke(&officer, &reader.grant.clone().expect("granted")).await;
        sleep(PAUSE).await;
        let (shown, end) = slow.rest().await;
        let end = end.expect_err("it may read nothing");
        assert_eq!(
            (end.code(), reason(&end)),
            (Code::PermissionDenied, "ROLE_MAY_NOT".to_owned())
        );
        assert!(shown <= ON_THEIR_WAY, "{shown} were shown");
    }
}

async fn what_left_its_sight_is_not_shown(world: World) {
    let officer = world.officer().await;
    for (begins, school) in [(true, "Karbyskolan"), (false, "Bällstabergsskolan")] {
        let reader = world.principal_of("Ormsta förskola").await;
        let there = CreateGrantRequest {
            subject: reader.subject.clone(),
            ..world.request(Role::Principal, school)
        };
        let there = grant(&officer, there).await;
        let [new, old] = copies(&world, &reader, school).await;
        let mut slow = Slow::begin(&world, &reader, if begins { new } else { old }).await;
        revoke(&officer, &there).await;
        sleep(PAUSE).await;
        let (shown, end) = slow.rest().await;
        end.expect("it goes on with what it sees");
        assert!(shown <= ON_THEIR_WAY, "{shown} were shown");
        slow.copy.pull(&reader).await.expect("the rest");
        assert!(slow.copy.documents.is_empty());
        must_be_in_step(&slow.copy, &reader).await;
    }
}
