//! A CSV file as rows of named cells. Knows which columns a file must and may have, not what they mean.

use std::{
    collections::{BTreeSet, HashMap},
    rc::Rc,
};

use super::{File, rules, text};
use crate::organizations::findings::Saying;

/// The columns of a sort of file, in capitals.
pub struct Columns<'a> {
    pub required: &'a [&'a str],
    /// Whether a column that is not required is known.
    pub known: &'a dyn Fn(&str) -> bool,
    /// The column that a heading in capitals means.
    pub meant: &'a dyn Fn(String) -> String,
}

/// Takes what is said of a row or a file: its key, the field, and the saying.
pub type Say<'a> = &'a mut dyn FnMut(&str, &str, Saying);

/// What was read of a file.
#[derive(Default)]
pub struct Rows {
    /// The rows that could be read.
    pub rows: Vec<Row>,
    /// How many rows there are, those that could not be read among them.
    pub count: usize,
}

/// A row of a file.
pub struct Row {
    /// The file and the line, `grundskola.csv:17`.
    pub key: String,
    places: Rc<HashMap<String, usize>>,
    cells: csv::StringRecord,
}

impl Row {
    /// What stands in a column, without the space around it. Empty where there is no such column.
    pub fn cell(&self, column: &str) -> &str {
        self.places
            .get(column)
            .and_then(|place| self.cells.get(*place))
            .unwrap_or_default()
    }

    pub fn has(&self, column: &str) -> bool {
        self.places.contains_key(column)
    }

    /// The columns that start so.
    pub fn columns<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        self.places
            .keys()
            .map(String::as_str)
            .filter(move |column| column.starts_with(prefix))
    }
}

/// The rows of a file, without those that are told to be wrong.
pub fn rows(file: &File, columns: &Columns<'_>, say: Say<'_>) -> Rows {
    let name = file.name.as_str();
    let Some(text) = text::decode(&file.bytes) else {
        say(name, "", rules::encoding());
        return Rows::default();
    };
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    if text.trim().is_empty() {
        say(name, "", rules::empty());
        return Rows::default();
    }
    let separator = separator(&text);
    // From an open quotation mark on, all rows would be one cell.
    let open = open_record(&text, separator);
    let whole = &text[..open.unwrap_or(text.len())];
    if open.is_some() {
        let line = 1 + whole.matches('\n').count();
        say(&format!("{name}:{line}"), "", rules::quote_open());
    }
    let mut read = if whole.trim().is_empty() {
        Rows::default()
    } else {
        whole_rows(name, (whole, separator), columns, say)
    };
    read.count += usize::from(open.is_some());
    read
}

/// The rows of a text that ends where a row does.
fn whole_rows(
    name: &str,
    (text, separator): (&str, u8),
    columns: &Columns<'_>,
    say: Say<'_>,
) -> Rows {
    let mut records = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes())
        .into_records();
    let Some(Ok(header)) = records.next() else {
        say(name, "", rules::empty());
        return Rows::default();
    };
    let Some(places) = places(name, &header, columns, say) else {
        return Rows::default();
    };
    let places = Rc::new(places);
    let (mut read, mut unnamed) = (Rows::default(), BTreeSet::new());
    let mut lines = Lines::of(text);
    for cells in records {
        let Ok(cells) = cells else {
            say(name, "", rules::cells());
            continue;
        };
        if cells.iter().all(str::is_empty) {
            continue;
        }
        read.count += 1;
        let key = format!("{name}:{}", lines.line_of(&cells));
        if cells.len() == header.len() {
            unnamed.extend(unnamed_cells(&header, &cells));
            read.rows.push(Row {
                key,
                places: Rc::clone(&places),
                cells,
            });
        } else {
            say(&key, "", rules::cells());
        }
    }
    for place in unnamed {
        say(name, "", rules::heading_missing(place + 1));
    }
    read
}

/// The columns without a heading in which a row has something.
fn unnamed_cells<'a>(
    header: &'a csv::StringRecord,
    cells: &'a csv::StringRecord,
) -> impl Iterator<Item = usize> + 'a {
    let both = header.iter().zip(cells).enumerate();
    both.filter(|(_, (heading, cell))| heading.is_empty() && !cell.is_empty())
        .map(|(place, _)| place)
}

/// Where the record starts in which the text ends within quotation marks. None: it ends outside of them.
fn open_record(text: &str, separator: u8) -> Option<usize> {
    let (mut record, mut starts_cell, mut quoted) = (0, true, false);
    for (at, byte) in text.bytes().enumerate() {
        if byte == b'"' && (starts_cell || quoted) {
            quoted = !quoted;
            // Two marks in a row stand for one within the cell.
            starts_cell = !quoted;
            continue;
        }
        if !quoted && byte == b'\n' {
            record = at + 1;
        }
        starts_cell = !quoted && (byte == b'\n' || byte == separator);
    }
    quoted.then_some(record)
}

/// Counts lines up to one record after another.
struct Lines<'a> {
    text: &'a [u8],
    passed: usize,
    line: usize,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        Self {
            text: text.as_bytes(),
            passed: 0,
            line: 1,
        }
    }

    /// The line on which the record starts: its position stands before the empty lines that were skipped.
    fn line_of(&mut self, record: &csv::StringRecord) -> usize {
        let start = record.position().map_or(0, csv::Position::byte);
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        while let Some(byte) = self.text.get(self.passed) {
            if self.passed >= start && *byte != b'\n' {
                break;
            }
            self.line += usize::from(*byte == b'\n');
            self.passed += 1;
        }
        self.line
    }
}

/// Where each column is. None: the rows can not be read.
fn places(
    name: &str,
    header: &csv::StringRecord,
    columns: &Columns<'_>,
    say: Say<'_>,
) -> Option<HashMap<String, usize>> {
    let mut places = HashMap::new();
    let mut readable = true;
    for (place, heading) in header
        .iter()
        .enumerate()
        .filter(|(_, heading)| !heading.is_empty())
    {
        let column = (columns.meant)(heading.to_uppercase());
        if !columns.required.contains(&column.as_str()) && !(columns.known)(&column) {
            say(name, &shown(heading), rules::column_unknown());
        }
        if places.insert(column, place).is_some() {
            say(name, &shown(heading), rules::column_twice());
            readable = false;
        }
    }
    for column in columns
        .required
        .iter()
        .filter(|column| !places.contains_key(**column))
    {
        say(name, column, rules::column_missing());
        readable = false;
    }
    readable.then_some(places)
}

/// A heading as it can be told: short, and without what could move a cursor.
fn shown(heading: &str) -> String {
    heading
        .chars()
        .filter(|letter| !letter.is_control())
        .take(60)
        .collect()
}

/// The separator that the first line has most of.
fn separator(text: &str) -> u8 {
    let first = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let count = |separator: &u8| {
        let mut quoted = false;
        let counts = |byte: &u8| {
            quoted ^= *byte == b'"';
            !quoted && byte == separator
        };
        first.as_bytes().iter().copied().filter(counts).count()
    };
    [b'\t', b';', b',']
        .into_iter()
        .max_by_key(count)
        .unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> (Vec<Row>, Vec<(String, String, String)>) {
        let mut told = Vec::new();
        let file = File {
            name: "a.csv".to_owned(),
            bytes: text.as_bytes().to_vec(),
        };
        let known = |column: &str| column == "C";
        let columns = Columns {
            required: &["A", "B"],
            known: &known,
            meant: &|heading| {
                if heading == "BE" {
                    "B".to_owned()
                } else {
                    heading
                }
            },
        };
        let read = rows(&file, &columns, &mut |key, field, saying| {
            told.push((key.to_owned(), field.to_owned(), saying.at("", "").rule));
        });
        (read.rows, told)
    }

    fn told(text: &str) -> Vec<(String, String, String)> {
        read(text).1
    }

    fn one(key: &str, field: &str, rule: &str) -> Vec<(String, String, String)> {
        vec![(key.to_owned(), field.to_owned(), rule.to_owned())]
    }

    #[test]
    fn commas_semicolons_and_tabs_separate() {
        for text in [
            "a,b,C\n1, 2 ,3\n",
            "A;B;C\r\n1;2;3\r\n",
            "a\tbe\tc\n1\t2\t3",
            "\"a,x;y\"\n",
        ] {
            let (rows, _) = read(text);
            if text.contains("x;y") {
                assert!(rows.is_empty());
            } else {
                assert_eq!(rows[0].cell("B"), "2", "{text}");
                assert_eq!(rows[0].key, "a.csv:2");
            }
        }
    }

    #[test]
    fn quoted_cells_may_hold_separators_and_line_breaks() {
        let (rows, told) = read("a,b\n\"x,\ny\",1\n\nz,2\n");
        assert_eq!(told, []);
        assert_eq!(
            (rows[0].cell("A"), rows[1].key.as_str()),
            ("x,\ny", "a.csv:5")
        );
    }

    #[test]
    fn what_is_wrong_with_columns_and_rows_is_told() {
        assert_eq!(told(""), one("a.csv", "", "file.empty"));
        assert_eq!(told("\u{feff}\n \n"), one("a.csv", "", "file.empty"));
        assert_eq!(told("a,c\n1,2\n"), one("a.csv", "B", "file.column_missing"));
        assert_eq!(
            told("a,b,d\n1,2,3\n"),
            one("a.csv", "d", "file.column_unknown")
        );
        assert_eq!(
            told("a,b,A\n1,2,3\n"),
            one("a.csv", "A", "file.column_twice")
        );
        assert_eq!(told("a,b\n1,2\n1,2,3\n,\n1\n").len(), 2);
        assert_eq!(
            told("a,b,,\n1,2,3,\n1,2,3,\n"),
            one("a.csv", "", "file.heading_missing")
        );
    }

    #[test]
    fn a_quotation_mark_that_is_not_closed_is_told() {
        for text in [
            "a,b\n1,2\n\n3,\"x\n4,5\n",
            "a,b\n1,2\n\n\"x\"\"\n4,5",
            "a,b\n1,2\n\n3,\"",
        ] {
            let (rows, told) = read(text);
            assert_eq!(told, one("a.csv:4", "", "file.quote_open"), "{text}");
            assert_eq!(rows.len(), 1, "{text}");
        }
        assert_eq!(told("a,\"b\n1,2\n"), one("a.csv:1", "", "file.quote_open"));
        for text in [
            "a,b\n1,5\" wide\n",
            "a,b\n\"\",\"\"\"\"\n",
            "a,b\n\"x\"y\",2\n",
        ] {
            assert_eq!(told(text), [], "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let file = File { name: "a.csv".to_owned(), bytes };
            let columns = Columns { required: &["A"], known: &|_| true, meant: &|heading| heading };
            rows(&file, &columns, &mut |_, _, _| {});
        }

        #[test]
        fn the_last_row_counts_where_no_quotation_mark_is_open(text in "[ab,\"\n]{0,40}") {
            let read = |text: &str| {
                let reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
                reader.into_records().last().map(|record| record.unwrap().iter().collect::<String>())
            };
            let text = format!("{text}\nlast");
            let is_open = open_record(&text, b',').is_some();
            prop_assert_eq!(read(&text).as_deref() != Some("last"), is_open);
        }

        #[test]
        fn no_text_makes_it_panic(text in "[ab,;\"\n\t0-9]{0,80}") {
            read(&text);
        }
    }
}
