//! The audit chain: each entry's hash covers the entry before it and all columns of its own, so that nothing can be
//! altered, removed or put in between unseen. The encoding is fixed:
//!
//! - A row is the bytes of its tag, then, for each column that is not null, in the order of the entity: the column's name,
//!   then its value, each with its length in front as 32 bits, highest byte first.
//! - Integers of any width are 64 bits, highest byte first; UUIDs their 16 bytes; text UTF-8; bytes as they are.
//! - Every hash is SHA-256. A column that is added later and left null leaves old hashes valid.

use aws_lc_rs::digest::SHA256;

use super::{
    columns::{Cell, Columns},
    entity, request,
    write::Row,
};

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
    let mut bytes = GENESIS.to_vec();
    field(&mut bytes, "partition", &i64::from(partition).to_be_bytes());
    sha256(&bytes)
}

/// The hash of an entry: all of its columns, the previous hash among them, but its own hash.
pub fn entry_hash(entry: &entity::Model) -> Vec<u8> {
    let mut bytes = tagged(ENTRY);
    columns(&mut bytes, entry, &["hash"]);
    sha256(&bytes)
}

/// The hash of what a row says: all of its columns but when it is in force. Content is covered by its own
/// hash, which is a column; the links of a document follow it.
pub fn row_hash(row: &Row) -> Vec<u8> {
    let mut bytes = tagged(ROW);
    match row {
        Row::Document { revision, links } => {
            columns(&mut bytes, revision, &["content", SPAN[0], SPAN[1]]);
            for link in links {
                columns(&mut bytes, link, &[]);
            }
        }
        Row::Organization(organization) => columns(&mut bytes, organization, &SPAN),
        Row::Succession(succession) => columns(&mut bytes, succession, &SPAN),
        Row::Grant(grant) => columns(&mut bytes, grant, &SPAN),
        Row::Conflict(conflict) => columns(&mut bytes, conflict, &["content", SPAN[0], SPAN[1]]),
        Row::Submission(part) => columns(&mut bytes, part, &SPAN),
        Row::Booking(booking) => columns(&mut bytes, booking, &SPAN),
        Row::Places(ledger) => columns(&mut bytes, ledger, &SPAN),
    }
    sha256(&bytes)
}

/// The hash of a request record: all of its columns.
pub fn request_hash(request: &request::Model) -> Vec<u8> {
    let mut bytes = tagged(REQUEST);
    columns(&mut bytes, request, &[]);
    sha256(&bytes)
}

/// Room for a common row.
fn tagged(tag: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1024);
    bytes.extend_from_slice(tag);
    bytes
}

fn columns(bytes: &mut Vec<u8>, row: &impl Columns, but: &[&str]) {
    row.each(&mut |name, cell| {
        if but.contains(&name) {
            return;
        }
        match cell {
            Cell::Null => {}
            Cell::Integer(number) => field(bytes, name, &number.to_be_bytes()),
            Cell::Uuid(id) => field(bytes, name, id.as_bytes()),
            Cell::Text(text) => field(bytes, name, text.as_bytes()),
            Cell::Bytes(value) => field(bytes, name, value),
        }
    });
}

fn field(bytes: &mut Vec<u8>, name: &str, value: &[u8]) {
    for part in [name.as_bytes(), value] {
        bytes.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(part);
    }
}
