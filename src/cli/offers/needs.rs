//! `styrkedja offers match` and `unmet`.

use clap::Args;
use tonic::Status;
use tonic_types::StatusExt;

use crate::{
    cli::{
        choice,
        failure::Failure,
        organizations::{REFERENCE, id_of, reference},
        output,
        remote::Remote,
    },
    json,
    proto::v1::{
        Audience, ListUnmetNeedsRequest, ListUnmetNeedsResponse, MatchNeedsRequest,
        MatchNeedsResponse, MatchTerm, OrganizationRef,
    },
};

/// How often a list is begun that can not be gone on with.
const TRIES: u32 = 5;

#[derive(Args, Debug)]
pub struct Match {
    /// Needs of this organization and all below it. By default all that you may read.
    #[arg(long, value_parser = reference, long_help = REFERENCE)]
    organization: Option<OrganizationRef>,
    /// Only of this document.
    #[arg(long, value_name = "ID", default_value = "", hide_default_value = true)]
    document: String,
    /// Only of this round.
    #[arg(long, default_value = "", hide_default_value = true)]
    round: String,
    /// How many offers at most are told of a need.
    #[arg(long, value_name = "OFFERS", default_value_t = 10)]
    max: u32,
    /// Only offers with at least this score, 0 to 1,000.
    #[arg(long, value_name = "SCORE", default_value_t = 0)]
    min_score: u32,
}

#[derive(Args, Debug)]
pub struct Unmet {
    /// Only of this theme.
    #[arg(long, default_value = "", hide_default_value = true)]
    theme: String,
    /// Only of this audience.
    #[arg(long, value_parser = choice("AUDIENCE_", Audience::from_str_name))]
    audience: Option<Audience>,
    /// Only of this county (länskod).
    #[arg(
        long,
        value_name = "CODE",
        default_value = "",
        hide_default_value = true
    )]
    county: String,
    /// Only of this term, for example `HT25`.
    #[arg(long, default_value = "", hide_default_value = true)]
    term: String,
    /// How many at most.
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

impl Match {
    /// Prints each need as it comes: a line of JSON, or a table.
    pub async fn run(self, remote: &Remote) -> Result<(), Failure> {
        let organization_id = match self.organization {
            Some(organization) => id_of(remote, organization).await?,
            None => String::new(),
        };
        let request = MatchNeedsRequest {
            organization_id,
            document_id: self.document,
            round: self.round,
            max_offers: self.max,
            min_score: self.min_score,
        };
        let mut client = remote.connect().await?.offers;
        let mut answers = remote.answer(client.match_needs(request)).await?;
        while let Some(answer) = answers
            .message()
            .await
            .map_err(|status| remote.refused(status))?
        {
            match remote.output {
                output::Format::Json => output::line(&json::line(&answer)?)?,
                output::Format::Table => output::line(&draw(&answer))?,
            }
        }
        Ok(())
    }
}

fn draw(answer: &MatchNeedsResponse) -> String {
    let need = answer.need.clone().unwrap_or_default();
    let audience: Vec<_> = need
        .audience()
        .map(|one| output::word(one.as_str_name(), "AUDIENCE_"))
        .collect();
    let schedule = need
        .schedule
        .as_ref()
        .map(|period| format!("{} to {}", period.start_date, period.end_date));
    let facts = output::facts([
        ("Document", need.document_id.clone()),
        ("Item", need.item_id.clone()),
        ("Themes", need.themes.join(", ")),
        ("For", audience.join(", ")),
        (
            "Places",
            if need.places == 0 {
                String::new()
            } else {
                need.places.to_string()
            },
        ),
        ("When", schedule.unwrap_or_default()),
        ("Takes", need.offer_id.clone()),
    ]);
    let rows = answer.matches.iter().map(|one| {
        let terms: Vec<_> = one.terms.iter().map(term).collect();
        [
            one.score.to_string(),
            one.title.clone(),
            terms.join("\n"),
            one.offer_id.clone(),
        ]
    });
    format!(
        "{facts}\n{}\n",
        output::table(["Score", "Title", "Terms", "Offer"], rows)
    )
}

fn term(term: &MatchTerm) -> String {
    format!(
        "{} {}/{} {}",
        output::word(term.kind().as_str_name(), "MATCH_TERM_KIND_"),
        term.score,
        term.weight,
        output::word(term.finding().as_str_name(), "MATCH_FINDING_"),
    )
}

impl Unmet {
    pub async fn run(self, remote: &Remote) -> Result<(), Failure> {
        let mut client = remote.connect().await?.offers;
        let request = ListUnmetNeedsRequest {
            theme: self.theme,
            audience: self.audience.unwrap_or_default().into(),
            county_code: self.county,
            term: self.term,
            ..ListUnmetNeedsRequest::default()
        };
        let all = list(&request, self.limit, async |request| {
            Ok(client.list_unmet_needs(request).await?.into_inner())
        });
        let all = all.await.map_err(|status| remote.refused(status))?;
        Ok(output::show(remote.output, &all, |all| {
            let rows = all.needs.iter().map(|need| {
                [
                    need.theme.clone(),
                    output::word(need.audience().as_str_name(), "AUDIENCE_"),
                    need.county_code.clone(),
                    need.term.clone(),
                    need.organizers_at_least.to_string(),
                    need.places_about.to_string(),
                ]
            });
            output::table(
                [
                    "Theme",
                    "For",
                    "County",
                    "Term",
                    "Organizers at least",
                    "Places about",
                ],
                rows,
            )
        })?)
    }
}

/// Page after page, up to so many needs. All are of one list: where it is kept no longer, and what is wanted now is something
/// else, it begins anew.
async fn list(
    request: &ListUnmetNeedsRequest,
    limit: usize,
    mut page: impl AsyncFnMut(ListUnmetNeedsRequest) -> Result<ListUnmetNeedsResponse, Status>,
) -> Result<ListUnmetNeedsResponse, Status> {
    let mut all = ListUnmetNeedsResponse::default();
    let mut tries = 1;
    while all.needs.len() < limit {
        let size = (limit - all.needs.len()).min(200);
        let asked = ListUnmetNeedsRequest {
            page_size: u32::try_from(size).unwrap_or_default(),
            page_token: all.next_page_token.clone(),
            ..request.clone()
        };
        match page(asked).await {
            Ok(page) => {
                all.needs.extend(page.needs);
                all.next_page_token = page.next_page_token;
            }
            Err(status) if tries < TRIES && begins_anew(&status) => {
                tries += 1;
                all = ListUnmetNeedsResponse::default();
                continue;
            }
            Err(status) => return Err(status),
        }
        if all.next_page_token.is_empty() {
            break;
        }
    }
    Ok(all)
}

fn begins_anew(status: &Status) -> bool {
    let info = status.get_details_error_info();
    info.is_some_and(|info| info.reason == "RESYNC_REQUIRED")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{error::Error, proto::v1::UnmetNeed};

    /// A page of needs of a theme, and where it goes on.
    fn of(theme: &str, count: usize, next: &str) -> ListUnmetNeedsResponse {
        let need = UnmetNeed {
            theme: theme.to_owned(),
            ..UnmetNeed::default()
        };
        ListUnmetNeedsResponse {
            needs: vec![need; count],
            next_page_token: next.to_owned(),
        }
    }

    #[tokio::test]
    async fn a_list_that_is_kept_no_longer_begins_anew() {
        let request = ListUnmetNeedsRequest::default();
        let mut asked = Vec::new();
        let all = list(&request, 250, async |request: ListUnmetNeedsRequest| {
            asked.push((request.page_token.clone(), request.page_size));
            match asked.len() {
                1 => Ok(of("before", 200, "old")),
                2 => Err(Error::ResyncRequired.into()),
                3 => Ok(of("now", 200, "new")),
                _ => Ok(of("now", 50, "more")),
            }
        });
        let all = all.await.expect("it is listed anew");
        assert_eq!(all, of("now", 250, "more"));
        let asked: Vec<_> = asked
            .iter()
            .map(|(token, size)| (&**token, *size))
            .collect();
        assert_eq!(asked, [("", 200), ("old", 50), ("", 200), ("new", 50)]);
    }

    #[tokio::test]
    async fn it_begins_anew_so_often_and_for_nothing_else() {
        let request = ListUnmetNeedsRequest::default();
        for (error, tries) in [(Error::ResyncRequired, TRIES), (Error::CursorInvalid, 1)] {
            let (refusal, mut asked) = (Status::from(error), 0);
            let all = list(&request, 50, async |_| {
                asked += 1;
                Err(refusal.clone())
            });
            assert_eq!(all.await.expect_err("it is refused").code(), refusal.code());
            assert_eq!(asked, tries);
        }
    }
}
