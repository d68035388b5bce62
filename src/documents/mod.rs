//! Documents of every kind: the envelope, its states and its history. Knows nothing of what contents mean.

mod compare;
pub mod conflict;
pub mod entity;
pub mod link;
mod mask;
mod merge;
mod model;
mod operations;
pub mod publish;
mod push;
pub mod reply;
mod request;
mod rpc;
mod shape;
mod store;
mod told;
mod wire;

pub use conflict::Rpc as ConflictRpc;
pub use model::{Encoded, Level, etag};
pub use operations::{Call, Shown, shown_at};
pub use push::{Pushed, push};
pub use request::{Common, id, optional_id};
pub use rpc::Rpc;
pub use store::{Found, kept, kept_in_bulk, kept_without_content, numbered, small};
pub use told::told;
pub use wire::document;
