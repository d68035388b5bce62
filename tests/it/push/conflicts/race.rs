//! Resolutions in a race with what else is written.

use styrkedja::proto::v1::{
    KeepTheirs, TakeYours, push_response::Outcome, resolve_conflict_request::Resolution,
};

use super::{Dispute, reason, resolve};
use crate::{
    documents::papers::analysis_in,
    push::{changed, push_one, word},
    world::World,
};

stories!(
    theirs_is_not_kept_once_somebody_changed_it,
    yours_is_not_taken_where_it_stood_once_somebody_changed_it,
);

/// Changes the document and resolves the conflict in one instant: each is decided on what stood before the other.
async fn at_once(world: &World, dispute: &Dispute, etag: &str, resolution: Resolution) -> String {
    let held = world.place().hold().await;
    let mut paper = dispute.base.clone();
    "Ännu en titel".clone_into(&mut analysis_in(&mut paper).title);
    let item = changed(&paper, etag);
    let system = dispute.system.clone();
    let changing = tokio::spawn(async move { push_one(&system, item).await });
    // It waits to be written.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let (by, request) = (dispute.principal.clone(), dispute.request(etag, resolution));
    let resolving = tokio::spawn(async move { resolve(&by, request).await });
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    held.rollback().await.expect("it is released");
    let changed = changing.await.expect("it is answered");
    assert_eq!(word(&changed), "updated");
    match resolving.await.expect("it is answered") {
        Ok(_) => "resolved".to_owned(),
        Err(refused) => reason(&refused),
    }
}

async fn theirs_is_not_kept_once_somebody_changed_it(world: World) {
    let dispute = Dispute::arises(&world).await;
    let etag = dispute.conflict.etag.clone();
    let keep = Resolution::KeepTheirs(KeepTheirs {});
    let told = at_once(&world, &dispute, &etag, keep).await;
    assert_eq!(told, "ETAG_MISMATCH");
}

async fn yours_is_not_taken_where_it_stood_once_somebody_changed_it(world: World) {
    let dispute = Dispute::arises(&world).await;
    // Somebody writes what was pushed, so that to take it changes nothing.
    let mut yours = dispute.base.clone();
    "Vår titel".clone_into(&mut analysis_in(&mut yours).title);
    let item = changed(&yours, &dispute.conflict.etag);
    let Outcome::Updated(stands) = push_one(&dispute.system, item).await else {
        panic!("not updated")
    };
    let take = Resolution::TakeYours(TakeYours {});
    let told = at_once(&world, &dispute, &stands.etag, take).await;
    assert_eq!(told, "ETAG_MISMATCH");
}
