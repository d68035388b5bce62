//! What municipalities need: accepted analyses are matched with offers, the plan takes those that fit, and what nobody
//! offers is told without telling who wants it.

use anyhow::{Context, ensure};

use super::{BERG, all, first_year, id_of, years};
use crate::{
    cli::demo::{
        caller::Caller,
        cast::{COORDINATOR, MUNICIPALITIES, Municipality, OFFICER, OTHER_UNIVERSITY, UNIVERSITY},
        round::{self, Writer},
        story::{Story, told},
        words::Language,
    },
    kinds::OFFERING_ID,
    proto::v1::{
        Document, DocumentKind, DocumentLink, ErrorReason, ListUnmetNeedsRequest, Match,
        MatchNeedsRequest, MatchNeedsResponse, MatchTermKind, Measure, document::Content,
    },
};

/// Writes and accepts what the municipalities need. Returns Berg's plan, whose measures have taken offers.
pub async fn play(story: &mut Story<'_>) -> anyhow::Result<Document> {
    let mut analyses = Vec::new();
    for one in &MUNICIPALITIES {
        let accepted = accepted(
            story,
            one,
            written(story, one, DocumentKind::Analysis, None)?,
        )
        .await?;
        analyses.push(accepted);
    }
    let matches = matched(story, &analyses[0].id).await?;
    let mut plans = Vec::new();
    for (one, analysis) in MUNICIPALITIES.iter().zip(&analyses) {
        let mut plan = written(story, one, DocumentKind::ActionPlan, Some(analysis))?;
        if one.slug == BERG.slug {
            take(&mut plan, &matches)?;
        }
        plans.push(accepted(story, one, plan).await?);
    }
    let plan = plans.into_iter().next().context("Berg has a plan")?;
    matched(story, &plan.id).await?;
    Ok(plan)
}

fn written(
    story: &Story<'_>,
    one: &Municipality,
    kind: DocumentKind,
    analysis: Option<&Document>,
) -> anyhow::Result<Document> {
    let year = first_year()?;
    let mut ids = years(year).to_vec();
    ids.extend([
        ("{university}", story.organization(UNIVERSITY)?),
        ("{other-university}", story.organization(OTHER_UNIVERSITY)?),
    ]);
    if let Some(analysis) = analysis {
        ids.push(("{analysis}", analysis.id.clone()));
        ids.push(("{analysis-revision}", analysis.revision.to_string()));
    }
    let writer = Writer {
        slug: one.slug,
        year,
        documents: one.documents,
    };
    round::document(writer, kind, &story.organization(one.name)?, &ids)
}

/// Creates, submits and accepts a document; the last of it is told.
async fn accepted(
    story: &mut Story<'_>,
    one: &'static Municipality,
    document: Document,
) -> anyhow::Result<Document> {
    let (head, officer) = (story.caller(one.head)?, story.caller(OFFICER)?);
    let is_plan = matches!(document.content, Some(Content::ActionPlan(_)));
    let draft = head.create(document).await?.document.context("a draft")?;
    let submitted = head.submit(&draft, Vec::new()).await?.document;
    let submitted = officer.get(&id_of(submitted)?).await?;
    let answer = officer.accept(&submitted, "Det går att följa.").await;
    let name = one.name;
    let what = if is_plan {
        [
            format!("Godtar planen från {name}"),
            format!("Accepts the plan of {name}"),
        ]
    } else {
        [
            format!("Godtar analysen från {name}"),
            format!("Accepts the analysis of {name}"),
        ]
    };
    story
        .teller
        .goes_well(&officer, [&what[0], &what[1]], answer, told)
}

/// The needs of a document of Berg with the offers that meet them, each told with what its score is made of.
async fn matched(story: &mut Story<'_>, document: &str) -> anyhow::Result<Vec<MatchNeedsResponse>> {
    let head = story.caller(BERG.head)?;
    let request = MatchNeedsRequest {
        document_id: document.to_owned(),
        max_offers: 3,
        ..MatchNeedsRequest::default()
    };
    let answers = head.offers.clone().match_needs(request.clone()).await;
    let answers = match answers {
        Ok(answers) => all(answers.into_inner()).await,
        Err(refused) => Err(refused),
    };
    let what = [
        "Frågar vilka kurser som möter behoven",
        "Asks which courses meet the needs",
    ];
    let answers = story
        .teller
        .goes_well(&head, what, answers, |answers, language| {
            format!("{} {}", answers.len(), language.of(["behov", "needs"]))
        })?;
    for answer in &answers {
        let need = answer.need.clone().unwrap_or_default();
        for found in answer.matches.iter().take(1) {
            let line = format!(
                "      {:<3} → {}",
                need.item_id,
                scored(found, story.teller.language)
            );
            story.teller.say([&line, &line])?;
        }
    }
    Ok(answers)
}

fn scored(found: &Match, language: Language) -> String {
    let terms = found.terms.iter().map(|term| {
        let name = match term.kind() {
            MatchTermKind::Unspecified => ["annat", "other"],
            MatchTermKind::Theme => ["tema", "theme"],
            MatchTermKind::Audience => ["målgrupp", "audience"],
            MatchTermKind::Reach => ["avstånd", "reach"],
            MatchTermKind::Dates => ["tid", "dates"],
            MatchTermKind::Places => ["platser", "places"],
            MatchTermKind::Credits => ["poäng", "credits"],
        };
        format!("{} {}/{}", language.of(name), term.score, term.weight)
    });
    let terms: Vec<_> = terms.collect();
    format!("{}: {} ({})", found.title, found.score, terms.join(", "))
}

/// Each measure takes the best offer of the university that is to carry it out.
fn take(plan: &mut Document, matches: &[MatchNeedsResponse]) -> anyhow::Result<()> {
    let Some(Content::ActionPlan(content)) = &mut plan.content else {
        anyhow::bail!("no plan")
    };
    for measure in &mut content.measures {
        let best = best(measure, matches);
        measure.offer = best.map(|offer_id| DocumentLink {
            document_id: offer_id,
            revision: 0,
            item_id: OFFERING_ID.to_owned(),
        });
    }
    let taken = content
        .measures
        .iter()
        .filter(|measure| measure.offer.is_some());
    ensure!(taken.count() == 4, "four measures take an offer");
    Ok(())
}

fn best(measure: &Measure, matches: &[MatchNeedsResponse]) -> Option<String> {
    let area = &measure.development_areas.first()?.item_id;
    let of_area = |answer: &&MatchNeedsResponse| {
        answer
            .need
            .as_ref()
            .is_some_and(|need| need.item_id == *area)
    };
    let of_university = |found: &&Match| found.university_id == measure.university_id;
    let matches = &matches.iter().find(of_area)?.matches;
    Some(matches.iter().find(of_university)?.offer_id.clone())
}

/// What three organizers of one county want and nobody offers.
pub async fn unmet(story: &mut Story<'_>) -> anyhow::Result<()> {
    let head = story.caller(BERG.head)?;
    let what = [
        "Vill läsa hela landets otillfredsställda behov",
        "Wants to read the unmet needs of the nation",
    ];
    let answer = list(&head).await;
    story
        .teller
        .is_refused(&head, what, answer, ErrorReason::RoleMayNot)?;
    let coordinator = story.caller(COORDINATOR)?;
    let what = [
        "Läser vad som saknas och av hur många, aldrig av vem",
        "Reads what is wanting and to how many, never to whom",
    ];
    let answer = list(&coordinator).await;
    let lines = story
        .teller
        .goes_well(&coordinator, what, answer, |lines, _| lines.join("; "))?;
    ensure!(lines.len() == 1, "one need is unmet, not {lines:?}");
    Ok(())
}

async fn list(who: &Caller) -> Result<Vec<String>, tonic::Status> {
    let request = ListUnmetNeedsRequest::default();
    let answer = who.offers.clone().list_unmet_needs(request).await?;
    let told = answer.into_inner().needs.into_iter().map(|need| {
        let (theme, county, term) = (&need.theme, &need.county_code, &need.term);
        let (organizers, places) = (need.organizers_at_least, need.places_about);
        format!("{theme}, {county}, {term}: ≥ {organizers}, ≈ {places}")
    });
    Ok(told.collect())
}
