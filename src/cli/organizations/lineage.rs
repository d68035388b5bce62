//! `styrkedja organizations lineage`.

use std::collections::HashMap;

use clap::Args;

use super::{REFERENCE, code, reference};
use crate::{
    cli::{failure::Failure, output, remote::Remote},
    proto::v1::{GetLineageRequest, GetLineageResponse, OrganizationRef},
};

#[derive(Args, Debug)]
pub struct Lineage {
    #[arg(value_parser = reference, help = REFERENCE)]
    organization: OrganizationRef,
}

impl Lineage {
    pub async fn run(self, remote: &Remote) -> Result<(), Failure> {
        let mut client = remote.connect().await?.organizations;
        let request = GetLineageRequest {
            organization: Some(self.organization),
        };
        let answer = remote.answer(client.get_lineage(request)).await?;
        Ok(output::show(remote.output, &answer, draw)?)
    }
}

fn draw(lineage: &GetLineageResponse) -> String {
    let names: HashMap<_, _> = lineage
        .organizations
        .iter()
        .map(|one| {
            (
                one.id.as_str(),
                format!("{} ({})", one.display_name, code(one)),
            )
        })
        .collect();
    let name = |id: &str| names.get(id).cloned().unwrap_or_else(|| id.to_owned());
    let spans = lineage
        .organizations
        .iter()
        .map(|one| [name(&one.id), one.start_date.clone(), one.end_date.clone()]);
    let links = lineage.successions.iter().map(|link| {
        [
            link.date.clone(),
            name(&link.predecessor_id),
            name(&link.successor_id),
        ]
    });
    let spans = output::table(["Organization", "From", "Until"], spans);
    format!(
        "{spans}\n{}",
        output::table(["Day", "Was", "Became"], links)
    )
}
