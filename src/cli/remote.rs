//! How a client command reaches a server, and as whom.

use std::{
    fs,
    future::Future,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, anyhow};
use clap::Args;
use tonic::{Code, Response, Status};
use tonic_types::StatusExt;

use super::{
    Home, environment,
    failure::Failure,
    output::{Format, Language},
};
use crate::{
    access::own_key,
    client,
    client::Client,
    clock,
    config::Config,
    replica::{Link, Token},
};

/// A token for one command need not live long.
const LIFETIME: Duration = Duration::from_mins(5);

#[derive(Args, Clone, Debug)]
pub struct Remote {
    /// Address of the server.
    #[arg(
        long,
        env = "STYRKEDJA_SERVER",
        default_value = "http://127.0.0.1:50115",
        global = true
    )]
    server: String,
    /// PEM file of a certificate authority to trust, besides those that the machine trusts.
    #[arg(long, value_name = "FILE", global = true)]
    authority: Option<PathBuf>,
    /// Token to send.
    #[arg(long, env = "STYRKEDJA_TOKEN", hide_env_values = true, global = true)]
    token: Option<String>,
    /// File with a token to send, read anew whenever one is needed: for programs that run longer than a token lives.
    #[arg(long, value_name = "FILE", env = "STYRKEDJA_TOKEN_FILE", global = true)]
    token_file: Option<PathBuf>,
    /// Subject to act as, with a token signed by the key in the home folder instead of the one given.
    #[arg(
        long = "as",
        value_name = "SUBJECT",
        env = "STYRKEDJA_AS",
        global = true
    )]
    // Named so that no command's own argument has the same id, `subject` least of all.
    acting_as: Option<String>,
    #[command(flatten)]
    home: Home,
    /// How to print the answer.
    #[arg(long, value_enum, default_value = "table", global = true)]
    pub output: Format,
    /// Language of findings.
    #[arg(long = "lang", value_enum, default_value = "sv", global = true)]
    language: Language,
}

impl Remote {
    pub async fn connect(&self) -> Result<Client, Failure> {
        let token = match (&self.acting_as, &self.token_file) {
            (Some(subject), _) => Some(mint(&self.home, subject, LIFETIME)?),
            (None, Some(file)) => Some(read(file)?),
            (None, None) => self.token.clone(),
        };
        let channel = client::connect(&self.server, self.authority.as_deref()).await?;
        Ok(Client::new(&channel, token.as_deref())?)
    }

    /// A way to the server that lasts longer than a token.
    pub fn link(&self) -> Link {
        let token = match (self.acting_as.clone(), self.token_file.clone()) {
            (Some(subject), _) => {
                let home = self.home.clone();
                Token::Renewed(Arc::new(move || {
                    mint(&home, &subject, LIFETIME).map_err(|failure| anyhow!("{failure}"))
                }))
            }
            (None, Some(file)) => Token::Renewed(Arc::new(move || read(&file))),
            (None, None) => Token::Given(self.token.clone()),
        };
        Link::new(&self.server, self.authority.clone(), token)
    }

    /// Waits for an answer, or for a refusal to show.
    pub async fn answer<T>(
        &self,
        call: impl Future<Output = Result<Response<T>, Status>>,
    ) -> Result<T, Failure> {
        call.await
            .map(Response::into_inner)
            .map_err(|status| self.refused(status))
    }

    pub fn refused(&self, status: Status) -> Failure {
        Failure::Refused {
            status: Box::new(status),
            language: self.language,
        }
    }

    /// The language of findings.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Findings that came with an answer, below what was printed of it.
    pub fn with_findings(&self, text: String, findings: &[crate::proto::v1::Finding]) -> String {
        if findings.is_empty() {
            return text;
        }
        format!(
            "{text}\n{}",
            super::output::findings(findings, self.language)
        )
    }
}

/// Whether what was refused like that may go well when it is tried again: the exchange is busy, or the way to it was cut,
/// of which no reason is told.
pub fn may_pass(status: &Status) -> bool {
    let cut = || status.get_details_error_info().is_none() && status.code() != Code::Unimplemented;
    status.code() == Code::Unavailable || cut()
}

fn read(file: &Path) -> anyhow::Result<String> {
    let text = fs::read_to_string(file);
    let text = text.with_context(|| format!("the token in {}", file.display()))?;
    Ok(text.trim().to_owned())
}

/// Signs a token with the key of the home folder.
pub fn mint(home: &Home, subject: &str, lifetime: Duration) -> Result<String, Failure> {
    let config = Config::load(&home.path, environment(), &[])
        .map_err(|faults| Failure::Usage(faults.to_string()))?;
    let key = own_key::load(&config.tokens.key)?;
    // As grants name it, or as the token does.
    let name = subject
        .strip_prefix(own_key::NAME)
        .and_then(|rest| rest.strip_prefix(':'))
        .unwrap_or(subject);
    Ok(key.mint(
        &config.tokens.issuer,
        &config.tokens.audience,
        name,
        lifetime,
        clock::now().seconds(),
    )?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn what_is_busy_or_cut_may_pass_and_no_refusal_does() {
        assert!(may_pass(&Status::unknown("h2 protocol error")));
        assert!(may_pass(&Error::try_again().into()));
        for refusal in [Error::NotFound, Error::SubmissionOvertaken] {
            assert!(!may_pass(&refusal.into()));
        }
        assert!(!may_pass(&Status::unimplemented("")));
    }
}
