//! Where the database is, with its password out of sight.

use std::{fmt, path::Path};

/// The URL of a database: `sqlite://FILE` or `postgres://…`. Prints without its password.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// Reads a URL. The path of an SQLite file starts at `home`.
    pub fn parse(text: &str, home: &Path) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path.starts_with(':') || path.contains('?') {
                return Err("must name a file, without options, after sqlite:".to_owned());
            }
            return Ok(Self(format!("sqlite://{}", home.join(path).display())));
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

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, rest) = self.0.split_once("://").unwrap_or(("", &self.0));
        let (user, place) = rest.rsplit_once('@').unwrap_or(("", rest));
        // Options may hold a password too, and a password may hold a question mark.
        let first = |text: &str| text.split([':', '?']).next().unwrap_or_default().to_owned();
        let place = place.split('?').next().unwrap_or_default();
        match first(user) {
            user if user.is_empty() => write!(f, "{scheme}://{place}"),
            user => write!(f, "{scheme}://{user}@{place}"),
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
        DatabaseUrl::parse(text, Path::new("/srv/ex change"))
    }

    #[test]
    fn a_file_starts_at_home_unless_its_path_is_whole() {
        assert_eq!(
            parse("sqlite:a.db").unwrap().reveal(),
            "sqlite:///srv/ex change/a.db"
        );
        assert_eq!(
            parse("sqlite:///b/a.db").unwrap().reveal(),
            "sqlite:///b/a.db"
        );
    }

    #[test]
    fn no_password_is_ever_printed() {
        for secret in [
            "postgres://me:hemligt@db.example.se/x",
            "postgres://db/x?user=me&password=hemligt",
            "postgres://me:hem@ligt:hemligt@db/x",
            "postgres://me:x?hemligt@db/x",
            "postgres://db/x?password=hemligt@db",
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
            "sqlite:a.db?mode=memory",
            "mysql://x/y",
            "styrkedja.db",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
