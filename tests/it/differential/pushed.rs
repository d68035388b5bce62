//! Pushes and conflicts of a script, as they are in one world.

use styrkedja::proto::v1::{
    Document, GetConflictRequest, KeepTheirs, ListConflictsRequest, PushHeader, PushItem,
    PushResponse, ResolveConflictRequest, TakeYours, document::Content, push_response::Outcome,
    resolve_conflict_request::Resolution,
};
use tonic::Status;

use super::{
    normal::{self, Names},
    play::Player,
    script::{Pushed, Which},
    sent::{Made, external},
};
use crate::{
    documents::papers,
    push,
    world::{Caller, request_id},
};

/// What the conflicts of a script are when there is none.
const NO_CONFLICT: &str = "00000000-0000-7000-8000-000000000000";

/// Of so many documents a push changes one.
const RECENT: usize = 5;

/// What is pushed in one stream.
#[derive(Clone)]
pub struct Batch {
    pub meant: PushHeader,
    pub items: Vec<PushItem>,
}

impl Made {
    pub fn pushed(&self, item: &Pushed) -> PushItem {
        match item {
            Pushed::New {
                owner,
                paper,
                on,
                oddities,
                external,
            } => {
                let mut document = self.paper(&self.owners[*owner], *paper, *on);
                document.external_id = external.map(|number| self::external(100 + number));
                self.disturb(oddities, &mut document);
                push::new(&document)
            }
            Pushed::Change {
                which,
                late,
                stale,
                title,
                word,
            } => {
                let base = self.base(*which, *late);
                let etag = if *stale {
                    "1-00000000000000ff"
                } else {
                    &base.etag
                };
                push::changed(&changed(&base, *title, *word), etag)
            }
        }
    }

    /// One of the last that were made: so that several changes come to the same.
    fn base(&self, which: Which, late: bool) -> Document {
        let known = if late { &self.first } else { &self.documents };
        match which {
            Which::Made(number) if !known.is_empty() => {
                let recent = known.len().min(RECENT);
                known[known.len() - 1 - number % recent].clone()
            }
            Which::Made(_) | Which::Missing => self.document(Which::Missing),
        }
    }

    pub fn conflict(&self, number: usize) -> String {
        let recent = self.conflicts.len().clamp(1, RECENT);
        let known = self.conflicts.iter().rev().nth(number % recent).cloned();
        known.unwrap_or_else(|| NO_CONFLICT.to_owned())
    }

    /// The etag is of the document that most conflicts are about, where the script says no other.
    pub fn resolution(
        &self,
        conflict: usize,
        side: usize,
        stale: bool,
        dry: bool,
    ) -> ResolveConflictRequest {
        let id = self.conflict(conflict);
        let newest = self.document(Which::Made(conflict));
        let resolution = match side {
            0 => Resolution::KeepTheirs(KeepTheirs {}),
            1 => Resolution::TakeYours(TakeYours {}),
            _ => Resolution::TakeBoth(changed(&newest, true, 2)),
        };
        ResolveConflictRequest {
            request_id: request_id(),
            validate_only: dry,
            id,
            etag: if stale {
                "1-00000000000000ff".to_owned()
            } else {
                newest.etag
            },
            resolution: Some(resolution),
        }
    }
}

/// The document with another title, or another text, as its author's system would send it.
fn changed(base: &Document, title: bool, word: usize) -> Document {
    let word = ["Ett", "Två", "Tre"][word];
    let mut content = base.content.clone();
    match &mut content {
        Some(Content::Analysis(analysis)) if title => word.clone_into(&mut analysis.title),
        Some(Content::Analysis(analysis)) => word.clone_into(&mut analysis.present_state),
        Some(Content::ActionPlan(plan)) => word.clone_into(&mut plan.title),
        Some(Content::FollowUpReport(report)) => word.clone_into(&mut report.title),
        Some(Content::CourseOffer(offer)) => offer.themes = vec![format!("x-{title}")],
        None => content = Some(Content::Analysis(papers::an_analysis())),
    }
    Document {
        id: base.id.clone(),
        external_id: base.external_id.clone(),
        round: base.round.clone(),
        period: base.period.clone(),
        content,
        ..Document::default()
    }
}

impl Player {
    /// Pushes, and keeps what came of it for what follows.
    pub async fn push(&mut self, caller: &Caller, batch: Batch) -> normal::Outcome {
        let answers = push::push(caller, batch.meant, &batch.items).await;
        let answers = match answers {
            Ok(answers) => answers,
            Err(status) => return self.names.refusal(&status),
        };
        let mut outcome = normal::Outcome::default();
        for (answer, item) in answers.into_iter().zip(&batch.items) {
            if !batch.meant.validate_only {
                self.keep_pushed(&answer, item.document.as_ref());
            }
            let told = told(&mut self.names, answer);
            outcome.reasons.extend(told.reasons);
            outcome.text.push_str(&told.text);
        }
        outcome
    }

    fn keep_pushed(&mut self, answer: &PushResponse, sent: Option<&Document>) {
        let document = match answer.outcome.as_ref() {
            Some(Outcome::Created(pushed) | Outcome::Updated(pushed)) => Document {
                id: pushed.id.clone(),
                etag: pushed.etag.clone(),
                revision: pushed.revision,
                content_hash: pushed.content_hash.clone(),
                ..sent.cloned().unwrap_or_default()
            },
            Some(Outcome::Merged(merged)) => merged.document.clone().unwrap_or_default(),
            Some(Outcome::Conflict(conflict)) => {
                self.made.conflicts.push(conflict.conflict_id.clone());
                return;
            }
            Some(Outcome::Unchanged(_) | Outcome::Refused(_)) | None => return,
        };
        self.keep(false, Some(&document));
    }

    pub async fn resolve(
        &mut self,
        caller: &Caller,
        mut request: ResolveConflictRequest,
    ) -> normal::Outcome {
        // Most are decided on as they stand.
        let asked = caller
            .conflicts()
            .get_conflict(GetConflictRequest {
                id: request.id.clone(),
            })
            .await;
        if let Ok(shown) = asked
            && request.etag != "1-00000000000000ff"
            && let Some(document) = shown.into_inner().document
        {
            request.etag = document.etag;
        }
        let dry = request.validate_only;
        let answer = caller.conflicts().resolve_conflict(request).await;
        let document = answer
            .as_ref()
            .ok()
            .and_then(|answer| answer.get_ref().document.clone());
        self.keep(dry, document.as_ref());
        self.told(answer)
    }

    pub async fn conflict(&mut self, caller: &Caller, conflict: usize) -> normal::Outcome {
        let id = self.made.conflict(conflict);
        let answer = caller
            .conflicts()
            .get_conflict(GetConflictRequest { id })
            .await;
        self.told(answer)
    }

    pub async fn conflicts(
        &mut self,
        caller: &Caller,
        resolved: bool,
        size: u32,
    ) -> normal::Outcome {
        let request = ListConflictsRequest {
            include_resolved: resolved,
            page_size: size,
            ..ListConflictsRequest::default()
        };
        let answer = caller.conflicts().list_conflicts(request).await;
        self.told(answer)
    }
}

/// A refusal of an item as that of a call, and all others as they are.
fn told(names: &mut Names, answer: PushResponse) -> normal::Outcome {
    let Some(Outcome::Refused(refused)) = &answer.outcome else {
        let word = answer.outcome.as_ref().map(push::word).unwrap_or_default();
        let mut told = names.answer(&answer);
        told.reasons = vec![word];
        return told;
    };
    let status: Status = push::status(refused);
    let mut refusal = names.refusal(&status);
    let rest = PushResponse {
        outcome: None,
        ..answer
    };
    refusal.text.push_str(&names.answer(&rest).text);
    refusal
}
