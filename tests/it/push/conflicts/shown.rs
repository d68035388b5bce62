//! What is shown of conflicts, and to whom.

use styrkedja::proto::v1::{
    Conflict, ConflictState, ListConflictsRequest, PushResponse, TakeYours, push_response::Outcome,
    resolve_conflict_request::Resolution,
};

use super::{Dispute, all, dispute, get, reason, resolve, title};
use crate::{
    documents::papers::analysis_in,
    push::{EACH, changed, known_as, new, push},
    world::{World, request_id},
};

stories!(
    a_conflict_shows_base_theirs_and_yours,
    nobody_sees_a_conflict_who_sees_no_drafts,
    conflicts_are_listed_page_by_page,
    conflicts_of_one_instant_are_listed_once_each,
    a_withdrawn_document_takes_its_conflicts_contents_along,
);

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

async fn conflicts_of_one_instant_are_listed_once_each(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let school = world.id_of("Karbyskolan");
    let bases: Vec<_> = (0..8)
        .map(|number| known_as(&format!("a-{number}"), &school))
        .collect();
    let made: Vec<_> = bases.iter().map(new).collect();
    let made = push(&system, EACH, &made).await.expect("answered");
    let etag = |answer: &PushResponse| match &answer.outcome {
        Some(Outcome::Created(made)) => made.etag.clone(),
        other => panic!("{other:?}"),
    };
    for title in ["Deras titel", "Vår titel"] {
        let items = bases.iter().zip(&made).map(|(base, made)| {
            let mut paper = base.clone();
            title.clone_into(&mut analysis_in(&mut paper).title);
            changed(&paper, &etag(made))
        });
        let items: Vec<_> = items.collect();
        push(&system, EACH, &items).await.expect("answered");
    }
    let whole = all(&system, ListConflictsRequest::default()).await;
    let times: Vec<_> = whole.iter().map(|conflict| conflict.create_time).collect();
    assert!(times.windows(2).any(|two| two[0] == two[1]), "{times:?}");
    let pages = ListConflictsRequest {
        page_size: 1,
        ..ListConflictsRequest::default()
    };
    assert_eq!(whole.len(), bases.len());
    assert_eq!(all(&system, pages).await, whole);
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
