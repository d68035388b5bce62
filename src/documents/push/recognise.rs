//! Knows conflicts again: one change is one open conflict, however often it is pushed.

use super::decide::{Asking, Decided, Outcome};
use crate::{
    documents::conflict::{self, Conflict},
    error::Result,
    proto::v1::Act,
};

/// Finds the changes that are in an open conflict already: pushed again under another request id, they are no other conflict.
/// Gives the others their ids.
pub async fn recognise(asking: Asking<'_>, decided: &mut [Decided]) -> Result<()> {
    let conflict_of = |decided: &Decided| {
        let Outcome::Conflict { conflict, .. } = &decided.outcome else {
            return None;
        };
        Some((conflict.document, conflict.yours.content_hash.clone()))
    };
    let (documents, contents): (Vec<_>, Vec<_>) = decided.iter().filter_map(conflict_of).unzip();
    if documents.is_empty() {
        return Ok(());
    }
    let scope = asking.caller.scope(Act::ReadDocuments);
    let reader = asking.exchange.database.reader();
    let kept = conflict::of_contents(reader, &scope, &documents, contents).await?;
    for decided in decided {
        if let Outcome::Conflict {
            conflict, known, ..
        } = &mut decided.outcome
        {
            let same = kept.iter().filter(|kept| kept.is_of_same_change(conflict));
            let (open, resolved): (Vec<&Conflict>, Vec<_>) =
                same.partition(|same| same.resolved.is_none());
            match open.first() {
                Some(open) => (**conflict, *known) = ((*open).clone(), true),
                None => conflict.id = conflict.id_after(resolved.len()),
            }
        }
    }
    Ok(())
}
