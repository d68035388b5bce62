//! Page tokens serve one history of one database.

use std::process::Command;

use styrkedja::{
    client::Client,
    proto::v1::{
        ListDocumentsRequest, ListGrantsRequest, ListOrganizationsRequest, ListRevisionsRequest,
    },
};
use tonic::{Code, Status, transport::Channel};

use super::{
    acts::{change, reason},
    papers::analysis,
};
use crate::world::World;

stories!(no_page_token_outlives_a_restore_or_serves_another_database);

async fn no_page_token_outlives_a_restore_or_serves_another_database(world: World) {
    let tokens = first_pages(&reader(&world, world.channel()).await).await;
    world.stop().await;
    let (again, channel) = world.another_server().await;
    for page in pages(&reader(&world, &channel).await, &tokens).await {
        page.expect("a server that starts again goes on");
    }

    let elsewhere = World::new(world.place().engine()).await;
    let foreign = first_pages(&reader(&elsewhere, elsewhere.channel()).await).await;
    elsewhere.end().await;
    for page in pages(&reader(&world, &channel).await, &foreign).await {
        let refused = page.expect_err("a token of another database");
        assert_eq!(
            (refused.code(), reason(&refused).as_str()),
            (Code::InvalidArgument, "CURSOR_INVALID")
        );
    }

    again.stop().await;
    say_restored(&world);
    let (restored, channel) = world.another_server().await;
    let reader = reader(&world, &channel).await;
    for page in pages(&reader, &tokens).await {
        let refused = page.expect_err("a token from before the restore");
        assert_eq!(
            (refused.code(), reason(&refused).as_str()),
            (Code::OutOfRange, "RESYNC_REQUIRED")
        );
    }
    first_pages(&reader).await;
    restored.stop().await;
}

/// Somebody with at least two of everything to read, who is known to the world from the first time on.
struct Reader {
    client: Client,
    document: String,
}

async fn reader(world: &World, channel: &Channel) -> Reader {
    let principal = world.principal_of("Karbyskolan").await;
    let client = |subject: &str| {
        Client::new(channel, Some(&world.token_of(subject))).expect("the token can be sent")
    };
    let reader = Reader {
        client: client(&principal.subject),
        document: String::new(),
    };
    let all = ListDocumentsRequest::default();
    let known = reader.client.documents.clone().list_documents(all).await;
    if let Some(first) = known.expect("a page").into_inner().documents.first() {
        return Reader {
            document: first.id.clone(),
            ..reader
        };
    }
    world.teacher_of("Karbyskolan").await;
    let first = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    let changed = principal.updates(change(&first, &["round"])).await;
    changed.expect("a second revision");
    principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    Reader {
        document: first.id,
        ..reader
    }
}

/// A token of every listing that there is.
async fn first_pages(reader: &Reader) -> [String; 4] {
    let pages = pages(reader, &[const { String::new() }; 4]).await;
    pages.map(|page| {
        let token = page.expect("a first page");
        assert!(!token.is_empty(), "there is no second page");
        token
    })
}

/// A page of every listing from its token on. Tells the token of the next.
async fn pages(reader: &Reader, tokens: &[String; 4]) -> [Result<String, Status>; 4] {
    let Client {
        mut documents,
        mut organizations,
        mut access,
        conflicts: _,
        offers: _,
        sync: _,
    } = reader.client.clone();
    let [of_documents, of_revisions, of_organizations, of_grants] = tokens.clone();
    let documents_page = documents.list_documents(ListDocumentsRequest {
        page_size: 1,
        page_token: of_documents,
        ..Default::default()
    });
    let documents_page = documents_page.await;
    let revisions_page = documents.list_revisions(ListRevisionsRequest {
        id: reader.document.clone(),
        page_size: 1,
        page_token: of_revisions,
    });
    let organizations_page = organizations.list_organizations(ListOrganizationsRequest {
        page_size: 1,
        page_token: of_organizations,
        ..Default::default()
    });
    let grants_page = access.list_grants(ListGrantsRequest {
        page_size: 1,
        page_token: of_grants,
        ..Default::default()
    });
    [
        documents_page.map(|page| page.into_inner().next_page_token),
        revisions_page
            .await
            .map(|page| page.into_inner().next_page_token),
        organizations_page
            .await
            .map(|page| page.into_inner().next_page_token),
        grants_page
            .await
            .map(|page| page.into_inner().next_page_token),
    ]
}

fn say_restored(world: &World) {
    let place = world.place();
    let said = tokio::task::block_in_place(|| {
        Command::new(env!("CARGO_BIN_EXE_styrkedja"))
            .args(["database", "restored", "--home"])
            .arg(place.folder())
            .args(["--database", place.url()])
            .output()
    });
    let said = said.expect("the program runs");
    assert!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
}
