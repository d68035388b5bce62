//! Submissions that are cut off: they go on where they were, and nothing comes in twice.

use std::time::Duration;

use futures::StreamExt;
use styrkedja::{
    database::{Database, Purpose},
    journal::verify,
    proto::v1::{
        DocumentKind, ListDocumentsRequest, SubmissionHeader, SubmissionMode, SubmissionOutcome,
        SubmitCourseOffersRequest, submit_course_offers_request::Part,
    },
};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::{END, SCHEME, delta, header, offer, report, submit};
use crate::{
    offers::UPPSALA,
    world::{Caller, Line, Way, World},
};

stories!(
    a_submission_that_is_cut_anywhere_goes_on,
    a_submission_goes_on_as_it_began,
);

/// Offers in a submission.
const OFFERS: usize = 10;
/// Between two parts, so that some are written when the cut comes.
const PACE: Duration = Duration::from_millis(6);
/// Cuts in each direction.
const CUTS: usize = 16;

fn parts(name: &str) -> Vec<Part> {
    let offers = (0..OFFERS).map(|number| offer(&format!("{name}-{number}"), 30));
    offers.chain([END]).collect()
}

/// Submits over a line. Tells how many bytes passed.
async fn submit_through(line: &Line, token: &str, header: &SubmissionHeader, name: &str) -> usize {
    if let Some(caller) = line.caller(token).await {
        let parts = std::iter::once(Part::Header(header.clone())).chain(parts(name));
        let requests: Vec<_> = parts
            .map(|part| SubmitCourseOffersRequest { part: Some(part) })
            .collect();
        let paced = tokio_stream::iter(requests).then(async |request| {
            tokio::time::sleep(PACE).await;
            request
        });
        let answers = caller.offers().submit_course_offers(Box::pin(paced)).await;
        if let Ok(mut answers) = answers {
            // Cut or not, what came of it is looked at afterwards.
            while let Ok(Some(_)) = answers.get_mut().message().await {}
        }
    }
    line.passed()
}

fn reason(status: &Status) -> String {
    let info = status.get_details_error_info().expect("it has a reason");
    info.reason
}

/// Sends what was not answered, until the submission has ended.
async fn go_on(caller: &Caller, header: &SubmissionHeader, name: &str) {
    loop {
        let known = report(caller, &header.submission_id, 0).await;
        let known = known.map_or(0, |(_, rows)| rows.len());
        let rest = parts(name).into_iter().skip(known);
        match submit(caller, header, rest).await {
            Ok(told) => {
                assert!(told.end().ended);
                return;
            }
            Err(status) if reason(&status) == "SUBMISSION_ENDED" => return,
            // What was cut is still being written.
            Err(status) => assert_eq!(reason(&status), "SUBMISSION_OVERTAKEN", "{name}"),
        }
    }
}

/// How many offers are there of the name, each of which must be at its first revision.
async fn there(caller: &Caller, name: &str) -> usize {
    let offers = ListDocumentsRequest {
        kinds: vec![DocumentKind::CourseOffer.into()],
        ..ListDocumentsRequest::default()
    };
    let all = caller.all(offers).await;
    let named = all.iter().filter(|one| {
        let id = one.external_id.as_ref().expect("it has a name");
        id.value
            .rsplit_once('-')
            .is_some_and(|(prefix, _)| prefix == name)
    });
    named.inspect(|one| assert_eq!(one.revision, 1)).count()
}

async fn a_submission_that_is_cut_anywhere_goes_on(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    let (server, token) = (world.address(), world.token_of(&uppsala.subject));
    let mut partly = 0;
    for way in [Way::There, Way::Back] {
        let uncut = Line::to(&server, way, [usize::MAX]).await;
        let name = format!("{way:?}.whole");
        let whole = submit_through(&uncut, &token, &delta(), &name).await;
        assert_eq!(there(&uppsala, &name).await, OFFERS);
        for cut in 0..CUTS {
            // From the first byte to the last but one, and never the same place in a frame.
            let most = 1 + cut * whole / CUTS + cut % 7;
            let name = format!("{way:?}.{cut}");
            let header = delta();
            let line = Line::to(&server, way, [most]).await;
            submit_through(&line, &token, &header, &name).await;
            let came = there(&uppsala, &name).await;
            partly += usize::from(came > 0 && came < OFFERS);
            go_on(&uppsala, &header, &name).await;
            assert_eq!(there(&uppsala, &name).await, OFFERS, "{name}");
            // Each is in the report, once, under its number, and as what it was.
            let (submission, rows) = report(&uppsala, &header.submission_id, 0)
                .await
                .expect("it is told");
            assert_eq!(submission.created, OFFERS as u64);
            assert_eq!(rows.len(), OFFERS, "{name}, cut after {most}");
            for (number, row) in rows.iter().enumerate() {
                assert_eq!(row.id, format!("{name}-{number}"));
                assert_eq!(row.index, number as u64);
                assert_eq!(row.outcome(), SubmissionOutcome::Created);
            }
        }
    }
    // Otherwise nothing was cut in the middle.
    assert!(partly > 0);
    let database = Database::open(world.place().url(), Purpose::Inspect).await;
    let database = database.expect("it opens");
    let verified = verify(&database, None, |_, _| ()).await;
    database.close().await;
    verified.expect("the journal is whole");
}

async fn a_submission_goes_on_as_it_began(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    let first = delta();
    let told = submit(&uppsala, &first, [offer("a", 1), offer("b", 1)]).await;
    assert_eq!(told.expect("it is taken").ended, None);
    let otherwise = SubmissionHeader {
        submission_id: first.submission_id.clone(),
        id_scheme: format!("{SCHEME}.other"),
        ..header(SubmissionMode::Catalogue)
    };
    let refused = submit(&uppsala, &otherwise, [END]).await;
    let refused = refused.expect_err("it is another");
    assert_eq!(refused.code(), Code::InvalidArgument);
    let faults = refused.get_details_bad_request().expect("it names fields");
    let fields: Vec<&str> = faults
        .field_violations
        .iter()
        .map(|fault| &*fault.field)
        .collect();
    assert_eq!(fields, ["header.mode", "header.id_scheme"]);
    // What is sent once more is answered once more, and stands.
    let told = submit(&uppsala, &first, [offer("b", 1), offer("c", 1), END]).await;
    let told = told.expect("it is taken");
    assert_eq!(told.before, 2);
    assert_eq!(told.words(), ["unchanged", "created"]);
    assert_eq!((told.rows[0].index, told.rows[1].index), (2, 3));
    assert_eq!((told.end().created, told.end().unchanged), (3, 1));
}
