//! Documents over the wire.

pub mod acts;
mod again;
mod bad_acts;
mod bad_papers;
mod chain;
mod life;
mod pages;
pub mod papers;
mod sight;
