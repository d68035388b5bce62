//! Files that people have, as text and as tables: encodings, separators, headings, and what is said of faulty ones.
//! Does not know what is in them.

pub mod rules;
pub mod table;
pub mod text;

use std::{fs, io, path::Path};

/// A file in memory.
pub struct File {
    /// Its name without the folder.
    pub name: String,
    pub bytes: Vec<u8>,
}

impl File {
    pub fn load(path: &Path) -> io::Result<Self> {
        Ok(Self {
            name: name(path),
            bytes: fs::read(path)?,
        })
    }
}

/// The name of a file without its folder.
pub fn name(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy());
    name.unwrap_or_default().into_owned()
}
