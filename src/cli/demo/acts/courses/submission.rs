//! Universities submit their offers: each is answered for itself, and what stands already costs nothing.

use anyhow::{Context, anyhow, ensure};
use prost::Message;
use serde_json::Value;
use tonic::Status;

use super::{all, first_year, years};
use crate::{
    cli::{
        demo::{
            caller::{Caller, new_request},
            cast::{COORDINATOR, MUNICIPALITIES, OTHER_COORDINATOR},
            story::Story,
            words::Text,
        },
        json,
    },
    proto::v1::{
        ErrorReason, SubmissionEnd, SubmissionHeader, SubmissionMode, SubmissionRow,
        SubmitCourseOffersRequest, SubmittedOffer, submit_course_offers_request::Part,
        submit_course_offers_response::Part as Told,
    },
};

const OFFERS: &str = include_str!("../../round/kurser.json");

pub async fn play(story: &mut Story<'_>) -> anyhow::Result<()> {
    let (uppsala, dalarna) = (story.caller(COORDINATOR)?, story.caller(OTHER_COORDINATOR)?);
    let (of_uppsala, of_dalarna) = (offers("uppsala")?, offers("dalarna")?);
    let mut with_fault = of_uppsala.clone();
    with_fault.push(reversed(&of_uppsala[0]));
    let what = [
        "Lämnar in tre kurser, och en vars dagar är omvända",
        "Submits three courses, and one whose days are the wrong way round",
    ];
    let rows = told(story, &uppsala, what, with_fault).await?;
    let refused: Vec<_> = rows
        .iter()
        .filter(|row| row.document_id.is_empty())
        .collect();
    let [refused] = refused[..] else {
        anyhow::bail!("one course is refused, not {refused:?}")
    };
    let rules: Vec<&str> = refused.findings.iter().map(|found| &*found.rule).collect();
    ensure!(
        rules.contains(&"document.period_reversed"),
        "it was found: {rules:?}"
    );
    let what = [
        "Lämnar in samma kurser igen",
        "Submits the same courses again",
    ];
    told(story, &uppsala, what, of_uppsala).await?;
    let what = ["Lämnar in två kurser", "Submits two courses"];
    told(story, &dalarna, what, of_dalarna).await?;
    let head = story.caller(MUNICIPALITIES[0].head)?;
    let what = [
        "Vill lämna in en kurs, som skolchef",
        "Wants to submit a course, as head of a municipality",
    ];
    let answer = submit(&head, Vec::new()).await;
    story
        .teller
        .is_refused(&head, what, answer, ErrorReason::RoleMayNot)?;
    Ok(())
}

/// What a university offers.
fn offers(university: &str) -> anyhow::Result<Vec<SubmittedOffer>> {
    let years = years(first_year()?);
    let text = years.iter().fold(OFFERS.to_owned(), |text, (name, year)| {
        text.replace(name, year)
    });
    let all: Value = serde_json::from_str(&text)?;
    let of_one = all.get(university).and_then(Value::as_array);
    let of_one = of_one.with_context(|| format!("{university} offers nothing"))?;
    let read = |offer: &Value| json::read(&offer.to_string());
    of_one
        .iter()
        .map(read)
        .collect::<Result<_, _>>()
        .map_err(|wrong| anyhow!("{university}: {wrong}"))
}

/// The offer under another id, ending before it begins.
fn reversed(offer: &SubmittedOffer) -> SubmittedOffer {
    let mut offer = offer.clone();
    offer.id.push_str("-fel");
    let content = offer.offer.get_or_insert_default();
    let execution = content
        .offering
        .get_or_insert_default()
        .execution
        .get_or_insert_default();
    std::mem::swap(&mut execution.start_date, &mut execution.end_date);
    offer
}

async fn told(
    story: &mut Story<'_>,
    who: &Caller,
    what: Text<'_>,
    offers: Vec<SubmittedOffer>,
) -> anyhow::Result<Vec<SubmissionRow>> {
    let count = offers.len();
    let answer = submit(who, offers).await;
    let told = story
        .teller
        .goes_well(who, what, answer, |told, language| {
            let whole = told.iter().find_map(|part| match part {
                Told::Ended(whole) => Some(whole),
                Told::Begun(_) | Told::Row(_) => None,
            });
            let Some(whole) = whole else {
                return String::new();
            };
            let counts = [
                (whole.created, ["nya", "new"]),
                (whole.updated, ["ändrade", "changed"]),
                (whole.unchanged, ["oförändrade", "unchanged"]),
                (whole.refused, ["nekade", "refused"]),
            ];
            let counts = counts.into_iter().filter(|(count, _)| *count > 0);
            let counts = counts.map(|(count, what)| format!("{count} {}", language.of(what)));
            counts.collect::<Vec<_>>().join(", ")
        })?;
    let rows: Vec<_> = told
        .into_iter()
        .filter_map(|part| match part {
            Told::Row(row) => Some(row),
            Told::Begun(_) | Told::Ended(_) => None,
        })
        .collect();
    ensure!(
        rows.len() == count,
        "{} of {count} were answered",
        rows.len()
    );
    Ok(rows)
}

async fn submit(who: &Caller, offers: Vec<SubmittedOffer>) -> Result<Vec<Told>, Status> {
    let header = SubmissionHeader {
        submission_id: new_request(),
        id_scheme: "demo.kurser".to_owned(),
        mode: SubmissionMode::Delta.into(),
        ..SubmissionHeader::default()
    };
    let parts = [Part::Header(header)]
        .into_iter()
        .chain(
            offers
                .iter()
                .map(|offer| Part::Offer(offer.encode_to_vec().into())),
        )
        .chain([Part::End(SubmissionEnd {})]);
    let messages: Vec<_> = parts
        .map(|part| SubmitCourseOffersRequest { part: Some(part) })
        .collect();
    let stream = tokio_stream::iter(messages);
    let answers = who.offers.clone().submit_course_offers(stream).await?;
    let answers = all(answers.into_inner()).await?;
    Ok(answers
        .into_iter()
        .filter_map(|answer| answer.part)
        .collect())
}
