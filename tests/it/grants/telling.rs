//! What callers are told: of grants, page by page, and of their own access.

use futures::{StreamExt, stream};
use styrkedja::{
    clock,
    proto::v1::{
        AccessStep, CreateGrantRequest, DocumentKind, ExplainAccessRequest, ExplainAccessResponse,
        ListDocumentsRequest, ListGrantsRequest, explain_access_request::Target,
    },
};
use tonic::Code;
use tonic_types::StatusExt;

use super::{TEACHER, create, teacher};
use crate::world::{Caller, World};

stories!(
    pages_hold_every_grant_once_and_serve_their_caller_alone,
    an_explanation_tells_nothing_of_what_is_not_seen,
    a_push_is_explained_by_all_that_it_may_do,
    who_is_refused_often_keeps_the_connection,
);

async fn pages_hold_every_grant_once_and_serve_their_caller_alone(world: World) {
    let officer = world.officer().await;
    for n in 0..7 {
        let subject = format!("exchange:larare-{n}");
        create(
            &officer,
            CreateGrantRequest {
                subject,
                ..teacher(&world, "Karbyskolan")
            },
        )
        .await
        .expect("it is given");
    }
    let asked = ListGrantsRequest {
        organization_id: world.id_of("Karbyskolan"),
        page_size: 3,
        ..ListGrantsRequest::default()
    };
    let (mut ids, mut page_token, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let request = ListGrantsRequest {
            page_token: page_token.clone(),
            ..asked.clone()
        };
        let page = officer
            .access()
            .list_grants(request)
            .await
            .expect("a page")
            .into_inner();
        pages += 1;
        ids.extend(page.grants.into_iter().map(|grant| grant.id));
        if page.next_page_token.is_empty() {
            break;
        }
        page_token = page.next_page_token;
    }
    assert_eq!((pages, ids.len()), (3, 7));
    assert!(ids.is_sorted());

    let request = ListGrantsRequest {
        page_token,
        ..asked
    };
    let principal = world.principal_of("Karbyskolan").await;
    let foreign = principal
        .access()
        .list_grants(request.clone())
        .await
        .expect_err("another caller");
    let filters = ListGrantsRequest {
        subject: TEACHER.to_owned(),
        ..request
    };
    let changed = officer
        .access()
        .list_grants(filters)
        .await
        .expect_err("other filters");
    for refusal in [foreign, changed] {
        assert_eq!(refusal.code(), Code::InvalidArgument);
        let info = refusal
            .get_details_error_info()
            .expect("the details name the reason");
        assert_eq!(info.reason, "CURSOR_INVALID");
    }
}

async fn explain(caller: &Caller, method: &str, target: Option<Target>) -> ExplainAccessResponse {
    let request = ExplainAccessRequest {
        method: format!("styrkedja.v1.{method}"),
        target,
        kind: DocumentKind::Analysis.into(),
    };
    caller
        .access()
        .explain_access(request)
        .await
        .expect("everybody may ask")
        .into_inner()
}

async fn an_explanation_tells_nothing_of_what_is_not_seen(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let method = "DocumentService/CreateDocument";
    let owner = |id: String| Some(Target::OrganizationId(id));
    let own = explain(&principal, method, owner(world.id_of("Karbyskolan"))).await;
    assert!(own.allowed, "{own:?}");
    let unseen = explain(&principal, method, owner(world.id_of("Svenstaviks skola"))).await;
    let missing = explain(&principal, method, owner(clock::new_id().to_string())).await;
    assert_eq!(unseen, missing);
    assert_eq!(unseen.status, "NOT_FOUND");
    assert_eq!(unseen.grants[0].stopped_at(), AccessStep::Reach);

    let review = explain(&principal, "DocumentService/ReviewDocument", None).await;
    assert_eq!(
        (review.status.as_str(), review.grants[0].stopped_at()),
        ("PERMISSION_DENIED", AccessStep::Act)
    );
    let stranger = explain(&world.stranger(), method, owner(world.id_of("Karbyskolan"))).await;
    assert_eq!(
        (stranger.status.as_str(), stranger.grants.len()),
        ("PERMISSION_DENIED", 0)
    );
}

async fn a_push_is_explained_by_all_that_it_may_do(world: World) {
    let (principal, teacher) = (
        world.principal_of("Karbyskolan").await,
        world.teacher_of("Karbyskolan").await,
    );
    let owner = || Some(Target::OrganizationId(world.id_of("Karbyskolan")));
    let push = "SyncService/Push";
    assert!(explain(&principal, push, owner()).await.allowed);
    // A teacher changes what is there, and makes nothing new.
    let told = explain(&teacher, push, owner()).await;
    assert_eq!(
        (told.allowed, told.grants[0].stopped_at()),
        (false, AccessStep::Act)
    );
    let draft = crate::documents::papers::analysis(&world.id_of("Karbyskolan"));
    let draft = principal.draft(&draft).await;
    let there = Some(Target::DocumentId(draft.id));
    assert!(explain(&teacher, push, there).await.allowed);
}

async fn who_is_refused_often_keeps_the_connection(world: World) {
    let stranger = &world.stranger();
    let refused = stream::iter(0..3000).map(|_| async move {
        let answer = stranger
            .documents()
            .list_documents(ListDocumentsRequest::default())
            .await;
        answer.expect_err("a stranger reads nothing").code()
    });
    let others = refused
        .buffer_unordered(90)
        .filter(|code| std::future::ready(*code != Code::PermissionDenied));
    let others: Vec<Code> = others.collect().await;
    assert!(others.is_empty(), "{others:?}");
}
