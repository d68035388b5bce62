//! Documents of every kind: the envelope, its states and its history. Knows nothing of what contents mean.

pub mod compare;
pub mod entity;
pub mod link;
pub mod mask;
pub mod model;
