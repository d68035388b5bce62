//! The audit chain: each entry's hash covers the entry before it and all columns of its own, so that nothing can be
//! altered, removed or put in between unseen. The encoding is fixed:
//!
//! - A row is the bytes of its tag, then, for each column that is not null, in the order of the entity: the column's name,
//!   then its value, each with its length in front as 32 bits, highest byte first.
//! - Integers of any width are 64 bits, highest byte first; UUIDs their 16 bytes; text UTF-8; bytes as they are.
//! - Every hash is SHA-256. A column that is added later and left null leaves old hashes valid.

use aws_lc_rs::digest::{Context, SHA256};
use sea_orm::{EntityTrait, IdenStatic, Iterable, ModelTrait, Value};

use super::{entity, request, write::Row};

const ENTRY: &[u8] = b"styrkedja entry 1";
const ROW: &[u8] = b"styrkedja row 1";
const REQUEST: &[u8] = b"styrkedja request 1";
const GENESIS: &[u8] = b"styrkedja chain 1";

/// Columns that say when a row is in force: given by the journal, and stated by the entries themselves.
const SPAN: [&str; 2] = ["position", "until_position"];

/// SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> Vec<u8> {
    aws_lc_rs::digest::digest(&SHA256, bytes).as_ref().to_vec()
}

/// What stands for the entry before the first.
pub fn genesis(partition: i32) -> Vec<u8> {
    let mut hash = Context::new(&SHA256);
    hash.update(GENESIS);
    field(&mut hash, "partition", &i64::from(partition).to_be_bytes());
    hash.finish().as_ref().to_vec()
}

/// The hash of an entry: all of its columns, the previous hash among them, but its own hash.
pub fn entry_hash(entry: &entity::Model) -> Vec<u8> {
    let mut hash = Context::new(&SHA256);
    hash.update(ENTRY);
    columns(&mut hash, entry, &["hash"]);
    hash.finish().as_ref().to_vec()
}

/// The hash of what a row says: all of its columns but when it is in force. Content is covered by its own
/// hash, which is a column; the links of a document follow it.
pub fn row_hash(row: &Row) -> Vec<u8> {
    let mut hash = Context::new(&SHA256);
    hash.update(ROW);
    match row {
        Row::Document { revision, links } => {
            columns(&mut hash, revision, &["content", SPAN[0], SPAN[1]]);
            for link in links {
                columns(&mut hash, link, &[]);
            }
        }
        Row::Organization(organization) => columns(&mut hash, organization, &SPAN),
        Row::Succession(succession) => columns(&mut hash, succession, &SPAN),
        Row::Grant(grant) => columns(&mut hash, grant, &SPAN),
        Row::Conflict(conflict) => columns(&mut hash, conflict, &["content", SPAN[0], SPAN[1]]),
        Row::Submission(part) => columns(&mut hash, part, &SPAN),
        Row::Booking(booking) => columns(&mut hash, booking, &SPAN),
        Row::Places(ledger) => columns(&mut hash, ledger, &SPAN),
    }
    hash.finish().as_ref().to_vec()
}

/// The hash of a request record: all of its columns.
pub fn request_hash(request: &request::Model) -> Vec<u8> {
    let mut hash = Context::new(&SHA256);
    hash.update(REQUEST);
    columns(&mut hash, request, &[]);
    hash.finish().as_ref().to_vec()
}

fn columns<M: ModelTrait>(hash: &mut Context, model: &M, but: &[&str]) {
    for column in <M::Entity as EntityTrait>::Column::iter() {
        let name = column.as_str();
        if !but.contains(&name) {
            value(hash, name, &model.get(column));
        }
    }
}

fn value(hash: &mut Context, name: &str, value: &Value) {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the schema has these types only, and the rest are features of a library"
    )]
    match value {
        Value::SmallInt(Some(number)) => field(hash, name, &i64::from(*number).to_be_bytes()),
        Value::Int(Some(number)) => field(hash, name, &i64::from(*number).to_be_bytes()),
        Value::BigInt(Some(number)) => field(hash, name, &number.to_be_bytes()),
        Value::Uuid(Some(id)) => field(hash, name, id.as_bytes()),
        Value::String(Some(text)) => field(hash, name, text.as_bytes()),
        Value::Bytes(Some(bytes)) => field(hash, name, bytes),
        Value::SmallInt(None)
        | Value::Int(None)
        | Value::BigInt(None)
        | Value::Uuid(None)
        | Value::String(None)
        | Value::Bytes(None) => {}
        other => unreachable!("column {name} has a type outside of the encoding: {other:?}"),
    }
}

fn field(hash: &mut Context, name: &str, value: &[u8]) {
    for part in [name.as_bytes(), value] {
        hash.update(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        hash.update(part);
    }
}
