//! The small nation of the matrix, registered, granted and written in a real exchange.

use std::collections::{HashMap, HashSet};

use futures::{StreamExt, stream};
use prost_types::Timestamp;
use styrkedja::{
    access::matrix::{self, Holder, Spot},
    clock, contract,
    proto::v1::{
        Conflict, CreateGrantRequest, Document, DocumentKind, Event, ExternalId, GetDigestsRequest,
        GetDocumentRequest, IdRange, ImportHeader, ImportOrganizationsRequest,
        ListConflictsRequest, ListDocumentsRequest, ListOrganizationsRequest, OrganizationRecord,
        OrganizationRef, OrganizationType, OrganizerType, PullRequest, Role, SchoolForm,
        SchoolType, WatchRequest, event::What, import_organizations_request::Part,
        organization_ref::Identity,
    },
};
use tonic::Code;

use super::{
    documents::{self, Documents},
    offers::Offers,
};
use crate::world::{Caller, World, request_id};

/// Everything that a cell may be about, by its place in the matrix.
pub struct Nation {
    pub ids: HashMap<Spot, String>,
    pub documents: Documents,
    /// An open conflict, by kind, place and whether it is of the other round.
    pub conflicts: HashMap<(DocumentKind, Spot, bool), Conflict>,
    pub offers: Offers,
    /// A grant to revoke, by role and place.
    pub grants: HashMap<(Role, Spot), String>,
    callers: HashMap<Holder, Caller>,
    listed: HashMap<Holder, Listed>,
    /// What each holder is told by the methods of the feed, by id.
    copied: HashMap<(Holder, String), HashSet<String>>,
    /// How what does not exist is answered.
    pub absent: (String, Vec<u8>),
}

/// What a holder finds in listings, by id.
#[derive(Default)]
struct Listed {
    organizations: HashSet<String>,
    documents: HashMap<String, Document>,
    conflicts: HashSet<String>,
}

impl Nation {
    pub async fn new(world: &World) -> Self {
        let ids = register(world).await;
        let (operator, officer) = (world.operator(), world.officer().await);
        let grantor = |role: Role| {
            if role == Role::Operator {
                &operator
            } else {
                &officer
            }
        };
        let mut callers = HashMap::new();
        for holder in Holder::all(contract::get()) {
            let subject = format!("exchange:{}", name("holder", holder.role, holder.at));
            grant(grantor(holder.role), &ids, &subject, holder).await;
            callers.insert(holder, world.somebody(&subject));
        }
        let mut grants = HashMap::new();
        for holder in everywhere() {
            let subject = format!("exchange:{}", name("other", holder.role, holder.at));
            let id = grant(grantor(holder.role), &ids, &subject, holder).await;
            grants.insert((holder.role, holder.at), id);
        }
        let (documents, conflicts, offers) = documents::write(world, &ids, &officer).await;
        let listed = stream::iter(&callers)
            .map(|(holder, caller)| async move { (*holder, listed(caller).await) })
            .buffer_unordered(8)
            .collect()
            .await;
        let copied = stream::iter(&callers)
            .map(|(holder, caller)| async move {
                let pulled = ((*holder, "Pull".to_owned()), pulled(caller).await);
                let watched = ((*holder, "Watch".to_owned()), watched(caller).await);
                let digested = ((*holder, "GetDigests".to_owned()), digested(caller).await);
                stream::iter([pulled, watched, digested])
            })
            .buffer_unordered(8)
            .flatten()
            .collect()
            .await;
        Self {
            ids,
            documents,
            conflicts,
            offers,
            grants,
            callers,
            listed,
            copied,
            absent: absent(&officer).await,
        }
    }

    pub fn caller(&self, holder: Holder) -> &Caller {
        &self.callers[&holder]
    }

    pub fn lists(&self, holder: Holder, id: &str) -> bool {
        let listed = &self.listed[&holder];
        listed.organizations.contains(id)
            || listed.documents.contains_key(id)
            || listed.conflicts.contains(id)
    }

    /// The document as the holder's listing shows it.
    pub fn listed(&self, holder: Holder, id: &str) -> Option<&Document> {
        self.listed[&holder].documents.get(id)
    }

    /// What a method of the feed tells a holder.
    pub fn copies(&self, holder: Holder, method: &str) -> &HashSet<String> {
        &self.copied[&(holder, method.to_owned())]
    }

    /// The id of a place, or one that nothing has.
    pub fn id(&self, spot: Option<Spot>) -> String {
        spot.map_or_else(
            || clock::new_id().to_string(),
            |spot| self.ids[&spot].clone(),
        )
    }
}

/// What a grant of a role needs, at a place.
pub fn grant_request(
    ids: &HashMap<Spot, String>,
    subject: &str,
    role: Role,
    at: String,
) -> CreateGrantRequest {
    let needs = contract::get().role(role);
    let month = Timestamp::from(clock::now().plus_seconds(30 * 86_400));
    let home = Spot::ALL
        .into_iter()
        .find(|spot| needs.home_at.contains(&spot.kind()));
    CreateGrantRequest {
        request_id: request_id(),
        validate_only: false,
        subject: subject.to_owned(),
        role: role.into(),
        organization_id: at,
        home_organization_id: home.map_or_else(String::new, |home| ids[&home].clone()),
        round: if needs.round_required {
            matrix::ROUND.to_owned()
        } else {
            String::new()
        },
        not_after: needs.end_required.then_some(month),
    }
}

async fn grant(by: &Caller, ids: &HashMap<Spot, String>, subject: &str, holder: Holder) -> String {
    let request = grant_request(ids, subject, holder.role, ids[&holder.at].clone());
    let answer = by
        .access()
        .create_grant(request)
        .await
        .expect("the role is granted");
    answer.into_inner().grant.expect("the grant is answered").id
}

/// Every role at every place where it can be granted.
fn everywhere() -> impl Iterator<Item = Holder> {
    contract::get().roles().flat_map(|(role, rule)| {
        let spots = Spot::ALL
            .into_iter()
            .filter(|spot| rule.granted_at.contains(&spot.kind()));
        spots.map(move |at| Holder { role, at })
    })
}

fn name(prefix: &str, role: Role, at: Spot) -> String {
    format!("{prefix}-{}-{at:?}", role.as_str_name())
}

async fn register(world: &World) -> HashMap<Spot, String> {
    let header = ImportHeader {
        request_id: request_id(),
        validate_only: false,
        source: "The access matrix".to_owned(),
    };
    let parts = std::iter::once(Part::Header(header))
        .chain(Spot::ALL.into_iter().map(|spot| Part::Record(record(spot))));
    let requests: Vec<_> = parts
        .map(|part| ImportOrganizationsRequest { part: Some(part) })
        .collect();
    let operator = world.operator();
    let answer = operator
        .organizations()
        .import_organizations(tokio_stream::iter(requests))
        .await;
    let answer = answer.expect("the nation is taken in").into_inner();
    assert_eq!(
        answer.refused, 0,
        "the nation is refused: {:?}",
        answer.findings
    );
    let all = ListOrganizationsRequest {
        page_size: 1000,
        ..ListOrganizationsRequest::default()
    };
    let all = operator
        .organizations()
        .list_organizations(all)
        .await
        .expect("the nation can be listed");
    let by_name: HashMap<_, _> = all
        .into_inner()
        .organizations
        .into_iter()
        .map(|one| (one.display_name, one.id))
        .collect();
    Spot::ALL
        .into_iter()
        .map(|spot| (spot, by_name[&display_name(spot)].clone()))
        .collect()
}

/// The agency is there from the beginning, under its own name.
fn display_name(spot: Spot) -> String {
    if spot == Spot::Agency {
        "Skolverket".to_owned()
    } else {
        format!("{spot:?}")
    }
}

fn record(spot: Spot) -> OrganizationRecord {
    let kind = spot.kind();
    let organizer = kind == OrganizationType::Organizer;
    let unit = kind == OrganizationType::SchoolUnit;
    let preschool = kind == OrganizationType::Preschool;
    let form = if unit {
        Some(SchoolType::Gr)
    } else {
        preschool.then_some(SchoolType::Fs)
    };
    let grades: Vec<u32> = if unit { (1..=9).collect() } else { Vec::new() };
    OrganizationRecord {
        key: format!("{spot:?}"),
        r#type: kind.into(),
        display_name: display_name(spot),
        organization_number: organization_number(spot),
        school_unit_code: if unit {
            format!("990000{:02}", spot as u8)
        } else {
            String::new()
        },
        organizer_type: if organizer {
            OrganizerType::Municipal.into()
        } else {
            0
        },
        school_forms: form
            .map(|form| SchoolForm {
                school_type: form.into(),
                grades,
                pupils: None,
            })
            .into_iter()
            .collect(),
        external_id: (spot != Spot::Agency).then(|| external_id(spot)),
        parent: spot.parent().map(|above| OrganizationRef {
            identity: Some(Identity::ExternalId(external_id(above))),
        }),
        ..OrganizationRecord::default()
    }
}

fn external_id(spot: Spot) -> ExternalId {
    ExternalId {
        scheme: "matrix".to_owned(),
        value: format!("{spot:?}"),
    }
}

/// Empty for what is no legal body.
fn organization_number(spot: Spot) -> String {
    let kind = spot.kind();
    if kind == OrganizationType::NationalAgency {
        return "2021004185".to_owned();
    }
    if !matches!(
        kind,
        OrganizationType::Organizer | OrganizationType::University
    ) {
        return String::new();
    }
    let nine = format!("2129990{:02}", spot as u8);
    let sum: u32 = nine
        .chars()
        .filter_map(|c| c.to_digit(10))
        .zip([2, 1].into_iter().cycle())
        .map(|(digit, weight)| digit * weight / 10 + digit * weight % 10)
        .sum();
    format!("{nine}{}", (10 - sum % 10) % 10)
}

/// All that a caller finds in listings. Nothing where it may not list.
async fn listed(caller: &Caller) -> Listed {
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
async fn pulled(caller: &Caller) -> HashSet<String> {
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

async fn watched(caller: &Caller) -> HashSet<String> {
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
async fn digested(caller: &Caller) -> HashSet<String> {
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

async fn absent(caller: &Caller) -> (String, Vec<u8>) {
    let missing = GetDocumentRequest {
        id: clock::new_id().to_string(),
        revision: 0,
    };
    let status = caller
        .documents()
        .get_document(missing)
        .await
        .expect_err("it does not exist");
    (status.message().to_owned(), status.details().to_vec())
}
