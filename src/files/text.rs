//! The text of a file, in UTF-8 or UTF-16, with or without a byte order mark.

/// The text that the bytes are. None: they are no text in a known encoding.
pub fn decode(bytes: &[u8]) -> Option<String> {
    let text = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => std::str::from_utf8(rest).ok()?.to_owned(),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
        _ => std::str::from_utf8(bytes).ok()?.to_owned(),
    };
    // UTF-16 without its mark reads as UTF-8 full of zeros.
    (!text.contains('\0')).then_some(text)
}

fn utf16(bytes: &[u8], unit: impl Fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, []) = bytes.as_chunks::<2>() else {
        return None;
    };
    let units: Vec<_> = pairs.iter().map(|pair| unit(*pair)).collect();
    String::from_utf16(&units).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "NAMN;KOMMUN\nSjöhästens förskola;0115\n";

    fn utf16_bytes(mark: [u8; 2], order: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
        mark.into_iter()
            .chain(TEXT.encode_utf16().flat_map(order))
            .collect()
    }

    #[test]
    fn the_same_text_comes_out_of_every_encoding() {
        let marked = [&[0xEF, 0xBB, 0xBF], TEXT.as_bytes()].concat();
        for bytes in [
            TEXT.as_bytes().to_vec(),
            marked,
            utf16_bytes([0xFF, 0xFE], u16::to_le_bytes),
            utf16_bytes([0xFE, 0xFF], u16::to_be_bytes),
        ] {
            assert_eq!(decode(&bytes).as_deref(), Some(TEXT));
        }
    }

    #[test]
    fn what_is_no_text_is_not_guessed_at() {
        assert_eq!(decode(b"Sj\xF6h\xE4stens"), None, "Latin-1");
        assert_eq!(decode(&[0xFF, 0xFE, 0x41]), None, "half a character");
        assert_eq!(decode(b"N\0A\0M\0N\0"), None, "UTF-16 without a mark");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = decode(&bytes);
        }
    }
}
