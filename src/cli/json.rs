//! Messages as protobuf JSON, for the command line: what is none was not understood.

use prost::{Message, Name};

use super::failure::Failure;
use crate::json;
pub use crate::json::write;

/// Reads a message, by the descriptor of its own name.
pub fn read<T: Message + Name + Default>(text: &str) -> Result<T, Failure> {
    json::read(text).map_err(|error| Failure::Usage(format!("{error:#}")))
}
