//! The settings of a server: read from the defaults, a file, the environment and flags, and checked all at once.
//! Does not know what the settings are used for.

mod database_url;
mod reader;

use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
};

pub use database_url::DatabaseUrl;
use http::HeaderValue;
use reader::Reader;

use crate::organizations::codes::OrganizationNumber;

/// Every setting with its meaning and default.
pub const DEFAULT: &str = include_str!("default.toml");
/// The file in the home folder.
pub const FILE: &str = "styrkedja.toml";
/// What begins the name of a setting in the environment.
const PREFIX: &str = "STYRKEDJA";
/// What the environment may say to the command line, and is no setting of the server.
const NOT_SETTINGS: [&str; 6] = [
    "STYRKEDJA_HOME",
    "STYRKEDJA_SERVER",
    "STYRKEDJA_TOKEN",
    "STYRKEDJA_TOKEN_FILE",
    "STYRKEDJA_AS",
    "STYRKEDJA_REPLICA",
];

/// The settings of a server, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// Origins of web pages that may call from a browser, besides the server's own.
    pub web_origins: Vec<HeaderValue>,
    /// Where everything is kept.
    pub database: DatabaseUrl,
    /// The subject that is operator before anybody has been granted a role.
    pub operator: String,
    /// The national agency, as a new exchange begins with it.
    pub agency: Agency,
    /// Whether gRPC reflection is served.
    pub reflection: bool,
    /// Certificate and key, where the server itself encrypts.
    pub tls: Option<Tls>,
    /// Whose tokens are accepted.
    pub tokens: Tokens,
    /// What is logged, and how.
    pub log: Log,
}

/// The national agency.
#[derive(Clone, Debug)]
pub struct Agency {
    pub name: String,
    pub organization_number: String,
}

/// PEM files of the server's certificate.
#[derive(Clone, Debug)]
pub struct Tls {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// Whose tokens are accepted.
#[derive(Clone, Debug)]
pub struct Tokens {
    pub audience: String,
    /// The `iss` of the exchange's own tokens.
    pub issuer: String,
    /// The file of the exchange's own key.
    pub key: PathBuf,
    pub outside: Vec<OutsideIssuer>,
}

/// An issuer outside the exchange.
#[derive(Clone, Debug)]
pub struct OutsideIssuer {
    /// Begins the subjects of its tokens.
    pub name: String,
    /// The `iss` of its tokens.
    pub issuer: String,
    /// Where its public keys are: a file, or an address.
    pub keys: String,
}

/// What is logged, and how.
#[derive(Clone, Debug)]
pub struct Log {
    pub format: LogFormat,
    pub filter: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// Everything that is wrong with the settings, one line each, by name.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub struct Faults(Vec<String>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "settings: {}", self.0.join("\nsettings: "))
    }
}

impl Config {
    /// Reads the settings of a home folder. `flags` are settings by name, and win over all else.
    pub fn load(
        home: &Path,
        environment: impl IntoIterator<Item = (String, String)>,
        flags: &[(&str, String)],
    ) -> Result<Self, Faults> {
        let mut reader =
            Reader::new(sources(home, environment, flags).map_err(|error| Faults(vec![error]))?);
        let config = read(&mut reader, home);
        let faults = reader.finish();
        match config {
            Some(config) if faults.is_empty() => Ok(config),
            _ => Err(Faults(faults)),
        }
    }
}

fn sources(
    home: &Path,
    environment: impl IntoIterator<Item = (String, String)>,
    flags: &[(&str, String)],
) -> Result<::config::Config, String> {
    use ::config::{Environment, File, FileFormat};
    let environment = environment
        .into_iter()
        .filter(|(name, _)| name.starts_with(PREFIX) && !NOT_SETTINGS.contains(&name.as_str()))
        .collect();
    let mut builder = ::config::Config::builder()
        .add_source(File::from_str(DEFAULT, FileFormat::Toml))
        .add_source(
            File::from(home.join(FILE))
                .format(FileFormat::Toml)
                .required(false),
        )
        .add_source(
            Environment::with_prefix(PREFIX)
                .prefix_separator("_")
                .separator("__")
                .source(Some(environment)),
        );
    for (name, value) in flags {
        builder = builder
            .set_override(*name, value.as_str())
            .map_err(|error| error.to_string())?;
    }
    builder.build().map_err(|error| error.to_string())
}

/// Reads on past a fault, so that all are found. `None` when there was one that leaves a setting without a value.
fn read(reader: &mut Reader, home: &Path) -> Option<Config> {
    let listen = reader.parsed(
        "listen",
        "an address and a port, for example 127.0.0.1:50115",
    );
    let web_origins = reader.list("web_origins", origin);
    let database = reader.checked("database", |text| DatabaseUrl::parse(text, home));
    let operator = reader.checked("operator", subject);
    let agency = agency(reader);
    let reflection = reader.parsed("reflection", "true or false");
    let tls = tls(reader, home);
    let tokens = tokens(reader, home);
    let log = log(reader);
    Some(Config {
        listen: listen?,
        web_origins: web_origins?,
        database: database?,
        operator: operator?,
        agency: agency?,
        reflection: reflection?,
        tls: tls?,
        tokens: tokens?,
        log: log?,
    })
}

/// An origin, written as browsers write it: they compare letter by letter.
fn origin(text: &str) -> Result<HeaderValue, String> {
    let authority = ["https://", "http://"]
        .into_iter()
        .find_map(|scheme| text.strip_prefix(scheme))
        .and_then(|authority| authority.parse::<http::uri::Authority>().ok())
        .filter(|authority| !authority.as_str().contains('@') && !authority.host().is_empty());
    let plain = !text.contains(|letter: char| letter.is_ascii_uppercase() || letter == '*');
    let usual = text.ends_with(":443") && text.starts_with("https:")
        || text.ends_with(":80") && text.starts_with("http:");
    match authority.and_then(|_| HeaderValue::from_str(text).ok()) {
        Some(origin) if plain && !usual => Ok(origin),
        _ => Err("is no origin; one is https:// or http:// and a host in lower case, with its port where that is not the \
                  usual one and nothing after, for example https://app.example.se"
            .to_owned()),
    }
}

/// A subject, as grants name it.
pub fn subject(text: &str) -> Result<String, String> {
    match text.split_once(':') {
        Some((issuer, name)) if is_name(issuer) && !name.is_empty() && !name.starts_with(':') && !text.contains(char::is_whitespace) => {
            Ok(text.to_owned())
        }
        _ => Err("is no subject; one is an issuer's name, a colon and a name, for example exchange:operator".to_owned()),
    }
}

/// Whether it can name an issuer: what the contract says of subjects before the colon.
fn is_name(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn agency(reader: &mut Reader) -> Option<Agency> {
    let name = reader.filled("agency.name");
    let number = reader.parsed::<OrganizationNumber>(
        "agency.organization_number",
        "an organization number of 10 digits",
    );
    Some(Agency {
        name: name?,
        organization_number: number?.to_string(),
    })
}

#[expect(
    clippy::option_option,
    reason = "outside: whether there was a fault; inside: whether it is switched on"
)]
fn tls(reader: &mut Reader, home: &Path) -> Option<Option<Tls>> {
    let certificate = reader.text("tls.certificate")?;
    let key = reader.text("tls.key")?;
    match (certificate.is_empty(), key.is_empty()) {
        (true, true) => Some(None),
        (false, false) => Some(Some(Tls {
            certificate: reader.file("tls.certificate", home, &certificate)?,
            key: reader.file("tls.key", home, &key)?,
        })),
        (true, false) => reader.fault("tls.certificate", "is missing, while tls.key is given"),
        (false, true) => reader.fault("tls.key", "is missing, while tls.certificate is given"),
    }
}

fn tokens(reader: &mut Reader, home: &Path) -> Option<Tokens> {
    let audience = reader.filled("tokens.audience");
    let issuer = reader.filled("tokens.issuer");
    let key = reader
        .filled("tokens.key")
        .and_then(|path| reader.file("tokens.key", home, &path));
    let mut outside: Vec<OutsideIssuer> = Vec::new();
    for index in 0..reader.length("tokens.outside") {
        let at = |name: &str| format!("tokens.outside.{index}.{name}");
        let name = reader.filled(&at("name"));
        let (issuer, keys) = (reader.filled(&at("issuer")), reader.filled(&at("keys")));
        if let (Some(name), Some(issuer), Some(keys)) = (name, issuer, keys) {
            if !is_name(&name)
                || name == "exchange"
                || outside.iter().any(|other| other.name == name)
            {
                reader.fault::<()>(
                    &at("name"),
                    "must be a new name of lower-case letters, digits and `-`, not `exchange`",
                );
            }
            let keys = if keys.contains("://") {
                keys
            } else {
                home.join(keys).display().to_string()
            };
            outside.push(OutsideIssuer { name, issuer, keys });
        }
    }
    Some(Tokens {
        audience: audience?,
        issuer: issuer?,
        key: key?,
        outside,
    })
}

fn log(reader: &mut Reader) -> Option<Log> {
    let format = reader.checked("log.format", |text| match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("must be text or json".to_owned()),
    });
    let filter = reader.checked("log.filter", |text| {
        tracing_subscriber::EnvFilter::try_new(text)
            .map(|_| text.to_owned())
            .map_err(|error| format!("is no filter: {error}"))
    });
    Some(Log {
        format: format?,
        filter: filter?,
    })
}

#[cfg(test)]
mod tests;
