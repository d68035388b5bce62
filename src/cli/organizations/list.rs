//! `styrkedja organizations list`.

use clap::Args;

use super::{REFERENCE, code, id_of, kind, reference};
use crate::{
    cli::{choice, failure::Failure, output, remote::Remote},
    proto::v1::{
        ListOrganizationsRequest, ListOrganizationsResponse, OrganizationRef, OrganizationType,
        OrganizerType, SchoolType,
    },
};

#[derive(Args, Debug)]
pub struct List {
    /// Only directly below this organization.
    #[arg(long, value_parser = reference, long_help = REFERENCE)]
    below: Option<OrganizationRef>,
    /// Only these types, for example `organizer` or `school-unit`.
    #[arg(long = "type", value_parser = choice("ORGANIZATION_TYPE_", OrganizationType::from_str_name))]
    types: Vec<OrganizationType>,
    /// Only organizers of this kind, for example `municipal`.
    #[arg(long, value_parser = choice("ORGANIZER_TYPE_", OrganizerType::from_str_name))]
    organizer_type: Option<OrganizerType>,
    /// Only in this municipality, four digits.
    #[arg(long, default_value = "", hide_default_value = true)]
    municipality: String,
    /// Only with this form of schooling, for example `gr` or `fklass`.
    #[arg(long, value_parser = choice("SCHOOL_TYPE_", SchoolType::from_str_name))]
    school_type: Option<SchoolType>,
    /// Only whose name starts so.
    #[arg(long, default_value = "", hide_default_value = true)]
    name: String,
    /// How many at most.
    #[arg(long, default_value_t = 100)]
    limit: usize,
}

impl List {
    pub async fn run(self, remote: &Remote) -> Result<(), Failure> {
        let parent_id = match self.below {
            Some(organization) => id_of(remote, organization).await?,
            None => String::new(),
        };
        let mut client = remote.connect().await?.organizations;
        let mut request = ListOrganizationsRequest {
            parent_id,
            types: self.types.into_iter().map(i32::from).collect(),
            organizer_type: self.organizer_type.unwrap_or_default().into(),
            municipality_code: self.municipality,
            school_type: self.school_type.unwrap_or_default().into(),
            name_prefix: self.name,
            ..ListOrganizationsRequest::default()
        };
        let mut all = ListOrganizationsResponse::default();
        while all.organizations.len() < self.limit {
            request.page_size = u32::try_from((self.limit - all.organizations.len()).min(1000))?;
            let page = remote
                .answer(client.list_organizations(request.clone()))
                .await?;
            all.organizations.extend(page.organizations);
            all.next_page_token.clone_from(&page.next_page_token);
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
        Ok(output::show(remote.output, &all, draw)?)
    }
}

fn draw(list: &ListOrganizationsResponse) -> String {
    let rows = list.organizations.iter().map(|one| {
        [
            one.display_name.clone(),
            kind(one),
            code(one),
            one.municipality_code.clone(),
            one.end_date.clone(),
            one.id.clone(),
        ]
    });
    let table = output::table(
        ["Name", "Type", "Code", "Municipality", "Until", "Id"],
        rows,
    );
    let more = if list.next_page_token.is_empty() {
        ""
    } else {
        ", and there are more (--limit)"
    };
    format!(
        "{table}\n{} organization(s){more}",
        list.organizations.len()
    )
}
