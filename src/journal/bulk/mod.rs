//! Many rows in few statements, on both databases.

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, Iterable, ModelTrait,
    QueryResult, Statement, Value,
};

mod postgres;
mod sqlite;

/// Rows on their way into their tables, which they all reach at once.
pub enum Inserts {
    Postgres(postgres::Inserts),
    Sqlite(Vec<Statement>),
}

impl Inserts {
    pub fn on(backend: DbBackend) -> Self {
        if backend == DbBackend::Postgres {
            Self::Postgres(postgres::Inserts::default())
        } else {
            Self::Sqlite(Vec::new())
        }
    }

    pub fn add<M: ModelTrait>(&mut self, models: &[&M]) {
        if models.is_empty() {
            return;
        }
        let columns: Vec<_> = <M::Entity as EntityTrait>::Column::iter().collect();
        match self {
            Self::Postgres(inserts) => inserts.add(&columns, models),
            Self::Sqlite(statements) => statements.extend(sqlite::insert(&columns, models)),
        }
    }

    /// Inserts all, and then makes a change whose text is given the number of its first parameter.
    pub async fn and_then(
        self,
        tx: &DatabaseTransaction,
        change: impl FnOnce(usize) -> String,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<(), DbErr> {
        let statements = match self {
            Self::Postgres(inserts) => vec![inserts.and_then(change, values)],
            Self::Sqlite(mut statements) => {
                let before = statements.iter().map(sqlite::count_values).sum::<usize>();
                let change = change(before + 1);
                statements.push(Statement::from_sql_and_values(
                    DbBackend::Sqlite,
                    change,
                    values,
                ));
                sqlite::at_once(statements)
            }
        };
        for statement in statements {
            tx.execute_raw(statement).await?;
        }
        Ok(())
    }
}

/// A query over many keys, which it sees as the table `k`. It must mind that a key may come more than once.
pub async fn select(
    db: &impl ConnectionTrait,
    columns: &[&str],
    keys: &[Vec<Value>],
    sql: &str,
) -> Result<Vec<QueryResult>, DbErr> {
    let mut found = Vec::new();
    for statement in over_keys(db.get_database_backend(), columns, keys, sql) {
        found.extend(db.query_all_raw(statement).await?);
    }
    Ok(found)
}

/// Queries on their way to the database, each for rows that keys name. SQLite is asked once for all of them.
pub struct Finds {
    backend: DbBackend,
    queries: usize,
    statements: Vec<Statement>,
}

impl Finds {
    pub fn on(backend: DbBackend) -> Self {
        Self {
            backend,
            queries: 0,
            statements: Vec::new(),
        }
    }

    /// For each key the row `r` of a table that it names, by an index and in no other way.
    ///
    /// Planners without statistics hold tables for tiny and would read them whole, and keep to that while they grow.
    pub fn add(
        &mut self,
        columns: &[&str],
        keys: &[Vec<Value>],
        what: &str,
        table: &str,
        named: &str,
    ) {
        let what = format!("{what}, {} AS query", self.queries);
        let sql = find_each(self.backend, &what, table, named);
        self.statements
            .extend(over_keys(self.backend, columns, keys, &sql));
        self.queries += 1;
    }

    /// The rows of each query, in the order in which they were added.
    pub async fn run(self, db: &impl ConnectionTrait) -> Result<Vec<Vec<QueryResult>>, DbErr> {
        let mut found: Vec<Vec<QueryResult>> = Vec::new();
        found.resize_with(self.queries, Vec::new);
        let statements = if self.backend == DbBackend::Postgres {
            self.statements
        } else {
            sqlite::at_once(self.statements)
        };
        for statement in statements {
            for row in db.query_all_raw(statement).await? {
                let query: i32 = row.try_get("", "query")?;
                found[usize::try_from(query).unwrap_or_default()].push(row);
            }
        }
        Ok(found)
    }
}

/// As one query of [`Finds`], by itself.
pub async fn find(
    db: &impl ConnectionTrait,
    columns: &[&str],
    keys: &[Vec<Value>],
    what: &str,
    table: &str,
    named: &str,
) -> Result<Vec<QueryResult>, DbErr> {
    let sql = find_each(db.get_database_backend(), what, table, named);
    select(db, columns, keys, &sql).await
}

fn find_each(backend: DbBackend, what: &str, table: &str, named: &str) -> String {
    if backend == DbBackend::Postgres {
        format!(
            "SELECT {what} FROM k CROSS JOIN LATERAL (SELECT * FROM {table} r WHERE {named} LIMIT 1) r"
        )
    } else {
        format!("SELECT {what} FROM k CROSS JOIN {table} r WHERE {named}")
    }
}

/// Ends for each key the row `r` of a table that it names at its `until`.
pub async fn end(
    db: &impl ConnectionTrait,
    columns: &[&str],
    keys: &[Vec<Value>],
    table: &str,
    named: &str,
) -> Result<(), DbErr> {
    let sql = if db.get_database_backend() == DbBackend::Postgres {
        format!(
            ", found AS (SELECT r.place, k.until FROM k CROSS JOIN LATERAL
                 (SELECT r.ctid AS place FROM {table} r WHERE {named} LIMIT 1) r)
             UPDATE {table} SET until_position = found.until FROM found WHERE {table}.ctid = found.place"
        )
    } else {
        format!("UPDATE {table} AS r SET until_position = k.until FROM k WHERE {named}")
    };
    for statement in over_keys(db.get_database_backend(), columns, keys, &sql) {
        db.execute_raw(statement).await?;
    }
    Ok(())
}

/// What follows `WITH`, which sees the keys as the table `k`. A key may stand in it more than once.
fn over_keys(
    backend: DbBackend,
    columns: &[&str],
    keys: &[Vec<Value>],
    sql: &str,
) -> Vec<Statement> {
    if keys.is_empty() {
        Vec::new()
    } else if backend == DbBackend::Postgres {
        vec![postgres::over_keys(columns, keys, sql)]
    } else {
        sqlite::over_keys(columns, keys, sql)
    }
}
