//! `styrkedja grants`: who may do what.

mod change;
mod explain;
mod list;

use clap::{Args, Subcommand};

use super::{failure::Failure, output, remote::Remote};
use crate::proto::v1::{Grant, Role, WhoAmIRequest, WhoAmIResponse};

#[derive(Args, Debug)]
pub struct Grants {
    #[command(flatten)]
    remote: Remote,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Gives a role to a subject at an organization.
    Create(change::Create),
    /// Ends a grant.
    Revoke(change::Revoke),
    /// Lists grants.
    List(list::List),
    /// Tells whether a call would be let through, and why.
    Explain(explain::Explain),
    /// Tells who the caller is, and what it has been granted.
    Whoami,
}

impl Grants {
    pub async fn run(self) -> Result<(), Failure> {
        match self.command {
            Command::Create(command) => command.run(&self.remote).await,
            Command::Revoke(command) => command.run(&self.remote).await,
            Command::List(command) => command.run(&self.remote).await,
            Command::Explain(command) => command.run(&self.remote).await,
            Command::Whoami => whoami(&self.remote).await,
        }
    }
}

async fn whoami(remote: &Remote) -> Result<(), Failure> {
    let mut client = remote.connect().await?.access;
    let answer = remote.answer(client.who_am_i(WhoAmIRequest {})).await?;
    let draw = |answer: &WhoAmIResponse| {
        let until = output::time(answer.token_expire_time.as_ref());
        format!(
            "{}, token accepted until {until}\n{}",
            answer.subject,
            table(&answer.grants)
        )
    };
    Ok(output::show(remote.output, &answer, draw)?)
}

fn table(grants: &[Grant]) -> String {
    let header = [
        "Subject",
        "Role",
        "Organization",
        "Home",
        "Round",
        "Ends",
        "Id",
    ];
    output::table(
        header,
        grants.iter().map(|grant| {
            let ends = grant.revoke_time.as_ref().or(grant.not_after.as_ref());
            let home = if grant.home_organization_id == grant.organization_id {
                ""
            } else {
                &grant.home_organization_id
            };
            [
                grant.subject.clone(),
                role(grant.role()),
                grant.organization_id.clone(),
                home.to_owned(),
                grant.round.clone(),
                output::time(ends),
                grant.id.clone(),
            ]
        }),
    )
}

fn role(role: Role) -> String {
    output::word(role.as_str_name(), "ROLE_")
}
