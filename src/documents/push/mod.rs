//! Push: many documents in one stream, each with a precondition, a request id and an answer of its own. What has changed
//! meanwhile is merged, and what can not be merged is kept as a conflict.

mod again;
mod answer;
mod batch;
mod decide;
mod each;
mod item;
mod keep;
mod known;
mod read;
mod recognise;
mod reconcile;
mod stream;
mod together;
mod weigh;

pub use stream::{Pushed, push};

/// As in the contract.
const METHOD: &str = "/styrkedja.v1.SyncService/Push";
