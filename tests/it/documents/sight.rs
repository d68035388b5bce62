//! Who sees what of documents, and that all else looks as if it had never been.

use styrkedja::proto::v1::{Change, Document, ListDocumentsRequest};
use tonic::Code;

use super::{acts::*, papers::*};
use crate::world::World;

stories!(
    what_is_out_of_sight_looks_like_what_was_never_there,
    drafts_of_a_unit_stay_in_the_unit_also_as_history,
    a_stage_is_never_lost_by_being_returned,
    the_board_sees_what_is_accepted_and_no_more,
    who_sees_a_document_may_not_therefore_act_on_it,
    a_researcher_sees_the_round_of_the_engagement,
    a_page_of_the_past_shows_nothing_that_has_left,
);

async fn what_is_out_of_sight_looks_like_what_was_never_there(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let there = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    let mut missing = there.clone();
    missing.id = styrkedja::clock::new_id().to_string();

    let outsiders = [
        world.principal_of("Bällstabergsskolan").await,
        world.head_of("Bergs kommun").await,
        world.head_of("Vallentuna kommun").await,
        world.organizer_system_of("Bergs kommun").await,
        world.area_manager_of("Verksamhetsområde grundskola").await,
    ];
    for outsider in outsiders {
        let pairs = [
            (
                outsider.gets(&there.id, 0).await.err(),
                outsider.gets(&missing.id, 0).await.err(),
            ),
            (
                outsider.gets(&there.id, 1).await.err(),
                outsider.gets(&missing.id, 1).await.err(),
            ),
            (
                outsider.revisions(&there.id).await.err(),
                outsider.revisions(&missing.id).await.err(),
            ),
            (
                outsider.compares(&there.id, 1, 1).await.err(),
                outsider.compares(&missing.id, 1, 1).await.err(),
            ),
            (
                outsider.updates(change(&there, &["round"])).await.err(),
                outsider.updates(change(&missing, &["round"])).await.err(),
            ),
            (
                outsider.submits(&there).await.err(),
                outsider.submits(&missing).await.err(),
            ),
            (
                outsider.reviews(returning(&there)).await.err(),
                outsider.reviews(returning(&missing)).await.err(),
            ),
            (
                outsider.withdraws(&there).await.err(),
                outsider.withdraws(&missing).await.err(),
            ),
        ];
        for (hidden, absent) in pairs {
            let (hidden, absent) = (hidden.expect("refused"), absent.expect("refused"));
            assert_eq!(hidden.code(), absent.code(), "{}", outsider.subject);
            assert_eq!(
                (hidden.message(), hidden.details()),
                (absent.message(), absent.details())
            );
            assert!(matches!(
                hidden.code(),
                Code::NotFound | Code::PermissionDenied
            ));
        }
        assert_eq!(
            outsider
                .gets(&there.id, 0)
                .await
                .expect_err("hidden")
                .code(),
            Code::NotFound
        );
        assert_eq!(outsider.all(ListDocumentsRequest::default()).await, []);
    }
    assert_eq!(
        principal.gets(&there.id, 0).await.expect("it is untouched"),
        there
    );
}

async fn drafts_of_a_unit_stay_in_the_unit_also_as_history(world: World) {
    let (principal, head) = (
        world.principal_of("Karbyskolan").await,
        world.head_of("Vallentuna kommun").await,
    );
    let supporter = world.method_supporter_of("Karbyskolan").await;
    let draft = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    let mut edited = draft.clone();
    analysis_in(&mut edited).title = "Nulägesanalys, andra utkastet".into();
    let edited = principal
        .updates(change(&edited, &["analysis.title"]))
        .await
        .expect("a draft can be changed");
    let submitted = principal.submits(&edited).await.expect("it breaks no rule");

    assert_eq!(
        head.revisions(&draft.id).await.expect("it is handed in"),
        [3]
    );
    assert_eq!(
        head.gets(&draft.id, 3)
            .await
            .expect("it is handed in")
            .content,
        submitted.content
    );
    for revision in [1, 2, 9] {
        assert_eq!(
            head.gets(&draft.id, revision)
                .await
                .expect_err("a draft of another")
                .code(),
            Code::NotFound
        );
        assert_eq!(
            head.compares(&draft.id, revision, 3)
                .await
                .expect_err("a draft")
                .code(),
            Code::NotFound
        );
        assert_eq!(
            head.compares(&draft.id, 3, revision)
                .await
                .expect_err("a draft")
                .code(),
            Code::NotFound
        );
    }
    assert_eq!(
        supporter
            .revisions(&draft.id)
            .await
            .expect("assigned to the unit"),
        [3, 2, 1]
    );
    let differences = supporter
        .compares(&draft.id, 1, 3)
        .await
        .expect("assigned to the unit");
    let told: Vec<_> = differences
        .iter()
        .map(|found| (found.field.as_str(), found.change(), found.after.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("state", Change::Changed, r#""DOCUMENT_STATE_SUBMITTED""#),
            (
                "analysis.title",
                Change::Changed,
                r#""Nulägesanalys, andra utkastet""#
            ),
        ]
    );
}

async fn a_stage_is_never_lost_by_being_returned(world: World) {
    let (principal, head) = (
        world.principal_of("Karbyskolan").await,
        world.head_of("Vallentuna kommun").await,
    );
    let draft = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    let submitted = principal.submits(&draft).await.expect("it breaks no rule");
    let returned = head
        .reviews(returning(&submitted))
        .await
        .expect("it is returned");
    principal
        .updates(change(&returned, &["analysis.title"]))
        .await
        .expect("it is mended");
    assert_eq!(
        head.revisions(&draft.id).await.expect("it was handed in"),
        [4, 3, 2]
    );
}

async fn the_board_sees_what_is_accepted_and_no_more(world: World) {
    let (principal, board) = (
        world.principal_of("Karbyskolan").await,
        world.board_of("Vallentuna kommun").await,
    );
    let observer = world.observer_of("Karbyskolan").await;
    let draft = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    let submitted = principal.submits(&draft).await.expect("it breaks no rule");
    for reader in [&board, &observer] {
        assert_eq!(
            reader
                .gets(&draft.id, 0)
                .await
                .expect_err("not accepted yet")
                .code(),
            Code::NotFound
        );
    }
    world
        .officer()
        .await
        .reviews(acceptance(&submitted))
        .await
        .expect("it is accepted");
    for reader in [&board, &observer] {
        assert_eq!(
            reader.gets(&draft.id, 0).await.expect("accepted").revision,
            3
        );
        assert_eq!(reader.revisions(&draft.id).await.expect("accepted"), [3]);
    }
    assert_eq!(
        world
            .board_of("Bergs kommun")
            .await
            .all(ListDocumentsRequest::default())
            .await,
        []
    );
}

async fn who_sees_a_document_may_not_therefore_act_on_it(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let draft = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    let (teacher, supporter) = (
        world.teacher_of("Karbyskolan").await,
        world.method_supporter_of("Karbyskolan").await,
    );
    let mut edited = draft.clone();
    analysis_in(&mut edited).title = "Lärarnas förslag".into();
    let edited = teacher
        .updates(change(&edited, &["analysis.title"]))
        .await
        .expect("teachers contribute to drafts");
    assert_eq!(edited.author, teacher.subject);
    for refused in [
        teacher.submits(&edited).await,
        teacher.withdraws(&edited).await,
        supporter
            .updates(change(&edited, &["analysis.title"]))
            .await,
        supporter.submits(&edited).await,
        principal.reviews(acceptance(&edited)).await,
    ] {
        let refused = refused.expect_err("not in this role");
        assert_eq!(
            (refused.code(), reason(&refused)),
            (Code::PermissionDenied, "ROLE_MAY_NOT".to_owned())
        );
    }
    let refused = supporter
        .reviews(acceptance(&edited))
        .await
        .expect_err("it is not handed in");
    assert_eq!(reason(&refused), "STATE_FORBIDS");
    let foreign = teacher
        .creates(&analysis(&world.id_of("Karbyskolan")))
        .await
        .expect_err("teachers create nothing");
    assert_eq!(foreign.code(), Code::PermissionDenied);
    // The head sees the unit, and may not write in its name.
    let head = world.head_of("Vallentuna kommun").await;
    let refused = head
        .creates(&analysis(&world.id_of("Karbyskolan")))
        .await
        .expect_err("not the head's own");
    assert_eq!(refused.code(), Code::PermissionDenied);
    let refused = head
        .creates(&analysis(&world.id_of("Svenstaviks skola")))
        .await
        .expect_err("not the head's to see");
    assert_eq!(refused.code(), Code::NotFound);
}

async fn a_researcher_sees_the_round_of_the_engagement(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let researcher = world.researcher_of("Vallentuna kommun").await;
    let mut yearly = analysis(&world.id_of("Karbyskolan"));
    yearly.round = String::new();
    let yearly = principal.draft(&yearly).await;
    let yearly = principal.submits(&yearly).await.expect("it breaks no rule");
    let of_round = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    principal
        .submits(&of_round)
        .await
        .expect("it breaks no rule");
    assert_eq!(
        researcher
            .gets(&yearly.id, 0)
            .await
            .expect_err("of no round")
            .code(),
        Code::NotFound
    );
    let seen = researcher.all(ListDocumentsRequest::default()).await;
    assert_eq!(
        seen.iter().map(|document| &document.id).collect::<Vec<_>>(),
        [&of_round.id]
    );
}

async fn a_page_of_the_past_shows_nothing_that_has_left(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let researcher = world.researcher_of("Vallentuna kommun").await;
    let officer = world.officer().await;
    let mut handed_in = Vec::new();
    for _ in 0..5 {
        let draft = principal
            .draft(&analysis(&world.id_of("Karbyskolan")))
            .await;
        handed_in.push(principal.submits(&draft).await.expect("it breaks no rule"));
    }
    let first = ListDocumentsRequest {
        page_size: 1,
        ..ListDocumentsRequest::default()
    };
    let page = researcher.lists(first.clone()).await.expect("a page");
    let named = |documents: &[Document]| -> Vec<_> {
        let name = |document: &Document| (document.id.clone(), document.revision);
        documents.iter().map(name).collect()
    };
    assert_eq!(named(&page.documents), named(&handed_in[..1]));

    // Between the pages some are returned; of these, some leave the round.
    for (index, round) in [(1, ""), (2, "sbs-2019-1"), (3, ""), (4, "")] {
        let returned = officer.reviews(returning(&handed_in[index])).await;
        let mut returned = returned.expect("it is returned");
        returned.round = round.to_owned();
        let changed = principal.updates(change(&returned, &["round"])).await;
        changed.expect("it is changed");
    }
    let rest = ListDocumentsRequest {
        page_token: page.next_page_token,
        ..first
    };
    let seen = researcher.all(rest).await;
    let stayed = named(&handed_in[2..3]);
    assert_eq!(named(&seen), stayed, "as they were, of those that stayed");
    let now = researcher.all(ListDocumentsRequest::default()).await;
    assert_eq!(
        now.iter().map(|document| &document.id).collect::<Vec<_>>(),
        [&handed_in[0].id, &handed_in[2].id]
    );
}
