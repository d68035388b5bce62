//! Finds the items in EMIL files as they go by: a document with lists, a list of items, or items one after another. Keeps no
//! more than one item, and knows nothing of what is in it.

use std::io::{self, BufRead};

/// Bytes of an item at most.
pub const LARGEST: usize = 1 << 20;

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Info,
    Event,
    Provider,
}

/// What was found in a file, and on which line it began.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// An item, of the sort of the list that it is in. None: it is in no such list.
    Item(Option<Sort>, Vec<u8>),
    /// An item that is larger than it may be.
    TooLarge(Option<Sort>),
    /// A field of a document that is no list of items.
    Unknown(String),
    /// A list that is none of those of items by its name, or the reverse: it may hold items all the same.
    UnknownList(String),
    /// The file is no JSON here.
    Syntax,
    /// The file ends inside of something.
    Cut,
}

/// Takes what is found, with its line.
pub type Take<'a> = &'a mut dyn FnMut(usize, Found);

impl Sort {
    fn of_list(name: &[u8]) -> Option<Self> {
        match name {
            b"\"educationInfos\"" => Some(Self::Info),
            b"\"educationEvents\"" => Some(Self::Event),
            b"\"educationProviders\"" => Some(Self::Provider),
            _ => None,
        }
    }
}

/// Tells all that is in the input. Goes on after a fault where a line is an item of its own.
pub fn each(input: impl BufRead, take: Take<'_>) -> io::Result<()> {
    let mut scan = Scan { input, line: 1 };
    loop {
        let before = scan.space();
        let line = scan.line;
        let done = match before {
            Ok(None) => return Ok(()),
            Ok(Some(_)) => scan.top(take),
            Err(stop) => Err(stop),
        };
        match done {
            Ok(()) => {}
            Err(Stop::Io(error)) => return Err(error),
            Err(Stop::Cut) => {
                take(scan.line, Found::Cut);
                return Ok(());
            }
            Err(Stop::Syntax) => {
                take(scan.line, Found::Syntax);
                if scan.line != line || !scan.skip_line()? {
                    return Ok(());
                }
            }
        }
    }
}

enum Stop {
    Cut,
    Syntax,
    Io(io::Error),
}

type Step<T> = Result<T, Stop>;

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// A value as it stands, or as much of it as is kept.
#[derive(Default)]
struct Piece {
    bytes: Vec<u8>,
    is_larger: bool,
}

impl Piece {
    fn push(&mut self, bytes: &[u8]) {
        if self.bytes.len() + bytes.len() <= LARGEST {
            self.bytes.extend_from_slice(bytes);
        } else {
            self.is_larger = true;
        }
    }

    fn found(self, sort: Option<Sort>) -> Found {
        if self.is_larger {
            Found::TooLarge(sort)
        } else {
            Found::Item(sort, self.bytes)
        }
    }
}

struct Scan<R> {
    input: R,
    line: usize,
}

impl<R: BufRead> Scan<R> {
    fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.input.fill_buf()?.first().copied())
    }

    /// Goes past the byte that was peeked at.
    fn pass(&mut self, byte: u8) {
        self.line += usize::from(byte == b'\n');
        self.input.consume(1);
    }

    /// The next byte that is no space.
    fn space(&mut self) -> Step<Option<u8>> {
        while let Some(byte) = self.peek()? {
            if !byte.is_ascii_whitespace() {
                return Ok(Some(byte));
            }
            self.pass(byte);
        }
        Ok(None)
    }

    /// Goes to the next line. False: there is none.
    fn skip_line(&mut self) -> io::Result<bool> {
        while let Some(byte) = self.peek()? {
            self.pass(byte);
            if byte == b'\n' {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn expect(&mut self, wanted: u8) -> Step<()> {
        match self.space()? {
            Some(byte) if byte == wanted => {
                self.pass(byte);
                Ok(())
            }
            Some(_) => Err(Stop::Syntax),
            None => Err(Stop::Cut),
        }
    }

    /// Whether a list or an object ends here; goes past its end, or past the comma before what comes next.
    fn ends(&mut self, end: u8, is_first: bool) -> Step<bool> {
        match self.space()? {
            None => Err(Stop::Cut),
            Some(byte) if byte == end => {
                self.pass(byte);
                Ok(true)
            }
            Some(_) if is_first => Ok(false),
            Some(_) => self.expect(b',').map(|()| false),
        }
    }

    fn top(&mut self, take: Take<'_>) -> Step<()> {
        match self.peek()? {
            Some(b'[') => self.list(None, take),
            Some(b'{') => self.object(take),
            _ => Err(Stop::Syntax),
        }
    }

    fn list(&mut self, sort: Option<Sort>, take: Take<'_>) -> Step<()> {
        self.expect(b'[')?;
        let mut is_first = true;
        while !self.ends(b']', is_first)? {
            is_first = false;
            self.space()?;
            let line = self.line;
            let mut piece = Piece::default();
            self.value(&mut piece)?;
            take(line, piece.found(sort));
        }
        Ok(())
    }

    /// A document with lists of items, or an item.
    fn object(&mut self, take: Take<'_>) -> Step<()> {
        let line = self.line;
        self.expect(b'{')?;
        let (mut whole, mut names, mut has_lists, mut is_first) =
            (Piece::default(), Vec::new(), false, true);
        whole.push(b"{");
        while !self.ends(b'}', is_first)? {
            if self.space()? != Some(b'"') {
                return Err(Stop::Syntax);
            }
            let mut name = Piece::default();
            self.value(&mut name)?;
            self.expect(b':')?;
            let is_list = self.space()? == Some(b'[');
            if let Some(sort) = Sort::of_list(&name.bytes).filter(|_| is_list) {
                has_lists = true;
                self.list(Some(sort), take)?;
            } else {
                whole.push(if whole.bytes.len() == 1 { b"" } else { b"," });
                whole.push(&name.bytes);
                whole.push(b":");
                self.value(&mut whole)?;
                let may_be_items = is_list || Sort::of_list(&name.bytes).is_some();
                names.push((name.bytes, may_be_items));
            }
            is_first = false;
        }
        if !has_lists {
            whole.push(b"}");
            take(line, whole.found(None));
            return Ok(());
        }
        let is_known = |name: &[u8]| matches!(name, b"\"links\"" | b"\"page\"");
        for (name, may_be_items) in names.iter().filter(|(name, _)| !is_known(name)) {
            let name = serde_json::from_slice(name).unwrap_or_default();
            let found = if *may_be_items {
                Found::UnknownList(name)
            } else {
                Found::Unknown(name)
            };
            take(line, found);
        }
        Ok(())
    }

    /// Goes past a value of any sort, and keeps it.
    fn value(&mut self, piece: &mut Piece) -> Step<()> {
        match self.space()? {
            None => Err(Stop::Cut),
            Some(b'"') => self.string(piece),
            Some(b'{' | b'[') => self.nested(piece),
            Some(_) => self.word(piece),
        }
    }

    fn string(&mut self, piece: &mut Piece) -> Step<()> {
        self.pass(b'"');
        piece.push(b"\"");
        loop {
            let buffer = self.input.fill_buf()?;
            let special = |byte: &u8| matches!(byte, b'"' | b'\\' | b'\n');
            let run = buffer.iter().position(special).unwrap_or(buffer.len());
            piece.push(&buffer[..run]);
            self.input.consume(run);
            let byte = self.peek()?.ok_or(Stop::Cut)?;
            match byte {
                // A string that is not ended would run to the end of the file.
                b'\n' => return Err(Stop::Syntax),
                b'"' => {
                    self.one(byte, piece);
                    return Ok(());
                }
                b'\\' => {
                    self.one(byte, piece);
                    let escaped = self.peek()?.ok_or(Stop::Cut)?;
                    self.one(escaped, piece);
                }
                _ => {}
            }
        }
    }

    /// Goes past a byte, and keeps it.
    fn one(&mut self, byte: u8, piece: &mut Piece) {
        self.pass(byte);
        piece.push(&[byte]);
    }

    fn nested(&mut self, piece: &mut Piece) -> Step<()> {
        let mut depth = 0_usize;
        loop {
            let byte = self.peek()?.ok_or(Stop::Cut)?;
            match byte {
                b'"' => {
                    self.string(piece)?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.pass(byte);
            piece.push(&[byte]);
            if depth == 0 {
                return Ok(());
            }
        }
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self, piece: &mut Piece) -> Step<()> {
        let mut is_empty = true;
        while let Some(byte) = self.peek()? {
            if !(byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-')) {
                break;
            }
            self.pass(byte);
            piece.push(&[byte]);
            is_empty = false;
        }
        if is_empty { Err(Stop::Syntax) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;
