//! What the entries of one write are to one caller: the decision who is told what. Knows no SQL and no messages.

use uuid::Uuid;

use super::{
    filter::Filter,
    store::{Entry, What, Written},
    view::View,
};

/// What a caller is to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    Document {
        written: Written,
        entered: bool,
    },
    /// A document was withdrawn by the revision.
    Tombstone(Written),
    DocumentLeft(Uuid),
    /// An organization, as written at the position.
    Organization {
        id: Uuid,
        position: i64,
    },
    OrganizationLeft(Uuid),
    /// The write ends here.
    End(i64),
}

/// What the entries of a write are to a caller who saw `before` it as the one view says and `after` it as the other.
/// Organizations come first, so that documents name what is known.
pub fn of_write(entries: &[Entry], before: &View, after: &View, filter: &Filter) -> Vec<Item> {
    let organizations = entries
        .iter()
        .filter_map(|entry| of_organization(entry, before, after));
    let documents = entries
        .iter()
        .filter_map(|entry| of_document(entry, before, after, filter));
    organizations.chain(documents).collect()
}

fn of_organization(entry: &Entry, before: &View, after: &View) -> Option<Item> {
    let What::Organization { id, is_new } = entry.what else {
        return None;
    };
    if after.sees_organization(id) {
        let position = entry.position;
        return Some(Item::Organization { id, position });
    }
    (!is_new && before.sees_organization(id)).then_some(Item::OrganizationLeft(id))
}

fn of_document(entry: &Entry, before: &View, after: &View, filter: &Filter) -> Option<Item> {
    let What::Document {
        id,
        written,
        revision,
        before: last,
        bytes,
    } = &entry.what
    else {
        return None;
    };
    let revision = Written {
        id: *id,
        owner: written.owner,
        revision: *revision,
        position: entry.position,
        bytes: *bytes,
    };
    let was_held = last
        .as_ref()
        .is_some_and(|last| !last.is_withdrawn() && filter.takes(last) && before.sees(last));
    let is_seen = filter.takes(written) && after.sees(written);
    match (was_held, is_seen) {
        (true, true) if written.is_withdrawn() => Some(Item::Tombstone(revision)),
        (false, true) if written.is_withdrawn() => None,
        (_, true) => Some(Item::Document {
            written: revision,
            entered: !was_held && last.is_some(),
        }),
        (true, false) => Some(Item::DocumentLeft(*id)),
        (false, false) => None,
    }
}
