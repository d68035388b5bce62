//! The tools of PostgreSQL: where they are, how they are told of a database, and what went wrong with them. Passwords go to
//! them by the environment, which others on the machine can not read as they can read command lines.

use std::{
    env,
    ffi::OsStr,
    fs::{self, File},
    io::{Read, Seek},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
};

use anyhow::{Context, bail, ensure};
use percent_encoding::percent_decode_str;
use url::Url;

/// What PostgreSQL's tools understand of a URL, besides its main parts.
const PARAMETERS: [&str; 7] = [
    "host",
    "hostaddr",
    "port",
    "user",
    "dbname",
    "options",
    "application_name",
];
/// The names by which the server knows what is said of encryption, and those of the tools.
const ENCRYPTION: [(&str, &str); 9] = [
    ("sslmode", "sslmode"),
    ("ssl-mode", "sslmode"),
    ("sslrootcert", "sslrootcert"),
    ("ssl-root-cert", "sslrootcert"),
    ("ssl-ca", "sslrootcert"),
    ("sslcert", "sslcert"),
    ("ssl-cert", "sslcert"),
    ("sslkey", "sslkey"),
    ("ssl-key", "sslkey"),
];

/// A database, as the tools are told of it.
#[derive(Clone, Debug)]
pub struct Target {
    url: Url,
    password: Option<String>,
}

impl Target {
    pub fn of(url: &str) -> anyhow::Result<Self> {
        // What is wrong with it may be its password: it is not echoed.
        let mut url: Url = url
            .parse()
            .ok()
            .context("database: the URL can not be read")?;
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let (mut password, mut kept) = (url.password().map(decoded), Vec::new());
        for (name, value) in url.query_pairs().into_owned() {
            match name.as_str() {
                "password" => password = Some(value),
                known if PARAMETERS.contains(&known) => kept.push((name, value)),
                of_encryption if of_encryption.starts_with("ssl") => {
                    kept.push(encryption(of_encryption, value)?);
                }
                _ => {}
            }
        }
        ensure!(
            url.set_password(None).is_ok(),
            "database: the URL names no host"
        );
        url.set_query(None);
        if !kept.is_empty() {
            url.query_pairs_mut().extend_pairs(kept);
        }
        Ok(Self { url, password })
    }
}

/// What is said of encryption, as the tools are told. Nothing of it may be left out: without it they would trust anybody.
fn encryption(name: &str, value: String) -> anyhow::Result<(String, String)> {
    let known = ENCRYPTION.iter().find(|(ours, _)| *ours == name);
    let (_, theirs) = known.with_context(|| {
        format!("database: the parameter {name} of the URL is not known here; take it away")
    })?;
    ensure!(
        !value.trim_start().starts_with("-----BEGIN"),
        "database: {name} must name a file for PostgreSQL's tools; write it to one"
    );
    let value = if *theirs == "sslmode" {
        value.to_lowercase()
    } else {
        value
    };
    Ok(((*theirs).to_owned(), value))
}

/// One of the tools, about to be run on a database.
#[derive(Debug)]
pub struct Tool {
    name: &'static str,
    command: Command,
    said: File,
}

/// A tool that runs.
#[derive(Debug)]
pub struct Running {
    name: &'static str,
    pub child: Child,
    said: File,
}

impl Tool {
    pub fn new<A: AsRef<OsStr>>(
        name: &'static str,
        arguments: impl IntoIterator<Item = A>,
    ) -> anyhow::Result<Self> {
        let said = tempfile::tempfile()?;
        let mut command = Command::new(find(name)?);
        command
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(said.try_clone()?);
        Ok(Self {
            name,
            command,
            said,
        })
    }

    pub fn on(mut self, target: &Target) -> Self {
        self.command.arg(format!("--dbname={}", target.url));
        if let Some(password) = &target.password {
            self.command.env("PGPASSWORD", password);
        }
        self
    }

    pub fn reads(mut self) -> Self {
        self.command.stdin(Stdio::piped());
        self
    }

    pub fn writes(mut self) -> Self {
        self.command.stdout(Stdio::piped());
        self
    }

    pub fn start(mut self) -> anyhow::Result<Running> {
        let child = self.command.spawn();
        Ok(Running {
            name: self.name,
            child: child.with_context(|| format!("{} can not be run", self.name))?,
            said: self.said,
        })
    }
}

impl Running {
    /// Waits for its end.
    pub fn end(mut self) -> anyhow::Result<()> {
        let status = self.child.wait()?;
        self.must_be_well(status)
    }

    /// Fails with what the tool said, unless it ended well.
    pub fn must_be_well(&mut self, status: ExitStatus) -> anyhow::Result<()> {
        if status.success() {
            return Ok(());
        }
        let mut said = String::new();
        self.said.rewind()?;
        self.said.read_to_string(&mut said)?;
        bail!("{}: {}", self.name, said.trim());
    }
}

/// Where a tool is: in PATH, or where Debian keeps them by version, the newest first.
fn find(name: &str) -> anyhow::Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut versions: Vec<PathBuf> = versions.flatten().map(|entry| entry.path()).collect();
    versions.sort();
    folders.extend(
        versions
            .into_iter()
            .rev()
            .map(|version| version.join("bin")),
    );
    let found = folders
        .iter()
        .map(|folder| folder.join(name))
        .find(|file| file.is_file());
    found.with_context(|| {
        format!(
            "{name} is not installed here; it comes with PostgreSQL (Debian: postgresql-client)"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_taken_out_of_the_url() {
        for (url, told, password) in [
            ("postgres://a:b%40c@db/x", "postgres://a@db/x", Some("b@c")),
            (
                "postgres://a@localhost/x?host=/tmp/y&password=q%26r&statement-cache-capacity=9",
                "postgres://a@localhost/x?host=%2Ftmp%2Fy",
                Some("q&r"),
            ),
            (
                "postgres://db:5433/x?sslmode=require",
                "postgres://db:5433/x?sslmode=require",
                None,
            ),
        ] {
            let target = Target::of(url).unwrap();
            assert_eq!(target.url.as_str(), told);
            assert_eq!(target.password.as_deref(), password);
        }
        let wrong = Target::of("postgres://a:hemligt?x@db/y").unwrap_err();
        assert!(!wrong.to_string().contains("hemligt"));
    }

    #[test]
    fn nothing_that_is_said_of_encryption_is_left_out() {
        for (said, told) in [
            ("ssl-mode=VERIFY-FULL", "sslmode=verify-full"),
            ("ssl-root-cert=a.pem", "sslrootcert=a.pem"),
            ("ssl-ca=a.pem", "sslrootcert=a.pem"),
            ("ssl-cert=b.pem&ssl-key=c.pem", "sslcert=b.pem&sslkey=c.pem"),
            ("sslcert=b.pem&sslkey=c.pem", "sslcert=b.pem&sslkey=c.pem"),
        ] {
            let target = Target::of(&format!("postgres://db/x?{said}")).unwrap();
            assert_eq!(target.url.query(), Some(told));
        }
        for (said, why) in [
            ("sslcrl=a.pem", "sslcrl of the URL is not known"),
            ("ssl-mod=require", "ssl-mod of the URL is not known"),
            ("sslkey=-----BEGIN%20hemligt", "must name a file"),
        ] {
            let refused = Target::of(&format!("postgres://db/x?{said}")).unwrap_err();
            let refused = refused.to_string();
            assert!(refused.contains(why) && !refused.contains("hemligt"));
        }
    }
}
