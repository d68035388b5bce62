//! A disk that is full: writes are refused with words that say so, reads go on, and when there is room again so do writes.

use std::{fs, process::Command};

use styrkedja::proto::v1::{ListDocumentsRequest, WatchRequest};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::outside::Outside;
use crate::{
    documents::{acts::*, papers::*},
    sync::{Replica, must_be_in_step},
    world::{Engine, World, tell},
};

/// What the files may still grow, in bytes.
const ROOM: u64 = 300_000;

const REFUSED: usize = 20;

/// The files of a real server may grow no more: to the database that is a disk without room.
#[test]
fn a_full_disk_refuses_writes_and_serves_reads() {
    tell(Engine::Sqlite, |world: World| async move {
        let principal = world.principal_of("Karbyskolan").await;
        let owner = world.id_of("Karbyskolan");
        world.stop().await;
        let server = Outside::start(&world, Some(world.address()), |_| ()).await;
        while principal
            .lists(ListDocumentsRequest::default())
            .await
            .is_err()
        {}
        let mut copy = Replica::default();
        copy.pull(&principal).await.expect("a snapshot");
        let request = WatchRequest {
            cursor: copy.cursor.clone(),
            filter: None,
        };
        let watch = principal.sync().watch(request).await;
        let mut watch = watch.expect("it is watched").into_inner();

        limit(&server, &(size(&world) + ROOM).to_string());
        let (mut written, mut refused) = (0, Vec::new());
        while refused.len() < REFUSED {
            let creation = creation(&analysis(&owner));
            match principal
                .documents()
                .create_document(creation.clone())
                .await
            {
                // What is smaller than that which was refused may still fit.
                Ok(_) => written += 1,
                Err(status) => {
                    says_that_there_is_no_room(&status);
                    refused.push(creation);
                }
            }
            let all = principal.all(ListDocumentsRequest::default()).await;
            assert_eq!(all.len(), written);
        }
        assert!(written > 5, "only {written} fitted");
        copy.pull(&principal).await.expect("it can be read");
        must_be_in_step(&copy, &principal).await;

        limit(&server, "unlimited");
        // Whoever tries again with the same request id has one effect.
        for creation in refused.iter().chain(&refused) {
            let created = principal
                .documents()
                .create_document(creation.clone())
                .await;
            created.expect("there is room again");
        }
        let mut watching = copy.clone();
        while watching.documents.len() < written + REFUSED {
            let message = watch.message().await.expect("it goes on");
            watching.take(message.expect("it does not end"));
        }
        copy.pull(&principal).await.expect("what has changed");
        must_be_in_step(&copy, &principal).await;
        server.stop();
        world.start().await;
        must_be_in_step(&copy, &principal).await;
    });
}

fn says_that_there_is_no_room(status: &Status) {
    assert_eq!(
        (status.code(), reason(status).as_str()),
        (Code::Unavailable, "TRY_AGAIN"),
        "{status:?}"
    );
    assert!(status.message().contains("storage is full"), "{status:?}");
    assert!(status.get_details_retry_info().is_some());
    let swedish = status.get_details_localized_message();
    assert!(swedish.is_some_and(|told| told.message.contains("lagringen är full")));
}

/// The larger of the database and of what was written last.
fn size(world: &World) -> u64 {
    let folder = world.place().folder();
    let sizes = ["styrkedja.db", "styrkedja.db-wal"].map(|name| {
        let file = fs::metadata(folder.join(name));
        file.map_or(0, |file| file.len())
    });
    sizes.into_iter().max().unwrap_or_default()
}

/// Lets the files of the server grow so far, in bytes.
fn limit(server: &Outside, bytes: &str) {
    let limited = Command::new("prlimit")
        .args(["--pid", &server.id().to_string()])
        .arg(format!("--fsize={bytes}:"))
        .status();
    assert!(limited.expect("prlimit (util-linux) runs").success());
}
