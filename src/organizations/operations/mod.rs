//! What callers can do with the register of organizations. Knows neither gRPC nor SQL.

mod import;
mod lineage;
mod list;
mod pieces;

pub use import::{Import, import};
pub use lineage::{Lineage, lineage};
pub use list::{Listed, Search, list};

use super::{
    model::{Organization, Reference},
    store,
};
use crate::{
    access::Caller,
    error::{Error, Result},
    exchange::Exchange,
    proto::v1::Act,
};

/// One organization that the caller sees.
pub async fn get(
    exchange: &Exchange,
    caller: &Caller,
    reference: &Reference,
) -> Result<Organization> {
    let scope = caller.scope(Act::ReadOrganizations);
    store::find(exchange.database.reader(), &scope, reference)
        .await?
        .ok_or(Error::NotFound)
}
