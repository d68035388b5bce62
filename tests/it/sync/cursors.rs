//! Cursors serve those they were given to, and no other history of the exchange.

use styrkedja::{
    database::{Database, Purpose},
    journal,
    proto::v1::{PullResponse, SyncFilter, WatchRequest},
};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::{Replica, pull};
use crate::{
    documents::{acts::*, papers::*},
    world::World,
};

stories!(
    cursors_that_were_changed_or_swapped_are_refused_alike,
    a_restored_exchange_asks_for_a_snapshot,
    a_cursor_of_the_one_method_serves_the_other,
    unknown_and_malformed_filters_are_refused,
);

async fn cursors_that_were_changed_or_swapped_are_refused_alike(world: World) {
    let (head, other) = (
        world.head_of("Vallentuna kommun").await,
        world.head_of("Bergs kommun").await,
    );
    let mut copy = Replica::default();
    copy.pull(&head).await.expect("a snapshot");
    let cursor = copy.cursor;
    let of_round = SyncFilter {
        round: "sbs-2019-1".to_owned(),
        ..SyncFilter::default()
    };
    // Of another exchange, with the same people.
    let elsewhere = World::new(world.place().engine()).await;
    let there = elsewhere.head_of("Vallentuna kommun").await;
    let mut copy_there = Replica::default();
    copy_there.pull(&there).await.expect("a snapshot");
    elsewhere.end().await;
    let mut refusals = vec![
        pull(&head, &copy_there.cursor, None).await,
        pull(&other, &cursor, None).await,
        pull(&head, &cursor, Some(of_round)).await,
        pull(&head, "AAAA", None).await,
        pull(&head, &format!("{cursor}A"), None).await,
        pull(&head, &cursor[1..], None).await,
    ];
    for place in (0..cursor.len()).step_by(7) {
        let mut edited = cursor.clone().into_bytes();
        edited[place] = if edited[place] == b'A' { b'B' } else { b'A' };
        let edited = String::from_utf8(edited).expect("it is ASCII");
        refusals.push(pull(&head, &edited, None).await);
    }
    let told = |refused: Result<Vec<PullResponse>, Status>| {
        let refused = refused.expect_err("it is refused");
        (
            refused.code(),
            refused.message().to_owned(),
            refused.details().to_vec(),
        )
    };
    let refusals: Vec<_> = refusals.into_iter().map(told).collect();
    assert_eq!(refusals[0].0, Code::InvalidArgument);
    assert!(refusals.iter().all(|refusal| *refusal == refusals[0]));
    // The cursor of a listing is none of a copy, nor the other way about.
    let request = styrkedja::proto::v1::ListDocumentsRequest {
        page_token: cursor,
        ..Default::default()
    };
    let refused = head.lists(request).await.expect_err("not of a listing");
    assert_eq!(reason(&refused), "CURSOR_INVALID");
}

/// Another epoch, and a head that lies before the cursor: as after a restore from a backup.
async fn a_restored_exchange_asks_for_a_snapshot(world: World) {
    let head = world.head_of("Vallentuna kommun").await;
    let mut copy = Replica::default();
    copy.pull(&head).await.expect("a snapshot");
    world.stop().await;
    let database = Database::open(world.place().url(), Purpose::Serve)
        .await
        .expect("the database opens");
    journal::begin_epoch(&database)
        .await
        .expect("another epoch");
    database.close().await;
    let (again, channel) = world.another_server().await;
    let client = styrkedja::client::Client::new(&channel, Some(&world.token_of(&head.subject)))
        .expect("the token can be sent");
    let request = WatchRequest {
        cursor: copy.cursor,
        filter: None,
    };
    let refused = client.sync.clone().watch(request).await;
    let refused = refused.expect_err("another history");
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::OutOfRange, "RESYNC_REQUIRED")
    );
    assert!(refused.message().contains("without a cursor"));
    let swedish = refused.get_details_localized_message();
    assert!(swedish.is_some_and(|told| told.message.contains("utan markör")));
    again.stop().await;
}

async fn a_cursor_of_the_one_method_serves_the_other(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let mut copy = Replica::default();
    copy.pull(&principal).await.expect("a snapshot");
    let draft = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    let request = WatchRequest {
        cursor: copy.cursor.clone(),
        filter: None,
    };
    let watch = principal.sync().watch(request).await;
    let mut watch = watch.expect("it is watched").into_inner();
    while copy.documents.is_empty() {
        let message = watch.message().await.expect("it goes on").expect("more");
        copy.take(message);
    }
    assert!(copy.documents.contains_key(&draft.id));
    assert_eq!(copy.pull(&principal).await.expect("nothing new"), []);
}

async fn unknown_and_malformed_filters_are_refused(world: World) {
    let head = world.head_of("Vallentuna kommun").await;
    let filter = SyncFilter {
        kinds: vec![0, 99],
        round: "Inte så".to_owned(),
        owner_id: "Karbyskolan".to_owned(),
    };
    let refused = pull(&head, "", Some(filter)).await.expect_err("malformed");
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert_eq!(
        fields(&refused),
        [
            "filter.kinds[0]",
            "filter.kinds[1]",
            "filter.round",
            "filter.owner_id"
        ]
    );
}
