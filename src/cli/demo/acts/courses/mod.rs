//! The courses: universities submit what they offer, municipalities find what meets their needs and take places, and what
//! nobody offers is told to the universities.

mod needs;
mod places;
mod submission;

use anyhow::Context;

use crate::{
    cli::demo::{
        acts::{
            grants::{at, give},
            organizations::import,
        },
        cast::{self, MUNICIPALITIES, Municipality, OFFICER, OTHER_COORDINATOR, OTHER_UNIVERSITY},
        story::Story,
    },
    clock,
    proto::v1::{ListOrganizationsRequest, Role},
};

/// Of `MUNICIPALITIES`, the one that trains 38 people.
const BERG: &Municipality = &MUNICIPALITIES[0];

pub async fn play(story: &mut Story<'_>) -> anyhow::Result<()> {
    story.teller.chapter([
        "8. Kurserna: 38 personer i tre områden (exempel efter Bergs kommun)",
        "8. The courses: 38 people in three areas (an example after Bergs kommun)",
    ])?;
    invite(story).await?;
    submission::play(story).await?;
    let berg = needs::play(story).await?;
    // Whoever has booked with a university is known to it, and counts for nothing in what it is told.
    needs::unmet(story).await?;
    places::play(story, &berg).await
}

/// The first year of the courses is the next: nobody is told of what was wanted before.
fn first_year() -> anyhow::Result<u32> {
    let today = clock::today();
    let this: u32 = today.get(..4).context("a day has a year")?.parse()?;
    Ok(this + 1)
}

/// What stands in the files for the years of the courses.
fn years(first: u32) -> [(&'static str, String); 3] {
    let year = |later: u32| (first + later).to_string();
    [
        ("{year}", year(0)),
        ("{next-year}", year(1)),
        ("{last-year}", year(2)),
    ]
}

/// Five municipalities, of which three take part, and the coordinator of the other university come in.
async fn invite(story: &mut Story<'_>) -> anyhow::Result<()> {
    let officer = story.caller(OFFICER)?;
    let answer = import(&officer, cast::municipalities()).await;
    let what = [
        "Registrerar Berg, Åre, Härjedalen, Krokom och Strömsund",
        "Registers Berg, Åre, Härjedalen, Krokom and Strömsund",
    ];
    story
        .teller
        .goes_well(&officer, what, answer, |answer, language| {
            format!("{} {}", answer.created, language.of(["nya", "new"]))
        })?;
    let listed = officer
        .organizations
        .clone()
        .list_organizations(ListOrganizationsRequest::default())
        .await?;
    let listed = listed.into_inner().organizations.into_iter();
    story
        .organizations
        .extend(listed.map(|one| (one.display_name, one.id)));
    let mut requests = vec![at(
        story,
        OTHER_COORDINATOR,
        Role::UniversityCoordinator,
        OTHER_UNIVERSITY,
    )?];
    for one in &MUNICIPALITIES {
        requests.push(at(story, one.head, Role::OrganizerHead, one.name)?);
    }
    let what = [
        "Ger Dalarnas samordnare och tre skolchefer sina roller",
        "Gives the coordinator of Dalarna and three heads their roles",
    ];
    give(story, &officer, what, requests).await
}

/// What a stream told, or the status that it ended with.
async fn all<T>(mut stream: tonic::Streaming<T>) -> Result<Vec<T>, tonic::Status> {
    let mut messages = Vec::new();
    while let Some(message) = stream.message().await? {
        messages.push(message);
    }
    Ok(messages)
}

/// The id of a document that must be there.
fn id_of(document: Option<crate::proto::v1::Document>) -> anyhow::Result<String> {
    Ok(document.context("the answer holds no document")?.id)
}
