//! The contract, enforced: access rules, limits and field rules, all read from the descriptors of `proto/`.
//! Knows no service, no database and no caller.

mod violation;

pub use violation::Violation;

pub type Codec<T, U> = tonic_prost::ProstCodec<T, U>;
