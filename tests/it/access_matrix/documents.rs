//! A document of every kind at every place and stage, written as samples say.

use std::collections::HashMap;

use futures::{StreamExt, stream};
use prost_reflect::DynamicMessage;
use styrkedja::{
    access::matrix::{OTHER_ROUND, ROUND, Spot, Stage},
    contract,
    proto::v1::{
        Conflict, CreateDocumentRequest, Document, DocumentKind, ExternalId, OrganizationType,
        ReviewDecision, ReviewDocumentRequest, ReviewReason, Role, SubmitDocumentRequest,
        document::Content, push_response::Outcome,
    },
};

use super::{nation::grant_request, offers::Offers};
use crate::{
    push::{changed, new, push_one},
    world::{Caller, World, request_id},
};

/// By kind, place, stage and whether it is of the other round.
pub type Documents = HashMap<(DocumentKind, Spot, Stage, bool), Document>;

const OFFER: &str = include_str!("../../../docs/samples/course-offer.json");
const SAMPLES: [(DocumentKind, &str); 3] = [
    (
        DocumentKind::Analysis,
        include_str!("../../../docs/samples/analysis.json"),
    ),
    (
        DocumentKind::ActionPlan,
        include_str!("../../../docs/samples/action-plan.json"),
    ),
    (
        DocumentKind::FollowUpReport,
        include_str!("../../../docs/samples/follow-up-report.json"),
    ),
];

/// By kind, place and whether it is of the other round.
pub type Conflicts = HashMap<(DocumentKind, Spot, bool), Conflict>;

pub async fn write(
    world: &World,
    ids: &HashMap<Spot, String>,
    officer: &Caller,
) -> (Documents, Conflicts, Offers) {
    let mut systems = Vec::new();
    for (at, role) in [
        (Spot::Organizer, Role::OrganizerSystem),
        (Spot::ForeignOrganizer, Role::OrganizerSystem),
        (Spot::University, Role::UniversitySystem),
        (Spot::OtherUniversity, Role::UniversitySystem),
    ] {
        let subject = format!("exchange:writer-{at:?}");
        let request = grant_request(ids, &subject, role, ids[&at].clone());
        officer
            .access()
            .create_grant(request)
            .await
            .expect("the writer is granted its role");
        systems.push(world.somebody(&subject));
    }
    let places = Spot::ALL.into_iter().filter(|spot| is_written_about(*spot));
    let places: Vec<_> = places
        .flat_map(|spot| [(spot, false), (spot, true)])
        .collect();
    let systems = &systems;
    let written: Vec<_> = stream::iter(places)
        .map(|(spot, other_round)| async move {
            let writer = Writer {
                ids,
                system: &systems[system_of(spot)],
                officer,
                spot,
                other_round,
            };
            writer.chain().await
        })
        .buffer_unordered(8)
        .collect()
        .await;
    let (mut documents, mut conflicts) = (Documents::new(), Conflicts::new());
    for (of_place, disputed) in written {
        documents.extend(of_place);
        conflicts.extend(disputed);
    }
    let offers = Offers::write(ids, systems, &documents).await;
    (documents, conflicts, offers)
}

fn is_written_about(spot: Spot) -> bool {
    spot.kind() != OrganizationType::NationalAgency
}

/// Which system writes for a place.
pub fn system_of(spot: Spot) -> usize {
    match spot {
        Spot::ForeignOrganizer | Spot::ForeignUnit => 1,
        Spot::University => 2,
        Spot::OtherUniversity => 3,
        Spot::Agency
        | Spot::Organizer
        | Spot::Administration
        | Spot::OtherAdministration
        | Spot::Area
        | Spot::OtherArea
        | Spot::Unit
        | Spot::OtherUnit
        | Spot::Preschool => 0,
    }
}

struct Writer<'a> {
    ids: &'a HashMap<Spot, String>,
    system: &'a Caller,
    officer: &'a Caller,
    spot: Spot,
    other_round: bool,
}

impl Writer<'_> {
    /// Analyses, plans that answer the accepted one, and reports on the accepted plan.
    async fn chain(&self) -> (Documents, Conflicts) {
        let (mut documents, mut conflicts) = (Documents::new(), Conflicts::new());
        let mut accepted = HashMap::new();
        let of_a_university = self.spot.kind() == OrganizationType::University;
        let (samples, stages) = if of_a_university {
            (vec![(DocumentKind::CourseOffer, OFFER)], &Stage::ALL[..2])
        } else {
            (SAMPLES.to_vec(), &Stage::ALL[..])
        };
        for (kind, sample) in samples {
            let disputed = self.dispute(&self.fill(sample, &accepted)).await;
            conflicts.insert((kind, self.spot, self.other_round), disputed);
            for &stage in stages {
                let document = self.document(&self.fill(sample, &accepted), stage).await;
                accepted.insert(kind, document.id.clone());
                documents.insert((kind, self.spot, stage, self.other_round), document);
            }
        }
        (documents, conflicts)
    }

    /// Changes the title of a new document twice from the same revision.
    async fn dispute(&self, draft: &Document) -> Conflict {
        let mut paper = Document {
            external_id: Some(ExternalId {
                scheme: "matrix".to_owned(),
                value: format!("{:?}-{}", self.spot, self.other_round),
            }),
            ..draft.clone()
        };
        let Outcome::Created(made) = push_one(self.system, new(&paper)).await else {
            panic!("the draft is made")
        };
        for title in ["En titel", "En annan titel"] {
            match &mut paper.content {
                Some(Content::Analysis(analysis)) => title.clone_into(&mut analysis.title),
                Some(Content::ActionPlan(plan)) => title.clone_into(&mut plan.title),
                Some(Content::FollowUpReport(report)) => title.clone_into(&mut report.title),
                Some(Content::CourseOffer(offer)) => {
                    let course = offer.course.get_or_insert_default();
                    title.clone_into(&mut course.title[0].value);
                }
                None => panic!("the sample has a content"),
            }
            let outcome = push_one(self.system, changed(&paper, &made.etag)).await;
            if let Outcome::Conflict(conflict) = outcome {
                return Conflict {
                    id: conflict.conflict_id,
                    document_id: conflict.document_id,
                    ..Conflict::default()
                };
            }
        }
        panic!("the titles are in conflict")
    }

    fn fill(&self, sample: &str, accepted: &HashMap<DocumentKind, String>) -> Document {
        let known = |kind| accepted.get(&kind).map_or("", String::as_str);
        let filled = sample
            .replace(
                "00000000-0000-7000-8000-0000000000a1",
                known(DocumentKind::Analysis),
            )
            .replace(
                "00000000-0000-7000-8000-0000000000b1",
                known(DocumentKind::ActionPlan),
            )
            .replace(
                "00000000-0000-7000-8000-0000000000c1",
                &self.ids[&Spot::University],
            );
        let descriptor = contract::descriptors().get_message_by_name("styrkedja.v1.Document");
        let descriptor = descriptor.expect("the contract has documents");
        let mut reader = serde_json::Deserializer::from_str(&filled);
        let message =
            DynamicMessage::deserialize(descriptor, &mut reader).expect("the sample is a document");
        Document {
            owner_id: self.ids[&self.spot].clone(),
            external_id: None,
            round: if self.other_round { OTHER_ROUND } else { ROUND }.to_owned(),
            ..message.transcode_to().expect("the sample is a document")
        }
    }

    async fn document(&self, draft: &Document, stage: Stage) -> Document {
        let request = CreateDocumentRequest {
            request_id: request_id(),
            validate_only: false,
            document: Some(draft.clone()),
        };
        let answer = self
            .system
            .documents()
            .create_document(request)
            .await
            .expect("the draft is made");
        let draft = answer.into_inner().document.expect("the draft is answered");
        if stage == Stage::Draft {
            return draft;
        }
        let request = SubmitDocumentRequest {
            request_id: request_id(),
            id: draft.id,
            etag: draft.etag,
            ..SubmitDocumentRequest::default()
        };
        let answer = self
            .system
            .documents()
            .submit_document(request)
            .await
            .expect("it is handed in");
        let submitted = answer
            .into_inner()
            .document
            .expect("the document is answered");
        if stage == Stage::Submitted {
            return submitted;
        }
        let answer = self
            .officer
            .documents()
            .review_document(acceptance(&submitted))
            .await;
        answer
            .expect("it is accepted")
            .into_inner()
            .document
            .expect("the document is answered")
    }
}

pub fn acceptance(document: &Document) -> ReviewDocumentRequest {
    ReviewDocumentRequest {
        request_id: request_id(),
        validate_only: false,
        id: document.id.clone(),
        etag: document.etag.clone(),
        revision: document.revision,
        content_hash: document.content_hash.to_vec().into(),
        decision: ReviewDecision::Accept.into(),
        reason: ReviewReason::MeetsRequirements.into(),
        text: "Godtas.".to_owned(),
        comments: Vec::new(),
    }
}
