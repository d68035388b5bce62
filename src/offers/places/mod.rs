//! Places of course offers: held, confirmed, released, waited for in line, and never more than there are.

pub mod rpc;

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::error::Result;

/// How many places of offers are held and confirmed. Offers of which none are, are left out.
#[expect(
    clippy::unused_async,
    reason = "places are kept in the database, once they can be taken"
)]
pub async fn taken(_: &impl ConnectionTrait, _: &[Uuid]) -> Result<HashMap<Uuid, u32>> {
    Ok(HashMap::new())
}
