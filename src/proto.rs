//! The contract as Rust: messages, services and descriptors made from `proto/`.

#[expect(
    clippy::all,
    clippy::pedantic,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    reason = "generated"
)]
pub mod v1 {
    tonic::include_proto!("styrkedja.v1");
}

/// The sync service as it is served: its answers hold events that are encoded already.
#[expect(
    clippy::all,
    clippy::pedantic,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    reason = "generated"
)]
pub mod feed {
    include!(concat!(env!("OUT_DIR"), "/feed/styrkedja.v1.rs"));
}

/// The contract's descriptors, custom options included.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
