//! `styrkedja grants explain`.

use clap::Args;

use super::role;
use crate::{
    cli::{
        choice,
        failure::Failure,
        organizations::{REFERENCE, id_of, reference},
        output,
        remote::Remote,
    },
    proto::v1::{
        DocumentKind, ExplainAccessRequest, ExplainAccessResponse, OrganizationRef,
        explain_access_request::Target,
    },
};

#[derive(Args, Debug)]
pub struct Explain {
    /// The method, for example `styrkedja.v1.DocumentService/ReviewDocument`.
    method: String,
    /// The document that the call would be about.
    #[arg(long, conflicts_with = "organization")]
    document: Option<String>,
    /// The organization that the call would be about, or whose document.
    #[arg(long, value_parser = reference, long_help = REFERENCE)]
    organization: Option<OrganizationRef>,
    /// The kind of document, for example `analysis`.
    #[arg(long, value_parser = choice("DOCUMENT_KIND_", DocumentKind::from_str_name))]
    kind: Option<DocumentKind>,
}

impl Explain {
    pub async fn run(self, remote: &Remote) -> Result<(), Failure> {
        let target = match (self.document, self.organization) {
            (Some(id), _) => Some(Target::DocumentId(id)),
            (None, Some(organization)) => {
                Some(Target::OrganizationId(id_of(remote, organization).await?))
            }
            (None, None) => None,
        };
        let request = ExplainAccessRequest {
            method: self.method,
            target,
            kind: self.kind.unwrap_or_default().into(),
        };
        let mut client = remote.connect().await?.access;
        let answer = remote.answer(client.explain_access(request)).await?;
        Ok(output::show(remote.output, &answer, draw)?)
    }
}

fn draw(answer: &ExplainAccessResponse) -> String {
    let rows = answer.grants.iter().map(|line| {
        let stopped = output::word(line.stopped_at().as_str_name(), "ACCESS_STEP_");
        let verdict = if line.allows {
            "allows".to_owned()
        } else {
            format!("stopped at {stopped}")
        };
        [role(line.role()), verdict, line.grant_id.clone()]
    });
    let table = output::table(["Role", "Verdict", "Grant"], rows);
    format!(
        "{}: {}\n{}\n{table}",
        answer.status, answer.message_sv, answer.message_en
    )
}
