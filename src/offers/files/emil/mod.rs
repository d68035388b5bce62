//! EMIL 3 (SS 10700:2024), the JSON in which universities describe courses for the national catalogue: read and written.

mod event;
mod extension;
mod info;
mod items;
mod json;
mod node;
mod provider;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use event::whole_percent;
pub use node::{Told, check_language, find};
pub use read::read;
pub use write::{University, Writer};
