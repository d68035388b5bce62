//! The one door for writes. (being built)

pub mod entity;
pub mod partition;
pub mod request;
