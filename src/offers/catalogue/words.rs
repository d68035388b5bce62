//! Words as they are sought: without regard to case and inflection. å, ä and ö are letters of their own.

use std::{cell::RefCell, collections::HashMap};

use snowball_stemmers_rs::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;

use crate::proto::v1::CourseOffer;

/// What a word counts by where it stands.
pub const IN_TITLE: u8 = 8;
pub const IN_KEYWORDS: u8 = 4;
pub const IN_DESCRIPTION: u8 = 1;

/// Longer words are cut: nobody seeks them whole, and they would fill the memory.
const LONGEST: usize = 40;

/// So many words of a query are sought: each is looked up in every part of the index.
pub const MOST_SOUGHT: usize = 12;

const VOWELS: [char; 9] = ['a', 'e', 'i', 'o', 'u', 'y', 'å', 'ä', 'ö'];

/// Stems, each with what it counts.
pub type Words = HashMap<String, u8>;

/// A word that is sought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought {
    pub stem: String,
    /// As it was written, in small letters.
    pub written: String,
}

/// What the words are that an offer is found by, each with what it counts, and how many its title has.
pub fn of_offer(offer: &CourseOffer) -> (Words, u8) {
    let mut found = Words::new();
    let mut put = |text: &str, counts: u8| {
        let mut words = 0_usize;
        for word in split(text) {
            words += 1;
            let known = found.entry(stem(&word)).or_insert(counts);
            *known = counts.max(*known);
        }
        words
    };
    let course = offer.course.as_ref();
    let (mut title_words, mut first) = (0, true);
    for title in course.iter().flat_map(|course| &course.title) {
        let words = put(&title.value, IN_TITLE);
        if first || title.language == "swe" {
            (title_words, first) = (words, false);
        }
    }
    for keyword in offer
        .offering
        .iter()
        .flat_map(|offering| &offering.keywords)
    {
        put(keyword, IN_KEYWORDS);
    }
    for text in course.iter().flat_map(|course| &course.description) {
        put(&text.value, IN_DESCRIPTION);
    }
    (found, u8::try_from(title_words).unwrap_or(u8::MAX))
}

/// The first words of a query, in its order, each once.
pub fn of_query(query: &str) -> Vec<Sought> {
    let mut sought: Vec<Sought> = Vec::new();
    for written in split(query) {
        let stem = stem(&written);
        if sought.len() == MOST_SOUGHT && sought.iter().all(|known| known.stem != stem) {
            break;
        }
        sought.retain(|known| known.stem != stem);
        sought.push(Sought { stem, written });
    }
    sought
}

/// In small letters, letters with marks as one character each.
fn split(text: &str) -> Vec<String> {
    let text: String = text.nfc().collect::<String>().to_lowercase();
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(LONGEST).collect())
        .collect()
}

/// What all forms of a word have in common. Snowball alone takes `rektor`, `rektorn` and `rektorer` for three words, so
/// it is asked again until nothing more comes off, the definite endings that it leaves besides. Words that change within
/// (`bok`, `böcker`) stay two.
fn stem(word: &str) -> String {
    thread_local! {
        static SWEDISH: RefCell<Stemmer> = RefCell::new(Stemmer::create(Algorithm::Swedish));
    }
    let mut word = word.to_owned();
    loop {
        let stem = SWEDISH.with_borrow(|stemmer| stemmer.stem(&word).into_owned());
        let stem = without_definite_ending(&stem);
        if stem.len() == word.len() {
            return word;
        }
        stem.clone_into(&mut word);
    }
}

/// A stem without the definite ending that Snowball leaves on it.
fn without_definite_ending(stem: &str) -> &str {
    let is_long = |rest: &str, least: usize| rest.chars().count() >= least;
    let after_vowel = |rest: &str| rest.ends_with(VOWELS);
    if let Some(rest) = stem.strip_suffix('n')
        && is_long(rest, 4)
        && (after_vowel(rest) || rest.ends_with("or") || rest.ends_with("er"))
    {
        return rest;
    }
    if let Some(rest) = stem.strip_suffix('t')
        && ((rest.ends_with('a') && is_long(rest, 3)) || (after_vowel(rest) && is_long(rest, 4)))
    {
        return rest;
    }
    // `året`, `åren`: too short for Snowball.
    if let Some(rest) = stem.strip_suffix("et").or_else(|| stem.strip_suffix("en"))
        && rest.chars().count() == 2
        && !after_vowel(rest)
    {
        return rest;
    }
    // `programmet`, `gymnasium`.
    match stem.strip_suffix("mm") {
        Some(rest) if is_long(rest, 3) => &stem[..stem.len() - 1],
        Some(_) | None => match stem.strip_suffix("um") {
            Some(rest) if rest.ends_with('i') => rest,
            Some(_) | None => stem,
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stems(text: &str) -> Vec<String> {
        split(text).iter().map(|word| stem(word)).collect()
    }

    #[test]
    fn forms_of_a_word_are_one() {
        for forms in [
            "rektor rektorn rektorer rektorerna rektors REKTORERNAS",
            "lärare läraren lärarna lärarens Lärarnas",
            "skola skolan skolor skolorna skolans",
            "förskola förskolan förskolans förskolor",
            "år året årets åren",
            "öra örat",
            "kvalitet kvaliteten kvaliteter",
            "kvalitetsarbete kvalitetsarbetet kvalitetsarbetets",
            "program programmet programmen",
            "gymnasium gymnasiet",
            "kurs kursen kurser kurserna",
            "plan planen planer planerna",
            "åtgärd åtgärden åtgärder",
            "undervisning undervisningen undervisningens",
            "matematik matematiken matematikens",
            "elev elever eleverna elevernas",
        ] {
            let stems = stems(forms);
            assert!(stems.iter().all(|stem| *stem == stems[0]), "{stems:?}");
        }
    }

    #[test]
    fn other_words_are_others() {
        let words =
            stems("skola skolledare läsning läsår ämne kurs plan barn bar korn ko mål språk");
        let different: std::collections::BTreeSet<_> = words.iter().collect();
        assert_eq!(different.len(), words.len(), "{words:?}");
    }

    #[test]
    fn letters_with_marks_are_letters_of_their_own() {
        assert_ne!(stems("höra"), stems("hora"));
        assert_ne!(stems("råd"), stems("rad"));
        // The same letter, written as one character and as two.
        assert_eq!(stems("l\u{e4}sa"), stems("la\u{308}sa"));
        assert_eq!(stems("ÅTGÄRD"), stems("åtgärder"));
    }

    #[test]
    fn signs_part_words() {
        assert_eq!(
            split("F-3, (svenska/NO): 7,5hp"),
            ["f", "3", "svenska", "no", "7", "5hp"]
        );
        assert_eq!(split(" -- "), Vec::<String>::new());
    }

    #[test]
    fn a_word_that_comes_again_is_sought_once_and_last_where_it_came_last() {
        let written = |query| {
            of_query(query)
                .into_iter()
                .map(|sought| sought.written)
                .collect::<Vec<_>>()
        };
        assert_eq!(written("rektor leder rektorer"), ["leder", "rektorer"]);
        assert_eq!(written(&"a b c d e f g h i j k l m ".repeat(9)).len(), 12);
    }

    proptest! {
        #[test]
        fn any_text_can_be_asked(text in "\\PC*") {
            for sought in of_query(&text) {
                prop_assert!(sought.written.chars().count() <= LONGEST);
                prop_assert!(!sought.stem.is_empty());
                prop_assert_eq!(stem(&sought.stem), sought.stem.clone(), "nothing more comes off");
            }
        }
    }
}
