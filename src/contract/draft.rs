//! The contract, open to change: tests take a rule away, or put one in, and see what becomes of it.

use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, ExtensionDescriptor, Value};

use super::{Contract, Incomplete};
use crate::proto::DESCRIPTORS;

pub(super) const METHODS: &[&str] = &["file", "service", "method"];
pub(super) const MESSAGES: &[&str] = &["file", "message_type"];
pub(super) const VALUES: &[&str] = &["file", "enum_type", "value"];

/// The descriptors of the contract as a message.
pub(super) struct Draft {
    files: DynamicMessage,
    pool: DescriptorPool,
}

impl Draft {
    pub(super) fn new() -> Self {
        let pool = DescriptorPool::decode(DESCRIPTORS).unwrap();
        let set = pool
            .get_message_by_name("google.protobuf.FileDescriptorSet")
            .unwrap();
        Self {
            files: DynamicMessage::decode(set, DESCRIPTORS).unwrap(),
            pool,
        }
    }

    /// The first thing of a name, found in whatever list of descriptors holds it.
    pub(super) fn find(&mut self, list: &[&str], name: &str) -> &mut DynamicMessage {
        fn items<'a>(
            message: &'a mut DynamicMessage,
            list: &[&str],
            name: &str,
        ) -> Option<&'a mut DynamicMessage> {
            let [first, rest @ ..] = list else {
                let own = message.get_field_by_name("name")?.as_str()? == name;
                return own.then_some(message);
            };
            let values = message.get_field_by_name_mut(first)?.as_list_mut()?;
            values
                .iter_mut()
                .filter_map(Value::as_message_mut)
                .find_map(|item| items(item, rest, name))
        }
        items(&mut self.files, list, name).unwrap()
    }

    /// A field of a message.
    pub(super) fn field(&mut self, message: &str, field: &str) -> &mut DynamicMessage {
        let fields = self
            .find(MESSAGES, message)
            .get_field_by_name_mut("field")
            .unwrap();
        let mut fields = fields
            .as_list_mut()
            .unwrap()
            .iter_mut()
            .filter_map(Value::as_message_mut);
        fields
            .find(|other| other.get_field_by_name("name").unwrap().as_str() == Some(field))
            .unwrap()
    }

    /// The rules of `buf.validate` on a field.
    pub(super) fn rules(&mut self, message: &str, field: &str) -> &mut DynamicMessage {
        let extension = self
            .pool
            .get_extension_by_name("buf.validate.field")
            .unwrap();
        options(self.field(message, field))
            .get_extension_mut(&extension)
            .as_message_mut()
            .unwrap()
    }

    /// What a predefined rule says.
    pub(super) fn predefined(&mut self, rule: &str) -> &mut DynamicMessage {
        let extension = self
            .pool
            .get_extension_by_name("buf.validate.predefined")
            .unwrap();
        options(self.find(&["file", "extension"], rule))
            .get_extension_mut(&extension)
            .as_message_mut()
            .unwrap()
    }

    /// What an option of a field says, to change it or to take it away.
    pub(super) fn field_option(
        &mut self,
        message: &str,
        field: &str,
        option: &str,
    ) -> (&mut DynamicMessage, ExtensionDescriptor) {
        let extension = self.extension(option);
        (options(self.field(message, field)), extension)
    }

    /// Takes the option away.
    pub(super) fn without(mut self, option: &str, list: &[&str], name: &str) -> Self {
        let extension = self.extension(option);
        let options = options(self.find(list, name));
        assert!(
            options.has_extension(&extension),
            "{name} has no option {option}"
        );
        options.clear_extension(&extension);
        self
    }

    /// Changes the option.
    pub(super) fn with(
        mut self,
        option: &str,
        list: &[&str],
        name: &str,
        field: &str,
        value: Value,
    ) -> Self {
        let extension = self.extension(option);
        let stated = options(self.find(list, name)).get_extension_mut(&extension);
        stated
            .as_message_mut()
            .unwrap()
            .set_field_by_name(field, value);
        self
    }

    pub(super) fn read(self) -> Result<Contract, Incomplete> {
        Contract::read(&DescriptorPool::decode(&*self.files.encode_to_vec()).unwrap())
    }

    pub(super) fn missing(self) -> Vec<String> {
        self.read()
            .err()
            .map_or_else(Vec::new, |incomplete| incomplete.missing)
    }

    fn extension(&self, option: &str) -> ExtensionDescriptor {
        self.pool
            .get_extension_by_name(&format!("styrkedja.v1.{option}"))
            .unwrap()
    }
}

fn options(of: &mut DynamicMessage) -> &mut DynamicMessage {
    of.get_field_by_name_mut("options")
        .unwrap()
        .as_message_mut()
        .unwrap()
}
