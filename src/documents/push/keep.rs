//! Puts what was decided into the journal.

use super::{
    METHOD, answer,
    decide::{Decided, Outcome},
    item::Asked,
};
use crate::{
    access::{Caller, Grant},
    documents::{conflict, store},
    journal::{RequestKey, Row, Write},
};

/// The request under the home of the grant that lets it through.
pub fn key(caller: &Caller, asked: &Asked, grant: &Grant) -> RequestKey {
    RequestKey {
        organization: grant.home,
        others: caller.homes_besides(grant.home),
        ..asked.request.clone()
    }
}

/// What is to be written, if anything is.
pub fn write(caller: &Caller, asked: &Asked, decided: &Decided, dry_run: bool) -> Option<Write> {
    let (row, answer) = match &decided.outcome {
        Outcome::Write(writing) => {
            let row = Row::Document {
                revision: store::row(&writing.revision),
                links: writing.links.clone(),
            };
            (row, answer::note(writing))
        }
        Outcome::Conflict(conflict, head) => (
            Row::Conflict(conflict::row(conflict)),
            answer::note_conflict(conflict, head),
        ),
        Outcome::Stands(_) | Outcome::Contained(_) | Outcome::Refused(_) | Outcome::Later => {
            return None;
        }
    };
    let grant = decided.grant.as_ref()?;
    Some(Write {
        actor: grant.actor(),
        method: METHOD,
        request: Some(key(caller, asked, grant)),
        register_unchanged_since: None,
        dry_run,
        answer,
        rows: vec![row],
    })
}
