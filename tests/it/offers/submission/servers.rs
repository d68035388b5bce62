//! One submission on two server processes: begun on the one and ended on the other, and on both at once.

use styrkedja::proto::v1::{
    DocumentKind, ListDocumentsRequest, SubmissionHeader, SubmissionOutcome, SubmissionRow,
    submit_course_offers_response::Part as Told,
};
use tonic::{Code, Status};

use super::{END, delta, flow::Open, offer, report, submit};
use crate::{
    documents::acts::reason,
    faults::outside::Outside,
    offers::UPPSALA,
    world::{Caller, Engine, World, tell},
};

/// Offers of a submission.
const OFFERS: usize = 20;
/// How often streams have to be overtaken, and in how many submissions at most.
const OVERTAKEN: usize = 20;
const ROUNDS: usize = 60;

/// The coordinator, as a caller of another process.
fn there(server: &Outside, world: &World, coordinator: &Caller) -> Caller {
    let client = server.client(&world.token_of(&coordinator.subject));
    Caller::new(&coordinator.subject, None, client)
}

/// An SQLite file has one server at a time.
#[test]
fn a_submission_of_the_one_server_is_ended_on_the_other() {
    tell(Engine::Postgres, |world: World| async move {
        let here = world.coordinator_of(UPPSALA).await;
        let server = Outside::start(&world, None, |_| ()).await;
        let there = there(&server, &world, &here);
        let header = delta();
        let told = submit(&here, &header, [offer("a", 1), offer("b", 1)]).await;
        let told = told.expect("it is taken");
        assert_eq!((told.before, told.ended), (0, None));
        let told = submit(&there, &header, [offer("b", 2), offer("c", 1)]).await;
        let told = told.expect("it is taken");
        assert_eq!(
            (told.before, told.words()),
            (2, words(&["updated", "created"]))
        );
        let told = submit(&here, &header, [offer("d", 1), END]).await;
        let told = told.expect("it is taken");
        assert_eq!((told.before, told.words()), (4, words(&["created"])));
        let refused = submit(&there, &header, [END]).await;
        let refused = refused.expect_err("it has ended");
        assert_eq!(reason(&refused), "SUBMISSION_ENDED");
        let (whole, rows) = report(&here, &header.submission_id, 0).await.expect("told");
        let ids: Vec<&str> = rows.iter().map(|row| &*row.id).collect();
        assert_eq!(ids, ["a", "b", "b", "c", "d"]);
        assert_eq!((whole.created, whole.updated, whole.ended), (4, 1, true));
        let on_the_other = report(&there, &header.submission_id, 0).await;
        assert_eq!(on_the_other.expect("told"), (whole, rows));
        server.stop();
    });
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().copied().map(str::to_owned).collect()
}

/// Each goes on where the report is, as often as the other was faster.
#[test]
fn a_submission_on_two_servers_at_once_has_each_offer_once() {
    tell(Engine::Postgres, |world: World| async move {
        let here = world.coordinator_of(UPPSALA).await;
        let server = Outside::start(&world, None, |_| ()).await;
        let there = there(&server, &world, &here);
        let mut overtaken = 0;
        for round in 0..ROUNDS {
            let (header, name) = (delta(), format!("r{round}"));
            let both = tokio::join!(go_on(&here, &header, &name), go_on(&there, &header, &name),);
            overtaken += both.0 + both.1;
            let (whole, rows) = report(&here, &header.submission_id, 0).await.expect("told");
            assert!(whole.ended);
            for (number, row) in rows.iter().enumerate() {
                assert_eq!(
                    (&row.id, row.index, row.outcome()),
                    (
                        &id(&name, number),
                        number as u64,
                        SubmissionOutcome::Created
                    )
                );
            }
            assert_eq!(rows.len(), OFFERS);
            must_be_there(&here, &rows).await;
            if overtaken >= OVERTAKEN {
                return server.stop();
            }
        }
        panic!("they were overtaken {overtaken} times only");
    });
}

fn id(name: &str, number: usize) -> String {
    format!("{name}-{number:02}")
}

/// Sends one offer after another from where the report is, until the submission has ended. Tells how often others were
/// faster.
async fn go_on(caller: &Caller, header: &SubmissionHeader, name: &str) -> usize {
    let mut overtaken = 0;
    loop {
        match to_the_end(caller, header, name).await {
            Ok(()) => return overtaken,
            Err(status) => match &*reason(&status) {
                "SUBMISSION_ENDED" => return overtaken,
                "SUBMISSION_OVERTAKEN" => overtaken += 1,
                // Others write to the same offers.
                _ => assert_eq!(status.code(), Code::Unavailable, "{status:?}"),
            },
        }
    }
}

async fn to_the_end(caller: &Caller, header: &SubmissionHeader, name: &str) -> Result<(), Status> {
    let mut open = Open::begin(caller, header).await?;
    let from = usize::try_from(open.before).expect("a few");
    let rest = (from..OFFERS).map(|number| offer(&id(name, number), 1));
    for part in rest.chain([END]) {
        // Where nobody takes it, the answer says why.
        open.sends(part).await;
        match open.next().await? {
            Some(Told::Row(_)) => {}
            Some(Told::Ended(_)) => return Ok(()),
            other => panic!("it is answered otherwise: {other:?}"),
        }
    }
    panic!("an end was not told")
}

/// The offers of these rows are there, each at its first revision.
async fn must_be_there(caller: &Caller, rows: &[SubmissionRow]) {
    let offers = ListDocumentsRequest {
        kinds: vec![DocumentKind::CourseOffer.into()],
        page_size: 200,
        ..ListDocumentsRequest::default()
    };
    let all = caller.all(offers).await;
    for row in rows {
        let found = all.iter().filter(|one| {
            let known_as = one.external_id.as_ref();
            known_as.is_some_and(|known_as| known_as.value == row.id)
        });
        let found: Vec<_> = found.map(|one| (&one.id, one.revision)).collect();
        assert_eq!(found, [(&row.document_id, 1)]);
    }
}
