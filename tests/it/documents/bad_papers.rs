//! What is wrong with a document is named, all of it at once, and changes nothing.

use styrkedja::proto::v1::{
    CreateDocumentRequest, Document, DocumentKind, DocumentLink, DocumentState, ExternalId,
    ListDocumentsRequest, MeasureProvider, ObservedFigure, document::Content, evidence::Source,
};
use tonic::Code;

use super::{acts::*, papers::*};
use crate::world::{Caller, World, request_id};

stories!(
    what_the_exchange_gives_must_be_left_empty,
    a_document_needs_an_owner_and_a_content,
    an_owner_that_is_not_there_is_not_found,
    every_faulty_text_is_named,
    faulty_dates_and_ids_are_found_in_the_draft,
    personal_data_is_found_and_not_repeated,
    a_link_to_nothing_is_found,
    a_figure_is_about_an_organization_that_is_seen,
);

async fn nothing_is_there(caller: &Caller) {
    assert_eq!(caller.all(ListDocumentsRequest::default()).await, []);
}

async fn what_the_exchange_gives_must_be_left_empty(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let paper = Document {
        id: request_id(),
        kind: DocumentKind::Analysis.into(),
        state: DocumentState::Accepted.into(),
        revision: 7,
        etag: "7-0".to_owned(),
        create_time: Some(prost_types::Timestamp::default()),
        update_time: Some(prost_types::Timestamp::default()),
        author: "exchange:another".to_owned(),
        content_hash: vec![1].into(),
        hidden_fields: vec!["author".to_owned()],
        withdraw_reason: 1,
        ..analysis(&world.id_of("Karbyskolan"))
    };
    let status = refused(principal.creates(&paper).await, "FIELDS_INVALID");
    let expected = [
        "id",
        "kind",
        "state",
        "revision",
        "etag",
        "create_time",
        "update_time",
        "author",
        "content_hash",
        "withdraw_reason",
        "hidden_fields",
    ];
    assert_eq!(
        fields(&status),
        expected.map(|field| format!("document.{field}"))
    );
    nothing_is_there(&principal).await;
}

async fn a_document_needs_an_owner_and_a_content(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let paper = Document {
        revision: 1,
        ..Document::default()
    };
    let status = refused(principal.creates(&paper).await, "FIELDS_INVALID");
    assert_eq!(
        fields(&status),
        ["document.revision", "document.owner_id", "document.content"]
    );
    let request = CreateDocumentRequest {
        request_id: request_id(),
        ..Default::default()
    };
    let status = principal
        .documents()
        .create_document(request)
        .await
        .expect_err("it is empty");
    assert_eq!(fields(&status), ["document"]);
}

async fn an_owner_that_is_not_there_is_not_found(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let status = principal
        .creates(&analysis(&request_id()))
        .await
        .expect_err("nobody has the id");
    assert_eq!(
        (status.code(), reason(&status)),
        (Code::NotFound, "NOT_FOUND".to_owned())
    );
    let status = refused(
        principal.creates(&analysis("57370453")).await,
        "FIELDS_INVALID",
    );
    assert_eq!(fields(&status), ["document.owner_id"]);
    nothing_is_there(&principal).await;
}

async fn every_faulty_text_is_named(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let mut paper = analysis(&world.id_of("Karbyskolan"));
    paper.round = "Omgång 1".into();
    paper.period = Some(period("2019", "2020-06-30"));
    paper.external_id = Some(ExternalId {
        scheme: "VERSALER".to_owned(),
        value: String::new(),
    });
    let content = analysis_in(&mut paper);
    content.title = "å".repeat(201);
    content.present_state = "med\0nolla".into();
    content.problems[0].statement = "vänd \u{202e} text".into();
    content.causes[0].assumption = "styr\u{7}tecken".into();
    content.causes[0].category = 99;
    content.development_areas[0].id = String::new();
    let status = refused(principal.creates(&paper).await, "FIELDS_INVALID");
    let mut named = fields(&status);
    named.sort();
    named.dedup();
    let mut expected = [
        "document.analysis.causes[0].assumption",
        "document.analysis.causes[0].category",
        "document.analysis.development_areas[0].id",
        "document.analysis.present_state",
        "document.analysis.problems[0].statement",
        "document.analysis.title",
        "document.external_id.scheme",
        "document.external_id.value",
        "document.period.start_date",
        "document.round",
    ];
    expected.sort_unstable();
    assert_eq!(named, expected);
    assert!(
        !format!("{status:?}").contains("VERSALER"),
        "values are not told"
    );
    nothing_is_there(&principal).await;
}

async fn faulty_dates_and_ids_are_found_in_the_draft(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let mut paper = analysis(&world.id_of("Karbyskolan"));
    paper.period = Some(period("2020-06-30", "2019-08-01"));
    analysis_in(&mut paper).problems.push(problem("p1"));
    let status = refused(principal.creates(&paper).await, "FINDINGS");
    let named = told(&findings(&status));
    assert!(
        named.contains(&"document.period_reversed period.end_date".to_owned()),
        "{named:?}"
    );
    assert!(
        named.contains(&"document.item_id_taken analysis.problems[1].id".to_owned()),
        "{named:?}"
    );

    paper.period = Some(period("2019-02-29", "2019-06-31"));
    let status = refused(principal.creates(&paper).await, "FINDINGS");
    let named = told(&findings(&status));
    assert!(
        named.contains(&"document.date_unreal period.start_date".to_owned()),
        "{named:?}"
    );
    assert!(
        named.contains(&"document.date_unreal period.end_date".to_owned()),
        "{named:?}"
    );
    nothing_is_there(&principal).await;
}

async fn personal_data_is_found_and_not_repeated(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let mut paper = analysis(&world.id_of("Karbyskolan"));
    analysis_in(&mut paper).present_state = "Eleven 20121201-2387 läser.".into();
    analysis_in(&mut paper).pupils_say = "Skriv till elev@skola.example.".into();
    let status = refused(principal.creates(&paper).await, "FINDINGS");
    let named = told(&findings(&status));
    assert!(
        named.contains(&"personal_data.identity_number analysis.present_state".to_owned()),
        "{named:?}"
    );
    assert!(
        named.contains(&"personal_data.email_address analysis.pupils_say".to_owned()),
        "{named:?}"
    );
    let all = format!("{status:?}{}", String::from_utf8_lossy(status.details()));
    assert!(
        !all.contains("2387") && !all.contains("elev@"),
        "what was found is not repeated"
    );
    nothing_is_there(&principal).await;

    let draft = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    let mut edited = draft.clone();
    analysis_in(&mut edited).pupils_say = "Skriv till elev@skola.example.".into();
    refused(
        principal
            .updates(change(&edited, &["analysis.pupils_say"]))
            .await,
        "FINDINGS",
    );
    assert_eq!(
        principal.gets(&draft.id, 0).await.expect("unchanged"),
        draft
    );
}

async fn a_link_to_nothing_is_found(world: World) {
    let (karby, ballsta) = (
        world.id_of("Karbyskolan"),
        world.id_of("Bällstabergsskolan"),
    );
    let principal = world.principal_of("Karbyskolan").await;
    let own = principal.draft(&analysis(&karby)).await;
    let foreign = world
        .principal_of("Bällstabergsskolan")
        .await
        .draft(&analysis(&ballsta))
        .await;
    principal.draft(&plan(&karby, &own)).await;

    let to = |document_id: &str, revision, item_id: &str| DocumentLink {
        document_id: document_id.to_owned(),
        revision,
        item_id: item_id.to_owned(),
    };
    let nowhere = [
        to(&request_id(), 1, "a1"),
        to(&foreign.id, 1, "a1"),
        to(&own.id, 2, "a1"),
        to(&own.id, u32::try_from(i32::MAX).expect("it fits") - 1, "a1"),
        to(&own.id, 1, "a2"),
        to(&own.id, 1, "c1"),
    ];
    for link in nowhere {
        let mut paper = plan(&karby, &own);
        plan_in(&mut paper).goals[0]
            .development_areas
            .push(link.clone());
        let answer = principal.creates(&paper).await;
        if link.revision > 1_000_000 {
            refused(answer, "FIELDS_INVALID");
            continue;
        }
        let status = refused(answer, "FINDINGS");
        let expected = "document.link_to_nothing action_plan.goals[0].development_areas[1]".into();
        let found = findings(&status);
        assert!(
            told(&found).contains(&expected),
            "{link:?}: {:?}",
            told(&found)
        );
        assert!(
            found
                .iter()
                .any(|finding| finding.rule == "document.link_to_nothing" && finding.key == "g1")
        );
    }
    let mut unknown_university = plan(&karby, &own);
    plan_in(&mut unknown_university).measures[0].provider = MeasureProvider::University.into();
    // One that is missing, one that is hidden, and two that are seen and are no universities.
    for id in [
        request_id(),
        world.id_of("Svenstaviks skola"),
        world.id_of("Vallentuna kommun"),
        world.id_of("Skolverket"),
    ] {
        plan_in(&mut unknown_university).measures[0].university_id = id;
        let status = refused(principal.creates(&unknown_university).await, "FINDINGS");
        let expected = "document.link_to_nothing action_plan.measures[0].university_id".to_owned();
        assert!(told(&findings(&status)).contains(&expected));
    }
    plan_in(&mut unknown_university).measures[0].university_id = world.id_of("Uppsala universitet");
    principal.draft(&unknown_university).await;

    // A withdrawn document is no longer there to be built on.
    principal.withdraws(&own).await.expect("withdrawn");
    let status = refused(principal.creates(&plan(&karby, &own)).await, "FINDINGS");
    assert!(
        findings(&status)
            .iter()
            .filter(|found| found.rule == "document.link_to_nothing")
            .count()
            >= 3
    );
}

async fn a_figure_is_about_an_organization_that_is_seen(world: World) {
    let karby = world.id_of("Karbyskolan");
    let principal = world.principal_of("Karbyskolan").await;
    let about = |organization_id: &str| ObservedFigure {
        organization_id: organization_id.to_owned(),
        ..ObservedFigure::default()
    };
    let analysis_about = |organization: &str| {
        let mut paper = analysis(&karby);
        let source = Source::Observation(about(organization));
        analysis_in(&mut paper).evidence[0].source = Some(source);
        paper
    };
    let own = principal.draft(&analysis(&karby)).await;
    let plan = principal.draft(&plan(&karby, &own)).await;
    let report_about = |organization: &str| {
        let mut paper = report(&karby, &plan);
        if let Some(Content::FollowUpReport(report)) = &mut paper.content {
            report.goals[0].outcome = Some(about(organization));
        }
        paper
    };
    for nobody in [request_id(), world.id_of("Svenstaviks skola")] {
        for (paper, field) in [
            (
                analysis_about(&nobody),
                "analysis.evidence[0].observation.organization_id",
            ),
            (
                report_about(&nobody),
                "follow_up_report.goals[0].outcome.organization_id",
            ),
        ] {
            let status = refused(principal.creates(&paper).await, "FINDINGS");
            let expected = format!("document.link_to_nothing {field}");
            assert!(told(&findings(&status)).contains(&expected), "{field}");
        }
    }
    for seen in [&karby, &world.id_of("Vallentuna kommun")] {
        principal.draft(&analysis_about(seen)).await;
        principal.draft(&report_about(seen)).await;
    }
}
