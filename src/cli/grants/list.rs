//! `styrkedja grants list`.

use clap::Args;

use super::table;
use crate::{
    cli::{
        choice,
        failure::Failure,
        organizations::{REFERENCE, id_of, reference},
        output,
        remote::Remote,
    },
    proto::v1::{ListGrantsRequest, ListGrantsResponse, OrganizationRef, Role},
};

#[derive(Args, Debug)]
pub struct List {
    /// Only at this organization.
    #[arg(long, value_parser = reference, long_help = REFERENCE)]
    at: Option<OrganizationRef>,
    /// Only of this subject.
    #[arg(long, default_value = "", hide_default_value = true)]
    subject: String,
    /// Only of this role.
    #[arg(long, value_parser = choice("ROLE_", Role::from_str_name))]
    role: Option<Role>,
    /// Also those that have ended.
    #[arg(long)]
    ended: bool,
    /// How many at most.
    #[arg(long, default_value_t = 100)]
    limit: usize,
}

impl List {
    pub async fn run(self, remote: &Remote) -> Result<(), Failure> {
        let organization_id = match self.at {
            Some(organization) => id_of(remote, organization).await?,
            None => String::new(),
        };
        let mut client = remote.connect().await?.access;
        let mut request = ListGrantsRequest {
            organization_id,
            subject: self.subject,
            role: self.role.unwrap_or_default().into(),
            include_ended: self.ended,
            ..ListGrantsRequest::default()
        };
        let mut all = ListGrantsResponse::default();
        while all.grants.len() < self.limit {
            request.page_size = u32::try_from((self.limit - all.grants.len()).min(1000))?;
            let page = remote.answer(client.list_grants(request.clone())).await?;
            all.grants.extend(page.grants);
            all.next_page_token.clone_from(&page.next_page_token);
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
        Ok(output::show(remote.output, &all, |all| table(&all.grants))?)
    }
}
