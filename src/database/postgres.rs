//! PostgreSQL: several servers on one database, each with a few connections for reading and one for the journal.

use std::time::Duration;

use sea_orm::SqlxPostgresConnector;
use sqlx::{
    Connection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::{Database, OpenError, Purpose, migrate};

const READERS: u32 = 8;
pub(super) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// A connection that has done nothing for longer is asked whether it lives before it is used.
const UNTESTED: Duration = Duration::from_secs(1);
const TIMEOUTS: [(&str, &str); 3] = [
    ("statement_timeout", "5s"),
    ("lock_timeout", "2s"),
    ("idle_in_transaction_session_timeout", "10s"),
];
const READ_ONLY: [(&str, &str); 1] = [("default_transaction_read_only", "on")];
/// An inspection may read for as long as it takes.
const UNHURRIED: [(&str, &str); 1] = [("statement_timeout", "0")];

/// The writer reads by key only, and plans each statement once. On young tables without statistics the planner would
/// otherwise choose to read them whole, and keep that plan while they grow.
const BY_KEY: [(&str, &str); 4] = [
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
];

/// "styrkedj" as a number: the advisory lock under which one server at a time changes the schema.
pub const SCHEMA_LOCK: i64 = 0x7374_7972_6b65_646a;

pub async fn open(options: PgConnectOptions, purpose: Purpose) -> Result<Database, OpenError> {
    if purpose == Purpose::Serve {
        migrate_alone(options.clone()).await?;
    }
    let reader = options.clone().options(TIMEOUTS).options(READ_ONLY);
    let (reader, writer) = match purpose {
        Purpose::Serve => (reader, options.options(TIMEOUTS).options(BY_KEY)),
        Purpose::Inspect => (reader.options(UNHURRIED), options.options(READ_ONLY)),
    };
    let writer = connect(writer, 1).await?;
    must_be_durable(&writer).await?;
    Ok(Database {
        reader: SqlxPostgresConnector::from_sqlx_postgres_pool(connect(reader, READERS).await?),
        writer: SqlxPostgresConnector::from_sqlx_postgres_pool(writer),
        checkpoints: None,
        lock: None,
    })
}

async fn connect(options: PgConnectOptions, connections: u32) -> Result<PgPool, OpenError> {
    Ok(PgPoolOptions::new()
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .before_acquire(|connection, used| {
            Box::pin(async move {
                if used.idle_for > UNTESTED {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(options)
        .await?)
}

/// Servers that start together take turns. The lock belongs to the one connection and ends with it.
async fn migrate_alone(options: PgConnectOptions) -> Result<(), OpenError> {
    let pool = connect(options, 1).await?;
    sqlx::query("SELECT pg_advisory_lock($1)")
        .bind(SCHEMA_LOCK)
        .execute(&pool)
        .await?;
    let migrated = migrate(&SqlxPostgresConnector::from_sqlx_postgres_pool(
        pool.clone(),
    ))
    .await;
    pool.close().await;
    migrated
}

async fn must_be_durable(pool: &PgPool) -> Result<(), OpenError> {
    let setting = "synchronous_commit";
    let value: String = sqlx::query_scalar("SELECT current_setting($1)")
        .bind(setting)
        .fetch_one(pool)
        .await?;
    if !matches!(value.as_str(), "on" | "remote_apply") {
        return Err(OpenError::Unsafe { setting, value });
    }
    let fsync: String = sqlx::query_scalar("SELECT current_setting('fsync')")
        .fetch_one(pool)
        .await?;
    if fsync == "off" {
        tracing::warn!(
            "PostgreSQL runs with fsync = off: acknowledged writes do not survive a loss of power"
        );
    }
    Ok(())
}
