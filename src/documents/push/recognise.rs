//! Knows conflicts again: one change is one conflict, however often it is pushed.

use super::decide::{Asking, Decided, Outcome};
use crate::{documents::conflict, error::Result, proto::v1::Act};

/// Finds the changes that are in an open conflict already: pushed again under another request id, they are no other conflict.
pub async fn recognise(asking: Asking<'_>, decided: &mut [Decided]) -> Result<()> {
    let conflict_of = |decided: &Decided| {
        let Outcome::Conflict { conflict, .. } = &decided.outcome else {
            return None;
        };
        Some(conflict.document)
    };
    let documents: Vec<_> = decided.iter().filter_map(conflict_of).collect();
    if documents.is_empty() {
        return Ok(());
    }
    let scope = asking.caller.scope(Act::ReadDocuments);
    let reader = asking.exchange.database.reader();
    let open = conflict::open_of(reader, &scope, &documents).await?;
    for decided in decided {
        if let Outcome::Conflict {
            conflict, known, ..
        } = &mut decided.outcome
            && let Some(same) = open.iter().find(|open| open.is_of_same_change(conflict))
        {
            **conflict = same.clone();
            *known = true;
        }
    }
    Ok(())
}
