//! Pushed changes that could not be merged: kept, shown to both sides, and resolved by either.

pub mod entity;
mod model;
mod operations;
mod rpc;
mod store;
mod wire;

pub use model::{Conflict, Resolved, Yours};
pub use rpc::Rpc;
pub use store::{of_contents, row};
