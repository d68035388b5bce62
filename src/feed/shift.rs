//! What comes into a caller's scope, leaves it, or is shown otherwise, when a write changes the caller's grants or the
//! tree of organizations.

use std::collections::BTreeSet;

use sea_orm::{ColumnTrait, Condition};
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    answer::Telling,
    changes,
    follow::{FRESH, Follower, left, organization_left},
    revision::Revision,
    store::{self, Entry},
    view::View,
};
use crate::{access::Shift, documents, error::Result, organizations};

/// Rows read at a time.
const ORGANIZATIONS: usize = 200;
/// Owners named in one statement.
const OWNERS: usize = 400;

/// Both sides of a write.
struct Sides {
    before: View,
    after: View,
    /// The first position of the write: what it wrote itself is told by its entries.
    first: i64,
    last: i64,
}

/// Tells a write after which the caller may see other things, and takes on what it sees then.
pub async fn tell(follower: &mut Follower, write: &[Entry]) -> Result<()> {
    let (Some(first), Some(last)) = (write.first(), write.last()) else {
        return Ok(());
    };
    let access = &follower.exchange.access;
    let after = access.as_of(&follower.now.caller, last.position).await?;
    let sides = Sides {
        before: follower.then.clone(),
        after: View::of(after),
        first: first.position,
        last: last.position,
    };
    let written = changes::of_write(write, &sides.before, &sides.after, &follower.filter);
    tell_organizations(follower, &sides).await?;
    follower.tell(&written).await?;
    tell_documents(follower, &sides).await?;
    follower.then = sides.after;
    Ok(())
}

async fn tell_organizations(follower: &mut Follower, sides: &Sides) -> Result<()> {
    let (before, after) = (&sides.before.organizations, &sides.after.organizations);
    if before.shift(after) == Shift::At(BTreeSet::new()) {
        return Ok(());
    }
    // All of them: one that comes or goes is named as a parent by others.
    let seen = Condition::any()
        .add(before.organizations())
        .add(after.organizations());
    let mut from = Uuid::nil();
    loop {
        follower.keep_up().await?;
        let reader = follower.exchange.database.reader();
        let limit = ORGANIZATIONS as u64;
        let rows = store::organizations_at(reader, sides.last, seen.clone(), from, limit).await?;
        let last_page = rows.len() < ORGANIZATIONS;
        for row in rows {
            from = row.id;
            if row.position < sides.first {
                tell_organization(follower, sides, row).await?;
            }
        }
        if last_page {
            return Ok(());
        }
    }
}

async fn tell_organization(
    follower: &mut Follower,
    Sides { before, after, .. }: &Sides,
    row: organizations::entity::Model,
) -> Result<()> {
    let id = row.id;
    match (before.sees_organization(id), after.sees_organization(id)) {
        (false, true) => follower.show_organization(row).await,
        (true, false) => follower.outlet.push(organization_left(id)).await,
        (true, true) => {
            let told = |view: &View| organizations::told(&view.caller, row.clone());
            if told(before)? == told(after)? {
                return Ok(());
            }
            follower.show_organization(row).await
        }
        (false, false) => Ok(()),
    }
}

async fn tell_documents(follower: &mut Follower, sides: &Sides) -> Result<()> {
    let (before, after) = (&sides.before.documents, &sides.after.documents);
    let seen = Condition::any()
        .add(before.condition())
        .add(after.condition());
    let seen = Condition::all().add(seen).add(follower.filter.condition());
    match before.shift(after) {
        Shift::Anywhere => tell_documents_of(follower, sides, seen).await,
        Shift::At(places) => {
            let places: Vec<Uuid> = places.into_iter().collect();
            for places in places.chunks(OWNERS) {
                let there = documents::entity::Column::OwnerId.is_in(places.iter().copied());
                tell_documents_of(follower, sides, seen.clone().add(there)).await?;
            }
            Ok(())
        }
    }
}

async fn tell_documents_of(follower: &mut Follower, sides: &Sides, seen: Condition) -> Result<()> {
    let (mut from, mut next) = (Uuid::nil(), Some(store::FIRST));
    while let Some(limit) = next {
        follower.keep_up().await?;
        let reader = follower.exchange.database.reader();
        let page = store::documents_at(reader, sides.last, seen.clone(), from, limit).await?;
        let read_at = Instant::now();
        next = page.next;
        for revision in page.revisions {
            if read_at.elapsed() > FRESH {
                next = Some(store::FIRST);
                break;
            }
            from = revision.document();
            if revision.position() < sides.first {
                tell_document(follower, sides, revision).await?;
            }
        }
    }
    Ok(())
}

async fn tell_document(
    follower: &mut Follower,
    Sides { before, after, .. }: &Sides,
    revision: Revision,
) -> Result<()> {
    let shown = |view: &View| view.shown(revision.facts());
    match (shown(before), shown(after)) {
        (None, Some(_)) => follower.show(revision, Telling::Entered).await,
        (Some(_), None) => follower.outlet.push(left(revision.document())).await,
        (Some(before), Some(after)) if before.visibility != after.visibility => {
            follower.show(revision, Telling::Upsert).await
        }
        (Some(_), Some(_)) | (None, None) => Ok(()),
    }
}
