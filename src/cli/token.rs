//! `styrkedja token`: lets whoever holds the signing key act as any of its subjects for a while.

use std::time::Duration;

use clap::Args;

use super::{Home, failure::Failure, output, remote};

#[derive(Args, Debug)]
pub struct Token {
    /// Whom the token names, for example `karbyskolan-rektor`; grants name it `exchange:karbyskolan-rektor`.
    subject: String,
    /// How long it is accepted, in minutes.
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=15))]
    minutes: u64,
    #[command(flatten)]
    home: Home,
}

impl Token {
    pub fn run(self) -> Result<(), Failure> {
        let token = remote::mint(&self.home, &self.subject, Duration::from_mins(self.minutes))?;
        Ok(output::line(&token)?)
    }
}
