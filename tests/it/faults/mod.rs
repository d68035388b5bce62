//! What a server makes of a world that fails around it: databases that restart, disks that are full, clocks that are wrong.

pub mod clocks;
mod full;
pub mod outside;
mod restarted;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// A library that, loaded before others, shows a process another world.
fn preloaded(folder: &Path, name: &str, source: &str, definition: &str) -> PathBuf {
    let (file, library) = (
        folder.join(name).with_extension("c"),
        folder.join(name).with_extension("so"),
    );
    std::fs::write(&file, source).expect("it can be written");
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", definition, "-o"])
        .args([&library, &file])
        .status();
    let compiled = compiled.expect("cc runs, as it did to build this");
    assert!(compiled.success());
    library
}
