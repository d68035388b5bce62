//! The contract, enforced: access rules, limits and field rules, all read from the descriptors of `proto/`.
//! Knows no service, no database and no caller.

mod check;
mod codec;
mod compile;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod draft;
mod pattern;
mod plan;
mod read;
mod redact;
mod rules;
mod sayings;
mod violation;

use std::sync::LazyLock;

use prost_reflect::DescriptorPool;

use crate::proto::DESCRIPTORS;
pub use check::{MAX_ELEMENTS, MAX_VIOLATIONS};
pub use codec::Codec;
pub use read::Incomplete;
pub use redact::{Visibility, redact};
pub use rules::{Contract, KindRule, Merge, Method, NarrowedField, Request, RoleRule};
pub use violation::Violation;

/// A field that calls hold as the bytes it came in: whoever reads them checks them as what they are. The message that has the
/// field, the field, and the message that the bytes are.
type Unread = (&'static str, &'static str, &'static str);

/// All of these. Of a request, one at most.
const UNREAD: &[Unread] = include!(concat!(env!("OUT_DIR"), "/unread.rs"));

/// What a request holds unread, by the full name of its message.
fn unread_of(request: &str) -> Option<&'static Unread> {
    UNREAD.iter().find(|(message, ..)| *message == request)
}

/// Whether the field, by its full name, is held unread.
fn is_unread(field: &str) -> bool {
    UNREAD.iter().any(|(_, unread, _)| *unread == field)
}

static CONTRACT: LazyLock<Result<(DescriptorPool, Contract), Incomplete>> = LazyLock::new(|| {
    let pool = DescriptorPool::decode(DESCRIPTORS)
        .map_err(|error| Incomplete::of(format!("the descriptors can not be read: {error}")))?;
    let contract = Contract::read(&pool)?;
    Ok((pool, contract))
});

/// The contract, or everything that it lacks. Called at start: without a complete contract nothing is served.
pub fn load() -> Result<&'static Contract, Incomplete> {
    CONTRACT
        .as_ref()
        .map(|(_, contract)| contract)
        .map_err(Clone::clone)
}

/// The contract, once `load` has succeeded.
pub fn get() -> &'static Contract {
    &loaded().1
}

/// The descriptors of the contract.
pub fn descriptors() -> &'static DescriptorPool {
    &loaded().0
}

#[expect(
    clippy::expect_used,
    reason = "part of the program: complete always or never, and a test says always"
)]
fn loaded() -> &'static (DescriptorPool, Contract) {
    CONTRACT.as_ref().expect("the contract is complete")
}
