//! A document as the feed tells it: a revision that was read elsewhere, shown as `GetDocument` would show it.

use super::{operations::Shown, store::Found, wire};
use crate::{access::Caller, error::Result, proto::v1};

/// The revision without what the caller may not see.
pub fn told(caller: &Caller, found: Found) -> Result<v1::Document> {
    Ok(wire::document(Shown::read(caller, found.try_into()?)?))
}
