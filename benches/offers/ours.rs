//! Ours: a coordinator submits offers, each submission of them a delta of its own, from its header to its end.

use std::sync::LazyLock;

use bytes::Bytes;
use prost::Message;
use styrkedja::{
    client::Client,
    clock, json,
    proto::v1::{
        CreateGrantRequest, Document, Role, SubmissionEnd, SubmissionHeader, SubmissionMode,
        SubmitCourseOffersRequest, SubmittedOffer, document::Content,
        submit_course_offers_request::Part, submit_course_offers_response::Part as Told,
    },
};

use super::{CONTENT, exchange::Exchange};

pub struct Side {
    coordinator: Client,
}

impl Side {
    pub async fn open(exchange: &Exchange) -> Self {
        let university = exchange.university().await;
        let grant = CreateGrantRequest {
            request_id: clock::new_id().to_string(),
            subject: "exchange:coordinator".to_owned(),
            role: Role::UniversityCoordinator.into(),
            organization_id: university,
            ..CreateGrantRequest::default()
        };
        let mut officer = exchange.caller("officer").await;
        let granted = officer.access.create_grant(grant).await;
        granted.expect("the coordinator is granted");
        Self {
            coordinator: exchange.caller("coordinator").await,
        }
    }

    pub async fn submit(&self, offers: &[Bytes]) {
        let header = SubmissionHeader {
            submission_id: clock::new_id().to_string(),
            id_scheme: "bench".to_owned(),
            mode: SubmissionMode::Delta.into(),
            ..SubmissionHeader::default()
        };
        let all: Vec<Bytes> = offers.to_vec();
        let all = all.into_iter().map(Part::Offer);
        let parts = std::iter::once(Part::Header(header))
            .chain(all)
            .chain([Part::End(SubmissionEnd {})]);
        let requests = parts.map(|part| SubmitCourseOffersRequest { part: Some(part) });
        let mut client = self.coordinator.offers.clone();
        let answers = client.submit_course_offers(tokio_stream::iter(requests));
        let mut answers = answers.await.expect("it may submit").into_inner();
        let mut ended = false;
        while let Some(answer) = answers.message().await.expect("it goes on") {
            match answer.part.expect("it says something") {
                Told::Begun(_) => {}
                Told::Row(row) => assert!(row.refusal.is_none(), "{row:?}"),
                Told::Ended(whole) => {
                    let taken = whole.created + whole.unchanged;
                    assert_eq!(taken, offers.len() as u64);
                    ended = true;
                }
            }
        }
        assert!(ended, "it ends");
    }
}

/// An offer of [`CONTENT`] bytes, encoded: no two are alike, and all are written in the same words, as texts are.
pub fn offer(of: usize, number: usize) -> Bytes {
    let sample = include_str!("../../docs/samples/course-offer.json");
    let document: Document = json::read(sample).expect("the sample is a document");
    let Some(Content::CourseOffer(mut offer)) = document.content else {
        panic!("the sample is a course offer")
    };
    let room = CONTENT - offer.encoded_len() - 3;
    let text = &mut offer.course.as_mut().expect("it is taught").description[0].value;
    let until = text.len() + room;
    let mut state = clock::new_id().as_u128();
    while text.len() < until {
        text.push(' ');
        text.push_str(&WORDS[chance(&mut state) % WORDS.len()]);
    }
    text.truncate(until);
    let submitted = SubmittedOffer {
        id: format!("e.bench.{of}.{number}"),
        offer: Some(*offer),
    };
    submitted.encode_to_vec().into()
}

/// As many words as a catalogue has.
static WORDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut state = 1;
    let letter =
        |state: &mut u128| char::from(b"aabdeeefghiijklmnnooprrssttuvxy"[chance(state) % 31]);
    let word = |_| {
        let length = 3 + chance(&mut state) % 9;
        (0..length).map(|_| letter(&mut state)).collect()
    };
    (0..20_000).map(word).collect()
});

fn chance(state: &mut u128) -> usize {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 96 & 0xFFFF).expect("two bytes")
}
