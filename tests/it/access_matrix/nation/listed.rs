//! What callers find in listings, and what their copies are told.

use std::collections::{HashMap, HashSet};

use styrkedja::proto::v1::{
    Document, Event, GetDigestsRequest, IdRange, ListConflictsRequest, ListDocumentsRequest,
    ListOrganizationsRequest, PullRequest, WatchRequest, event::What,
};
use tonic::Code;

use crate::world::Caller;

/// What a holder finds in listings, by id.
#[derive(Default)]
pub struct Listed {
    pub organizations: HashSet<String>,
    pub documents: HashMap<String, Document>,
    pub conflicts: HashSet<String>,
}

/// All that a caller finds in listings. Nothing where it may not list.
pub async fn listed(caller: &Caller) -> Listed {
    let mut listed = Listed::default();
    let all = ListOrganizationsRequest {
        page_size: 1000,
        ..ListOrganizationsRequest::default()
    };
    if let Ok(page) = caller.organizations().list_organizations(all).await {
        listed.organizations.extend(
            page.into_inner()
                .organizations
                .into_iter()
                .map(|one| one.id),
        );
    }
    let mut asked = ListConflictsRequest {
        page_size: 200,
        ..ListConflictsRequest::default()
    };
    while let Ok(page) = caller.conflicts().list_conflicts(asked.clone()).await {
        let page = page.into_inner();
        let conflicts = page.conflicts.into_iter();
        listed.conflicts.extend(conflicts.map(|one| one.id));
        asked.page_token = page.next_page_token;
        if asked.page_token.is_empty() {
            break;
        }
    }
    let mut page_token = String::new();
    loop {
        let asked = ListDocumentsRequest {
            page_size: 200,
            page_token,
            ..ListDocumentsRequest::default()
        };
        let Ok(page) = caller.documents().list_documents(asked).await else {
            return listed;
        };
        let page = page.into_inner();
        let documents = page.documents.into_iter();
        listed
            .documents
            .extend(documents.map(|one| (one.id.clone(), one)));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return listed;
        }
    }
}

/// The ids of all documents that a caller's copy begins with. Empty where it may hold none.
pub async fn pulled(caller: &Caller) -> HashSet<String> {
    let mut ids = HashSet::new();
    let Ok(answer) = caller.sync().pull(PullRequest::default()).await else {
        return ids;
    };
    let mut stream = answer.into_inner();
    while let Some(message) = stream.message().await.expect("a snapshot") {
        ids.extend(message.events.into_iter().filter_map(document_id));
    }
    ids
}

pub async fn watched(caller: &Caller) -> HashSet<String> {
    let mut ids = HashSet::new();
    let Ok(answer) = caller.sync().watch(WatchRequest::default()).await else {
        return ids;
    };
    let mut stream = answer.into_inner();
    loop {
        let message = stream.message().await.expect("a snapshot");
        for event in message.expect("a watch goes on").events {
            if matches!(event.what, Some(What::SnapshotEnd(_))) {
                return ids;
            }
            ids.extend(document_id(event));
        }
    }
}

/// The ids of all documents that a caller's copy is told that it should hold. Empty where it may hold none.
pub async fn digested(caller: &Caller) -> HashSet<String> {
    let mut request = GetDigestsRequest {
        ranges: vec![IdRange::default()],
        with_versions: true,
        ..GetDigestsRequest::default()
    };
    if let Ok(answer) = caller.sync().pull(PullRequest::default()).await {
        let mut stream = answer.into_inner();
        while let Some(message) = stream.message().await.expect("a snapshot") {
            request.cursor = message.cursor;
        }
    } else {
        "not one of theirs".clone_into(&mut request.cursor);
        let refused = caller.sync().get_digests(request).await;
        assert_eq!(refused.expect_err("no role").code(), Code::PermissionDenied);
        return HashSet::new();
    }
    let answer = caller.sync().get_digests(request).await;
    let [digest] = answer
        .expect("it may")
        .into_inner()
        .documents
        .try_into()
        .expect("one range");
    assert_eq!(digest.count, digest.versions.len() as u64);
    digest.versions.into_iter().map(|one| one.id).collect()
}

fn document_id(event: Event) -> Option<String> {
    let Some(What::Upsert(document)) = event.what else {
        return None;
    };
    Some(document.id)
}
