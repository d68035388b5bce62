//! Submissions of course offers: any number in one stream, each answered for itself and named in a report that is kept.

pub mod rpc;
