//! Submissions of course offers: any number in one stream, each answered for itself and named in a report that is kept.

pub mod entity;
mod item;
mod model;
mod operations;
pub mod rpc;
mod seen;
mod store;
mod stream;

/// As in the contract.
const METHOD: &str = "/styrkedja.v1.CourseOfferService/SubmitCourseOffers";
