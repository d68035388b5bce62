//! `styrkedja offers report` and `submissions`.

use std::path::PathBuf;

use clap::Args;

use super::{
    tally::{Report as File, Tally, Told},
    university,
};
use crate::{
    cli::{
        failure::Failure,
        organizations::{REFERENCE, reference},
        output,
        remote::Remote,
    },
    proto::v1::{
        GetSubmissionReportRequest, ListSubmissionsRequest, ListSubmissionsResponse,
        OrganizationRef, Submission, get_submission_report_response::Part,
    },
};

#[derive(Args, Debug)]
pub struct Report {
    /// Id of the submission.
    id: String,
    /// The first row wanted, from 0.
    #[arg(long, value_name = "ROW", default_value_t = 0)]
    from: u64,
    /// File for every row with its findings: JSON lines where it ends with `.jsonl`, else CSV.
    #[arg(long = "report", value_name = "FILE")]
    rows: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct Submissions {
    /// Only of this university.
    #[arg(long, value_parser = reference, long_help = REFERENCE)]
    university: Option<OrganizationRef>,
    /// How many at most.
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

impl Report {
    pub async fn run(self, remote: &Remote) -> Result<(), Failure> {
        let request = GetSubmissionReportRequest {
            submission_id: self.id,
            from_row: self.from,
        };
        let mut client = remote.connect().await?.offers;
        let mut parts = remote.answer(client.get_submission_report(request)).await?;
        let (mut whole, mut tally) = (Submission::default(), Tally::default());
        let mut file = File::create(self.rows.as_deref())?;
        while let Some(part) = parts
            .message()
            .await
            .map_err(|status| remote.refused(status))?
        {
            match part.part {
                Some(Part::Submission(submission)) => whole = submission,
                Some(Part::Row(row)) => {
                    let told = Told::of(row, String::new(), Vec::new());
                    tally.add(&told);
                    file.add(&told)?;
                }
                None => {}
            }
        }
        file.end()?;
        Ok(output::show(remote.output, &whole, |whole| {
            let findings = tally.draw(remote.language(), self.rows.as_deref());
            format!("{}\n{findings}", facts(whole))
        })?)
    }
}

fn facts(one: &Submission) -> String {
    output::facts([
        ("Submission", one.id.clone()),
        ("University", one.university_id.clone()),
        ("Numbering", one.id_scheme.clone()),
        ("Mode", mode(one)),
        ("Began", output::time(one.create_time.as_ref())),
        ("Ended", if one.ended { "yes" } else { "no" }.to_owned()),
        ("New", one.created.to_string()),
        ("Changed", one.updated.to_string()),
        ("As they stood", one.unchanged.to_string()),
        ("Withdrawn", one.withdrawn.to_string()),
        ("Refused", one.refused.to_string()),
        ("Withdrawals withheld", one.withheld.to_string()),
    ])
}

fn mode(one: &Submission) -> String {
    output::word(one.mode().as_str_name(), "SUBMISSION_MODE_")
}

impl Submissions {
    pub async fn run(self, remote: &Remote) -> Result<(), Failure> {
        let university_id = match self.university {
            Some(named) => {
                university(remote, Some(named))
                    .await?
                    .unwrap_or_default()
                    .id
            }
            None => String::new(),
        };
        let mut client = remote.connect().await?.offers;
        let mut request = ListSubmissionsRequest {
            university_id,
            ..ListSubmissionsRequest::default()
        };
        let mut all = ListSubmissionsResponse::default();
        while all.submissions.len() < self.limit {
            request.page_size = u32::try_from((self.limit - all.submissions.len()).min(200))?;
            let page = remote
                .answer(client.list_submissions(request.clone()))
                .await?;
            all.submissions.extend(page.submissions);
            all.next_page_token.clone_from(&page.next_page_token);
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
        Ok(output::show(remote.output, &all, draw)?)
    }
}

fn draw(list: &ListSubmissionsResponse) -> String {
    let rows = list.submissions.iter().map(|one| {
        [
            output::time(one.create_time.as_ref()),
            mode(one),
            one.id_scheme.clone(),
            if one.ended { "yes" } else { "no" }.to_owned(),
            one.created.to_string(),
            one.updated.to_string(),
            one.unchanged.to_string(),
            one.withdrawn.to_string(),
            one.refused.to_string(),
            one.id.clone(),
        ]
    });
    output::table(
        [
            "Began",
            "Mode",
            "Numbering",
            "Ended",
            "New",
            "Changed",
            "Unchanged",
            "Withdrawn",
            "Refused",
            "Id",
        ],
        rows,
    )
}
