//! `styrkedja grants create` and `revoke`.

use clap::Args;
use prost_types::Timestamp;

use super::table;
use crate::{
    cli::{
        choice,
        failure::Failure,
        moment,
        organizations::{REFERENCE, id_of, reference},
        output,
        remote::Remote,
        writing::Writing,
    },
    proto::v1::{CreateGrantRequest, Grant, OrganizationRef, RevokeGrantRequest, Role},
};

#[derive(Args, Debug)]
pub struct Create {
    /// Who: an issuer's name, a colon, and a name, for example `exchange:karbyskolan-rektor`.
    #[arg(long)]
    subject: String,
    /// What, for example `principal` or `method-supporter`.
    #[arg(long, value_parser = choice("ROLE_", Role::from_str_name))]
    role: Role,
    /// Where.
    #[arg(long, value_parser = reference, long_help = REFERENCE)]
    at: OrganizationRef,
    /// The organization that the subject belongs to, for roles that are assignments.
    #[arg(long, value_parser = reference, long_help = REFERENCE)]
    from: Option<OrganizationRef>,
    /// Only documents of this round.
    #[arg(long, default_value = "", hide_default_value = true)]
    round: String,
    /// When the grant ends, `YYYY-MM-DD` or `YYYY-MM-DDThh:mm:ssZ`.
    #[arg(long, value_parser = moment)]
    not_after: Option<Timestamp>,
    #[command(flatten)]
    writing: Writing,
}

#[derive(Args, Debug)]
pub struct Revoke {
    /// Id of the grant.
    id: String,
    #[command(flatten)]
    writing: Writing,
}

impl Create {
    pub async fn run(self, remote: &Remote) -> Result<(), Failure> {
        let organization_id = id_of(remote, self.at).await?;
        let home_organization_id = match self.from {
            Some(organization) => id_of(remote, organization).await?,
            None => String::new(),
        };
        let request = CreateGrantRequest {
            request_id: self.writing.request_id(),
            validate_only: self.writing.dry_run,
            subject: self.subject,
            role: self.role.into(),
            organization_id,
            home_organization_id,
            round: self.round,
            not_after: self.not_after,
        };
        let mut client = remote.connect().await?.access;
        let answer = remote.answer(client.create_grant(request)).await?;
        show(remote, &self.writing, &answer.grant.unwrap_or_default())
    }
}

impl Revoke {
    pub async fn run(self, remote: &Remote) -> Result<(), Failure> {
        let request = RevokeGrantRequest {
            request_id: self.writing.request_id(),
            validate_only: self.writing.dry_run,
            id: self.id,
        };
        let mut client = remote.connect().await?.access;
        let answer = remote.answer(client.revoke_grant(request)).await?;
        show(remote, &self.writing, &answer.grant.unwrap_or_default())
    }
}

fn show(remote: &Remote, writing: &Writing, grant: &Grant) -> Result<(), Failure> {
    Ok(output::show(remote.output, grant, |grant| {
        writing.noted(table(std::slice::from_ref(grant)))
    })?)
}
