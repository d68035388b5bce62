//! The columns of rows that are read by the thousand, in their order. SQLite's driver copies every column of every row into
//! memory of its own, and hands every row from one thread to another, which costs more than to read the row: there, the
//! columns of a row go as one, and rows of which it is known that there is room for them go as one, too.

use sea_orm::{DbBackend, DbErr, QueryResult};
use sqlx::{Row, ValueRef, postgres::PgRow, sqlite::SqliteRow};
use uuid::Uuid;

/// A column, as SQL says it.
#[derive(Clone, Copy, Debug)]
pub enum Column<S> {
    /// A number from 0.
    Number(S),
    /// Text, bytes or an id. On SQLite, it is looked at twice.
    Short(S),
    /// The same, and looked at once. No more than one, and the last.
    Long(S),
}

/// What a statement selects, to be read as [`Columns`].
pub fn select<S: AsRef<str>>(backend: DbBackend, columns: &[Column<S>]) -> String {
    if backend == DbBackend::Postgres {
        let columns: Vec<_> = columns.iter().map(Column::sql).collect();
        columns.join(", ")
    } else {
        as_one(columns)
    }
}

/// A statement that selects all rows at once, to be read by [`read`]. At most as many as the limit says, which may be a
/// parameter.
pub fn select_all<S: AsRef<str>>(
    backend: DbBackend,
    columns: &[Column<S>],
    from: &str,
    limit: Option<&str>,
) -> String {
    if backend == DbBackend::Postgres {
        let limit = limit.map(|limit| format!("LIMIT {limit}"));
        let limit = limit.unwrap_or_default();
        return format!("SELECT {} {from} {limit}", select(backend, columns));
    }
    // With a limit, SQLite keeps to the inner statement, and so to its order, and makes each row once.
    format!(
        "SELECT CAST(group_concat(octet_length(row) || ';' || row, '') AS BLOB)
         FROM (SELECT {} AS row {from} LIMIT {})",
        as_one(columns),
        limit.unwrap_or("-1")
    )
}

/// Reads each row of what [`select_all`] selects.
pub fn read<T>(
    found: &[QueryResult],
    row: impl Fn(&mut Columns) -> Result<T, DbErr>,
) -> Result<Vec<T>, DbErr> {
    let mut read = Vec::with_capacity(found.len());
    for result in found {
        let Some(all) = result.try_as_sqlite_row() else {
            read.push(row(&mut Columns::of(result)?)?);
            continue;
        };
        let all: Option<&[u8]> = all.try_get_unchecked(0).map_err(|_| unreadable())?;
        let mut rest = all.unwrap_or_default();
        while !rest.is_empty() {
            let (mut length, rows) = split(rest)?;
            let length = next_of(&mut length)?.and_then(|length| usize::try_from(length).ok());
            let one = length.and_then(|length| rows.split_at_checked(length));
            let (one, others) = one.ok_or_else(unreadable)?;
            read.push(row(&mut Columns::of_one(one)?)?);
            rest = others;
        }
    }
    Ok(read)
}

/// Numbers and lengths, then what is of these lengths, then a sign whether there is the last, and the last.
fn as_one<S: AsRef<str>>(columns: &[Column<S>]) -> String {
    let (mut numbers, mut short, mut long) = (Vec::new(), Vec::new(), "''".to_owned());
    for column in columns {
        let sql = column.sql();
        match column {
            Column::Number(_) => numbers.push(format!("COALESCE({sql}, -1)")),
            Column::Short(_) => {
                numbers.push(format!("COALESCE(octet_length({sql}), -1)"));
                short.push(sql);
            }
            Column::Long(_) => long = format!("COALESCE('+' || {sql}, '-')"),
        }
    }
    let pattern = vec!["%d"; numbers.len()].join(",");
    let numbers = numbers.join(", ");
    let short = short.iter().map(|sql| format!(", {sql}"));
    let short = short.collect::<String>();
    format!("CAST(concat(format('{pattern};', {numbers}){short}) || {long} AS BLOB)")
}

impl<S: AsRef<str>> Column<S> {
    fn sql(&self) -> &str {
        match self {
            Self::Number(sql) | Self::Short(sql) | Self::Long(sql) => sql.as_ref(),
        }
    }
}

/// The columns of a row, to be taken in their order.
pub struct Columns<'a>(Source<'a>);

enum Source<'a> {
    Postgres { row: &'a PgRow, next: usize },
    Sqlite { row: &'a SqliteRow, next: usize },
    AsOne { numbers: &'a [u8], rest: &'a [u8] },
}

/// What a column holds.
pub trait Held: Sized {
    /// The next column. None: it is NULL.
    fn next(columns: &mut Columns) -> Result<Option<Self>, DbErr>;
}

impl<'a> Columns<'a> {
    pub fn of(row: &'a QueryResult) -> Result<Self, DbErr> {
        if let Some(row) = row.try_as_pg_row() {
            return Ok(Self(Source::Postgres { row, next: 0 }));
        }
        let row = row.try_as_sqlite_row().ok_or_else(unreadable)?;
        if row.len() > 1 {
            return Ok(Self(Source::Sqlite { row, next: 0 }));
        }
        let all: &[u8] = row.try_get_unchecked(0).map_err(|_| unreadable())?;
        Self::of_one(all)
    }

    fn of_one(all: &'a [u8]) -> Result<Self, DbErr> {
        let (numbers, rest) = split(all)?;
        Ok(Self(Source::AsOne { numbers, rest }))
    }

    /// The next column, which is not NULL.
    pub fn take<T: Held>(&mut self) -> Result<T, DbErr> {
        T::next(self)?.ok_or_else(unreadable)
    }

    /// The next column. None: it is NULL.
    pub fn take_optional<T: Held>(&mut self) -> Result<Option<T>, DbErr> {
        T::next(self)
    }

    /// The last column, a [`Column::Long`]. None: it is NULL.
    pub fn take_long(&mut self) -> Result<Option<&'a [u8]>, DbErr> {
        match &self.0 {
            Source::AsOne { rest, .. } => {
                let (sign, long) = rest.split_first().ok_or_else(unreadable)?;
                Ok((*sign == b'+').then_some(long))
            }
            Source::Postgres { .. } | Source::Sqlite { .. } => self.bytes(),
        }
    }

    fn number(&mut self) -> Result<Option<i64>, DbErr> {
        match &mut self.0 {
            Source::Postgres { .. } => {
                let number = match self.bytes()? {
                    None => return Ok(None),
                    Some(&[a, b]) => i16::from_be_bytes([a, b]).into(),
                    Some(&[a, b, c, d]) => i32::from_be_bytes([a, b, c, d]).into(),
                    Some(bytes) => i64::from_be_bytes(bytes.try_into().map_err(|_| unreadable())?),
                };
                Ok(Some(number))
            }
            Source::Sqlite { row, next } => {
                *next += 1;
                row.try_get_unchecked(*next - 1).map_err(|_| unreadable())
            }
            Source::AsOne { numbers, .. } => next_of(numbers),
        }
    }

    fn bytes(&mut self) -> Result<Option<&'a [u8]>, DbErr> {
        match &mut self.0 {
            Source::Postgres { row, next } => {
                *next += 1;
                let value = row.try_get_raw(*next - 1).map_err(|_| unreadable())?;
                let bytes = (!value.is_null()).then(|| value.as_bytes());
                bytes.transpose().map_err(|_| unreadable())
            }
            Source::Sqlite { row, next } => {
                *next += 1;
                row.try_get_unchecked(*next - 1).map_err(|_| unreadable())
            }
            Source::AsOne { numbers, rest } => {
                let Some(length) = next_of(numbers)? else {
                    return Ok(None);
                };
                let length = usize::try_from(length).map_err(|_| unreadable())?;
                let (bytes, others) = rest.split_at_checked(length).ok_or_else(unreadable)?;
                *rest = others;
                Ok(Some(bytes))
            }
        }
    }
}

/// What is before the first semicolon, and what is after it.
fn split(all: &[u8]) -> Result<(&[u8], &[u8]), DbErr> {
    let end = all.iter().position(|&byte| byte == b';');
    let (before, after) = all.split_at(end.ok_or_else(unreadable)?);
    Ok((before, &after[1..]))
}

/// The next of numbers between commas. None: it stands for NULL.
fn next_of(numbers: &mut &[u8]) -> Result<Option<i64>, DbErr> {
    let end = numbers.iter().position(|&byte| byte == b',');
    let (number, others) = numbers.split_at(end.unwrap_or(numbers.len()));
    *numbers = others.get(1..).unwrap_or_default();
    match number {
        b"-1" => Ok(None),
        b"" => Err(unreadable()),
        digits => {
            let add = |sum: i64, &digit: &u8| {
                let digit = digit.is_ascii_digit().then(|| i64::from(digit - b'0'))?;
                sum.checked_mul(10)?.checked_add(digit)
            };
            let number = digits.iter().try_fold(0, add);
            number.map(Some).ok_or_else(unreadable)
        }
    }
}

impl Held for i64 {
    fn next(columns: &mut Columns) -> Result<Option<Self>, DbErr> {
        columns.number()
    }
}

impl Held for i32 {
    fn next(columns: &mut Columns) -> Result<Option<Self>, DbErr> {
        let number = columns.number()?.map(Self::try_from);
        number.transpose().map_err(|_| unreadable())
    }
}

impl Held for i16 {
    fn next(columns: &mut Columns) -> Result<Option<Self>, DbErr> {
        let number = columns.number()?.map(Self::try_from);
        number.transpose().map_err(|_| unreadable())
    }
}

impl Held for Uuid {
    fn next(columns: &mut Columns) -> Result<Option<Self>, DbErr> {
        let id = columns.bytes()?.map(Self::from_slice);
        id.transpose().map_err(|_| unreadable())
    }
}

impl Held for String {
    fn next(columns: &mut Columns) -> Result<Option<Self>, DbErr> {
        let text = columns.bytes()?.map(|bytes| str::from_utf8(bytes));
        let text = text.transpose().map_err(|_| unreadable())?;
        Ok(text.map(ToOwned::to_owned))
    }
}

impl Held for Vec<u8> {
    fn next(columns: &mut Columns) -> Result<Option<Self>, DbErr> {
        Ok(columns.bytes()?.map(<[u8]>::to_vec))
    }
}

fn unreadable() -> DbErr {
    DbErr::Type("a column does not hold what it is read as".to_owned())
}

#[cfg(test)]
mod tests {
    use sea_orm::{ConnectionTrait, Database, Statement};

    use super::*;

    const COLUMNS: [Column<&str>; 8] = [
        Column::Number("number"),
        Column::Number("missing_number"),
        Column::Short("id"),
        Column::Short("text"),
        Column::Short("missing_text"),
        Column::Short("hollow"),
        Column::Number("another"),
        Column::Long("content"),
    ];

    async fn all_of(content: &str, select: &str) -> Vec<Option<Vec<u8>>> {
        let db = Database::connect("sqlite::memory:").await.unwrap();
        let sql = format!(
            "SELECT {select} FROM (SELECT 9007199254740993 AS number, NULL AS missing_number,
                 x'002c3b2d000000000000000000000000' AS id, 'Å,1;' AS text, NULL AS missing_text, '' AS hollow,
                 0 AS another, {content} AS content)"
        );
        let statement = Statement::from_string(DbBackend::Sqlite, sql);
        let row = db.query_one_raw(statement).await.unwrap().unwrap();
        let mut columns = Columns::of(&row).unwrap();
        assert_eq!(columns.take::<i64>().unwrap(), 9_007_199_254_740_993);
        assert_eq!(columns.take_optional::<i16>().unwrap(), None);
        let id = Uuid::from_u128(0x002c_3b2d << 96);
        assert_eq!(columns.take::<Uuid>().unwrap(), id);
        assert_eq!(columns.take::<String>().unwrap(), "Å,1;");
        let (missing, hollow): (Option<String>, _) = (
            columns.take_optional().unwrap(),
            columns.take_optional().unwrap(),
        );
        assert_eq!((missing, hollow), (None, Some(Vec::<u8>::new())));
        assert_eq!(columns.take::<i16>().unwrap(), 0);
        vec![columns.take_long().unwrap().map(<[u8]>::to_vec)]
    }

    #[tokio::test]
    async fn columns_that_go_as_one_are_what_they_are_by_themselves() {
        let plain = COLUMNS.map(|column| column.sql().to_owned()).join(", ");
        let as_one = select(DbBackend::Sqlite, &COLUMNS);
        for (content, long) in [
            ("x'00ff2b003b'", Some(&b"\x00\xff+\x00;"[..])),
            ("x''", Some(&b""[..])),
            ("NULL", None),
        ] {
            for select in [&plain, &as_one] {
                let read = all_of(content, select).await;
                assert_eq!(read, [long.map(<[u8]>::to_vec)], "{content} by {select}");
            }
        }
    }

    #[tokio::test]
    async fn rows_that_go_as_one_are_all_there_and_in_order() {
        let db = Database::connect("sqlite::memory:").await.unwrap();
        let columns = [Column::Number("number"), Column::Long("content")];
        let from = "FROM (SELECT 1 AS number, x'3b00' AS content UNION ALL SELECT 3, NULL UNION ALL SELECT 2, x'')
            WHERE number <> 4 ORDER BY number DESC";
        let all = [
            (3, None),
            (2, Some(Vec::new())),
            (1, Some(b";\x00".to_vec())),
        ];
        for (limit, count) in [(None, 3), (Some("2"), 2), (Some("0"), 0)] {
            let sql = select_all(DbBackend::Sqlite, &columns, from, limit);
            let statement = Statement::from_string(DbBackend::Sqlite, sql);
            let found = db.query_all_raw(statement).await.unwrap();
            let row = |columns: &mut Columns| {
                let number: i64 = columns.take()?;
                Ok((number, columns.take_long()?.map(<[u8]>::to_vec)))
            };
            assert_eq!(read(&found, row).unwrap(), all[..count]);
        }
    }

    #[test]
    fn what_is_no_row_is_refused() {
        for all in [&b""[..], b"1,2", b"7;ab", b"x;", b";"] {
            let text = Columns::of_one(all).and_then(|mut columns| columns.take::<String>());
            assert!(text.is_err(), "{all:?}");
        }
        let mut columns = Columns::of_one(b"70000,3;").unwrap();
        assert!(columns.take::<i16>().is_err(), "it is too large");
    }
}
