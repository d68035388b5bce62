//! What happened, in order, to those who may see it: snapshots, what has changed since a cursor, and what changes now.
//! Reads the entries of the journal by position, and what access was at each. Writes nothing.

mod answer;
mod changes;
mod cursor;
mod digests;
mod facts;
mod filter;
mod follow;
mod head;
mod operations;
mod outlet;
mod recent;
mod revision;
mod ring;
mod rpc;
mod shift;
mod snapshot;
mod stand;
mod store;
mod view;

pub use answer::Answer;
pub use head::Feed;
pub use rpc::Rpc;
