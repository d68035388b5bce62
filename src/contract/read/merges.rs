//! Reads how documents are merged. A list without a rule could be merged in many ways, and the server would pick one.

use std::collections::HashMap;

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

use super::Reading;
use crate::{
    contract::rules::Merge,
    proto::v1::{FieldMerge, MergeRule},
};

impl Reading<'_> {
    /// The rule of each field of a document, by its full name.
    pub(super) fn merges(&mut self) -> HashMap<String, Merge> {
        let mut merges = HashMap::new();
        match self.pool.get_message_by_name("styrkedja.v1.Document") {
            Some(document) => self.merges_of(&document, &mut merges),
            None => self
                .missing
                .push("there is no message styrkedja.v1.Document".to_owned()),
        }
        merges
    }

    fn merges_of(&mut self, message: &MessageDescriptor, merges: &mut HashMap<String, Merge>) {
        for field in message.fields() {
            if merges.contains_key(field.full_name()) {
                continue;
            }
            let merge = self.merge(&field);
            let goes_on = matches!(merge, Merge::Fields | Merge::ByKey(_));
            merges.insert(field.full_name().to_owned(), merge);
            if let (Kind::Message(inner), true) = (field.kind(), goes_on) {
                self.merges_of(&inner, merges);
            }
        }
    }

    fn merge(&mut self, field: &FieldDescriptor) -> Merge {
        let stated = self.option::<FieldMerge>(&field.options(), "merge");
        let stated = stated.unwrap_or_default();
        let message = matches!(field.kind(), Kind::Message(_));
        let (list, keyed) = (field.is_list(), !stated.key.is_empty());
        let merge = match stated.rule() {
            MergeRule::Unspecified if list => {
                self.missing.push(format!(
                    "{} is a list of documents and states no merge rule",
                    field.full_name()
                ));
                return Merge::Choose;
            }
            MergeRule::Unspecified if message => Some(Merge::Fields),
            MergeRule::Unspecified | MergeRule::Choose => Some(Merge::Choose),
            MergeRule::Fields => Some(Merge::Fields).filter(|_| message && !list),
            MergeRule::Union => Some(Merge::Union).filter(|_| list),
            MergeRule::ByKey => Some(Merge::ByKey(stated.key)).filter(|merge| has(field, merge)),
            MergeRule::Ours => Some(Merge::Ours),
        };
        let fits = merge.filter(|merge| keyed == matches!(merge, Merge::ByKey(_)));
        fits.unwrap_or_else(|| {
            self.missing.push(format!(
                "{} states a merge rule that does not fit it",
                field.full_name()
            ));
            Merge::Choose
        })
    }
}

/// Whether the items of the list have the key.
fn has(list: &FieldDescriptor, merge: &Merge) -> bool {
    let (Kind::Message(item), Merge::ByKey(key), true) = (list.kind(), merge, list.is_list())
    else {
        return false;
    };
    let key = item.get_field_by_name(key);
    key.is_some_and(|key| !key.is_list() && matches!(key.kind(), Kind::String | Kind::Enum(_)))
}
