//! The requests of a script that change something, as they are in one world.

use styrkedja::proto::v1::{
    CreateDocumentRequest, Document, ExternalId, Justification, PushHeader, ResolveConflictRequest,
    ReviewComment, ReviewDocumentRequest, ReviewReason, SubmitDocumentRequest,
    UpdateDocumentRequest, WithdrawDocumentRequest, document::Content,
};

use super::{
    pushed::Batch,
    script::{Act, Oddity, PATHS, Paper, Which},
};
use crate::documents::{acts, papers};

/// What was made in a world so far.
pub struct Made {
    /// Ids of organizations, the last of them none.
    pub owners: Vec<String>,
    /// The newest that is known of each document.
    pub documents: Vec<Document>,
    /// The first that was known of each.
    pub first: Vec<Document>,
    /// Ids of conflicts.
    pub conflicts: Vec<String>,
}

#[derive(Clone)]
pub enum Sent {
    Create(CreateDocumentRequest),
    Update(UpdateDocumentRequest),
    Submit(SubmitDocumentRequest),
    Review(ReviewDocumentRequest),
    Withdraw(WithdrawDocumentRequest),
    Push(Batch),
    Resolve(Box<ResolveConflictRequest>),
}

impl Made {
    pub fn document(&self, which: Which) -> Document {
        let missing = || Document {
            id: "00000000-0000-7000-8000-000000000000".to_owned(),
            etag: "1-0000000000000000".to_owned(),
            revision: 1,
            content_hash: vec![0; 32].into(),
            content: Some(Content::Analysis(papers::an_analysis())),
            ..Document::default()
        };
        match which {
            Which::Made(number) if !self.documents.is_empty() => {
                self.documents[number % self.documents.len()].clone()
            }
            Which::Made(_) | Which::Missing => missing(),
        }
    }

    /// The request of an act that changes something.
    pub fn request(&self, act: &Act) -> Option<Sent> {
        let sent = match act {
            Act::Create {
                owner,
                paper,
                on,
                oddities,
                external,
                dry,
            } => {
                let mut document = self.paper(&self.owners[*owner], *paper, *on);
                document.external_id = external.map(self::external);
                self.disturb(oddities, &mut document);
                Sent::Create(CreateDocumentRequest {
                    validate_only: *dry,
                    ..acts::creation(&document)
                })
            }
            Act::Update {
                which,
                paths,
                oddities,
                external,
                stale,
                dry,
            } => {
                let mut document = self.aged(*which, *stale);
                document.external_id = external.map(self::external);
                if let Some(Content::Analysis(analysis)) = &mut document.content {
                    analysis.title.push_str(" igen");
                }
                self.disturb(oddities, &mut document);
                let paths: Vec<_> = paths.iter().map(|&path| PATHS[path]).collect();
                Sent::Update(UpdateDocumentRequest {
                    validate_only: *dry,
                    ..acts::change(&document, &paths)
                })
            }
            Act::Submit {
                which,
                stale,
                justified,
                dry,
            } => {
                let mut request = acts::submission(&self.aged(*which, *stale));
                if *justified {
                    request.justifications = vec![Justification {
                        rule: "analysis.no_pupils_took_part".to_owned(),
                        field: "analysis.participation.pupils".to_owned(),
                        reason: "Eleverna hörs senare.".to_owned(),
                    }];
                }
                Sent::Submit(SubmitDocumentRequest {
                    validate_only: *dry,
                    ..request
                })
            }
            Act::Review {
                which, stale, dry, ..
            } => {
                let request = reviewed(act, &self.aged(*which, *stale))?;
                Sent::Review(ReviewDocumentRequest {
                    validate_only: *dry,
                    ..request
                })
            }
            Act::Withdraw { which, stale } => {
                Sent::Withdraw(acts::withdrawal(&self.aged(*which, *stale)))
            }
            Act::Push {
                together,
                dry,
                items,
            } => Sent::Push(Batch {
                meant: PushHeader {
                    together: *together,
                    validate_only: *dry,
                },
                items: items.iter().map(|item| self.pushed(item)).collect(),
            }),
            Act::Resolve {
                conflict,
                side,
                stale,
                dry,
            } => Sent::Resolve(Box::new(self.resolution(*conflict, *side, *stale, *dry))),
            Act::Again { .. }
            | Act::Get { .. }
            | Act::List { .. }
            | Act::Revisions { .. }
            | Act::Compare { .. }
            | Act::Conflict { .. }
            | Act::Conflicts { .. } => return None,
        };
        Some(sent)
    }

    /// A document as it is known, or with an etag that it no longer has.
    fn aged(&self, which: Which, stale: bool) -> Document {
        let document = self.document(which);
        if stale {
            Document {
                etag: "1-00000000000000ff".to_owned(),
                ..document
            }
        } else {
            document
        }
    }

    pub fn paper(&self, owner: &str, paper: Paper, on: usize) -> Document {
        match paper {
            Paper::Analysis => papers::analysis(owner),
            Paper::Plan => papers::plan(owner, &self.document(Which::Made(on))),
            Paper::Report => papers::report(owner, &self.document(Which::Made(on))),
            Paper::Nothing => Document {
                content: None,
                ..papers::analysis(owner)
            },
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the others are no links")]
    pub fn disturb(&self, oddities: &[Oddity], document: &mut Document) {
        for oddity in oddities {
            disturb_envelope(*oddity, document);
            if let Some(Content::Analysis(_)) = document.content {
                disturb_analysis(*oddity, document);
            }
            let linked = match oddity {
                Oddity::OwnLink => document.clone(),
                Oddity::LinkOfAnother => self.document(Which::Made(3)),
                _ => continue,
            };
            if let Some(Content::ActionPlan(plan)) = &mut document.content {
                plan.goals[0].development_areas = vec![papers::link(&linked, "a1")];
            }
        }
    }
}

impl Sent {
    /// Makes another request of it, under the same id.
    pub fn change(&mut self) {
        match self {
            Self::Create(request) => {
                if let Some(document) = &mut request.document {
                    document.round = "sbs-2021-1".into();
                }
            }
            Self::Update(request) => {
                if let Some(document) = &mut request.document {
                    document.round = "sbs-2021-1".into();
                }
            }
            Self::Submit(request) => request.justifications.clear(),
            Self::Review(request) => request.text.push_str(" Igen."),
            Self::Withdraw(request) => request.reason = 2,
            Self::Push(batch) => {
                for item in &mut batch.items {
                    item.document.get_or_insert_default().round = "sbs-2021-1".into();
                }
            }
            Self::Resolve(request) => "1-00000000000000ff".clone_into(&mut request.etag),
        }
    }
}

/// A review of the document. None: the act is none.
fn reviewed(act: &Act, document: &Document) -> Option<ReviewDocumentRequest> {
    let Act::Review {
        accept,
        fitting,
        other_hash,
        comment,
        ..
    } = act
    else {
        return None;
    };
    let mut request = if *accept {
        acts::acceptance(document)
    } else {
        acts::returning(document)
    };
    if !fitting {
        let unfit = [ReviewReason::MeetsRequirements, ReviewReason::Other];
        request.reason = unfit[usize::from(*accept)].into();
    }
    if *other_hash {
        request.content_hash = vec![1; 32].into();
    }
    let comment = comment.map(|path| ReviewComment {
        field: PATHS[path].to_owned(),
        text: "Se över.".to_owned(),
    });
    request.comments = comment.into_iter().collect();
    Some(request)
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the others disturb the content"
)]
fn disturb_envelope(oddity: Oddity, document: &mut Document) {
    match oddity {
        Oddity::PeriodReversed => {
            document.period = Some(papers::period("2020-06-30", "2019-08-01"));
        }
        Oddity::NoSuchDay => document.period = Some(papers::period("2019-02-29", "2019-06-30")),
        Oddity::NoPeriod => document.period = None,
        Oddity::GivenByExchange => document.author = "exchange:another".into(),
        Oddity::OddRound => document.round = "Omgång ett".into(),
        Oddity::OtherRound => document.round = "sbs-2020-1".into(),
        _ => {}
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the others disturb the envelope"
)]
fn disturb_analysis(oddity: Oddity, document: &mut Document) {
    let analysis = papers::analysis_in(document);
    match oddity {
        Oddity::Nul => analysis.title.push('\0'),
        Oddity::Bidirectional => analysis.pupils_say.push('\u{202e}'),
        Oddity::TooLong => analysis.title = "å".repeat(300),
        Oddity::NoInnerId => analysis.problems[0].id.clear(),
        Oddity::InnerIdTwice => analysis.causes[0].id = "p1".into(),
        Oddity::UnknownEnum => analysis.causes[0].level = 77,
        Oddity::IdentityNumber => analysis.pupils_say = "Eleven 20121201-2387.".into(),
        Oddity::Email => analysis.present_state = "Skriv till elev@skola.example.".into(),
        Oddity::NoTitle => analysis.title.clear(),
        Oddity::NoPupils => analysis.participation.get_or_insert_default().pupils = 0,
        Oddity::Letters => analysis.title = "Åäö ß İı 𝔸 e\u{301} é".into(),
        _ => {}
    }
}

pub fn external(number: usize) -> ExternalId {
    ExternalId {
        scheme: "stories".to_owned(),
        value: format!("Nr {number} é"),
    }
}
