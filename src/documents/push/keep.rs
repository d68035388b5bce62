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
fn key(caller: &Caller, asked: &Asked, grant: &Grant) -> RequestKey {
    RequestKey {
        organization: grant.home,
        others: caller.homes_besides(grant.home),
        ..asked.request.clone()
    }
}

/// The request under whichever home an earlier try may be noted.
pub fn any_key(caller: &Caller, asked: &Asked) -> RequestKey {
    RequestKey {
        others: caller.homes_besides(asked.request.organization),
        ..asked.request.clone()
    }
}

/// What is to be written, if anything is.
pub fn write(caller: &Caller, asked: &Asked, decided: &Decided, dry_run: bool) -> Option<Write> {
    let (rows, answer) = match &decided.outcome {
        Outcome::Write(writing) => {
            let row = Row::Document {
                revision: store::row(&writing.revision),
                links: writing.links.clone(),
            };
            (vec![row], answer::note(writing))
        }
        Outcome::Conflict {
            conflict,
            head,
            known,
        } => {
            let row = Row::Conflict(conflict::row(conflict));
            let rows = if *known { vec![] } else { vec![row] };
            (rows, answer::note_conflict(conflict, head))
        }
        // Answers without a row: repeated later, the item would write what it did not.
        Outcome::Stands {
            revision,
            noted: true,
        } => (Vec::new(), answer::note_standing(revision)),
        Outcome::Contained(revision) => (Vec::new(), answer::note_contained(revision)),
        Outcome::Stands { noted: false, .. } | Outcome::Refused(_) | Outcome::Later => return None,
    };
    let grant = decided.grant.as_ref()?;
    Some(Write {
        actor: grant.actor(),
        method: METHOD,
        request: Some(key(caller, asked, grant)),
        register_unchanged_since: None,
        expects: Vec::new(),
        dry_run,
        answer,
        rows,
    })
}
