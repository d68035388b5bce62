//! Submissions in time: many offers, slow readers, and two at once.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use styrkedja::proto::v1::{
    CourseOffer, SubmissionHeader, SubmissionRow, SubmitCourseOffersRequest,
    SubmitCourseOffersResponse, submit_course_offers_request::Part,
    submit_course_offers_response::Part as Told,
};
use tokio::{sync::mpsc, time::timeout};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status, Streaming};
use tonic_types::StatusExt;

use super::{END, delta, offer, report, stands, submit, word};
use crate::{
    offers::UPPSALA,
    sync::revoke_role_of,
    world::{Caller, World},
};

stories!(
    of_two_streams_on_one_submission_one_goes_on,
    submissions_at_once_lose_nothing,
    no_more_is_taken_in_than_is_answered,
    a_revoked_caller_submits_no_more,
    a_stopping_server_ends_the_stream,
);

/// A submission that is under way.
pub struct Open {
    /// Rows that the report had before.
    pub before: u64,
    parts: mpsc::Sender<SubmitCourseOffersRequest>,
    answers: Streaming<SubmitCourseOffersResponse>,
}

impl Open {
    pub async fn by(caller: &Caller, header: &SubmissionHeader) -> Self {
        let begun = Self::begin(caller, header).await;
        begun.expect("it begins")
    }

    pub async fn begin(caller: &Caller, header: &SubmissionHeader) -> Result<Self, Status> {
        let (parts, requests) = mpsc::channel(100);
        let mut client = caller.offers();
        let open = client.submit_course_offers(ReceiverStream::new(requests));
        let begin = SubmitCourseOffersRequest {
            part: Some(Part::Header(header.clone())),
        };
        parts.send(begin).await.expect("it is sent");
        let mut open = Self {
            before: 0,
            parts,
            answers: open.await?.into_inner(),
        };
        let Some(Told::Begun(known)) = open.next().await? else {
            panic!("the first answer says where it goes on")
        };
        open.before = known.rows;
        Ok(open)
    }

    /// Whether there is still somebody to take it.
    pub async fn sends(&self, part: Part) -> bool {
        let part = SubmitCourseOffersRequest { part: Some(part) };
        self.parts.send(part).await.is_ok()
    }

    pub async fn send(&self, part: Part) {
        assert!(self.sends(part).await, "it is sent");
    }

    /// What comes within a minute.
    pub async fn next(&mut self) -> Result<Option<Told>, Status> {
        let next = timeout(Duration::from_mins(1), self.answers.message()).await;
        let next = next.expect("something comes in time")?;
        Ok(next.map(|answer| answer.part.expect("it says something")))
    }

    pub async fn row(&mut self) -> SubmissionRow {
        match self.next().await {
            Ok(Some(Told::Row(row))) => row,
            other => panic!("no row: {other:?}"),
        }
    }
}

async fn of_two_streams_on_one_submission_one_goes_on(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    let header = delta();
    let mut first = Open::by(&uppsala, &header).await;
    first.send(offer("a", 1)).await;
    assert_eq!(word(&first.row().await), "created");
    let mut second = Open::by(&uppsala, &header).await;
    second.send(offer("b", 1)).await;
    assert_eq!(second.row().await.index, 1);
    first.send(offer("c", 1)).await;
    let refused = first.next().await.expect_err("it was overtaken");
    assert_eq!(refused.code(), Code::Aborted);
    let info = refused.get_details_error_info().expect("it has a reason");
    assert_eq!(info.reason, "SUBMISSION_OVERTAKEN");
    second.send(END).await;
    let Ok(Some(Told::Ended(whole))) = second.next().await else {
        panic!("it does not end")
    };
    assert_eq!(whole.created, 2);
    let (_, rows) = report(&uppsala, &header.submission_id, 0)
        .await
        .expect("told");
    let ids: Vec<&str> = rows.iter().map(|row| &*row.id).collect();
    assert_eq!(ids, ["a", "b"]);
    // Nothing of the other was written.
    let again = submit(&uppsala, &delta(), [offer("c", 1), END]).await;
    assert_eq!(again.expect("it is taken").words(), ["created"]);
}

async fn submissions_at_once_lose_nothing(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    let submissions = (1..=6_u32).map(|capacity| {
        let uppsala = uppsala.clone();
        async move {
            let parts: Vec<Part> = (0..20)
                .map(|number| offer(&format!("o{number}"), capacity))
                .collect();
            let header = delta();
            let told = submit(&uppsala, &header, parts.into_iter().chain([END])).await;
            (header, told)
        }
    });
    let mut written = 0;
    for (header, told) in futures::future::join_all(submissions).await {
        match told {
            Ok(told) => {
                let end = told.end();
                assert_eq!((told.rows.len(), end.refused), (20, 0));
                written += end.created + end.updated;
            }
            // The others were faster again and again. What it wrote is in its report.
            Err(status) => {
                assert_eq!(status.code(), Code::Unavailable);
                let known = report(&uppsala, &header.submission_id, 0).await;
                written += known.map_or(0, |(whole, _)| whole.created + whole.updated);
            }
        }
    }
    let last = submit(
        &uppsala,
        &delta(),
        (0..20).map(|n| offer(&format!("o{n}"), 9)),
    )
    .await;
    let last = last.expect("it is taken");
    let revisions: u64 = last
        .rows
        .iter()
        .map(|row| u64::from(row.revision) - 1)
        .sum();
    assert_eq!(revisions, written);
}

/// Offers that are sent.
const MANY: usize = 20_000;
/// More than the server decides on at a time, reads ahead, and has on the wire.
const AHEAD: usize = 4_000;

async fn no_more_is_taken_in_than_is_answered(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    let header = Part::Header(delta());
    let sent = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&sent);
    // Every other one is refused with so many words that the wire does not hold the answers.
    let offers = (0..MANY).map(move |number| {
        counted.fetch_add(1, Ordering::Relaxed);
        let id = format!("o{number}");
        if number % 2 == 0 {
            offer(&id, 30)
        } else {
            stands(&id, CourseOffer::default())
        }
    });
    let parts = std::iter::once(header).chain(offers).chain([END]);
    let requests = parts.map(|part| SubmitCourseOffersRequest { part: Some(part) });
    let requests = tokio_stream::iter(requests);
    let mut answers = uppsala
        .offers()
        .submit_course_offers(requests)
        .await
        .expect("it begins")
        .into_inner();
    // As long as something is taken in, it is waited.
    let mut before = 0;
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let now = sent.load(Ordering::Relaxed);
        if now == before {
            break;
        }
        before = now;
    }
    assert!((1..AHEAD).contains(&before), "{before} were taken in");
    // Taken in the end, the answers are all there.
    let mut rows = 0;
    while let Some(answer) = answers.message().await.expect("the stream goes on") {
        match answer.part.expect("it says something") {
            Told::Begun(_) => {}
            Told::Row(row) => {
                assert_eq!(row.index, rows);
                rows += 1;
            }
            Told::Ended(whole) => {
                let half = MANY as u64 / 2;
                assert_eq!((whole.created, whole.refused), (half, half));
            }
        }
    }
    assert_eq!(rows, MANY as u64);
}

async fn a_revoked_caller_submits_no_more(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    let mut open = Open::by(&uppsala, &delta()).await;
    open.send(offer("a", 1)).await;
    assert_eq!(word(&open.row().await), "created");
    revoke_role_of(&world, &uppsala).await;
    open.send(offer("b", 1)).await;
    let refused = open.next().await.expect_err("it ends");
    assert_eq!(refused.code(), Code::PermissionDenied);
}

async fn a_stopping_server_ends_the_stream(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    let mut open = Open::by(&uppsala, &delta()).await;
    let stopping = {
        let world = world.clone();
        tokio::spawn(async move { world.stop().await })
    };
    let ended = open.next().await.expect_err("it ends");
    assert_eq!(ended.code(), Code::Unavailable);
    timeout(Duration::from_secs(10), stopping)
        .await
        .expect("it stops")
        .expect("it stops well");
}
