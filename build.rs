//! Turns the contract in `proto/` into Rust and into the descriptors that the server reads its rules from.

use std::{env, error::Error, fs, path::PathBuf};

use prost_types::{FileDescriptorSet, field_descriptor_proto::Type};

const CODEC: &str = "crate::contract::Codec";

const PACKAGE: &str = "styrkedja.v1";

/// Fields of streams, by their messages, that are handed on as the bytes they came in, since a fault in one must not end the
/// stream; and the messages that these bytes are. On the wire there is no difference.
const UNREAD: [[&str; 3]; 2] = [
    ["PushRequest", "item", "PushItem"],
    ["SubmitCourseOffersRequest", "offer", "SubmittedOffer"],
];

const ENCODED_SERVICES: [&str; 2] = ["SyncService", "DocumentService"];
const ENCODED_ANSWERS: [(&str, &str); 10] = [
    ("PullResponse", "crate::feed::Answer"),
    ("WatchResponse", "crate::feed::Answer"),
    ("CreateDocumentResponse", "crate::documents::reply::One"),
    ("UpdateDocumentResponse", "crate::documents::reply::One"),
    ("GetDocumentResponse", "crate::documents::reply::One"),
    ("SubmitDocumentResponse", "crate::documents::reply::One"),
    ("ReviewDocumentResponse", "crate::documents::reply::One"),
    ("WithdrawDocumentResponse", "crate::documents::reply::One"),
    ("ListDocumentsResponse", "crate::documents::reply::Many"),
    ("ListRevisionsResponse", "crate::documents::reply::Many"),
];

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

    let mut described = compiler.file_descriptor_set();
    let mut unread = Vec::new();
    for [message, field, of] in UNREAD {
        leave_unread(&mut described, message, field)?;
        unread.push((
            format!("{PACKAGE}.{message}"),
            format!("{PACKAGE}.{message}.{field}"),
            format!("{PACKAGE}.{of}"),
        ));
    }
    fs::write(output.join("unread.rs"), format!("&{unread:?}"))?;
    let mut messages = prost_build::Config::new();
    messages
        .enable_type_names()
        .bytes(["."])
        // By far the largest, and documents of all kinds are as large as the largest.
        .boxed(".styrkedja.v1.Document.content.course_offer")
        .extern_path(".google.rpc", "::tonic_types::pb");
    tonic_prost_build::configure()
        .codec_path(CODEC)
        .compile_fds_with_config(described.clone(), messages)?;

    // Two servers once more, with answers whose events and documents are encoded already.
    for file in &mut described.file {
        file.service
            .retain(|service| ENCODED_SERVICES.contains(&service.name()));
    }
    let answering = output.join("answering");
    fs::create_dir_all(&answering)?;
    let servers = tonic_prost_build::configure()
        .build_client(false)
        .codec_path(CODEC)
        .out_dir(answering)
        .extern_path(".styrkedja.v1", "crate::proto::v1");
    ENCODED_ANSWERS
        .iter()
        .fold(servers, |servers, (message, of)| {
            servers.extern_path(format!(".styrkedja.v1.{message}"), of)
        })
        .compile_fds(described)?;
    Ok(())
}

fn leave_unread(
    described: &mut FileDescriptorSet,
    message: &str,
    field: &str,
) -> Result<(), Box<dyn Error>> {
    let field = described
        .file
        .iter_mut()
        .filter(|file| file.package() == PACKAGE)
        .flat_map(|file| &mut file.message_type)
        .filter(|other| other.name() == message)
        .flat_map(|message| &mut message.field)
        .find(|other| other.name() == field)
        .ok_or_else(|| format!("the contract has no {PACKAGE}.{message}.{field}"))?;
    field.set_type(Type::Bytes);
    field.type_name = None;
    Ok(())
}
