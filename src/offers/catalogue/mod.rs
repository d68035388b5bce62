//! The published offers of all universities, in memory: searched, and held against the needs of plans and analyses.

pub mod rpc;
