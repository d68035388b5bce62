//! Conflicts: kept, shown to both sides and to nobody else, resolved by either.

mod arising;
mod race;
mod resolved;
mod shown;

use styrkedja::proto::v1::{
    Conflict, Document, GetConflictRequest, GetConflictResponse, ListConflictsRequest,
    PushConflict, ResolveConflictRequest, ResolveConflictResponse, push_response::Outcome,
    resolve_conflict_request::Resolution,
};
use tonic::Status;

use crate::{
    documents::papers::analysis_in,
    push::{changed, known_as, new, push_one},
    world::{Caller, World, request_id},
};

/// A document that a principal and a system have changed at the same time.
struct Dispute {
    /// Whoever changed it first.
    principal: Caller,
    /// Whoever pushed after that.
    system: Caller,
    base: Document,
    conflict: PushConflict,
}

impl Dispute {
    async fn arises(world: &World) -> Self {
        let system = world.organizer_system_of("Vallentuna kommun").await;
        let principal = world.principal_of("Karbyskolan").await;
        let base = known_as("a-1", &world.id_of("Karbyskolan"));
        let conflict = dispute(&system, &base).await;
        Self {
            principal,
            system,
            base,
            conflict,
        }
    }

    async fn get(&self, by: &Caller) -> Result<GetConflictResponse, Status> {
        get(by, &self.conflict.conflict_id).await
    }

    async fn resolve(
        &self,
        by: &Caller,
        resolution: Resolution,
    ) -> Result<ResolveConflictResponse, Status> {
        let etag = self.conflict.etag.clone();
        resolve(by, self.request(&etag, resolution)).await
    }

    fn request(&self, etag: &str, resolution: Resolution) -> ResolveConflictRequest {
        ResolveConflictRequest {
            request_id: request_id(),
            validate_only: false,
            id: self.conflict.conflict_id.clone(),
            etag: etag.to_owned(),
            resolution: Some(resolution),
        }
    }
}

/// Makes a document, changes its title twice from the same revision.
async fn dispute(system: &Caller, base: &Document) -> PushConflict {
    let Outcome::Created(made) = push_one(system, new(base)).await else {
        panic!("not created")
    };
    for (title, last) in [("Deras titel", false), ("Vår titel", true)] {
        let mut paper = base.clone();
        title.clone_into(&mut analysis_in(&mut paper).title);
        match (push_one(system, changed(&paper, &made.etag)).await, last) {
            (Outcome::Updated(_), false) => {}
            (Outcome::Conflict(conflict), true) => return conflict,
            (other, _) => panic!("{other:?}"),
        }
    }
    panic!("no conflict arose")
}

async fn get(by: &Caller, id: &str) -> Result<GetConflictResponse, Status> {
    let request = GetConflictRequest { id: id.to_owned() };
    let answer = by.conflicts().get_conflict(request).await?;
    Ok(answer.into_inner())
}

async fn resolve(
    by: &Caller,
    request: ResolveConflictRequest,
) -> Result<ResolveConflictResponse, Status> {
    let answer = by.conflicts().resolve_conflict(request).await?;
    Ok(answer.into_inner())
}

async fn all(by: &Caller, request: ListConflictsRequest) -> Vec<Conflict> {
    let mut request = request;
    let mut conflicts = Vec::new();
    loop {
        let answer = by.conflicts().list_conflicts(request.clone()).await;
        let answer = answer.expect("they are listed").into_inner();
        conflicts.extend(answer.conflicts);
        if answer.next_page_token.is_empty() {
            return conflicts;
        }
        request.page_token = answer.next_page_token;
    }
}

fn title(document: Option<&Document>) -> String {
    let mut document = document.expect("it has the document").clone();
    analysis_in(&mut document).title.clone()
}

fn reason(status: &Status) -> String {
    tonic_types::StatusExt::get_details_error_info(status)
        .expect("a refusal has a reason")
        .reason
}
