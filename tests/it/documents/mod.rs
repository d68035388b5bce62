//! Documents over the wire.

pub mod acts;
mod again;
mod bad_acts;
mod bad_papers;
mod chain;
mod findings;
mod life;
mod narrowed;
mod pages;
pub mod papers;
mod restored;
mod reviews;
mod sight;
