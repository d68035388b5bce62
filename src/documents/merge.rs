//! Three-way merge of documents: what either side has changed since the revision that both began from, field by field, by the
//! rules that the contract states. Knows messages by their descriptors only, and nothing of what fields mean.

mod list;
#[cfg(test)]
mod tests;

use prost_reflect::{DynamicMessage, FieldDescriptor, ReflectMessage as _, Value};

use crate::contract::{self, Merge};

/// The three documents of a merge, or the same part of each. None where a side has nothing there.
#[derive(Clone, Copy)]
struct Sides<T> {
    base: T,
    theirs: T,
    yours: T,
}

/// Merges what `yours` changed since `base` into `theirs`. Where that can not be done, the paths that both sides changed.
pub fn merge(
    base: &DynamicMessage,
    theirs: &DynamicMessage,
    yours: &DynamicMessage,
) -> Result<DynamicMessage, Vec<String>> {
    let mut merging = Merging::default();
    let sides = Sides {
        base,
        theirs,
        yours,
    };
    let merged = merging.message("", sides);
    if merging.conflicts.is_empty() {
        Ok(merged)
    } else {
        Err(merging.conflicts)
    }
}

#[derive(Default)]
struct Merging {
    conflicts: Vec<String>,
}

impl<T: PartialEq> Sides<T> {
    /// Where at most one side has changed anything, or both the same: what stands.
    fn plainly(self) -> Option<T> {
        if self.yours == self.base || self.yours == self.theirs {
            Some(self.theirs)
        } else if self.theirs == self.base {
            Some(self.yours)
        } else {
            None
        }
    }
}

impl Merging {
    fn message(&mut self, path: &str, sides: Sides<&DynamicMessage>) -> DynamicMessage {
        let descriptor = sides.theirs.descriptor();
        let mut merged = DynamicMessage::new(descriptor.clone());
        let oneofs = descriptor.oneofs().filter(|oneof| !oneof.is_synthetic());
        let alone = descriptor.fields().filter(|field| {
            let oneof = field.containing_oneof();
            oneof.is_none_or(|oneof| oneof.is_synthetic())
        });
        let choices = alone
            .map(|field| vec![field])
            .chain(oneofs.map(|oneof| oneof.fields().collect()));
        for choice in choices {
            let set = |message: &DynamicMessage| {
                let field = choice.iter().find(|field| message.has_field(field))?;
                Some((field.clone(), message.get_field(field).into_owned()))
            };
            let sides = Sides {
                base: set(sides.base),
                theirs: set(sides.theirs),
                yours: set(sides.yours),
            };
            if let Some((field, value)) = self.choice(path, &choice, sides) {
                merged.set_field(&field, value);
            }
        }
        merged
    }

    /// A field, or what a oneof holds.
    fn choice(
        &mut self,
        path: &str,
        fields: &[FieldDescriptor],
        sides: Sides<Option<(FieldDescriptor, Value)>>,
    ) -> Option<(FieldDescriptor, Value)> {
        let either = sides.theirs.as_ref().or(sides.yours.as_ref());
        let (field, _) = either.or(sides.base.as_ref())?;
        let (field, path) = (field.clone(), step(path, field.name()));
        let rule = contract::get().merge(field.full_name());
        if *rule == Merge::Ours {
            return sides.theirs;
        }
        let Sides {
            base,
            theirs,
            yours,
        } = &sides;
        let plainly = Sides {
            base,
            theirs,
            yours,
        };
        if let Some(stands) = plainly.plainly() {
            return stands.clone();
        }
        // What a oneof holds of another type is nothing that this one could have come from.
        let of_field = |side: &Option<(FieldDescriptor, Value)>| {
            let same = side.as_ref().filter(|(other, _)| *other == field);
            same.map(|(_, value)| value.clone())
        };
        let sides = Sides {
            base: of_field(base),
            theirs: of_field(theirs),
            yours: of_field(yours),
        };
        if fields.len() > 1 && (sides.theirs.is_none() || sides.yours.is_none()) {
            return self.conflict(path);
        }
        let merged = match rule {
            Merge::Fields => self.parts(&path, &sides),
            Merge::Union => Some(list::union(&sides.lists())),
            Merge::ByKey(key) => list::by_key(self, &path, key, &sides.lists()),
            Merge::Choose | Merge::Ours => self.conflict(path),
        };
        merged.map(|value| (field, value))
    }

    /// A message that both sides changed. What one has taken away and the other changed is no message to go on with; nor
    /// are two that each side made for itself: what one states as 0 would look like what it left out.
    fn parts(&mut self, path: &str, sides: &Sides<Option<Value>>) -> Option<Value> {
        let (Some(Value::Message(base)), Some(Value::Message(theirs)), Some(Value::Message(yours))) =
            (&sides.base, &sides.theirs, &sides.yours)
        else {
            return self.conflict(path.to_owned());
        };
        let sides = Sides {
            base,
            theirs,
            yours,
        };
        Some(Value::Message(self.message(path, sides)))
    }

    fn conflict<T>(&mut self, path: String) -> Option<T> {
        self.conflicts.push(path);
        None
    }
}

impl Sides<Option<Value>> {
    fn lists(&self) -> Sides<&[Value]> {
        Sides {
            base: items(self.base.as_ref()),
            theirs: items(self.theirs.as_ref()),
            yours: items(self.yours.as_ref()),
        }
    }
}

/// An absent list has no items.
fn items(list: Option<&Value>) -> &[Value] {
    match list {
        Some(Value::List(items)) => items,
        _ => &[],
    }
}

fn step(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}
