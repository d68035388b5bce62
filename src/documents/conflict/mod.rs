//! Pushed changes that could not be merged: kept, shown to both sides, and resolved by either.

pub mod entity;
mod model;
mod store;

pub use model::{Conflict, Resolved, Yours};
pub use store::row;
