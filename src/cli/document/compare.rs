//! `styrkedja document compare`.

use clap::Args;

use crate::{
    cli::{failure::Failure, output, remote::Remote},
    proto::v1::{CompareRevisionsRequest, CompareRevisionsResponse},
};

#[derive(Args, Debug)]
pub struct Compare {
    /// Id of the document.
    id: String,
    /// The revision to start from.
    from: u32,
    /// The revision to compare it with.
    to: u32,
}

impl Compare {
    pub async fn run(self, remote: &Remote) -> Result<(), Failure> {
        let mut client = remote.connect().await?.documents;
        let request = CompareRevisionsRequest {
            id: self.id,
            from_revision: self.from,
            to_revision: self.to,
        };
        let answer = remote.answer(client.compare_revisions(request)).await?;
        Ok(output::show(remote.output, &answer, draw)?)
    }
}

fn draw(answer: &CompareRevisionsResponse) -> String {
    if answer.differences.is_empty() {
        return "The content of the two revisions is the same.".to_owned();
    }
    output::table(
        ["Field", "Change", "Before", "After"],
        answer.differences.iter().map(|one| {
            let change = output::word(one.change().as_str_name(), "CHANGE_");
            [
                one.field.clone(),
                change,
                one.before.clone(),
                one.after.clone(),
            ]
        }),
    )
}
