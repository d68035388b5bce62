//! `styrkedja init`: everything that a server needs, in one folder. Leaves alone what is there.

use std::{fs, os::unix::fs::DirBuilderExt};

use anyhow::Context;
use clap::Args;

use super::{Home, failure::Failure, output};
use crate::{access::own_key, config};

#[derive(Args, Debug)]
pub struct Init {
    #[command(flatten)]
    home: Home,
    /// Who runs the exchange: the first operator, who grants what others may.
    #[arg(long, value_name = "SUBJECT", default_value = "exchange:operator",
        value_parser = config::subject)]
    operator: String,
}

impl Init {
    pub fn run(self) -> Result<(), Failure> {
        let home = &self.home.path;
        let file = home.join(config::FILE);
        if file.exists() {
            return Err(Failure::Usage(format!(
                "{} is there already; nothing was changed",
                file.display()
            )));
        }
        let at = |path: &std::path::Path| format!("{} could not be made", path.display());
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(home)
            .with_context(|| at(home))?;
        let key = home.join("issuer.key");
        if !key.exists() {
            own_key::create(&key)?;
        }
        fs::write(&file, settings(&self.operator)).with_context(|| at(&file))?;
        let show = home.display();
        Ok(output::line(&format!(
            "Made {show}: {} holds the settings, issuer.key signs tokens.\n\
             Start the exchange:    styrkedja serve --home {show}\n\
             Ask it who you are:    styrkedja grants whoami --home {show} --as {}",
            config::FILE,
            self.operator,
        ))?)
    }
}

/// All settings with their meanings, and the operator as given. Quoted, so that no name can become a setting.
fn settings(operator: &str) -> String {
    let given = format!("operator = {}", serde_json::Value::from(operator));
    config::DEFAULT
        .lines()
        .map(|line| {
            if line.starts_with("operator = ") {
                &given
            } else {
                line
            }
        })
        .fold(String::new(), |text, line| text + line + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn init(home: &std::path::Path) -> Result<(), Failure> {
        Init {
            home: Home {
                path: home.to_owned(),
            },
            operator: "exchange:drift".to_owned(),
        }
        .run()
    }

    #[test]
    fn a_server_finds_all_that_it_needs() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("a/b");
        init(&home).unwrap();
        let config = Config::load(&home, [], &[]).unwrap();
        assert_eq!(config.operator, "exchange:drift");
        assert!(own_key::load(&config.tokens.key).is_ok());
    }

    #[test]
    fn a_second_time_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        init(folder.path()).unwrap();
        let before = fs::read(folder.path().join("issuer.key")).unwrap();
        assert!(matches!(init(folder.path()), Err(Failure::Usage(_))));
        assert_eq!(fs::read(folder.path().join("issuer.key")).unwrap(), before);
    }
}
