//! Compiles predefined rules: rules of the contract's own that extend those of `buf.validate`, so that what many fields
//! share stands once. They say what they ask in CEL, of which the check knows one sentence.

use prost_reflect::{DynamicMessage, FieldDescriptor};

use super::{Compiling, stated};
use crate::contract::{
    plan::{Rule, Test},
    sayings,
};

/// What stands around the pattern that a text must match.
const MATCHES: [&str; 2] = ["!rule || this.matches('", "')"];

impl Compiling<'_> {
    pub(super) fn predefined_rules(
        &mut self,
        field: &FieldDescriptor,
        kind: &str,
        rules: &DynamicMessage,
        asked: &mut Vec<Rule>,
    ) {
        for (extension, value) in rules.extensions() {
            let pool = extension.parent_pool();
            let compiled = stated::option(pool, &extension.options(), "predefined")
                .filter(|_| kind == "string" && value.as_bool() == Some(true))
                .and_then(|predefined| self.sentences(&predefined));
            match compiled {
                Some(rules) => asked.extend(rules),
                None => self.unknown(field.full_name(), extension.full_name()),
            }
        }
    }

    /// `None`: there is none, or one that says something else.
    fn sentences(&mut self, predefined: &DynamicMessage) -> Option<Vec<Rule>> {
        let sentences = predefined.get_field_by_name("cel")?;
        let sentences = sentences.as_list().filter(|list| !list.is_empty())?;
        sentences
            .iter()
            .map(|sentence| self.sentence(sentence.as_message()?))
            .collect()
    }

    fn sentence(&mut self, sentence: &DynamicMessage) -> Option<Rule> {
        let text = |name: &str| {
            let text = sentence.get_field_by_name(name)?.as_str()?.to_owned();
            (!text.is_empty()).then_some(text)
        };
        let [before, after] = MATCHES;
        let expression = text("expression")?;
        let pattern = expression.strip_prefix(before)?.strip_suffix(after)?;
        // What CEL would read as something else than it is.
        if pattern.contains(['\'', '\\']) {
            return None;
        }
        Some(Rule {
            test: Test::Pattern(self.pattern(pattern)?),
            breach: sayings::predefined(&text("id")?, &text("message")?, pattern),
        })
    }
}
