//! Reads `buf.validate` options and comments out of descriptors.

use prost_reflect::{DescriptorPool, DynamicMessage, EnumDescriptor, FieldDescriptor};

/// The option `buf.validate.<name>`, where it is stated.
pub(super) fn option(
    pool: &DescriptorPool,
    options: &DynamicMessage,
    name: &str,
) -> Option<DynamicMessage> {
    let extension = pool.get_extension_by_name(&format!("buf.validate.{name}"))?;
    let stated = options.has_extension(&extension);
    stated.then(|| options.get_extension(&extension).as_message().cloned())?
}

/// The first paragraph of the comment on a field, on one line.
pub(super) fn comment(field: &FieldDescriptor) -> String {
    let file = field.parent_file();
    let source = file.file_descriptor_proto().source_code_info.as_ref();
    let locations = source.map_or(&[][..], |source| &source.location);
    let own = locations
        .iter()
        .find(|location| location.path == field.path());
    let comment = own
        .and_then(|own| own.leading_comments.as_deref())
        .unwrap_or_default();
    let lines = comment
        .lines()
        .map(str::trim)
        .take_while(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" ")
}

/// The values of an enum that a sentence names, or the enum itself where there are too many.
pub(super) fn values(of: &EnumDescriptor, counts: impl Fn(i32) -> bool) -> String {
    let names: Vec<_> = of
        .values()
        .filter(|value| counts(value.number()))
        .map(|value| value.name().to_owned())
        .collect();
    if names.len() > 9 {
        of.full_name().to_owned()
    } else {
        names.join(", ")
    }
}
