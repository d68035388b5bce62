//! The chain from problem to effect, school by school, put together from what the exchange answers the officer.

use std::collections::HashMap;

use anyhow::{Context, ensure};

use crate::{
    cli::demo::{
        cast::{MUNICIPALITIES, OFFICER, ROUND, UNITS},
        chain::{self, Shelf},
        story::Story,
        teller::wrapped,
        words::grouped,
    },
    proto::v1::{
        Document, DocumentKind, DocumentState, ListDocumentsRequest, Measure, document::Content,
    },
};

/// How wide the texts of the chain are.
const WIDTH: usize = 96;

pub async fn play(story: &mut Story<'_>) -> anyhow::Result<()> {
    story.teller.chapter([
        "10. Styrkedjan: problem → orsak → område → mål → åtgärd → effekt",
        "10. The chain: problem → cause → area → goal → measure → effect",
    ])?;
    let shelf = accepted(story).await?;
    for unit in &UNITS {
        let owner = story.organization(unit.name)?;
        let of_owner =
            |one: &&Document| one.owner_id == owner && one.kind() == DocumentKind::FollowUpReport;
        for report in shelf.values().filter(of_owner) {
            tell(story, unit.name, &shelf, report)?;
        }
    }
    figures(story, &shelf)
}

/// The accepted documents of the round, as the officer gets them.
async fn accepted(story: &mut Story<'_>) -> anyhow::Result<Shelf> {
    let officer = story.caller(OFFICER)?;
    let request = ListDocumentsRequest {
        round: ROUND.to_owned(),
        states: vec![DocumentState::Accepted.into()],
        page_size: 5,
        ..ListDocumentsRequest::default()
    };
    let what = [
        "Hämtar rundans godtagna dokument, fem i taget",
        "Gets the accepted documents of the round, five at a time",
    ];
    let listed = officer.list(request).await;
    let listed = story
        .teller
        .goes_well(&officer, what, listed, |listed, language| {
            format!(
                "{} {}",
                listed.len(),
                language.of(["dokument", "documents"])
            )
        })?;
    // The municipalities that came for the courses have an analysis and a plan each.
    let expected = 3 * UNITS.len() + 2 * MUNICIPALITIES.len();
    ensure!(
        listed.len() == expected,
        "{} documents are accepted",
        listed.len()
    );
    Ok(listed
        .into_iter()
        .map(|document| (document.id.clone(), document))
        .collect())
}

fn tell(story: &mut Story<'_>, name: &str, shelf: &Shelf, report: &Document) -> anyhow::Result<()> {
    let Some(Content::FollowUpReport(report)) = &report.content else {
        anyhow::bail!("no report")
    };
    story.teller.say(["", ""])?;
    story.teller.say([name, name])?;
    let names = story
        .organizations
        .iter()
        .map(|(name, id)| (id.as_str(), name.as_str()));
    let names: HashMap<&str, &str> = names.collect();
    for effect in &report.effects {
        let chain = chain::follow(shelf, report, effect)
            .with_context(|| format!("the chain of {name} is broken"))?;
        for (label, text) in chain.told(story.teller.language, &names) {
            for (index, line) in wrapped(&text, WIDTH).iter().enumerate() {
                let line = format!("  {:<8} {line}", if index == 0 { label } else { "" });
                story.teller.say([&line, &line])?;
            }
        }
    }
    Ok(())
}

/// What was exchanged, counted from the answers.
fn figures(story: &mut Story<'_>, shelf: &Shelf) -> anyhow::Result<()> {
    let plans = shelf.values().filter_map(|one| {
        if let Some(Content::ActionPlan(plan)) = &one.content {
            Some(plan)
        } else {
            None
        }
    });
    let measures: Vec<&Measure> = plans.flat_map(|plan| &plan.measures).collect();
    let places: u32 = measures.iter().map(|measure| measure.places_wanted).sum();
    let cost = grouped(measures.iter().filter_map(|measure| measure.cost_sek).sum());
    let revisions: u32 = shelf.values().map(|one| one.revision).sum();
    let (organizations, documents, measures) =
        (story.organizations.len(), shelf.len(), measures.len());
    let (steps, refusals) = (story.teller.steps, story.teller.refusals);
    story
        .teller
        .chapter(["Vad som utbyttes", "What was exchanged"])?;
    story.teller.say([
        &format!("  {organizations} organisationer; {documents} godtagna dokument i {revisions} revisioner"),
        &format!("  {organizations} organizations; {documents} accepted documents in {revisions} revisions"),
    ])?;
    story.teller.say([
        &format!("  {measures} åtgärder för {cost} kr, {places} önskade platser (exempelsiffror)"),
        &format!("  {measures} measures for SEK {cost}, {places} places wanted (example figures)"),
    ])?;
    story.teller.say([
        &format!("  {steps} steg, varav {refusals} nekades, precis som de skulle"),
        &format!("  {steps} steps, of which {refusals} were refused, just as they should be"),
    ])?;
    Ok(())
}
