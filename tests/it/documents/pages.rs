//! Listings: filters, and pages that show the exchange at one position while others write.

use styrkedja::proto::v1::{
    DocumentKind, DocumentState, ListDocumentsRequest, ListRevisionsRequest,
};

use super::{acts::*, papers::*};
use crate::world::World;

stories!(
    filters_hold_together,
    all_pages_show_one_position,
    the_history_is_paged_and_pinned_too,
    large_documents_make_short_pages,
);

fn ids(documents: &[styrkedja::proto::v1::Document]) -> Vec<&str> {
    documents
        .iter()
        .map(|document| document.id.as_str())
        .collect()
}

async fn filters_hold_together(world: World) {
    let (karby, vallentuna) = (world.id_of("Karbyskolan"), world.id_of("Vallentuna kommun"));
    let (principal, system) = (
        world.principal_of("Karbyskolan").await,
        world.organizer_system_of("Vallentuna kommun").await,
    );
    let first = principal.draft(&analysis(&karby)).await;
    let first = principal.submits(&first).await.expect("it breaks no rule");
    let second = principal.draft(&plan(&karby, &first)).await;
    let mut yearly = analysis(&vallentuna);
    yearly.round = String::new();
    let third = system.draft(&yearly).await;

    let all = ListDocumentsRequest::default();
    let filters = [
        (all.clone(), vec![&first, &second, &third]),
        (
            ListDocumentsRequest {
                owner_id: karby.clone(),
                ..all.clone()
            },
            vec![&first, &second],
        ),
        (
            ListDocumentsRequest {
                owner_id: vallentuna.clone(),
                ..all.clone()
            },
            vec![&third],
        ),
        (
            ListDocumentsRequest {
                owner_id: vallentuna.clone(),
                include_below: true,
                ..all.clone()
            },
            vec![&first, &second, &third],
        ),
        (
            ListDocumentsRequest {
                kinds: vec![DocumentKind::ActionPlan.into()],
                ..all.clone()
            },
            vec![&second],
        ),
        (
            ListDocumentsRequest {
                states: vec![DocumentState::Draft.into()],
                ..all.clone()
            },
            vec![&second, &third],
        ),
        (
            ListDocumentsRequest {
                round: "sbs-2019-1".to_owned(),
                ..all.clone()
            },
            vec![&first, &second],
        ),
        (
            ListDocumentsRequest {
                updated_after: first.update_time,
                ..all.clone()
            },
            vec![&second, &third],
        ),
        (
            ListDocumentsRequest {
                owner_id: karby.clone(),
                kinds: vec![
                    DocumentKind::Analysis.into(),
                    DocumentKind::ActionPlan.into(),
                ],
                states: vec![DocumentState::Submitted.into()],
                ..all.clone()
            },
            vec![&first],
        ),
        (
            ListDocumentsRequest {
                owner_id: world.id_of("Bergs kommun"),
                ..all.clone()
            },
            vec![],
        ),
    ];
    for (filter, expected) in filters {
        for page_size in [0, 1, 2] {
            let found = system
                .all(ListDocumentsRequest {
                    page_size,
                    ..filter.clone()
                })
                .await;
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{filter:?}");
        }
    }
}

async fn all_pages_show_one_position(world: World) {
    let (karby, principal) = (
        world.id_of("Karbyskolan"),
        world.principal_of("Karbyskolan").await,
    );
    let mut before = Vec::new();
    for _ in 0..7 {
        before.push(principal.draft(&analysis(&karby)).await);
    }
    let mut request = ListDocumentsRequest {
        page_size: 2,
        ..Default::default()
    };
    let mut seen = Vec::new();
    let mut writes = before.iter();
    loop {
        let page = principal.lists(request.clone()).await.expect("a page");
        seen.extend(page.documents);
        // Between any two pages others write: new documents, and new revisions of those still to come.
        principal.draft(&analysis(&karby)).await;
        if let Some(document) = writes.next_back() {
            principal
                .submits(document)
                .await
                .expect("it breaks no rule");
        }
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_eq!(seen, before);
    let now = principal
        .all(ListDocumentsRequest {
            page_size: 3,
            ..Default::default()
        })
        .await;
    assert!(now.len() > before.len() && ids(&now).is_sorted());

    // A document withdrawn between two pages gives no content out on a page of the time before.
    let page = principal
        .lists(ListDocumentsRequest {
            page_size: 1,
            ..Default::default()
        })
        .await
        .expect("a page");
    principal.withdraws(&now[1]).await.expect("withdrawn");
    let request = ListDocumentsRequest {
        page_size: 1,
        page_token: page.next_page_token,
        ..Default::default()
    };
    let next = principal.lists(request).await.expect("a page").documents;
    assert_eq!(
        (next[0].id.as_str(), &next[0].content),
        (now[1].id.as_str(), &None)
    );
}

async fn the_history_is_paged_and_pinned_too(world: World) {
    let (karby, principal) = (
        world.id_of("Karbyskolan"),
        world.principal_of("Karbyskolan").await,
    );
    let mut document = principal.draft(&analysis(&karby)).await;
    for number in 0..4 {
        analysis_in(&mut document).title = format!("Titel {number}");
        document = principal
            .updates(change(&document, &["analysis.title"]))
            .await
            .expect("changed");
    }
    let mut request = ListRevisionsRequest {
        id: document.id.clone(),
        page_size: 2,
        ..Default::default()
    };
    let mut seen = Vec::new();
    loop {
        let page = principal
            .documents()
            .list_revisions(request.clone())
            .await
            .expect("a page")
            .into_inner();
        seen.extend(page.revisions.iter().map(|revision| revision.revision));
        document = principal
            .updates(change(&document, &["analysis.title"]))
            .await
            .expect("changed");
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_eq!(seen, [5, 4, 3, 2, 1]);
    request.id = principal.draft(&analysis(&karby)).await.id;
    let refused = principal
        .documents()
        .list_revisions(request)
        .await
        .expect_err("a token of another document");
    assert_eq!(reason(&refused), "CURSOR_INVALID");
}

async fn large_documents_make_short_pages(world: World) {
    let (karby, principal) = (
        world.id_of("Karbyskolan"),
        world.principal_of("Karbyskolan").await,
    );
    let mut large = analysis(&karby);
    let template = analysis_in(&mut large).problems[0].clone();
    for number in 0..40 {
        let statement = "lång text ".repeat(199);
        analysis_in(&mut large)
            .problems
            .push(styrkedja::proto::v1::Problem {
                id: format!("p1{number}"),
                statement,
                ..template.clone()
            });
    }
    let mut written = Vec::new();
    for _ in 0..40 {
        written.push(principal.draft(&large).await.id);
    }
    let page = principal
        .lists(ListDocumentsRequest {
            page_size: 200,
            ..Default::default()
        })
        .await
        .expect("a page");
    assert!(
        page.documents.len() < 40 && !page.next_page_token.is_empty(),
        "{}",
        page.documents.len()
    );
    let all = principal
        .all(ListDocumentsRequest {
            page_size: 200,
            ..Default::default()
        })
        .await;
    assert_eq!(ids(&all), written);
}
