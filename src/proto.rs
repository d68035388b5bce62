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

/// The services whose answers hold documents or events that are encoded already, as they are served.
#[expect(
    clippy::all,
    clippy::pedantic,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    reason = "generated"
)]
pub mod answering {
    include!(concat!(env!("OUT_DIR"), "/answering/styrkedja.v1.rs"));
}

/// The contract's descriptors, custom options included.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

/// A value of an enum as people write it: `ROLE_ORGANIZER_HEAD` is `organizer-head`. Empty for what is unspecified.
pub fn word(name: &str, prefix: &str) -> String {
    match name.strip_prefix(prefix).unwrap_or(name) {
        "UNSPECIFIED" => String::new(),
        word => word.to_ascii_lowercase().replace('_', "-"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enums_are_words() {
        assert_eq!(word("ROLE_ORGANIZER_HEAD", "ROLE_"), "organizer-head");
        assert_eq!(word("ROLE_UNSPECIFIED", "ROLE_"), "");
    }
}
