//! Conflicts: kept, shown to both sides and to nobody else, resolved by either.

use styrkedja::proto::v1::{
    Conflict, ConflictResolution, ConflictState, Document, GetConflictRequest, GetConflictResponse,
    Goal, KeepTheirs, ListConflictsRequest, Measure, PushConflict, ResolveConflictRequest,
    ResolveConflictResponse, TakeYours, push_response::Outcome,
    resolve_conflict_request::Resolution,
};
use tonic::Status;

use super::{changed, known_as, new, push_one, word};
use crate::{
    documents::papers::{self, analysis_in, plan_in},
    world::{Caller, World, request_id},
};

stories!(
    a_conflict_shows_base_theirs_and_yours,
    nobody_sees_a_conflict_who_sees_no_drafts,
    theirs_can_be_kept,
    yours_can_be_taken,
    both_can_be_put_together,
    a_resolution_is_made_once_and_on_what_was_seen,
    what_is_handed_in_can_only_be_kept,
    conflicts_are_listed_page_by_page,
    a_withdrawn_document_takes_its_conflicts_contents_along,
    a_resolution_is_one_write_that_the_feed_tells_of,
    what_not_even_a_draft_may_hold_is_kept_in_no_conflict,
    a_goal_taken_away_and_linked_to_is_a_conflict,
    a_change_by_id_takes_back_no_new_name,
);

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

async fn a_conflict_shows_base_theirs_and_yours(world: World) {
    let dispute = Dispute::arises(&world).await;
    for by in [&dispute.system, &dispute.principal] {
        let answer = dispute.get(by).await.expect("both sides see it");
        let conflict = answer.conflict.expect("the conflict");
        assert_eq!(title(conflict.base.as_ref()), title(Some(&dispute.base)));
        assert_eq!(title(conflict.theirs.as_ref()), "Deras titel");
        assert_eq!(title(conflict.yours.as_ref()), "Vår titel");
        assert_eq!(conflict.state(), ConflictState::Open);
        assert_eq!(conflict.fields, ["analysis.title"]);
        assert_eq!((conflict.base_revision, conflict.their_revision), (1, 2));
        assert_eq!(conflict.author, dispute.system.subject);
        assert!(conflict.create_time.is_some());
        let document = answer.document.expect("the document as it stands");
        assert_eq!(document.etag, dispute.conflict.etag);
        let listed = all(by, ListConflictsRequest::default()).await;
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].id, dispute.conflict.conflict_id);
        assert!(listed[0].yours.is_none());
    }
}

async fn nobody_sees_a_conflict_who_sees_no_drafts(world: World) {
    let dispute = Dispute::arises(&world).await;
    let others = [
        world.principal_of("Bällstabergsskolan").await,
        world.organizer_system_of("Bergs kommun").await,
        world.officer().await,
        world.board_of("Vallentuna kommun").await,
    ];
    for other in others {
        let hidden = dispute.get(&other).await.expect_err("it is hidden");
        let missing = get(&other, &request_id()).await.expect_err("it is missing");
        assert_eq!(hidden.code(), missing.code());
        assert_eq!(
            (hidden.message(), hidden.details()),
            (missing.message(), missing.details())
        );
        let everything = ListConflictsRequest {
            include_resolved: true,
            ..ListConflictsRequest::default()
        };
        assert_eq!(all(&other, everything).await, []);
    }
}

async fn theirs_can_be_kept(world: World) {
    let dispute = Dispute::arises(&world).await;
    let request = dispute.request(
        &dispute.conflict.etag,
        Resolution::KeepTheirs(KeepTheirs {}),
    );
    let first = resolve(&dispute.principal, request.clone()).await;
    let first = first.expect("it is resolved");
    let document = first.document.clone().expect("the document");
    assert_eq!(
        (document.etag, document.revision),
        (dispute.conflict.etag.clone(), 2)
    );
    let conflict = first.conflict.clone().expect("the conflict");
    assert_eq!(conflict.state(), ConflictState::Resolved);
    assert_eq!(conflict.resolution(), ConflictResolution::KeepTheirs);
    assert_eq!(conflict.resolver, dispute.principal.subject);
    assert_eq!(conflict.resolved_revision, 0);
    let again = resolve(&dispute.principal, request).await;
    assert_eq!(again.expect("it was resolved before"), first);
    assert_eq!(
        all(&dispute.system, ListConflictsRequest::default()).await,
        []
    );
    // The change that was given up remains.
    let kept = dispute.get(&dispute.system).await.expect("it is there");
    assert_eq!(
        title(kept.conflict.expect("the conflict").yours.as_ref()),
        "Vår titel"
    );
}

async fn yours_can_be_taken(world: World) {
    let dispute = Dispute::arises(&world).await;
    let taken = dispute
        .resolve(&dispute.system, Resolution::TakeYours(TakeYours {}))
        .await
        .expect("it is resolved");
    let document = taken.document.expect("the document");
    assert_eq!(title(Some(&document)), "Vår titel");
    assert_eq!(document.revision, 3);
    assert_eq!(taken.conflict.expect("the conflict").resolved_revision, 3);
    let kept = dispute.principal.gets(&document.id, 0).await;
    assert_eq!(kept.expect("it is there"), document);
}

async fn both_can_be_put_together(world: World) {
    let dispute = Dispute::arises(&world).await;
    let mut both = Document {
        owner_id: String::new(),
        external_id: None,
        ..dispute.base.clone()
    };
    "Bådas titel".clone_into(&mut analysis_in(&mut both).title);
    let named = Document {
        id: dispute.conflict.document_id.clone(),
        etag: "1".to_owned(),
        ..both.clone()
    };
    let refused = dispute
        .resolve(&dispute.system, Resolution::TakeBoth(named))
        .await
        .expect_err("the exchange gives these");
    let fields = tonic_types::StatusExt::get_details_bad_request(&refused).expect("fields");
    let fields: Vec<_> = fields
        .field_violations
        .iter()
        .map(|one| one.field.as_str())
        .collect();
    assert_eq!(fields, ["take_both.etag"]);
    let taken = dispute
        .resolve(&dispute.principal, Resolution::TakeBoth(both))
        .await
        .expect("it is resolved");
    let document = taken.document.expect("the document");
    assert_eq!(title(Some(&document)), "Bådas titel");
    assert_eq!(document.external_id, dispute.base.external_id);
}

async fn a_resolution_is_made_once_and_on_what_was_seen(world: World) {
    let dispute = Dispute::arises(&world).await;
    let yours = || Resolution::TakeYours(TakeYours {});
    let stale = resolve(&dispute.system, dispute.request("1-0", yours())).await;
    assert_eq!(reason(&stale.expect_err("it is stale")), "ETAG_MISMATCH");
    let dry = ResolveConflictRequest {
        validate_only: true,
        ..dispute.request(&dispute.conflict.etag, yours())
    };
    let tried = resolve(&dispute.system, dry).await.expect("it would do");
    assert_eq!(tried.document.expect("the document").revision, 3);
    let seen = dispute.get(&dispute.system).await.expect("it is there");
    assert_eq!(
        seen.conflict.expect("the conflict").state(),
        ConflictState::Open
    );
    // Of many at once, one stands.
    let requests = (0..8).map(|_| dispute.resolve(&dispute.principal, yours()));
    let answers = futures::future::join_all(requests).await;
    let resolved = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(resolved, 1);
    for refused in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert!(["CONFLICT_RESOLVED", "ETAG_MISMATCH"].contains(&&*reason(refused)));
    }
    let later = dispute.resolve(&dispute.system, yours()).await;
    assert_eq!(
        reason(&later.expect_err("it is resolved")),
        "CONFLICT_RESOLVED"
    );
    assert_eq!(
        dispute
            .system
            .revisions(&dispute.conflict.document_id)
            .await
            .expect("its history"),
        [3, 2, 1]
    );
    let reader = world.board_of("Vallentuna kommun").await;
    let denied = dispute.resolve(&reader, yours()).await;
    assert_eq!(reason(&denied.expect_err("it may not")), "ROLE_MAY_NOT");
}

async fn what_is_handed_in_can_only_be_kept(world: World) {
    let dispute = Dispute::arises(&world).await;
    let draft = dispute
        .principal
        .gets(&dispute.conflict.document_id, 0)
        .await;
    let submitted = dispute.principal.submits(&draft.expect("the draft")).await;
    let etag = submitted.expect("it is handed in").etag;
    let yours = dispute.request(&etag, Resolution::TakeYours(TakeYours {}));
    let refused = resolve(&dispute.system, yours).await;
    assert_eq!(
        reason(&refused.expect_err("it is handed in")),
        "STATE_FORBIDS"
    );
    // The officer sees what was handed in, and not what was not.
    let officer = world.officer().await;
    assert!(officer.gets(&dispute.conflict.document_id, 0).await.is_ok());
    assert!(dispute.get(&officer).await.is_err());
    let theirs = dispute.request(&etag, Resolution::KeepTheirs(KeepTheirs {}));
    resolve(&dispute.system, theirs).await.expect("it is kept");
}

async fn conflicts_are_listed_page_by_page(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let mut made = Vec::new();
    for number in 0..5 {
        let school = ["Karbyskolan", "Bällstabergsskolan"][number % 2];
        let base = known_as(&format!("a-{number}"), &world.id_of(school));
        made.push(dispute(&system, &base).await.conflict_id);
    }
    let pages = ListConflictsRequest {
        page_size: 2,
        ..ListConflictsRequest::default()
    };
    let ids = |conflicts: Vec<Conflict>| -> Vec<String> {
        conflicts.into_iter().map(|conflict| conflict.id).collect()
    };
    assert_eq!(ids(all(&system, pages.clone()).await), made);
    let principal = world.principal_of("Karbyskolan").await;
    assert_eq!(
        ids(all(&principal, pages.clone()).await),
        [made[0].clone(), made[2].clone(), made[4].clone()]
    );
    let of_owner = ListConflictsRequest {
        owner_id: world.id_of("Bällstabergsskolan"),
        ..pages.clone()
    };
    assert_eq!(
        ids(all(&system, of_owner).await),
        [made[1].clone(), made[3].clone()]
    );
    // A page made for another does not open.
    let first = system.conflicts().list_conflicts(pages.clone()).await;
    let token = first.expect("a page").into_inner().next_page_token;
    let stolen = ListConflictsRequest {
        page_token: token,
        ..pages
    };
    let refused = principal.conflicts().list_conflicts(stolen).await;
    assert_eq!(
        reason(&refused.expect_err("it is not theirs")),
        "CURSOR_INVALID"
    );
}

async fn a_withdrawn_document_takes_its_conflicts_contents_along(world: World) {
    let dispute = Dispute::arises(&world).await;
    let draft = dispute
        .principal
        .gets(&dispute.conflict.document_id, 0)
        .await;
    let gone = dispute
        .principal
        .withdraws(&draft.expect("the draft"))
        .await;
    let gone = gone.expect("it is withdrawn");
    let answer = dispute.get(&dispute.system).await.expect("it is there");
    let conflict = answer.conflict.expect("the conflict");
    assert_eq!(
        (conflict.base, conflict.theirs, conflict.yours),
        (None, None, None)
    );
    let yours = dispute.request(&gone.etag, Resolution::TakeYours(TakeYours {}));
    let refused = resolve(&dispute.system, yours).await;
    assert_eq!(
        reason(&refused.expect_err("it is withdrawn")),
        "STATE_FORBIDS"
    );
}

async fn a_resolution_is_one_write_that_the_feed_tells_of(world: World) {
    use crate::sync::Replica;
    let dispute = Dispute::arises(&world).await;
    let mut replica = Replica::default();
    replica.pull(&dispute.system).await.expect("it is told");
    dispute
        .resolve(&dispute.principal, Resolution::TakeYours(TakeYours {}))
        .await
        .expect("it is resolved");
    replica.pull(&dispute.system).await.expect("it is told");
    let held = &replica.documents[&dispute.conflict.document_id];
    assert_eq!(title(Some(held)), "Vår titel");
    let database = styrkedja::database::Database::open(
        world.place().url(),
        styrkedja::database::Purpose::Inspect,
    )
    .await
    .expect("it opens");
    styrkedja::journal::verify(&database, None, |_, _| ())
        .await
        .expect("the journal verifies");
    database.close().await;
}

async fn what_not_even_a_draft_may_hold_is_kept_in_no_conflict(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let base = known_as("a-1", &world.id_of("Karbyskolan"));
    let Outcome::Created(made) = push_one(&system, new(&base)).await else {
        panic!("not created")
    };
    let mut theirs = base.clone();
    "Deras titel".clone_into(&mut analysis_in(&mut theirs).title);
    push_one(&system, changed(&theirs, &made.etag)).await;
    let mut yours = base.clone();
    "Vår titel".clone_into(&mut analysis_in(&mut yours).title);
    "Ring 19121212-1212.".clone_into(&mut analysis_in(&mut yours).pupils_say);
    let told = push_one(&system, changed(&yours, &made.etag)).await;
    assert_eq!(word(&told), "FINDINGS");
    // Nor what leads nowhere.
    let mut plan = Document {
        external_id: base.external_id.clone(),
        ..papers::plan(&base.owner_id, &there(&made.id))
    };
    let Outcome::Created(planned) = push_one(&system, new(&plan)).await else {
        panic!("not created")
    };
    "Deras titel".clone_into(&mut plan_in(&mut plan).title);
    push_one(&system, changed(&plan, &planned.etag)).await;
    "Vår titel".clone_into(&mut plan_in(&mut plan).title);
    plan_in(&mut plan).goals[0].development_areas = vec![papers::link(&there(&made.id), "a9")];
    let told = push_one(&system, changed(&plan, &planned.etag)).await;
    assert_eq!(word(&told), "FINDINGS");
    assert_eq!(all(&system, ListConflictsRequest::default()).await, []);
}

/// The newest revision of a document.
fn there(id: &str) -> Document {
    Document {
        id: id.to_owned(),
        ..Document::default()
    }
}

async fn a_goal_taken_away_and_linked_to_is_a_conflict(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let analysis = known_as("a-1", &world.id_of("Karbyskolan"));
    let Outcome::Created(made) = push_one(&system, new(&analysis)).await else {
        panic!("not created")
    };
    let mut base = Document {
        external_id: analysis.external_id.clone(),
        ..papers::plan(&analysis.owner_id, &there(&made.id))
    };
    let second = Goal {
        id: "g2".to_owned(),
        ..plan_in(&mut base).goals[0].clone()
    };
    plan_in(&mut base).goals.push(second);
    let Outcome::Created(made) = push_one(&system, new(&base)).await else {
        panic!("not created")
    };
    let mut theirs = base.clone();
    plan_in(&mut theirs).goals.truncate(1);
    let told = push_one(&system, changed(&theirs, &made.etag)).await;
    assert_eq!(word(&told), "updated");
    let mut yours = base.clone();
    let measure = Measure {
        id: "m9".to_owned(),
        goal_ids: vec!["g2".to_owned()],
        ..plan_in(&mut yours).measures[0].clone()
    };
    plan_in(&mut yours).measures.push(measure);
    let Outcome::Conflict(conflict) = push_one(&system, changed(&yours, &made.etag)).await else {
        panic!("no conflict")
    };
    assert_eq!(conflict.fields, ["action_plan.measures[1].goal_ids[0]"]);
    // What leads nowhere on one side alone is for its author to mend.
    let mut yours = theirs.clone();
    let measure = Measure {
        id: "m8".to_owned(),
        goal_ids: vec!["g8".to_owned()],
        ..plan_in(&mut yours).measures[0].clone()
    };
    plan_in(&mut yours).measures.push(measure);
    plan_in(&mut yours)
        .goals
        .clone_from(&plan_in(&mut base).goals);
    let told = push_one(&system, changed(&yours, &made.etag)).await;
    assert_eq!(word(&told), "merged");
}

async fn a_change_by_id_takes_back_no_new_name(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let base = known_as("a-1", &world.id_of("Karbyskolan"));
    let Outcome::Created(made) = push_one(&system, new(&base)).await else {
        panic!("not created")
    };
    let by_id = |title: &str, name: Option<&str>| {
        let mut paper = Document {
            id: made.id.clone(),
            owner_id: String::new(),
            external_id: name.and_then(|name| known_as(name, "").external_id),
            ..base.clone()
        };
        title.clone_into(&mut analysis_in(&mut paper).title);
        changed(&paper, &made.etag)
    };
    let told = push_one(&system, by_id("Deras titel", Some("b-1"))).await;
    assert_eq!(word(&told), "updated");
    let Outcome::Conflict(conflict) = push_one(&system, by_id("Vår titel", None)).await else {
        panic!("no conflict")
    };
    let request = ResolveConflictRequest {
        request_id: request_id(),
        validate_only: false,
        id: conflict.conflict_id,
        etag: conflict.etag,
        resolution: Some(Resolution::TakeYours(TakeYours {})),
    };
    let taken = resolve(&system, request).await.expect("it is resolved");
    let document = taken.document.expect("the document");
    assert_eq!(title(Some(&document)), "Vår titel");
    assert_eq!(document.external_id, known_as("b-1", "").external_id);
}
