//! Themes, which development areas and course offers share: codes of an open list. Knows no kind.

use super::rule::{Report, rules};

/// The themes that all know. The contract lists them with their meaning.
pub(super) const THEMES: [&str; 18] = [
    "assessment",
    "digital-competence",
    "equity",
    "inclusion",
    "language-development",
    "leadership",
    "mathematics",
    "newly-arrived",
    "norm-criticism",
    "preschool-teaching",
    "pupil-health",
    "quality-work",
    "reading",
    "safety",
    "school-attendance",
    "special-support",
    "teaching",
    "transitions",
];

rules! {
    UNKNOWN Error "theme.unknown"
        "Temat finns inte i listan." "Välj ett tema ur listan i kontraktet, eller börja en egen kod med x-."
        "The theme is not in the list." "Choose a theme of the contract's list, or begin a code of your own with x-.";
    OWN Note "theme.own"
        "Temat är en egen kod, som andra inte känner till." "Välj ett tema ur listan om något där stämmer."
        "The theme is a code of your own, which others do not know." "Choose a theme of the list if one there fits.";
}

/// The number of a theme that all know, from 0.
pub fn number(theme: &str) -> Option<usize> {
    THEMES.iter().position(|known| *known == theme)
}

/// The theme of a number.
pub fn of_number(number: usize) -> Option<&'static str> {
    THEMES.get(number).copied()
}

/// Whether the code is one that others do not know.
pub fn is_own(theme: &str) -> bool {
    theme.starts_with("x-")
}

/// Judges each theme of a list at a path, of an item with the key.
pub(super) fn check(themes: &[String], report: &mut Report, list: &str, key: &str) {
    for (index, theme) in themes.iter().enumerate() {
        if is_own(theme) {
            report.add(&OWN, format!("{list}[{index}]"), key);
        } else if !THEMES.contains(&theme.as_str()) {
            report.add(&UNKNOWN, format!("{list}[{index}]"), key);
        }
    }
}
