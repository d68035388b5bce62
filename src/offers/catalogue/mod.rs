//! The published offers of all universities, in memory: searched, and held against the needs of plans and analyses.
//!
//! Each process keeps a copy of what is published, as the journal has it, so that both databases give the same answers. An
//! answer counts everything that was written before its call.

mod audience;
mod bookings;
mod filter;
mod lists;
mod live;
mod matching;
mod need;
mod offer;
mod offers;
mod operations;
mod request;
pub mod rpc;
mod score;
mod search;
mod segment;
mod store;
mod term;
mod unmet;
mod wire;
mod words;

pub use live::Catalogue;
