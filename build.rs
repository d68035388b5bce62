//! Turns the contract in `proto/` into Rust and into the descriptors that the server reads its rules from.

use std::{env, error::Error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    let files: Vec<PathBuf> = fs::read_dir("proto/styrkedja/v1")?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;

    let mut compiler = protox::Compiler::new(["proto", "proto/vendor"])?;
    compiler
        .include_imports(true)
        .include_source_info(true)
        .open_files(files)?;

    // Encoded by the compiler itself: prost-types has no room for custom options and would drop them.
    let descriptors = PathBuf::from(env::var("OUT_DIR")?).join("descriptors.bin");
    fs::write(descriptors, compiler.encode_file_descriptor_set())?;

    let mut messages = prost_build::Config::new();
    messages.enable_type_names().bytes(["."]);
    tonic_prost_build::configure()
        .codec_path("crate::contract::Codec")
        .compile_fds_with_config(compiler.file_descriptor_set(), messages)?;
    Ok(())
}
