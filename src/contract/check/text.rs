//! Looks through texts for what must not be stored: bytes that are no UTF-8, control characters, and characters that
//! turn the direction of writing and so hide what is written.

pub(super) struct Scanned<'a> {
    pub text: &'a str,
    pub chars: u64,
    pub control: bool,
    pub bidirectional: bool,
}

/// `None`: it is not UTF-8.
pub(super) fn scan(bytes: &[u8]) -> Option<Scanned<'_>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (mut continued, mut suspect) = (0, 0);
    // Without branches and in small chunks, so that many bytes are looked at in one step.
    for chunk in bytes.chunks(64) {
        let mut continued_here = 0;
        for &byte in chunk {
            continued_here += u8::from(byte & 0xC0 == 0x80);
            suspect |= suspicion(byte);
        }
        continued += u64::from(continued_here);
    }
    let chars = bytes.len() as u64 - continued;
    let control = suspect != 0 && text.chars().any(is_control);
    let bidirectional = suspect != 0 && text.chars().any(is_bidirectional);
    Some(Scanned {
        text,
        chars,
        control,
        bidirectional,
    })
}

/// Not 0 for a byte that begins a character which may have to be refused. Almost all texts have none.
fn suspicion(byte: u8) -> u8 {
    let control = u8::from(byte < 0x20) & u8::from(byte != b'\n') & u8::from(byte != b'\t');
    let others = [0x7F, 0xC2, 0xD8, 0xE2];
    others
        .iter()
        .fold(control, |suspect, other| suspect | u8::from(byte == *other))
}

fn is_control(character: char) -> bool {
    character.is_control() && !matches!(character, '\n' | '\t')
}

fn is_bidirectional(character: char) -> bool {
    matches!(character, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

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
