//! Copies that follow the exchange: what they are told, and that they then hold what they should.

mod cursors;
mod cut;
mod digests;
mod history;
mod overtaken;
mod pull;
mod replica;
mod revoked;
mod scope;
mod servers;
pub mod trial;
mod watch;

use styrkedja::proto::v1::{
    CreateGrantRequest, Document, Grant, ListDocumentsRequest, ListOrganizationsRequest,
    OrganizationRecord, OrganizationType, PullRequest, PullResponse, RevokeGrantRequest,
    SyncFilter,
};
use tonic::{
    Status,
    transport::{Channel, Endpoint},
};

use crate::{
    documents::papers,
    organizations,
    world::{Caller, World, request_id},
};
pub use replica::{Replica, Told};

/// A connection that takes in no more than its smallest window.
pub async fn narrow(world: &World) -> Channel {
    Endpoint::from_shared(world.address())
        .expect("an address")
        .initial_stream_window_size(65_535)
        .initial_connection_window_size(65_535)
        .connect()
        .await
        .expect("the server answers")
}

/// Pulls from a cursor, to the end.
pub async fn pull(
    caller: &Caller,
    cursor: &str,
    filter: Option<SyncFilter>,
) -> Result<Vec<PullResponse>, Status> {
    let request = PullRequest {
        cursor: cursor.to_owned(),
        filter,
    };
    let mut stream = caller.sync().pull(request).await?.into_inner();
    let mut messages = Vec::new();
    while let Some(message) = stream.message().await? {
        messages.push(message);
    }
    Ok(messages)
}

/// What a pull from a cursor tells, message by message.
pub async fn messages(caller: &Caller, cursor: &str) -> Vec<PullResponse> {
    pull(caller, cursor, None).await.expect("it is told")
}

/// Whether the copy holds what the caller would list now.
pub async fn must_be_in_step(replica: &Replica, caller: &Caller) {
    if let Err(difference) = compare(replica, caller).await {
        panic!(
            "the copy of {} is out of step: {difference}",
            caller.subject
        );
    }
}

/// What a copy and the listings of its caller differ in.
pub async fn compare(replica: &Replica, caller: &Caller) -> Result<(), String> {
    let listed = caller.all(ListDocumentsRequest::default()).await;
    let held: Vec<Document> = replica.documents.values().cloned().collect();
    let short = |documents: &[Document]| -> Vec<String> {
        documents
            .iter()
            .map(|one| format!("{}@{}", one.id, one.revision))
            .collect()
    };
    if short(&held) != short(&listed) {
        return Err(format!("{:?} for {:?}", short(&held), short(&listed)));
    }
    if held != listed {
        return Err("documents are shown otherwise".to_owned());
    }
    let listed = organizations::all(caller, ListOrganizationsRequest::default()).await;
    let held: Vec<_> = replica.organizations.values().cloned().collect();
    if held != listed {
        let names = |all: &[styrkedja::proto::v1::Organization]| -> Vec<String> {
            all.iter()
                .map(|one| format!("{} {}", one.display_name, one.etag))
                .collect()
        };
        return Err(format!("{:?} for {:?}", names(&held), names(&listed)));
    }
    Ok(())
}

pub async fn grant(by: &Caller, request: CreateGrantRequest) -> Grant {
    let answer = by.access().create_grant(request).await;
    let answer = answer.expect("the role is granted").into_inner();
    answer.grant.expect("the grant is answered")
}

/// Takes from a caller the role that the world gave it.
pub async fn revoke_role_of(world: &World, caller: &Caller) {
    let grant = caller.grant.as_ref().expect("the world granted it");
    revoke(&world.officer().await, grant).await;
}

async fn revoke(by: &Caller, grant: &Grant) {
    let request = RevokeGrantRequest {
        request_id: request_id(),
        validate_only: false,
        id: grant.id.clone(),
    };
    by.access()
        .revoke_grant(request)
        .await
        .expect("the grant is revoked");
}

/// Moves a school unit below another organizer, since the day.
async fn move_unit(by: &Caller, code: &str, name: &str, organizer: &str, since: &str) {
    let record = OrganizationRecord {
        parent_since: since.to_owned(),
        ..organizations::unit(code, name, organizer)
    };
    let answer = organizations::import(by, vec![record])
        .await
        .expect("the import is taken in");
    assert_eq!((answer.updated, answer.refused), (1, 0), "{answer:?}");
}

/// A preschool that is not in the tree yet.
fn new_preschool(key: &str, name: &str) -> OrganizationRecord {
    OrganizationRecord {
        key: key.to_owned(),
        r#type: OrganizationType::Preschool.into(),
        school_unit_code: String::new(),
        external_id: Some(styrkedja::proto::v1::ExternalId {
            scheme: "stories".to_owned(),
            value: key.to_owned(),
        }),
        ..organizations::unit("", name, organizations::VALLENTUNA)
    }
}

/// An analysis that weighs something.
fn heavy_analysis(owner_id: &str) -> Document {
    let mut paper = papers::analysis(owner_id);
    papers::analysis_in(&mut paper).present_state = "Läsförståelsen sjunker. ".repeat(150);
    paper
}

const KARBY: &str = "57370453";
