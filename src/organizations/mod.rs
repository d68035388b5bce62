//! The register of organizations: who there is in the school system, under whom, since when, and from what it came.
//! Knows nothing of documents.

pub mod codes;
pub mod entity;
pub mod findings;
pub mod succession;
