//! A writer that pushes: batches that are written together, merges, conflicts, and what comes of these.

use styrkedja::proto::v1::{
    Document, ExternalId, PushConflict, PushItem, PushResponse, PushedDocument,
    ResolveConflictRequest, TakeYours, document::Content, push_response::Outcome,
    resolve_conflict_request::Resolution,
};

use super::{COMMITS, REVISIONS, Written, change_of, faults::Change, paper};
use crate::{
    push::{EACH, TOGETHER, changed, new, push, push_one},
    world::{Caller, request_id},
};

pub struct Pusher {
    caller: Caller,
    unit: &'static str,
    unit_id: String,
    number: usize,
    written: Written,
}

impl Pusher {
    pub fn new(caller: Caller, unit: &'static str, unit_id: String, number: usize) -> Self {
        Self {
            caller,
            unit,
            unit_id,
            number,
            written: Vec::new(),
        }
    }

    /// As many revisions as the others write, ten documents at a time.
    pub async fn write(mut self) -> Written {
        const BATCH: usize = 10;
        for batch in 0..COMMITS / REVISIONS / BATCH {
            let names = (0..BATCH).map(|name| format!("{}-{batch}-{name}", self.number));
            let items = names.map(|name| new(&self.named(&name)));
            let first = self.together(&items.collect::<Vec<_>>()).await;
            let mut newest = first.clone();
            for revision in 2..REVISIONS {
                let items = newest
                    .iter()
                    .map(|one| changed(&of(one, &revision.to_string()), &one.etag));
                newest = self.together(&items.collect::<Vec<_>>()).await;
            }
            for (first, newest) in first.iter().zip(&newest) {
                self.late(first, newest).await;
            }
        }
        self.written
    }

    /// Writes items as one, and notes them so.
    async fn together(&mut self, items: &[PushItem]) -> Vec<PushedDocument> {
        let answers = push(&self.caller, TOGETHER, items).await;
        let answers = answers.expect("nobody else writes them");
        let written: Vec<_> = answers.into_iter().map(pushed).collect();
        let changes = written.iter().map(|one| Change {
            of: one.id.clone(),
            revision: one.revision,
        });
        self.written.push((self.unit, changes.collect()));
        written
    }

    /// Comes too late with two changes: one is merged, the other is in conflict, of which the feed tells once it is resolved.
    async fn late(&mut self, first: &PushedDocument, newest: &PushedDocument) {
        let mut retitled = of(first, "1");
        if let Some(Content::Analysis(analysis)) = &mut retitled.content {
            "Nulägesanalys".clone_into(&mut analysis.title);
        }
        let Outcome::Merged(merged) = push_one(&self.caller, changed(&retitled, &first.etag)).await
        else {
            panic!("only the one side has changed the title")
        };
        let merged = merged.document.expect("it is told");
        assert_eq!(merged.revision, newest.revision + 1);
        self.written.push((self.unit, vec![change_of(&merged)]));

        let other = changed(&of(first, "another"), &first.etag);
        let answers = push(&self.caller, EACH, &[other])
            .await
            .expect("it is answered");
        let Some(Outcome::Conflict(conflict)) =
            answers.into_iter().next().and_then(|one| one.outcome)
        else {
            panic!("both sides have changed the state")
        };
        let taken = self.take_ours(conflict, &merged).await;
        self.written.push((self.unit, vec![taken]));
    }

    async fn take_ours(&self, conflict: PushConflict, merged: &Document) -> Change {
        let request = ResolveConflictRequest {
            request_id: request_id(),
            validate_only: false,
            id: conflict.conflict_id,
            etag: merged.etag.clone(),
            resolution: Some(Resolution::TakeYours(TakeYours {})),
        };
        let resolved = self.caller.conflicts().resolve_conflict(request).await;
        let document = resolved
            .expect("nobody else resolves it")
            .into_inner()
            .document;
        let taken = change_of(&document.expect("it is told"));
        assert_eq!(taken.revision, merged.revision + 1);
        taken
    }

    fn named(&self, name: &str) -> Document {
        Document {
            external_id: Some(ExternalId {
                scheme: "stories".to_owned(),
                value: name.to_owned(),
            }),
            ..paper(&self.unit_id, "1")
        }
    }
}

/// A change of what was pushed, under its id.
fn of(pushed: &PushedDocument, text: &str) -> Document {
    Document {
        id: pushed.id.clone(),
        ..paper("", text)
    }
}

fn pushed(answer: PushResponse) -> PushedDocument {
    match answer.outcome {
        Some(Outcome::Created(pushed) | Outcome::Updated(pushed)) => pushed,
        other => panic!("it was pushed otherwise: {other:?}"),
    }
}
