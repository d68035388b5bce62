//! Who submits for whom, who reads what came of it, and who sees the offers.

use styrkedja::proto::v1::{
    CreateGrantRequest, ListSubmissionsRequest, Role, SubmissionHeader, event::What,
};
use tonic::Code;
use tonic_types::StatusExt;

use super::{END, SCHEME, delta, events, offer, report, submit};
use crate::{
    offers::{UPPSALA, dalarna},
    sync::grant,
    world::{Caller, World},
};

stories!(
    offers_of_another_university_are_out_of_reach,
    who_may_not_submit_is_told_so,
    who_submits_for_several_universities_names_one,
    a_report_is_for_those_who_submit,
    everybody_follows_what_is_published,
);

fn at(world: &World, university: &str) -> SubmissionHeader {
    SubmissionHeader {
        university_id: world.id_of(university),
        ..delta()
    }
}

async fn offers_of_another_university_are_out_of_reach(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    let dalarna = dalarna(&world).await;
    let first = submit(&uppsala, &at(&world, UPPSALA), [offer("a", 30), END]).await;
    let first = first.expect("it is taken");
    // Universities are known to all, schools of others are not.
    for (university, code) in [
        (UPPSALA, Code::PermissionDenied),
        ("Karbyskolan", Code::NotFound),
    ] {
        let refused = submit(&dalarna, &at(&world, university), [offer("a", 1), END]).await;
        let refused = refused.expect_err("it is not theirs");
        assert_eq!(refused.code(), code);
    }
    // Under the same id in the same numbering, an offer of their own.
    let theirs = submit(&dalarna, &delta(), [offer("a", 1), END]).await;
    let theirs = theirs.expect("it is taken");
    assert_eq!(theirs.words(), ["created"]);
    assert_ne!(theirs.end().university_id, first.end().university_id);
    let standing = uppsala.gets(&first.rows[0].document_id, 0).await;
    assert_eq!(standing.expect("it is there").revision, 1);
}

async fn who_may_not_submit_is_told_so(world: World) {
    for caller in [
        world.principal_of("Karbyskolan").await,
        world.head_of("Vallentuna kommun").await,
        world.officer().await,
        world.stranger(),
    ] {
        let refused = submit(&caller, &at(&world, UPPSALA), [offer("a", 1), END]).await;
        let refused = refused.expect_err("the role may not");
        assert_eq!(refused.code(), Code::PermissionDenied, "{}", caller.subject);
    }
    let system = world.university_system_of(UPPSALA).await;
    let told = submit(&system, &delta(), [offer("a", 1), END]).await;
    assert_eq!(told.expect("it is taken").words(), ["created"]);
}

async fn who_submits_for_several_universities_names_one(world: World) {
    let dalarna = dalarna(&world).await;
    let also = CreateGrantRequest {
        subject: dalarna.subject.clone(),
        ..world.request(Role::UniversityCoordinator, UPPSALA)
    };
    grant(&world.officer().await, also).await;
    let refused = submit(&dalarna, &delta(), [END]).await;
    let refused = refused.expect_err("it may be meant for either");
    let faults = refused.get_details_bad_request().expect("it names fields");
    assert_eq!(faults.field_violations[0].field, "header.university_id");
    let told = submit(&dalarna, &at(&world, UPPSALA), [offer("a", 1), END]).await;
    let told = told.expect("it is taken");
    assert_eq!(told.end().university_id, world.id_of(UPPSALA));
}

async fn listed(caller: &Caller, page_size: u32) -> Vec<String> {
    let (mut ids, mut page_token) = (Vec::new(), String::new());
    loop {
        let asked = ListSubmissionsRequest {
            page_size,
            page_token,
            ..ListSubmissionsRequest::default()
        };
        let page = caller.offers().list_submissions(asked).await;
        let page = page.expect("they are listed").into_inner();
        ids.extend(page.submissions.into_iter().map(|one| one.id));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return ids;
        }
    }
}

async fn a_report_is_for_those_who_submit(world: World) {
    let system = world.university_system_of(UPPSALA).await;
    let coordinator = world.coordinator_of(UPPSALA).await;
    let dalarna = dalarna(&world).await;
    let mut ids = Vec::new();
    for round in 0..5 {
        let header = at(&world, UPPSALA);
        let told = submit(&system, &header, [offer("a", round + 1), END]).await;
        assert_eq!(told.expect("it is taken").end().id_scheme, SCHEME);
        ids.insert(0, header.submission_id);
    }
    assert_eq!(listed(&coordinator, 2).await, ids);
    assert_eq!(listed(&coordinator, 0).await, ids);
    let (whole, rows) = report(&coordinator, &ids[0], 0).await.expect("told");
    assert_eq!((whole.updated, rows.len()), (1, 1));
    // To others they are as if they were not.
    assert_eq!(listed(&dalarna, 0).await, Vec::<String>::new());
    let (refused, absent) = (
        report(&dalarna, &ids[0], 0).await.expect_err("not theirs"),
        report(&dalarna, &crate::world::request_id(), 0)
            .await
            .expect_err("there is none"),
    );
    assert_eq!(refused.code(), Code::NotFound);
    assert_eq!(refused.message(), absent.message());
    assert_eq!(refused.details(), absent.details());
    let principal = world.principal_of("Karbyskolan").await;
    let refused = report(&principal, &ids[0], 0).await.expect_err("no role");
    assert_eq!(refused.code(), Code::PermissionDenied);
    // The same id at another university is another submission.
    let same = SubmissionHeader {
        submission_id: ids[0].clone(),
        ..delta()
    };
    let told = submit(&dalarna, &same, [offer("a", 1), END]).await;
    assert_eq!(told.expect("it is taken").before, 0);
    let (whole, _) = report(&coordinator, &ids[0], 0).await.expect("told");
    assert_eq!(whole.university_id, world.id_of(UPPSALA));
}

async fn everybody_follows_what_is_published(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    let municipality = world.organizer_system_of("Vallentuna kommun").await;
    let upserts = |events: &[What]| {
        let upserts = events.iter().filter_map(|what| match what {
            What::Upsert(document) => Some((document.id.clone(), document.revision)),
            What::Tombstone(_)
            | What::Entered(_)
            | What::Left(_)
            | What::Organization(_)
            | What::OrganizationLeft(_)
            | What::SnapshotBegin(_)
            | What::SnapshotEnd(_) => None,
        });
        upserts.collect::<Vec<_>>()
    };
    let (_, cursor) = events(&municipality, "").await;
    let told = submit(&uppsala, &delta(), [offer("a", 1), offer("b", 1), END]).await;
    let told = told.expect("it is taken");
    let (happened, cursor) = events(&municipality, &cursor).await;
    let written: Vec<_> = told
        .rows
        .iter()
        .map(|row| (row.document_id.clone(), 1))
        .collect();
    assert_eq!(upserts(&happened), written);
    // What stands like that already is not told again.
    submit(&uppsala, &delta(), [offer("a", 1), offer("b", 2), END])
        .await
        .expect("it is taken");
    let (happened, _) = events(&municipality, &cursor).await;
    assert_eq!(upserts(&happened), [(told.rows[1].document_id.clone(), 2)]);
}
