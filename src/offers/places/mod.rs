//! Places of course offers: held, confirmed, released, waited for in line, and never more than there are.

pub mod booking;
pub mod ledger;
mod model;
mod operations;
pub mod rpc;
mod store;
mod sweeper;
mod turns;
mod wire;

pub use store::{Taken, taken, taken_at};
pub use sweeper::{keep_sweeping, sweep};
pub use turns::Turns;
