//! Many rows in few statements, on both databases.

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, Iterable, ModelTrait,
    QueryResult, Statement, Value,
};

mod postgres;
mod sqlite;

/// Rows on their way into their tables: on PostgreSQL in one statement for all of them, on SQLite in few for each table.
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
                let change = change(1);
                statements.push(Statement::from_sql_and_values(
                    DbBackend::Sqlite,
                    change,
                    values,
                ));
                statements
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
    for statement in over_keys(db, columns, keys, sql) {
        found.extend(db.query_all_raw(statement).await?);
    }
    Ok(found)
}

/// For each key the row `r` of a table that it names, by an index and in no other way.
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
    let sql = if db.get_database_backend() == DbBackend::Postgres {
        format!(
            "SELECT {what} FROM k CROSS JOIN LATERAL (SELECT * FROM {table} r WHERE {named} LIMIT 1) r"
        )
    } else {
        format!("SELECT {what} FROM k CROSS JOIN {table} r WHERE {named}")
    };
    select(db, columns, keys, &sql).await
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
    for statement in over_keys(db, columns, keys, &sql) {
        db.execute_raw(statement).await?;
    }
    Ok(())
}

/// What follows `WITH`, which sees the keys as the table `k`. A key may stand in it more than once.
fn over_keys(
    db: &impl ConnectionTrait,
    columns: &[&str],
    keys: &[Vec<Value>],
    sql: &str,
) -> Vec<Statement> {
    if keys.is_empty() {
        Vec::new()
    } else if db.get_database_backend() == DbBackend::Postgres {
        vec![postgres::over_keys(columns, keys, sql)]
    } else {
        sqlite::over_keys(columns, keys, sql)
    }
}
