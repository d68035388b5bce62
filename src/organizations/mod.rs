//! The register of organizations: a tree that changes with time. Knows nothing of documents.

pub mod entity;
pub mod succession;
