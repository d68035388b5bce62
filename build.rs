//! Turns the contract in `proto/` into Rust and into the descriptors that the server reads its rules from.

use std::{env, error::Error, fs, path::PathBuf};

const CODEC: &str = "crate::contract::Codec";

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
    let output = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(
        output.join("descriptors.bin"),
        compiler.encode_file_descriptor_set(),
    )?;

    let mut descriptors = compiler.file_descriptor_set();
    let mut messages = prost_build::Config::new();
    messages.enable_type_names().bytes(["."]);
    tonic_prost_build::configure()
        .codec_path(CODEC)
        .compile_fds_with_config(descriptors.clone(), messages)?;

    // The server of the feed once more, with answers whose events are encoded already.
    for file in &mut descriptors.file {
        file.service
            .retain(|service| service.name() == "SyncService");
    }
    let feed = output.join("feed");
    fs::create_dir_all(&feed)?;
    tonic_prost_build::configure()
        .build_client(false)
        .codec_path(CODEC)
        .out_dir(feed)
        .extern_path(".styrkedja.v1", "crate::proto::v1")
        .extern_path(".styrkedja.v1.PullResponse", "crate::feed::Answer")
        .extern_path(".styrkedja.v1.WatchResponse", "crate::feed::Answer")
        .compile_fds(descriptors)?;
    Ok(())
}
