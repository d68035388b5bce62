//! A document of every kind at every place and stage, written as samples say.

use std::collections::HashMap;

use futures::{StreamExt, stream};
use prost_reflect::DynamicMessage;
use styrkedja::{
    access::matrix::{OTHER_ROUND, ROUND, Spot, Stage},
    contract,
    proto::v1::{
        CreateDocumentRequest, Document, DocumentKind, OrganizationType, ReviewDecision,
        ReviewDocumentRequest, ReviewReason, Role, SubmitDocumentRequest,
    },
};

use super::nation::grant_request;
use crate::world::{Caller, World, request_id};

/// By kind, place, stage and whether it is of the other round.
pub type Documents = HashMap<(DocumentKind, Spot, Stage, bool), Document>;

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

pub async fn write(world: &World, ids: &HashMap<Spot, String>, officer: &Caller) -> Documents {
    let mut systems = Vec::new();
    for at in [Spot::Organizer, Spot::ForeignOrganizer] {
        let subject = format!("exchange:writer-{at:?}");
        let request = grant_request(ids, &subject, Role::OrganizerSystem, ids[&at].clone());
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
    stream::iter(places)
        .map(|(spot, other_round)| async move {
            let foreign = matches!(spot, Spot::ForeignOrganizer | Spot::ForeignUnit);
            let writer = Writer {
                ids,
                system: &systems[usize::from(foreign)],
                officer,
                spot,
                other_round,
            };
            writer.chain().await
        })
        .buffer_unordered(8)
        .flat_map(stream::iter)
        .collect()
        .await
}

fn is_written_about(spot: Spot) -> bool {
    !matches!(
        spot.kind(),
        OrganizationType::NationalAgency | OrganizationType::University
    )
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
    async fn chain(&self) -> Documents {
        let mut documents = Documents::new();
        let mut accepted = HashMap::new();
        for (kind, sample) in SAMPLES {
            for stage in Stage::ALL {
                let document = self.document(&self.fill(sample, &accepted), stage).await;
                accepted.insert(kind, document.id.clone());
                documents.insert((kind, self.spot, stage, self.other_round), document);
            }
        }
        documents
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
