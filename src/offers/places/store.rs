//! How places are kept: the only SQL of the feature. What is given out starts from a scope; what decides on the places of an
//! offer looks at all of them.

mod due;
mod listing;
mod row;

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};
use uuid::Uuid;

use super::{
    booking::{self, Column},
    ledger,
    model::{Booking, Capacity, Ledger, Standing},
};
use crate::{
    access::Scope,
    clock::Time,
    documents::{self, entity as revisions},
    error::{Error, Result},
    kinds::{self, Content, ItemKind},
    proto::v1::{BookingState, DocumentKind, DocumentLink, DocumentState, OfferingState},
};

pub use due::{Taken, may_move_up, overdue, taken, taken_at};
pub use listing::{Sum, line, own, sums};
pub use row::{expected, rows};

/// Bookings that lapse, or move up, in one turn, at most.
pub const AT_ONCE: usize = 200;

/// An offer, as far as its places go.
#[derive(Clone, Copy, Debug)]
pub struct Offer {
    pub owner: Uuid,
    pub id: Uuid,
    pub revision: i32,
    /// None: it states none, or is withdrawn.
    pub capacity: Option<u32>,
    /// Whether it is offered now.
    pub is_active: bool,
    pub is_withdrawn: bool,
}

impl Offer {
    /// What it has to give.
    pub fn gives(&self) -> Capacity {
        let places = self.capacity.filter(|_| self.is_active);
        Capacity {
            offer_revision: self.revision,
            places: places.unwrap_or_default(),
            is_withdrawn: self.is_withdrawn,
        }
    }
}

/// An offer in scope.
pub async fn offer(db: &impl ConnectionTrait, scope: &Scope, id: Uuid) -> Result<Option<Offer>> {
    read_offer(db, scope.condition(), id).await
}

/// An offer whose places are decided on. Shown to nobody.
pub async fn offer_of(db: &impl ConnectionTrait, owner: Uuid, id: Uuid) -> Result<Option<Offer>> {
    let of_owner = Condition::all().add(revisions::Column::OwnerId.eq(owner));
    read_offer(db, of_owner, id).await
}

async fn read_offer(
    db: &impl ConnectionTrait,
    condition: Condition,
    id: Uuid,
) -> Result<Option<Offer>> {
    let is_offer = revisions::Column::Kind.eq(documents::small(DocumentKind::CourseOffer.into()));
    // A scope is a condition of alternatives: another one must not become one of them.
    let condition = Condition::all().add(condition).add(is_offer);
    let Some((found, content)) = head(db, condition, id).await? else {
        return Ok(None);
    };
    let content = content.and_then(|content| match content {
        Content::CourseOffer(offer) => Some(offer),
        Content::Analysis(_) | Content::ActionPlan(_) | Content::FollowUpReport(_) => None,
    });
    // A draft offers nothing yet.
    let is_published = found.state == documents::small(DocumentState::Submitted.into());
    let offering = content.and_then(|offer| offer.offering).unwrap_or_default();
    Ok(Some(Offer {
        owner: found.owner_id,
        id,
        revision: found.revision,
        capacity: offering.capacity,
        is_withdrawn: found.state == documents::small(DocumentState::Withdrawn.into()),
        is_active: is_published && offering.state() == OfferingState::Active,
    }))
}

/// The newest revision of a document, and its content unless it is withdrawn.
async fn head(
    db: &impl ConnectionTrait,
    condition: Condition,
    id: Uuid,
) -> Result<Option<(revisions::Model, Option<Content>)>> {
    use revisions::Column;
    let newest = documents::kept(condition)
        .filter(Column::DocumentId.eq(id))
        .filter(Column::UntilPosition.is_null());
    let found = newest.into_model::<documents::Found>().one(db).await?;
    found.map(content_of).transpose()
}

fn content_of(found: documents::Found) -> Result<(revisions::Model, Option<Content>)> {
    let documents::Found { row, state_now } = found;
    let kind = DocumentKind::try_from(i32::from(row.kind)).unwrap_or_default();
    let withdrawn = state_now == documents::small(DocumentState::Withdrawn.into());
    let content = row.content.as_deref().filter(|_| !withdrawn);
    let content = content
        .map(|bytes| Content::decode(kind, bytes))
        .transpose();
    let content = content.map_err(Error::fault)?;
    Ok((row, content))
}

/// Who owns the document with the measure that a link leads to, if it leads to one in scope.
pub async fn owner_of_measure(
    db: &impl ConnectionTrait,
    scope: &Scope,
    link: &DocumentLink,
) -> Result<Option<Uuid>> {
    let Ok(id) = Uuid::try_parse(&link.document_id) else {
        return Ok(None);
    };
    let Some((newest, content)) = head(db, scope.condition(), id).await? else {
        return Ok(None);
    };
    let number = i32::try_from(link.revision).unwrap_or(i32::MAX);
    let (row, content) = if [0, newest.revision].contains(&number) {
        (newest, content)
    } else {
        let earlier = documents::kept(scope.condition())
            .filter(revisions::Column::DocumentId.eq(id))
            .filter(revisions::Column::Revision.eq(number));
        let earlier = earlier.into_model::<documents::Found>().one(db).await?;
        match earlier.map(content_of).transpose()? {
            Some(found) => found,
            None => return Ok(None),
        }
    };
    let is_measure = |content: &Content| {
        let items = kinds::items(content);
        let named =
            |item: &kinds::Item<'_>| item.kind == ItemKind::Measure && item.id == link.item_id;
        items.iter().any(named)
    };
    Ok(content.filter(is_measure).map(|_| row.owner_id))
}

/// A booking for an organization in scope, as it stands.
pub async fn booking(
    db: &impl ConnectionTrait,
    scope: &Scope,
    id: Uuid,
) -> Result<Option<Booking>> {
    let found = bookings()
        .filter(scope.belonging(Column::OrganizationId))
        .filter(Column::Id.eq(id))
        .filter(Column::UntilPosition.is_null())
        .one(db)
        .await?;
    found.map(Booking::try_from).transpose()
}

/// What stands of an offer's places. The ledger is read first: whatever changes after that, it will not be the newest.
pub async fn standing(db: &impl ConnectionTrait, offer: &Offer, now: Time) -> Result<Standing> {
    let ledger = ledger_of(db, offer).await?;
    let overdue = heads(offer, BookingState::Held)
        .filter(Column::ExpiresAt.lte(now.micros()))
        .order_by_asc(Column::ExpiresAt)
        .limit(AT_ONCE as u64)
        .all(db)
        .await?;
    let line = if ledger.waiting == 0 {
        Vec::new()
    } else {
        heads(offer, BookingState::Waiting)
            .order_by_asc(Column::Ticket)
            .limit(AT_ONCE as u64)
            .all(db)
            .await?
    };
    let behind = if line.len() == AT_ONCE {
        let all = heads(offer, BookingState::Waiting).count(db).await?;
        usize::try_from(all).unwrap_or(usize::MAX) - AT_ONCE
    } else {
        0
    };
    let read = |rows: Vec<booking::Model>| -> Result<Vec<Booking>> {
        rows.into_iter().map(Booking::try_from).collect()
    };
    Ok(Standing {
        owner: offer.owner,
        offer: offer.id,
        ledger,
        overdue: read(overdue)?,
        line: read(line)?,
        behind,
    })
}

async fn ledger_of(db: &impl ConnectionTrait, offer: &Offer) -> Result<Ledger> {
    use ledger::Column;
    #[expect(
        clippy::disallowed_methods,
        reason = "the figures of an offer decide on its places, whoever asks"
    )]
    let found = ledger::Entity::find()
        .filter(Column::Id.eq(offer.id))
        .filter(Column::OwnerId.eq(offer.owner))
        .filter(Column::UntilPosition.is_null())
        .one(db)
        .await?;
    Ok(found.map(Ledger::from).unwrap_or_default())
}

fn heads(offer: &Offer, state: BookingState) -> Select<booking::Entity> {
    bookings()
        .filter(Column::OfferId.eq(offer.id))
        .filter(Column::OwnerId.eq(offer.owner))
        .filter(Column::State.eq(row::state(state)))
        .filter(Column::UntilPosition.is_null())
}

fn bookings() -> Select<booking::Entity> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where reads of bookings start"
    )]
    booking::Entity::find()
}
