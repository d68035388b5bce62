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

pub use store::{Taken, taken_at};
pub use sweeper::{keep_sweeping, sweep, taken};
pub use turns::Turns;
