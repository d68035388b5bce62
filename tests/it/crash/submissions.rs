//! A server is killed in the middle of a submission, and starts again on the same database: the report holds what was
//! answered and what was written, and the submission goes on from there.

use std::time::Duration;

use styrkedja::proto::v1::{
    CreateGrantRequest, DocumentKind, ListDocumentsRequest, Role, SubmissionRow,
    SubmitCourseOffersRequest, submit_course_offers_request::Part,
    submit_course_offers_response::Part as Told,
};

use super::server::{House, Server, give_roles};
use crate::{
    offers::{
        UPPSALA,
        submission::{END, delta, offer, report},
    },
    world::{Caller, Place, ids, register, request_id},
};

places!(a_submission_goes_on_after_its_server_was_killed);

const OFFERS: usize = 5_000;
const KILLS: u64 = 3;

/// Waits until more is in the report than before, or for long.
async fn until_more_is_known(server: &Server, submission: &str, before: usize) {
    for _ in 0..200 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if known(coordinator_of(server), submission).await.len() > before {
            return;
        }
    }
}

async fn a_submission_goes_on_after_its_server_was_killed(place: Place) {
    let house = House::new(&place);
    let header = delta();
    let (mut answered, mut in_the_middle) = (Vec::new(), 0);
    for kill in 0..KILLS {
        let server = house.serve().await;
        if kill == 0 {
            let [operator, officer, ..] = &server.callers;
            register(operator).await;
            let ids = ids(operator).await;
            give_roles(operator, officer, &ids).await;
            submits_for_uppsala(&server, ids[UPPSALA].clone()).await;
        }
        let coordinator = coordinator_of(&server).clone();
        let known = known(&coordinator, &header.submission_id).await;
        let parts = parts_from(Part::Header(header.clone()), known.len());
        let submitting = tokio::spawn(async move { submit(&coordinator, parts).await });
        until_more_is_known(&server, &header.submission_id, known.len()).await;
        drop(server);
        answered.extend(submitting.await.expect("a client goes on to the end"));
        house.must_verify(None);
        let server = house.serve().await;
        let known = self::known(coordinator_of(&server), &header.submission_id).await;
        // What was answered is there, in its place, and what is there was written.
        assert!(known.starts_with(&answered), "an answer was lost");
        assert_eq!(written(coordinator_of(&server)).await, known.len());
        in_the_middle += usize::from(!known.is_empty() && known.len() < OFFERS);
        answered = known;
    }
    assert!(in_the_middle > 0, "no kill came in the middle");
    let server = house.serve().await;
    let coordinator = coordinator_of(&server);
    let parts = parts_from(Part::Header(header.clone()), answered.len());
    answered.extend(submit(coordinator, parts).await);
    let known = known(coordinator, &header.submission_id).await;
    assert_eq!(known, answered);
    for (number, row) in known.iter().enumerate() {
        assert_eq!((&*row.id, row.index), (&*named(number), number as u64));
    }
    assert_eq!(written(coordinator).await, OFFERS);
    house.must_verify(None);
}

/// The last of those who call submits for the university too.
fn coordinator_of(server: &Server) -> &Caller {
    let [.., coordinator] = &server.callers;
    coordinator
}

async fn submits_for_uppsala(server: &Server, university: String) {
    let [_, officer, ..] = &server.callers;
    let grant = CreateGrantRequest {
        request_id: request_id(),
        subject: coordinator_of(server).subject.clone(),
        role: Role::UniversityCoordinator.into(),
        organization_id: university,
        ..CreateGrantRequest::default()
    };
    let granted = officer.access().create_grant(grant).await;
    granted.expect("the role is granted");
}

fn named(number: usize) -> String {
    format!("o{number:05}")
}

fn parts_from(header: Part, first: usize) -> impl Iterator<Item = Part> + Send + 'static {
    let offers = (first..OFFERS).map(|number| offer(&named(number), 30));
    std::iter::once(header).chain(offers).chain([END])
}

/// Submits until the end, or until the server is gone. Tells what was answered.
async fn submit(
    caller: &Caller,
    parts: impl Iterator<Item = Part> + Send + 'static,
) -> Vec<SubmissionRow> {
    let requests = parts.map(|part| SubmitCourseOffersRequest { part: Some(part) });
    let requests = tokio_stream::iter(requests);
    let mut rows = Vec::new();
    let answers = caller.offers().submit_course_offers(requests).await;
    let Ok(mut answers) = answers else {
        return rows;
    };
    while let Ok(Some(answer)) = answers.get_mut().message().await {
        if let Some(Told::Row(row)) = answer.part {
            rows.push(row);
        }
    }
    rows
}

/// The rows of the report, if there is one.
async fn known(caller: &Caller, submission_id: &str) -> Vec<SubmissionRow> {
    let told = report(caller, submission_id, 0).await;
    told.map(|(_, rows)| rows).unwrap_or_default()
}

/// How many offers there are, each of which must be at its first revision.
async fn written(caller: &Caller) -> usize {
    let offers = ListDocumentsRequest {
        kinds: vec![DocumentKind::CourseOffer.into()],
        ..ListDocumentsRequest::default()
    };
    let all = caller.all(offers).await;
    for one in &all {
        assert_eq!(one.revision, 1, "{}", one.id);
    }
    all.len()
}
