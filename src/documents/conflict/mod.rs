//! Pushed changes that could not be merged: kept, shown to both sides, and resolved by either.

pub mod entity;
