//! `styrkedja document list`.

use clap::Args;
use prost_types::Timestamp;

use super::{kind, state};
use crate::{
    cli::{
        choice,
        failure::Failure,
        moment,
        organizations::{REFERENCE, id_of, reference},
        output,
        remote::Remote,
    },
    proto::v1::{
        DocumentKind, DocumentState, ExternalId, ListDocumentsRequest, ListDocumentsResponse,
        OrganizationRef,
    },
};

#[derive(Args, Debug)]
pub struct List {
    /// Only of this owner.
    #[arg(long, value_parser = reference, long_help = REFERENCE)]
    owner: Option<OrganizationRef>,
    /// With `--owner`: also of all below it.
    #[arg(long, requires = "owner")]
    below: bool,
    /// Only these kinds, for example `analysis`.
    #[arg(long = "kind", value_parser = choice("DOCUMENT_KIND_", DocumentKind::from_str_name))]
    kinds: Vec<DocumentKind>,
    /// Only in these states, for example `submitted`. All but withdrawn when not given.
    #[arg(long = "state", value_parser = choice("DOCUMENT_STATE_", DocumentState::from_str_name))]
    states: Vec<DocumentState>,
    /// Only of this round.
    #[arg(long, default_value = "", hide_default_value = true)]
    round: String,
    /// Only with this identity in a system outside.
    #[arg(long, value_name = "SCHEME=VALUE", value_parser = external_id)]
    external_id: Option<ExternalId>,
    /// Only written after this time, `YYYY-MM-DD` or `YYYY-MM-DDThh:mm:ssZ`.
    #[arg(long, value_parser = moment)]
    updated_after: Option<Timestamp>,
    /// How many at most.
    #[arg(long, default_value_t = 100)]
    limit: usize,
}

impl List {
    pub async fn run(self, remote: &Remote) -> Result<(), Failure> {
        let owner_id = match self.owner {
            Some(organization) => id_of(remote, organization).await?,
            None => String::new(),
        };
        let mut client = remote.connect().await?.documents;
        let mut request = ListDocumentsRequest {
            owner_id,
            include_below: self.below,
            kinds: self.kinds.into_iter().map(i32::from).collect(),
            states: self.states.into_iter().map(i32::from).collect(),
            round: self.round,
            external_id: self.external_id,
            updated_after: self.updated_after,
            ..ListDocumentsRequest::default()
        };
        let mut all = ListDocumentsResponse::default();
        while all.documents.len() < self.limit {
            request.page_size = u32::try_from((self.limit - all.documents.len()).min(200))?;
            let page = remote
                .answer(client.list_documents(request.clone()))
                .await?;
            all.documents.extend(page.documents);
            all.next_page_token.clone_from(&page.next_page_token);
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
        Ok(output::show(remote.output, &all, draw)?)
    }
}

fn external_id(text: &str) -> Result<ExternalId, String> {
    let (scheme, value) = text
        .split_once('=')
        .ok_or("give a scheme, `=` and a value")?;
    Ok(ExternalId {
        scheme: scheme.to_owned(),
        value: value.to_owned(),
    })
}

fn draw(list: &ListDocumentsResponse) -> String {
    let rows = list.documents.iter().map(|one| {
        let external = one
            .external_id
            .as_ref()
            .map(|id| id.value.clone())
            .unwrap_or_default();
        let written = output::time(one.update_time.as_ref());
        [
            kind(one),
            state(one),
            one.revision.to_string(),
            one.round.clone(),
            external,
            written,
            one.owner_id.clone(),
            one.id.clone(),
        ]
    });
    let table = output::table(
        [
            "Kind",
            "State",
            "Rev",
            "Round",
            "External id",
            "Written",
            "Owner",
            "Id",
        ],
        rows,
    );
    let more = if list.next_page_token.is_empty() {
        ""
    } else {
        ", and there are more (--limit)"
    };
    format!("{table}\n{} document(s){more}", list.documents.len())
}
