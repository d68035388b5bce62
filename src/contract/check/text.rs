//! Looks through texts for what must not be stored: bytes that are no UTF-8, control characters, and characters that
//! turn the direction of writing and so hide what is written.

pub(super) struct Scanned {
    pub chars: u64,
    pub control: bool,
    pub bidirectional: bool,
}

/// What is looked at in one step.
const CHUNK: usize = 16;

/// `None`: it is not UTF-8.
pub(super) fn scan(bytes: &[u8]) -> Option<Scanned> {
    let mut scanned = Scanned {
        chars: bytes.len() as u64,
        control: false,
        bidirectional: false,
    };
    let mut beyond_ascii = 0;
    for (at, chunk) in bytes.chunks(CHUNK).enumerate() {
        let glance = match chunk.first_chunk() {
            Some(whole) => Glance::at(whole),
            None => Glance::at_rest(chunk),
        };
        scanned.chars -= u64::from(glance.continued);
        beyond_ascii |= glance.beyond_ascii;
        if glance.suspect != 0 {
            scanned.look_closer(bytes.get(at * CHUNK..).unwrap_or_default());
        }
    }
    let text = beyond_ascii == 0 || simdutf8::basic::from_utf8(bytes).is_ok();
    text.then_some(scanned)
}

/// What is seen of some bytes without branches.
#[derive(Default)]
struct Glance {
    /// How many go on with a character.
    continued: u8,
    /// Not 0: some are not ASCII.
    beyond_ascii: u8,
    /// Not 0: some begin a character that may have to be refused.
    suspect: u8,
}

/// By byte: whether it goes on with a character, is not ASCII, begins what may have to be refused.
const LOOKS: [[u8; 3]; 256] = {
    let mut looks = [[0; 3]; 256];
    let mut byte = u8::MIN;
    loop {
        looks[byte as usize] = look(byte);
        if byte == u8::MAX {
            break looks;
        }
        byte += 1;
    }
};

impl Glance {
    /// All bytes in one step.
    fn at(chunk: &[u8; CHUNK]) -> Self {
        Self::of(chunk.iter().map(|byte| look(*byte)))
    }

    fn at_rest(bytes: &[u8]) -> Self {
        Self::of(bytes.iter().map(|byte| LOOKS[usize::from(*byte)]))
    }

    #[inline]
    fn of(looks: impl Iterator<Item = [u8; 3]>) -> Self {
        let mut glance = Self::default();
        for [continued, beyond_ascii, suspect] in looks {
            glance.continued += continued;
            glance.beyond_ascii |= beyond_ascii;
            glance.suspect |= suspect;
        }
        glance
    }
}

impl Scanned {
    /// Looks at each character that begins in the first chunk of the bytes.
    #[cold]
    fn look_closer(&mut self, bytes: &[u8]) {
        for at in 0..bytes.len().min(CHUNK) {
            match bytes.get(at..).unwrap_or_default() {
                [b'\n' | b'\t', ..] => {}
                [..0x20 | 0x7F, ..] | [0xC2, 0x80..=0x9F, ..] => self.control = true,
                [0xD8, 0x9C, ..]
                | [0xE2, 0x80, 0x8E | 0x8F | 0xAA..=0xAE, ..]
                | [0xE2, 0x81, 0xA6..=0xA9, ..] => self.bidirectional = true,
                _ => {}
            }
        }
    }
}

/// Almost no text has a byte that is suspect. In numbers, since truths would be branches.
const fn look(byte: u8) -> [u8; 3] {
    let control = one(byte < 0x20) & one(byte != b'\n') & one(byte != b'\t');
    let others = one(byte == 0x7F) | one(byte == 0xC2) | one(byte == 0xD8) | one(byte == 0xE2);
    [one(byte & 0xC0 == 0x80), byte >> 7, control | others]
}

const fn one(holds: bool) -> u8 {
    holds as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_control(character: char) -> bool {
        character.is_control() && !matches!(character, '\n' | '\t')
    }

    fn is_bidirectional(character: char) -> bool {
        matches!(character, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    }

    #[test]
    fn every_character_that_must_be_refused_is_suspected_by_its_first_byte() {
        for character in char::MIN..=char::MAX {
            let mut buffer = [0; 4];
            let first = character.encode_utf8(&mut buffer).as_bytes()[0];
            let refused = is_control(character) || is_bidirectional(character);
            assert!(!refused || look(first)[2] != 0, "{character:?}");
        }
    }

    #[test]
    fn a_character_is_judged_alike_wherever_it_stands() {
        for character in char::MIN..=char::MAX {
            let refused = (is_control(character), is_bidirectional(character));
            // Around the end of a chunk only those where something could be missed.
            let before = if refused == (false, false) {
                0..1
            } else {
                60..65
            };
            for before in before {
                let text = format!("{}{character}", "x".repeat(before));
                let scanned = scan(text.as_bytes()).unwrap();
                let found = (scanned.control, scanned.bidirectional);
                assert_eq!(found, refused, "{character:?} after {before}");
                assert_eq!(scanned.chars, before as u64 + 1);
            }
        }
    }

    #[test]
    fn swedish_texts_with_line_breaks_tabs_and_dashes_pass() {
        let text = "Läsning i årskurs 7–9:\n\t”bättre”";
        let scanned = scan(text.as_bytes()).unwrap();
        assert_eq!(scanned.chars, text.chars().count() as u64);
        assert!(!scanned.control && !scanned.bidirectional);
    }

    #[test]
    fn nul_escape_delete_and_carriage_return_are_control_characters() {
        for text in ["a\0b", "\u{1b}[31m", "\u{7f}", "a\r\nb", "\u{85}"] {
            assert!(scan(text.as_bytes()).unwrap().control, "{text:?}");
        }
    }
}
