//! Course offers: universities submit what they have (`submission`), those who look for courses find and match them
//! (`catalogue`), and take places (`places`). `files` reads and writes the files that universities have. What an offer says is a kind of
//! document.

mod catalogue;
pub mod files;
pub mod places;
mod rpc;
pub mod submission;

pub use catalogue::Catalogue;
pub use rpc::Rpc;
