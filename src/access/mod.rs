//! Who calls, and what they may do. Knows nothing of what documents say.

pub mod entity;
