//! A throw-away PostgreSQL, one for the whole test process: on a Unix socket in a folder of its own, never as root,
//! gone with the process however that ends. Knows nothing of Styrkedja's tables.

use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use sqlx::{Connection, PgConnection};

/// Starts the server, says `ready`, and waits for its input to close: that happens when the test process ends, in
/// whatever way. A shell is all it takes, and unlike a handler in the process it survives a kill.
const SUPERVISOR: &str = include_str!("postgres.sh");

/// A running PostgreSQL.
pub struct Cluster {
    folder: PathBuf,
    databases: AtomicU32,
    supervisor: Mutex<Supervisor>,
}

/// A shell that keeps the server, for as long as its input is open.
struct Supervisor {
    process: Child,
    output: BufReader<ChildStdout>,
}

/// The cluster of this test process, started by the first who asks.
pub fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Result<Cluster, String>> = OnceLock::new();
    match CLUSTER.get_or_init(|| Cluster::start(Durability::None)) {
        Ok(cluster) => cluster,
        Err(problem) => panic!("{problem}"),
    }
}

/// Whether commits wait for the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// They do not. For tests, which never pull the plug.
    None,
    /// They do, as in production. For measuring: a benchmark may include this file.
    Disk,
}

impl Cluster {
    /// Starts a cluster that lives as long as the value and the process.
    pub fn start(durability: Durability) -> Result<Self, String> {
        Self::start_in(durability, |_| ())
    }

    /// As `start`, in surroundings of its own.
    pub fn start_in(
        durability: Durability,
        surrounded: impl FnOnce(&mut Command),
    ) -> Result<Self, String> {
        let binaries = binaries().ok_or(
            "no PostgreSQL here (looked for initdb, postgres and pg_ctl in PATH, /usr/lib/postgresql/*/bin and \
             /usr/local/bin): run tests/run, which installs it",
        )?;
        // Short, and in /tmp: a socket's path may have 107 bytes.
        let folder = PathBuf::from(format!(
            "/tmp/styrkedja-pg-{}-{}",
            std::process::id(),
            unique()
        ));
        let mut command = Command::new("sh");
        command
            .args(["-c", SUPERVISOR, "styrkedja-postgres"])
            .arg(&binaries)
            .arg(&folder)
            .arg(if durability == Durability::Disk {
                "on"
            } else {
                "off"
            })
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // A group of its own, so that Ctrl-C reaches the tests first and the supervisor cleans up after them.
            .process_group(0);
        surrounded(&mut command);
        let mut supervisor = command
            .spawn()
            .map_err(|error| format!("PostgreSQL was not started: {error}"))?;
        let mut output = BufReader::new(
            supervisor
                .stdout
                .take()
                .ok_or("the supervisor has no output")?,
        );
        let mut said = String::new();
        let _ = output.read_line(&mut said);
        if said.trim() == "ready" {
            return Ok(Self {
                folder,
                databases: AtomicU32::new(0),
                supervisor: Mutex::new(Supervisor {
                    process: supervisor,
                    output,
                }),
            });
        }
        let _ = output.read_to_string(&mut said);
        Err(format!(
            "PostgreSQL in {} did not start: {}",
            binaries.display(),
            said.trim()
        ))
    }

    /// Stops the server in a manner of `pg_ctl`, and starts it again so many seconds later.
    pub fn restart(&self, manner: &str, seconds: u32) {
        let mut supervisor = self.supervisor.lock().expect("nobody panics with it");
        let input = supervisor.process.stdin.as_mut().expect("it is open");
        writeln!(input, "{manner} {seconds}").expect("it listens");
        let mut said = String::new();
        supervisor
            .output
            .read_line(&mut said)
            .expect("it says something");
        assert_eq!(said.trim(), "ready");
    }

    /// Creates an empty database and returns its URL.
    pub async fn create(&self) -> String {
        let name = format!("t{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.execute(format!("CREATE DATABASE {name} TEMPLATE template0"))
            .await;
        self.url(&name)
    }

    /// Drops a database made by `create`, whoever may still be connected.
    pub async fn drop(&self, url: &str) {
        let name = url
            .trim_start_matches("postgres://styrkedja@localhost/")
            .split('?')
            .next()
            .unwrap_or_default();
        self.execute(format!("DROP DATABASE {name} WITH (FORCE)"))
            .await;
    }

    fn url(&self, database: &str) -> String {
        format!(
            "postgres://styrkedja@localhost/{database}?host={}",
            self.folder.display()
        )
    }

    async fn execute(&self, statement: String) {
        let mut connection = PgConnection::connect(&self.url("postgres"))
            .await
            .expect("the cluster takes connections");
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
            .execute(&mut connection)
            .await
            .expect("the statement runs");
        connection.close().await.expect("the connection closes");
    }
}

/// The folder that holds the binaries, links followed, since `postgres` finds its other parts from there.
fn binaries() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|entries| {
            entries
                .flatten()
                .map(|entry| entry.path().join("bin"))
                .collect()
        })
        .unwrap_or_default();
    versions.sort();
    folders.extend(versions.into_iter().rev());
    folders.push("/usr/local/bin".into());
    folders.iter().find_map(|folder| {
        let postgres = fs::canonicalize(folder.join("postgres")).ok()?;
        let folder = postgres.parent()?;
        complete(folder).then(|| folder.to_owned())
    })
}

fn complete(folder: &Path) -> bool {
    ["initdb", "postgres", "pg_ctl"]
        .iter()
        .all(|name| folder.join(name).is_file())
}

fn unique() -> u32 {
    static STARTED: AtomicU32 = AtomicU32::new(0);
    STARTED.fetch_add(1, Ordering::Relaxed)
}
