//! Holds the check against the whole contract: every rule that it states, random messages that keep them all, and bytes
//! that nobody would send.

mod broken;
mod hostile;
mod stated;
mod valid;

use prost::Message as _;
use prost_reflect::DynamicMessage;

use super::{
    Contract, Violation,
    check::{self, Refusal},
    get,
};

/// What the check says of a message of the contract.
fn refusal(contract: &Contract, message: &str, bytes: &[u8]) -> Option<Refusal> {
    let plans = &contract.plans;
    let plan = plans
        .place_of(message)
        .and_then(|place| plans.at(place))
        .expect("a plan");
    check::check(plans, plan, bytes).err()
}

fn violations(message: &DynamicMessage) -> Vec<Violation> {
    let name = prost_reflect::ReflectMessage::descriptor(message)
        .full_name()
        .to_owned();
    match refusal(get(), &name, &message.encode_to_vec()) {
        None => Vec::new(),
        Some(Refusal::Fields(violations)) => violations,
        Some(other) => panic!("{name}: {other:?}"),
    }
}
