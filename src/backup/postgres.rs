//! PostgreSQL: by its own tools. A dump is what was committed at one moment; it is brought back in one transaction, in which
//! the new epoch begins.

use std::{
    io::{Read, Write},
    path::Path,
    time::Duration,
};

use anyhow::{Context, ensure};
use sqlx::{Connection, PgConnection};

use super::{
    Progress, Tell,
    file::size_of,
    must_name,
    tools::{Running, Target, Tool},
};
use crate::{database::SCHEMA_LOCK, journal};

/// How often it is told how far it has come.
const LOOK: Duration = Duration::from_millis(200);
const CHUNK: usize = 1024 * 1024;

/// Who is connected: of others' backends an ordinary role sees neither the type nor the state.
const OTHERS: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
    AND pid <> pg_backend_pid() AND usename IS NOT NULL";
const TABLES: &str =
    "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1";
/// The table of every exchange, by which one is known.
const OURS: &str = "seaql_migrations";

/// Dumps what is committed at one moment into a file, and reads the file from end to end.
pub async fn dump(url: &str, to: &Path, tell: Tell<'_>) -> anyhow::Result<()> {
    let file = format!("--file={}", to.display());
    let dump = Tool::new("pg_dump", ["--format=custom", "--no-password", &file])?;
    let mut dump = dump.on(&Target::of(url)?).start()?;
    let status = loop {
        if let Some(status) = dump.child.try_wait()? {
            break status;
        }
        tell(Progress::Copied(size_of(to), None));
        tokio::time::sleep(LOOK).await;
    };
    dump.must_be_well(status)?;
    Tool::new("pg_restore", [Path::new("--file=/dev/null"), to])?
        .start()?
        .end()
        .context("the backup can not be read back")
}

/// Restores a dump into a database that nobody is connected to.
pub async fn restore(
    url: &str,
    from: &Path,
    overwrite: Option<&str>,
    tell: Tell<'_>,
) -> anyhow::Result<()> {
    ensure!(from.is_file(), "{} is no file", from.display());
    let tables = tables(url, overwrite).await?;
    let sql = Tool::new(
        "psql",
        [
            "--no-psqlrc",
            "--no-password",
            "--quiet",
            "--set=ON_ERROR_STOP=1",
            "--file=-",
        ],
    )?;
    let sql = sql.on(&Target::of(url)?).reads().start()?;
    let arguments = ["--file=-", "--no-owner", "--no-privileges"].map(Path::new);
    let script = Tool::new("pg_restore", arguments.into_iter().chain([from]))?;
    let script = script.writes().start()?;
    // Nothing else is done meanwhile.
    tokio::task::block_in_place(|| replay(script, sql, &tables, tell))
}

/// The tables that are in the way, each to be dropped.
async fn tables(url: &str, overwrite: Option<&str>) -> anyhow::Result<Vec<String>> {
    let mut connection = PgConnection::connect(url).await?;
    let name: String = sqlx::query_scalar("SELECT current_database()::text")
        .fetch_one(&mut connection)
        .await?;
    let others: i64 = sqlx::query_scalar(OTHERS)
        .fetch_one(&mut connection)
        .await?;
    let tables: Vec<String> = sqlx::query_scalar(TABLES)
        .fetch_all(&mut connection)
        .await?;
    connection.close().await?;
    ensure!(
        others == 0,
        "Others are connected to the database ({others}): stop the servers first"
    );
    if !tables.is_empty() {
        ensure!(
            tables.iter().any(|table| table == OURS),
            "The database holds tables that are none of an exchange; restore to an empty one"
        );
        must_name(overwrite, &name)?;
    }
    Ok(tables)
}

/// Feeds the script of a dump to the database, all in one transaction: the old tables go, the new ones come, and the epoch
/// begins. The last word alone commits: where the script breaks off, or this process, nothing is.
fn replay(
    mut script: Running,
    mut sql: Running,
    tables: &[String],
    tell: Tell<'_>,
) -> anyhow::Result<()> {
    let fed = feed(&mut script, &mut sql, tables, tell);
    if fed.is_ok() && script.child.wait()?.success() {
        let mut input = sql.child.stdin.take().context("psql reads")?;
        let ended = writeln!(input, "{};\nCOMMIT;", journal::new_epoch());
        drop(input);
        sql.end()?;
        return Ok(ended?);
    }
    let _ = script.child.kill();
    // Its input ends with that, and so does it, unless it has already with something to say.
    sql.end()?;
    script.end()?;
    fed
}

fn feed(
    script: &mut Running,
    sql: &mut Running,
    tables: &[String],
    tell: Tell<'_>,
) -> anyhow::Result<()> {
    let output = script.child.stdout.as_mut().context("pg_restore writes")?;
    let input = sql.child.stdin.as_mut().context("psql reads")?;
    // No server begins meanwhile.
    writeln!(
        input,
        "BEGIN;\nSELECT pg_advisory_xact_lock({SCHEMA_LOCK});"
    )?;
    for table in tables {
        writeln!(input, "DROP TABLE public.{table} CASCADE;")?;
    }
    let (mut chunk, mut copied) = (vec![0; CHUNK], 0);
    loop {
        let read = output.read(&mut chunk)?;
        if read == 0 {
            return Ok(());
        }
        input.write_all(&chunk[..read])?;
        copied += read as u64;
        tell(Progress::Copied(copied, None));
    }
}
