//! Where the database is, with its password out of sight.

use std::{fmt, path::Path};

/// The URL of a database: `sqlite://FILE` or `postgres://…`. Prints without its password.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// Reads a URL. The path of an `SQLite` file starts at `home`.
    pub fn parse(text: &str, home: &Path) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            let (path, options) = path
                .split_once('?')
                .map_or((path, None), |(path, options)| (path, Some(options)));
            if path.is_empty() || path.starts_with(':') {
                return Err(
                    "names no file; a database in memory would forget everything".to_owned(),
                );
            }
            let options = options.map_or(String::new(), |options| format!("?{options}"));
            return Ok(Self(format!(
                "sqlite://{}{options}",
                encoded(&home.join(path))
            )));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self(text.to_owned()));
        }
        Err("must begin with sqlite: or postgres://".to_owned())
    }

    /// The whole URL, password included. For connecting, not for printing.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// What has a meaning of its own in a URL is written as a number.
fn encoded(path: &Path) -> String {
    path.display()
        .to_string()
        .replace('%', "%25")
        .replace('?', "%3F")
        .replace('#', "%23")
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, rest) = self.0.split_once("://").unwrap_or(("", &self.0));
        // Options may hold a password too.
        let place = rest.split('?').next().unwrap_or_default();
        match place.rsplit_once('@') {
            Some((user, place)) => {
                let user = user.split(':').next().unwrap_or_default();
                write!(f, "{scheme}://{user}@{place}")
            }
            None => write!(f, "{scheme}://{place}"),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<DatabaseUrl, String> {
        DatabaseUrl::parse(text, Path::new("/srv/ex change?"))
    }

    #[test]
    fn a_file_starts_at_home_unless_its_path_is_whole() {
        assert_eq!(
            parse("sqlite:a.db").unwrap().reveal(),
            "sqlite:///srv/ex change%3F/a.db"
        );
        assert_eq!(
            parse("sqlite:///b/a.db?x=1").unwrap().reveal(),
            "sqlite:///b/a.db?x=1"
        );
    }

    #[test]
    fn no_password_is_ever_printed() {
        for secret in [
            "postgres://me:hemligt@db.example.se/x",
            "postgres://db/x?user=me&password=hemligt",
            "postgres://me:hem@ligt:hemligt@db/x",
        ] {
            let url = parse(secret).unwrap();
            assert!(!format!("{url} {url:?}").contains("hemligt"), "{url}");
            assert_eq!(url.reveal(), secret);
        }
    }

    #[test]
    fn what_is_no_place_to_keep_things_is_refused() {
        for wrong in [
            "",
            "sqlite:",
            "sqlite::memory:",
            "mysql://x/y",
            "styrkedja.db",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
