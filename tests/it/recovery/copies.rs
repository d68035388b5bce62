//! Those who follow the exchange, and write, while it is backed up and restored.

use styrkedja::proto::v1::{SyncFilter, WatchRequest};
use tonic::Code;

use crate::{
    documents::{acts::*, papers::*},
    sync::{Replica, pull},
    world::{Caller, World},
};

/// Somebody with a copy.
pub struct Copy {
    pub caller: Caller,
    pub replica: Replica,
}

/// Copies of different scopes, one with a filter, at the same place.
pub async fn copies(world: &World) -> Vec<Copy> {
    let principal = world.principal_of("Karbyskolan").await;
    let head = world.head_of("Vallentuna kommun").await;
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let filter = SyncFilter {
        owner_id: world.id_of("Karbyskolan"),
        ..SyncFilter::default()
    };
    let mut copies = Vec::new();
    for (caller, filter) in [
        (principal, None),
        (head, None),
        (system.clone(), None),
        (system, Some(filter)),
    ] {
        let replica = Replica {
            filter,
            ..Replica::default()
        };
        let mut copy = Copy { caller, replica };
        copy.pull().await;
        copies.push(copy);
    }
    copies
}

impl Copy {
    pub async fn pull(&mut self) {
        self.replica.pull(&self.caller).await.expect("it may");
    }

    pub async fn must_begin_anew(&self) {
        let Replica { cursor, filter, .. } = &self.replica;
        let pulled = pull(&self.caller, cursor, filter.clone()).await;
        let request = WatchRequest {
            cursor: cursor.clone(),
            filter: filter.clone(),
        };
        let watched = self.caller.sync().watch(request).await;
        for refused in [pulled.map(drop), watched.map(drop)] {
            let refused = refused.expect_err("its history is no more");
            assert_eq!(
                (refused.code(), reason(&refused).as_str()),
                (Code::OutOfRange, "RESYNC_REQUIRED")
            );
        }
    }
}

/// Hands in an analysis, which all of the copies see.
pub async fn hand_in(world: &World, principal: &Caller) -> String {
    let paper = analysis(&world.id_of("Karbyskolan"));
    let draft = principal.draft(&paper).await;
    principal.submits(&draft).await.expect("it breaks no rule");
    draft.id
}

/// Writes until it is aborted.
pub fn write_on(world: &World, principal: &Caller) -> tokio::task::JoinHandle<()> {
    let (world, principal) = (world.clone(), principal.clone());
    tokio::spawn(async move {
        loop {
            hand_in(&world, &principal).await;
        }
    })
}
