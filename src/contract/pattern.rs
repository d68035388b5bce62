//! A pattern of the contract as an automaton: one step a byte, whatever the pattern. The general engine of `regex` takes
//! longer to be called than to look at a text as short as an id.

use std::sync::Arc;

use regex_automata::{
    dfa::{Automaton as _, StartKind, dense},
    util::{primitives::StateID, start},
};

/// The most bytes that the automaton of a pattern may take.
const MAX_BYTES: usize = 1024 * 1024;

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    automaton: Arc<dense::DFA<Vec<u32>>>,
    start: StateID,
}

impl Pattern {
    /// `None`: it is no pattern, or takes too much.
    pub(super) fn new(pattern: &str) -> Option<Self> {
        let config = dense::Config::new()
            .start_kind(StartKind::Unanchored)
            .determinize_size_limit(Some(MAX_BYTES))
            .dfa_size_limit(Some(MAX_BYTES));
        let built = dense::Builder::new().configure(config).build(pattern);
        let automaton = built.ok()?;
        Some(Self {
            start: automaton.start_state(&start::Config::new()).ok()?,
            automaton: Arc::new(automaton),
        })
    }

    /// Whether it is found in the text, which is UTF-8.
    pub(super) fn is_match(&self, text: &[u8]) -> bool {
        let automaton = &*self.automaton;
        let mut state = self.start;
        for &byte in text {
            state = automaton.next_state(state, byte);
            // Almost never before the end: that a match has been found, or that none can be any more.
            if automaton.is_special_state(state) {
                if automaton.is_match_state(state) {
                    return true;
                }
                if automaton.is_dead_state(state) || automaton.is_quit_state(state) {
                    return false;
                }
            }
        }
        automaton.is_match_state(automaton.next_eoi_state(state))
    }
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::select};
    use regex::Regex;

    use super::*;

    const PATTERNS: [&str; 7] = [
        "^[A-Za-z0-9][A-Za-z0-9_-]*$",
        "^([0-9]{4}/[0-9]{2}|(VT|HT)[0-9]{2}|[0-9]{4})?$",
        r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$",
        r"^[a-z0-9-]{1,40}:[^\s:][^\s]*$",
        r"^(https?://[^\s]+)?$",
        "^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
        "not at the start",
    ];

    proptest! {
        #[test]
        fn it_finds_what_the_general_engine_finds(
            pattern in select(&PATTERNS[..]),
            text in r"[A-Z0-9a-z:/._å\n -]{0,12}|20[0-9]{2}/?[0-9]{0,3}|https?://[a-z \t\u{a0}/]{0,9}|[a-z]{1,41}:[a-z:\u{2003}]{0,3}|-?[0-9]{0,13}\.?[0-9]{0,7}|.{0,2}not at the start.{0,2}",
        ) {
            let general = Regex::new(pattern).unwrap();
            prop_assert_eq!(Pattern::new(pattern).unwrap().is_match(text.as_bytes()), general.is_match(&text));
        }
    }

    #[test]
    fn what_is_no_pattern_or_takes_too_much_is_refused() {
        assert!(Pattern::new("(").is_none());
        assert!(Pattern::new("[ab]*a[ab]{30}").is_none());
    }
}
