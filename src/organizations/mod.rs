//! The register of organizations: who there is in the school system, under whom, since when, and from what it came.
//! Knows nothing of documents.

mod belongings;
pub mod codes;
pub mod entity;
pub mod files;
pub mod findings;
mod import;
mod model;
mod operations;
mod record;
mod rpc;
mod store;
pub mod succession;
mod wire;

pub use model::etag;
pub use rpc::Rpc;
pub use wire::told;
