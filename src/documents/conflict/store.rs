//! How conflicts are kept: the only SQL of the feature. Every read that gives anything out starts from a scope.

mod row;

pub use row::row;
