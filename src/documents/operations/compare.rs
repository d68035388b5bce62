//! Compares two revisions of a document, each as the caller may be shown it.

use bytes::Bytes;
use prost::Message;
use prost_reflect::DynamicMessage;
use uuid::Uuid;

use super::read::get;
use crate::{
    access::Caller,
    documents::{compare, shape, wire},
    error::{Error, Result},
    exchange::Exchange,
    proto::v1::{Difference, Document},
};

pub async fn compare(
    exchange: &Exchange,
    caller: &Caller,
    document: Uuid,
    from: u32,
    to: u32,
) -> Result<Vec<Difference>> {
    let before = get(exchange, caller, document, Some(from)).await?;
    let after = get(exchange, caller, document, Some(to)).await?;
    let [before, after] = [
        comparable(wire::document(before)?)?,
        comparable(wire::document(after)?)?,
    ];
    Ok(compare::compare(&before, &after))
}

/// A document without what a revision says of itself.
fn comparable(document: Document) -> Result<DynamicMessage> {
    let document = Document {
        revision: 0,
        etag: String::new(),
        update_time: None,
        author: String::new(),
        content_hash: Bytes::new(),
        hidden_fields: Vec::new(),
        ..document
    };
    DynamicMessage::decode(shape::document()?, document.encode_to_vec().as_slice())
        .map_err(Error::fault)
}
