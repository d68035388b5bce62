//! `styrkedja document get` and `revisions`.

use clap::Args;

use super::{state, whole};
use crate::{
    cli::{failure::Failure, output, remote::Remote},
    proto::v1::{GetDocumentRequest, ListRevisionsRequest, ListRevisionsResponse},
};

#[derive(Args, Debug)]
pub struct Get {
    /// Id of the document.
    id: String,
    /// Which revision. The newest when not given.
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    revision: u32,
}

#[derive(Args, Debug)]
pub struct Revisions {
    /// Id of the document.
    id: String,
    /// How many at most.
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

impl Get {
    pub async fn run(self, remote: &Remote) -> Result<(), Failure> {
        let mut client = remote.connect().await?.documents;
        let request = GetDocumentRequest {
            id: self.id,
            revision: self.revision,
        };
        let answer = remote.answer(client.get_document(request)).await?;
        let document = answer.document.unwrap_or_default();
        let text = whole(&document)?;
        Ok(output::show(remote.output, &document, |_| text)?)
    }
}

impl Revisions {
    pub async fn run(self, remote: &Remote) -> Result<(), Failure> {
        let mut client = remote.connect().await?.documents;
        let mut request = ListRevisionsRequest {
            id: self.id,
            ..ListRevisionsRequest::default()
        };
        let mut all = ListRevisionsResponse::default();
        while all.revisions.len() < self.limit {
            request.page_size = u32::try_from((self.limit - all.revisions.len()).min(200))?;
            let page = remote
                .answer(client.list_revisions(request.clone()))
                .await?;
            all.revisions.extend(page.revisions);
            all.next_page_token.clone_from(&page.next_page_token);
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
        Ok(output::show(remote.output, &all, draw)?)
    }
}

fn draw(list: &ListRevisionsResponse) -> String {
    output::table(
        ["Revision", "State", "Written", "Author", "Content hash"],
        list.revisions.iter().map(|one| {
            let written = output::time(one.update_time.as_ref());
            [
                one.revision.to_string(),
                state(one),
                written,
                one.author.clone(),
                output::hex(&one.content_hash),
            ]
        }),
    )
}
