//! Where a copy stands, and what its caller saw there and sees now: what every call of the feed begins with.

use uuid::Uuid;

use super::{
    cursor::{Cursor, Stage},
    filter::Filter,
};
use crate::{
    access::Caller,
    error::{Error, Result},
    exchange::Exchange,
    journal::{self, Reached},
};

/// Where a copy stands.
pub struct Stand {
    pub epoch: Uuid,
    /// Everything up to here is told.
    pub position: i64,
    /// None: nothing is.
    pub stage: Option<Stage>,
    /// The position that the exchange has reached.
    pub head: i64,
    /// The caller as it was at the position.
    pub then: Caller,
    pub now: Caller,
}

impl Stand {
    /// Looks at a cursor, empty where there is none. Refuses one from which nothing can be told.
    pub async fn at(
        exchange: &Exchange,
        caller: &Caller,
        filter: &Filter,
        cursor: &str,
    ) -> Result<Self> {
        let Reached {
            epoch,
            position: head,
        } = journal::reached(exchange.database.reader()).await?;
        let cursor = if cursor.is_empty() {
            None
        } else {
            let subject = caller.subject();
            Some(Cursor::open(&exchange.pages, subject, filter, cursor)?)
        };
        if cursor.is_some_and(|cursor| cursor.epoch != epoch || cursor.position > head) {
            return Err(Error::SnapshotRequired);
        }
        let position = cursor.map_or(head, |cursor| cursor.position);
        let now = exchange.access.renewed(caller, head).await?;
        let then = exchange.access.as_of(&now, position).await?;
        if cursor.is_some_and(|cursor| cursor.sight != then.sight()) {
            return Err(Error::SnapshotRequired);
        }
        Ok(Self {
            epoch,
            position,
            stage: cursor.map(|cursor| cursor.stage),
            head,
            then,
            now,
        })
    }
}
