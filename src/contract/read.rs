//! Reads the contract from its descriptors, and names everything that it lacks at once.

mod kinds;
mod merges;
mod roles;

use std::{collections::HashSet, fmt, time::Duration};

use prost_reflect::{
    DescriptorPool, DynamicMessage, MessageDescriptor, MethodDescriptor, ReflectMessage,
};

use super::{
    compile::compile,
    rules::{Contract, Method, NarrowedField, RequestRule},
    unread_of,
};
use crate::proto::v1::{self, Act};

/// What the contract lacks, each by name. The server does not start with any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incomplete {
    pub missing: Vec<String>,
}

impl Incomplete {
    pub(super) fn of(missing: String) -> Self {
        Self {
            missing: vec![missing],
        }
    }
}

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the contract is incomplete: {}", self.missing.join("; "))
    }
}

impl std::error::Error for Incomplete {}

impl Contract {
    /// Reads the contract from any descriptors that hold the package `styrkedja.v1`.
    pub fn read(pool: &DescriptorPool) -> Result<Self, Incomplete> {
        let mut reading = Reading {
            pool,
            missing: Vec::new(),
        };
        let methods = reading.methods();
        let items = methods.iter().filter_map(|method| {
            Some((unread_of(&method.request)?.2, method.max_item_bytes?, true))
        });
        let asked: Vec<_> = methods
            .iter()
            .map(|method| {
                let streams = method.client_streaming;
                (&*method.request, method.max_request_bytes, streams)
            })
            .chain(items)
            .collect();
        let names = asked.iter().map(|(name, ..)| *name);
        let plans = compile(pool, names, &mut reading.missing);
        let requests = asked.iter().filter_map(|&(name, max_bytes, streams)| {
            let rule = RequestRule {
                place: plans.place_of(name)?,
                max_bytes,
                streams,
            };
            Some((name.to_owned(), rule))
        });
        let contract = Self {
            requests: requests.collect(),
            plans,
            methods: methods
                .into_iter()
                .map(|method| (method.path.clone(), method))
                .collect(),
            roles: reading.roles().into_iter().collect(),
            kinds: reading.kinds().into_iter().collect(),
            narrowed: reading.narrowed().into_iter().collect(),
            merges: reading.merges(),
        };
        reading.hold_together(&contract);
        if reading.missing.is_empty() {
            Ok(contract)
        } else {
            Err(Incomplete {
                missing: reading.missing,
            })
        }
    }
}

struct Reading<'a> {
    pool: &'a DescriptorPool,
    missing: Vec<String>,
}

impl Reading<'_> {
    fn methods(&mut self) -> Vec<Method> {
        let services = self
            .pool
            .services()
            .filter(|service| service.package_name().starts_with("styrkedja."));
        let methods: Vec<_> = services
            .flat_map(|service| service.methods().collect::<Vec<_>>())
            .collect();
        methods
            .iter()
            .filter_map(|method| self.method(method))
            .collect()
    }

    fn method(&mut self, method: &MethodDescriptor) -> Option<Method> {
        let service = method.parent_service().full_name();
        let path = format!("/{service}/{}", method.name());
        let Some(access) = self.option::<v1::MethodAccess>(&method.options(), "access") else {
            self.missing.push(format!("{path} states no access rule"));
            return None;
        };
        self.demand(access.act() != Act::Unspecified, || {
            format!("{path} states no act")
        });
        self.demand(access.max_request_bytes > 0, || {
            format!("{path} states no max_request_bytes")
        });
        let streams = method.is_client_streaming() || method.is_server_streaming();
        self.demand(access.deadline_ms > 0 || streams, || {
            format!("{path} states no deadline_ms")
        });
        Some(Method {
            service: service.to_owned(),
            name: method.name().to_owned(),
            act: access.act(),
            also: access.also().collect(),
            max_request_bytes: access.max_request_bytes,
            max_item_bytes: (access.max_item_bytes > 0).then_some(access.max_item_bytes),
            deadline: (access.deadline_ms > 0)
                .then(|| Duration::from_millis(access.deadline_ms.into())),
            request: method.input().full_name().to_owned(),
            client_streaming: method.is_client_streaming(),
            server_streaming: method.is_server_streaming(),
            path,
        })
    }

    fn narrowed(&mut self) -> Vec<(String, Vec<NarrowedField>)> {
        let messages = self
            .pool
            .all_messages()
            .filter(|message| message.package_name().starts_with("styrkedja."));
        let mut narrowed = Vec::new();
        for message in messages {
            let fields: Vec<_> = self.narrowed_in(&message).collect();
            for field in &fields {
                self.demand(!field.visible_to.is_empty(), || {
                    format!(
                        "{}.{} is narrowed to nobody",
                        message.full_name(),
                        field.name
                    )
                });
            }
            if !fields.is_empty() {
                narrowed.push((message.full_name().to_owned(), fields));
            }
        }
        narrowed
    }

    fn narrowed_in(&self, message: &MessageDescriptor) -> impl Iterator<Item = NarrowedField> {
        message.fields().filter_map(|field| {
            let access = self.option::<v1::FieldAccess>(&field.options(), "field")?;
            Some(NarrowedField {
                number: field.number(),
                name: field.name().to_owned(),
                visible_to: access.visible_to().collect(),
            })
        })
    }

    /// Of a message and of all that it holds.
    fn narrowed_within(&self, message: &MessageDescriptor) -> Vec<NarrowedField> {
        let (mut waiting, mut seen) = (vec![message.clone()], HashSet::new());
        let mut narrowed = Vec::new();
        while let Some(message) = waiting.pop() {
            if seen.insert(message.full_name().to_owned()) {
                let held = message.fields().map(|field| field.kind());
                waiting.extend(held.filter_map(|kind| kind.as_message().cloned()));
                narrowed.extend(self.narrowed_in(&message));
            }
        }
        narrowed
    }

    /// What no single rule can show: an act that methods have and no role may do, a request that two methods share.
    fn hold_together(&mut self, contract: &Contract) {
        for method in contract.methods() {
            let open = matches!(
                method.act,
                Act::Unspecified | Act::CallOpenly | Act::KnowOwnAccess
            );
            let somebody = open
                || contract
                    .roles()
                    .any(|(_, rule)| rule.acts.contains(&method.act));
            self.demand(somebody, || {
                format!(
                    "{} is for {}, which no role may do",
                    method.path,
                    method.act.as_str_name()
                )
            });
            let items = unread_of(&method.request).is_some();
            self.demand(items == method.max_item_bytes.is_some(), || {
                format!(
                    "{} states max_item_bytes where it has no items, or none where it has",
                    method.path
                )
            });
            let shared = contract
                .methods()
                .any(|other| other.path < method.path && other.request == method.request);
            self.demand(!shared, || {
                format!("{} shares its request with another method", method.path)
            });
        }
    }

    fn option<T: prost::Message + Default>(
        &self,
        options: &DynamicMessage,
        name: &str,
    ) -> Option<T> {
        let extension = self
            .pool
            .get_extension_by_name(&format!("styrkedja.v1.{name}"))?;
        if extension.containing_message() != options.descriptor()
            || !options.has_extension(&extension)
        {
            return None;
        }
        options
            .get_extension(&extension)
            .as_message()?
            .transcode_to()
            .ok()
    }

    fn demand(&mut self, holds: bool, otherwise: impl FnOnce() -> String) {
        if !holds {
            self.missing.push(otherwise());
        }
    }
}

#[cfg(test)]
mod tests;
