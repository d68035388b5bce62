//! What is wrong with one field of a request, told without its value.

/// A field that breaks a rule of the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The path of the field in names of the contract, for example `document.analysis.problems[2].statement`.
    pub field: String,
    /// The rule, for example `string.max_len`. Rule ids do not change.
    pub rule: String,
    /// What the rule asks and what to do, in English. Never holds the value.
    pub description: String,
    /// The same in Swedish.
    pub description_sv: String,
}

impl Violation {
    pub fn new(
        field: impl Into<String>,
        rule: impl Into<String>,
        description: impl Into<String>,
        description_sv: impl Into<String>,
    ) -> Self {
        Self {
            field: field.into(),
            rule: rule.into(),
            description: description.into(),
            description_sv: description_sv.into(),
        }
    }
}
