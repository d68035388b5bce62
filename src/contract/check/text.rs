//! Looks through texts for what must not be stored: bytes that are no UTF-8, control characters, and characters that
//! turn the direction of writing and so hide what is written.

pub(super) struct Scanned<'a> {
    pub text: &'a str,
    pub chars: u64,
    pub control: bool,
    pub bidirectional: bool,
}

/// What is looked at in one step.
const CHUNK: usize = 64;

/// `None`: it is not UTF-8.
pub(super) fn scan(bytes: &[u8]) -> Option<Scanned<'_>> {
    let text = simdutf8::basic::from_utf8(bytes).ok()?;
    let mut scanned = Scanned {
        text,
        chars: bytes.len() as u64,
        control: false,
        bidirectional: false,
    };
    for (at, chunk) in bytes.chunks(CHUNK).enumerate() {
        let (mut continued, mut suspect) = (0, 0);
        // Without branches, so that many bytes are looked at in one step.
        for &byte in chunk {
            continued += u8::from(byte & 0xC0 == 0x80);
            suspect |= suspicion(byte);
        }
        scanned.chars -= u64::from(continued);
        if suspect != 0 {
            scanned.look_closer(bytes.get(at * CHUNK..).unwrap_or_default());
        }
    }
    Some(scanned)
}

impl Scanned<'_> {
    /// Looks at each character that begins in the first chunk of the bytes.
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

/// Not 0 for a byte that begins a character which may have to be refused. Almost all texts have none.
fn suspicion(byte: u8) -> u8 {
    let control = u8::from(byte < 0x20) & u8::from(byte != b'\n') & u8::from(byte != b'\t');
    let others = [0x7F, 0xC2, 0xD8, 0xE2];
    others
        .iter()
        .fold(control, |suspect, other| suspect | u8::from(byte == *other))
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
            assert!(!refused || suspicion(first) != 0, "{character:?}");
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
