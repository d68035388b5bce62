//! `styrkedja organizations`: the register of organizations.

mod import;
mod lineage;
mod list;

use clap::{Args, Subcommand};
use uuid::Uuid;

use super::{failure::Failure, output, remote::Remote};
use crate::proto::v1::{
    ExternalId, GetOrganizationRequest, Organization, OrganizationRef, organization_ref::Identity,
};

#[derive(Args, Debug)]
pub struct Organizations {
    #[command(flatten)]
    remote: Remote,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Registers, changes, moves and closes organizations from files.
    Import(import::Import),
    /// Lists organizations.
    List(list::List),
    /// Shows one organization.
    Get(Get),
    /// Shows what an organization came from and what became of it.
    Lineage(lineage::Lineage),
}

#[derive(Args, Debug)]
struct Get {
    #[arg(value_parser = reference, help = REFERENCE)]
    organization: OrganizationRef,
    /// The day on which its place in the tree is asked, `YYYY-MM-DD`. Today when not given.
    #[arg(long, default_value = "", hide_default_value = true)]
    date: String,
}

impl Organizations {
    pub async fn run(self) -> Result<(), Failure> {
        match self.command {
            Command::Import(command) => command.run(&self.remote).await,
            Command::List(command) => command.run(&self.remote).await,
            Command::Get(command) => command.run(&self.remote).await,
            Command::Lineage(command) => command.run(&self.remote).await,
        }
    }
}

impl Get {
    async fn run(self, remote: &Remote) -> Result<(), Failure> {
        let mut client = remote.connect().await?.organizations;
        let request = GetOrganizationRequest {
            organization: Some(self.organization),
            date: self.date,
        };
        let answer = remote.answer(client.get_organization(request)).await?;
        let organization = answer.organization.unwrap_or_default();
        Ok(output::show(remote.output, &organization, draw)?)
    }
}

fn draw(one: &Organization) -> String {
    output::facts([
        ("Name", one.display_name.clone()),
        ("Type", kind(one)),
        ("Id", one.id.clone()),
        ("Organization number", one.organization_number.clone()),
        ("School unit code", one.school_unit_code.clone()),
        ("External id", external(one.external_id.as_ref())),
        ("Municipality", one.municipality_code.clone()),
        (
            "Organizer type",
            output::word(one.organizer_type().as_str_name(), "ORGANIZER_TYPE_"),
        ),
        ("Below", one.parent_id.clone()),
        ("Teaches", forms(one)),
        ("From", one.start_date.clone()),
        ("Until", one.end_date.clone()),
        ("Changed", output::time(one.update_time.as_ref())),
    ])
}

fn kind(one: &Organization) -> String {
    output::word(one.r#type().as_str_name(), "ORGANIZATION_TYPE_")
}

/// Its best known code.
fn code(one: &Organization) -> String {
    [&one.organization_number, &one.school_unit_code]
        .into_iter()
        .find(|code| !code.is_empty())
        .cloned()
        .unwrap_or_else(|| external(one.external_id.as_ref()))
}

fn external(id: Option<&ExternalId>) -> String {
    id.map(|id| format!("{}={}", id.scheme, id.value))
        .unwrap_or_default()
}

fn forms(one: &Organization) -> String {
    let forms = one.school_forms.iter().map(|form| {
        let name = output::word(form.school_type().as_str_name(), "SCHOOL_TYPE_");
        match (form.grades.first(), form.grades.last()) {
            (Some(first), Some(last)) => format!("{name} {first}-{last}"),
            _ => name,
        }
    });
    forms.collect::<Vec<_>>().join(", ")
}

pub const REFERENCE: &str = "Id of the exchange, organization number (10 digits), school unit code (8 digits), or SCHEME=VALUE of a system outside";

/// An organization by whichever of its identities.
pub fn reference(text: &str) -> Result<OrganizationRef, String> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let identity = if digits && text.len() == 10 {
        Identity::OrganizationNumber(text.to_owned())
    } else if digits && text.len() == 8 {
        Identity::SchoolUnitCode(text.to_owned())
    } else if let Some((scheme, value)) = text.split_once('=') {
        Identity::ExternalId(ExternalId {
            scheme: scheme.to_owned(),
            value: value.to_owned(),
        })
    } else if Uuid::parse_str(text).is_ok() {
        Identity::Id(text.to_owned())
    } else {
        return Err(format!("is none of: {REFERENCE}"));
    };
    Ok(OrganizationRef {
        identity: Some(identity),
    })
}

/// The id of the exchange for whichever identity.
pub async fn id_of(remote: &Remote, organization: OrganizationRef) -> Result<String, Failure> {
    if let Some(Identity::Id(id)) = organization.identity {
        return Ok(id);
    }
    let mut client = remote.connect().await?.organizations;
    let request = GetOrganizationRequest {
        organization: Some(organization),
        date: String::new(),
    };
    let answer = remote.answer(client.get_organization(request)).await?;
    Ok(answer.organization.unwrap_or_default().id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_identity_is_told_by_its_form() {
        let identity = |text| reference(text).unwrap().identity.unwrap();
        assert!(matches!(
            identity("2120000027"),
            Identity::OrganizationNumber(_)
        ));
        assert!(matches!(identity("57370453"), Identity::SchoolUnitCode(_)));
        assert!(matches!(
            identity("vallentuna.forskolor=ormsta"),
            Identity::ExternalId(_)
        ));
        assert!(matches!(
            identity("0193a5b0-7e4c-7000-8000-000000000001"),
            Identity::Id(_)
        ));
        assert!(reference("Karbyskolan").is_err());
    }
}
