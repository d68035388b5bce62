//! Many rows in few statements, on both databases.

use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, EntityTrait, Iterable, ModelTrait, QueryResult, Statement,
    Value,
};

use crate::database::columns::{self, Column, Columns};

mod postgres;
mod sqlite;

/// All that one transaction writes, on its way to the tables, which it reaches in one statement.
pub enum Writes {
    Postgres(postgres::Writes),
    Sqlite(Vec<Statement>),
}

/// How far the journal is moved on.
pub struct Advance {
    pub partition: i32,
    /// Where it must stand.
    pub from: i64,
    pub position: i64,
    pub chain_hash: Vec<u8>,
}

impl Writes {
    pub fn on(backend: DbBackend) -> Self {
        if backend == DbBackend::Postgres {
            Self::Postgres(postgres::Writes::default())
        } else {
            Self::Sqlite(Vec::new())
        }
    }

    /// Ends for each key the row `r` of a table that it names at its `until`. To come before what is inserted.
    pub fn end(&mut self, columns: &[&str], keys: &[Vec<Value>], table: &str, named: &str) {
        if keys.is_empty() {
            return;
        }
        match self {
            Self::Postgres(writes) => writes.end(columns, keys, table, named),
            Self::Sqlite(statements) => {
                let sql = format!(
                    "UPDATE {table} AS r SET until_position = k.until FROM k WHERE {named}"
                );
                statements.extend(sqlite::over_keys(columns, keys, &sql));
            }
        }
    }

    pub fn insert<M: ModelTrait>(&mut self, models: &[&M]) {
        if models.is_empty() {
            return;
        }
        let columns: Vec<_> = <M::Entity as EntityTrait>::Column::iter().collect();
        match self {
            Self::Postgres(writes) => writes.insert(&columns, models),
            Self::Sqlite(statements) => statements.extend(sqlite::insert(&columns, models)),
        }
    }

    /// Writes all, and moves the journal on. On SQLite it is a whole transaction, and is kept or not; on PostgreSQL it counts
    /// how often the journal was moved, and where that is not once, another was faster and nothing is written.
    pub fn and_advance(self, to: Advance, keep: bool) -> Statement {
        match self {
            Self::Postgres(writes) => writes.and_advance(to),
            Self::Sqlite(writes) => {
                let all = std::iter::once(sqlite::plain("BEGIN IMMEDIATE"))
                    .chain(writes)
                    .chain([
                        sqlite::advance(to),
                        sqlite::plain(if keep { "COMMIT" } else { "ROLLBACK" }),
                    ]);
                sqlite::at_once(all)
            }
        }
    }
}

/// A query over many keys, which it sees as the table `k`. Keys of NULL may be among them, which must name nothing.
pub async fn select(
    db: &impl ConnectionTrait,
    columns: &[&str],
    keys: &[Vec<Value>],
    sql: &str,
) -> Result<Vec<QueryResult>, DbErr> {
    let mut found = Vec::new();
    if keys.is_empty() {
        return Ok(found);
    }
    let statements = if db.get_database_backend() == DbBackend::Postgres {
        vec![postgres::over_keys(columns, keys, sql)]
    } else {
        sqlite::over_keys(columns, keys, sql)
    };
    for statement in statements {
        found.extend(db.query_all_raw(statement).await?);
    }
    Ok(found)
}

/// For each key the row `r` of a table that it names, by an index and in no other way. Keys differ from each other.
///
/// Planners without statistics hold tables for tiny and would read them whole, and keep to that while they grow.
pub async fn find(
    db: &impl ConnectionTrait,
    columns: &[&str],
    keys: &[Vec<Value>],
    what: &str,
    table: &str,
    named: &str,
) -> Result<Vec<QueryResult>, DbErr> {
    let rows = each(db.get_database_backend(), table, named);
    let sql = format!("SELECT {what} FROM k {rows}");
    select(db, columns, keys, &sql).await
}

/// As [`find`], all at once: what is found must be little enough.
pub async fn read<T>(
    db: &impl ConnectionTrait,
    columns: &[&str],
    keys: &[Vec<Value>],
    what: &[Column<String>],
    table: &str,
    named: &str,
    row: impl Fn(&mut Columns) -> Result<T, DbErr>,
) -> Result<Vec<T>, DbErr> {
    let backend = db.get_database_backend();
    let from = format!("FROM k {}", each(backend, table, named));
    let sql = columns::select_all(backend, what, &from, None);
    let found = select(db, columns, keys, &sql).await?;
    columns::read(&found, row)
}

/// Queries that are asked at once. Their rows have columns of the same types, after the number of the query.
pub struct Finds {
    queries: usize,
    statements: FindStatements,
}

enum FindStatements {
    Postgres(postgres::Finds),
    Sqlite(Vec<Statement>),
}

impl Finds {
    pub fn on(backend: DbBackend) -> Self {
        Self {
            queries: 0,
            statements: if backend == DbBackend::Postgres {
                FindStatements::Postgres(postgres::Finds::default())
            } else {
                FindStatements::Sqlite(Vec::new())
            },
        }
    }

    /// As [`find`].
    pub fn add(
        &mut self,
        columns: &[&str],
        keys: &[Vec<Value>],
        what: &str,
        table: &str,
        named: &str,
    ) {
        let rows = each(self.backend(), table, named);
        self.over(columns, keys, what, &rows);
    }

    /// What can be said of each key. They are two at most: of more, SQLite would be asked about NULL as well.
    pub fn ask(&mut self, columns: &[&str], keys: &[Vec<Value>], what: &str) {
        self.over(columns, keys, what, "");
    }

    fn over(&mut self, columns: &[&str], keys: &[Vec<Value>], what: &str, rows: &str) {
        let select = format!("SELECT {} AS query, {what}", self.queries);
        self.queries += 1;
        if keys.is_empty() {
            return;
        }
        match &mut self.statements {
            FindStatements::Postgres(finds) => finds.add(columns, keys, &select, rows),
            FindStatements::Sqlite(statements) => {
                let sql = format!("{select} FROM k {rows}");
                statements.extend(sqlite::over_keys(columns, keys, &sql));
            }
        }
    }

    fn backend(&self) -> DbBackend {
        match self.statements {
            FindStatements::Postgres(_) => DbBackend::Postgres,
            FindStatements::Sqlite(_) => DbBackend::Sqlite,
        }
    }

    /// All queries as one statement, and how many they are. There is at least one key.
    pub fn into_statement(self) -> (Statement, usize) {
        let statement = match self.statements {
            FindStatements::Postgres(finds) => finds.into_statement(),
            FindStatements::Sqlite(statements) => sqlite::at_once(statements),
        };
        (statement, self.queries)
    }
}

/// The rows of each query, in the order in which they were added.
pub fn by_query(rows: Vec<QueryResult>, queries: usize) -> Result<Vec<Vec<QueryResult>>, DbErr> {
    let mut found: Vec<Vec<QueryResult>> = Vec::new();
    found.resize_with(queries, Vec::new);
    for row in rows {
        let query: i32 = row.try_get_by_index(0)?;
        found[usize::try_from(query).unwrap_or_default()].push(row);
    }
    Ok(found)
}

/// The row `r` for each key `k`.
fn each(backend: DbBackend, table: &str, named: &str) -> String {
    if backend == DbBackend::Postgres {
        format!("CROSS JOIN LATERAL (SELECT * FROM {table} r WHERE {named} LIMIT 1) r")
    } else {
        format!("CROSS JOIN {table} r WHERE {named}")
    }
}
