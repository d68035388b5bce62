//! Documents over the wire.

mod acts;
mod again;
mod bad_acts;
mod bad_papers;
mod chain;
mod life;
mod pages;
mod papers;
mod sight;
