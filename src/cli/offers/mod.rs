//! `styrkedja offers`: what universities offer, found, matched and taken.

mod check;
mod export;
mod needs;
mod places;
mod report;
mod search;
mod submit;
mod tally;

use clap::{Args, Subcommand, ValueEnum};

use super::{failure::Failure, remote::Remote};
use crate::{
    offers::files::Format,
    organizations::codes::OrganizationNumber,
    proto::v1::{
        GetOrganizationRequest, Organization, OrganizationRef, OrganizationType, WhoAmIRequest,
        organization_ref::Identity,
    },
};

#[derive(Args, Debug)]
pub struct Offers {
    #[command(flatten)]
    remote: Remote,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Submits the offers in files of EMIL 3 or CSV.
    Submit(submit::Submit),
    /// Reads files and judges the offers in them, without a server.
    Check(check::Check),
    /// Writes the offers of a university as EMIL 3.
    Export(export::Export),
    /// Shows the report of a submission.
    Report(report::Report),
    /// Lists submissions.
    Submissions(report::Submissions),
    /// Searches offers.
    Search(search::Search),
    /// Holds offers against needs.
    Match(needs::Match),
    /// Lists what is wanted and not offered.
    Unmet(needs::Unmet),
    /// Shows the places of an offer.
    Places(places::Places),
    /// Holds places of an offer.
    Hold(places::Hold),
    /// Takes held places for good.
    Confirm(places::Confirm),
    /// Gives places back.
    Release(places::Release),
}

impl Offers {
    pub async fn run(self) -> Result<(), Failure> {
        let remote = &self.remote;
        match self.command {
            Command::Submit(command) => command.run(remote).await,
            Command::Check(command) => command.run(remote),
            Command::Export(command) => command.run(remote).await,
            Command::Report(command) => command.run(remote).await,
            Command::Submissions(command) => command.run(remote).await,
            Command::Search(command) => command.run(remote).await,
            Command::Match(command) => command.run(remote).await,
            Command::Unmet(command) => command.run(remote).await,
            Command::Places(command) => command.run(remote).await,
            Command::Hold(command) => command.run(remote).await,
            Command::Confirm(command) => command.run(remote).await,
            Command::Release(command) => command.run(remote).await,
        }
    }
}

/// How files are laid out.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Layout {
    Emil,
    Csv,
}

/// The layout of files: the one that was named, or the one of the first by its looks.
fn format(layout: Option<Layout>, files: &[std::path::PathBuf]) -> Format {
    match layout {
        Some(Layout::Emil) => Format::Emil,
        Some(Layout::Csv) => Format::Csv,
        None => files.first().map_or(Format::Emil, |file| Format::of(file)),
    }
}

fn number_of(university: &Organization) -> Option<OrganizationNumber> {
    university.organization_number.parse().ok()
}

/// The university that is meant: the one named, or the one where the caller has a role. None: there is no such one alone.
async fn university(
    remote: &Remote,
    named: Option<OrganizationRef>,
) -> Result<Option<Organization>, Failure> {
    if let Some(named) = named {
        return organization(remote, named).await.map(Some);
    }
    let mut client = remote.connect().await?.access;
    let answer = remote.answer(client.who_am_i(WhoAmIRequest {})).await?;
    let mut ids: Vec<_> = answer
        .grants
        .into_iter()
        .map(|grant| grant.organization_id)
        .collect();
    ids.sort();
    ids.dedup();
    let mut universities = Vec::new();
    for id in ids {
        let found = organization(
            remote,
            OrganizationRef {
                identity: Some(Identity::Id(id)),
            },
        )
        .await?;
        if found.r#type() == OrganizationType::University {
            universities.push(found);
        }
    }
    let only = universities.pop();
    Ok(only.filter(|_| universities.is_empty()))
}

async fn organization(
    remote: &Remote,
    organization: OrganizationRef,
) -> Result<Organization, Failure> {
    let mut client = remote.connect().await?.organizations;
    let request = GetOrganizationRequest {
        organization: Some(organization),
        date: String::new(),
    };
    let answer = remote.answer(client.get_organization(request)).await?;
    Ok(answer.organization.unwrap_or_default())
}
