//! Roles: each is given by the one who may give it, and by nobody else.

use crate::{
    cli::demo::{
        caller::Caller,
        cast::{
            ADMINISTRATION, ANALYST, BOARD, COORDINATOR, DEVELOPER, HEAD, KARBYSKOLAN, OFFICE,
            OFFICER, OPERATOR, ORGANIZER, OTHER_RESEARCHER, OTHER_ROUND, OTHER_UNIVERSITY,
            RESEARCHER, ROUND, SUPPORTER, TEACHER, UNITS, UNIVERSITY,
        },
        story::Story,
        words::Text,
    },
    proto::v1::{CreateGrantRequest, ErrorReason, Role},
};

pub async fn play(story: &mut Story<'_>) -> anyhow::Result<()> {
    story.teller.chapter([
        "2. Roller ges av den som får ge dem",
        "2. Roles are given by those who may give them",
    ])?;
    let officer = story.caller(OFFICER)?;
    let head = story.caller(HEAD)?;
    let principal = story.caller(UNITS[KARBYSKOLAN].author)?;
    by_officer(story, &officer).await?;
    let request = at(story, HEAD, Role::AgencyOfficer, "Skolverket")?;
    let what = [
        "Vill göra sig själv till handläggare",
        "Wants to make itself an officer of the agency",
    ];
    story.teller.is_refused(
        &head,
        what,
        head.grant(request).await,
        ErrorReason::RoleMayNot,
    )?;
    by_head(story, &head).await?;
    let request = at(story, TEACHER, Role::Principal, UNITS[KARBYSKOLAN].name)?;
    let what = [
        "Vill göra en lärare till rektor",
        "Wants to make a teacher a principal",
    ];
    story.teller.is_refused(
        &principal,
        what,
        principal.grant(request).await,
        ErrorReason::RoleMayNot,
    )?;
    let request = at(story, TEACHER, Role::Teacher, UNITS[KARBYSKOLAN].name)?;
    give(
        story,
        &principal,
        ["Ger en lärare sin roll", "Gives a teacher its role"],
        vec![request],
    )
    .await?;
    let operator = story.caller(OPERATOR)?;
    let request = at(story, OPERATOR, Role::Principal, UNITS[KARBYSKOLAN].name)?;
    let what = [
        "Vill ge sig själv rollen som rektor",
        "Wants to give itself the role of a principal",
    ];
    story.teller.is_refused(
        &operator,
        what,
        operator.grant(request).await,
        ErrorReason::RoleMayNot,
    )?;
    Ok(())
}

async fn by_officer(story: &mut Story<'_>, officer: &Caller) -> anyhow::Result<()> {
    let head = at(story, HEAD, Role::OrganizerHead, ADMINISTRATION)?;
    give(
        story,
        officer,
        [
            "Ger förvaltningschefen sin roll",
            "Gives the head of the office its role",
        ],
        vec![head],
    )
    .await?;
    let board = at(story, BOARD, Role::GoverningBoard, ORGANIZER)?;
    give(
        story,
        officer,
        ["Ger nämnden sin roll", "Gives the governing board its role"],
        vec![board],
    )
    .await?;
    let mut assigned = Vec::new();
    for unit in &UNITS {
        assigned.push(engaged(
            story,
            SUPPORTER,
            Role::MethodSupporter,
            unit.name,
            "Skolverket",
        )?);
    }
    let what = [
        "Utser metodstödjare för de sex deltagarna",
        "Assigns a method supporter to the six",
    ];
    give(story, officer, what, assigned).await?;
    let others = vec![
        at(story, ANALYST, Role::AgencyAnalyst, "Skolverket")?,
        at(story, COORDINATOR, Role::UniversityCoordinator, UNIVERSITY)?,
    ];
    let what = [
        "Ger en analytiker och Uppsala universitets samordnare sina roller",
        "Gives an analyst and the coordinator of Uppsala universitet their roles",
    ];
    give(story, officer, what, others).await
}

async fn by_head(story: &mut Story<'_>, head: &Caller) -> anyhow::Result<()> {
    let mut principals = Vec::new();
    for unit in &UNITS[..OFFICE] {
        principals.push(at(story, unit.author, Role::Principal, unit.name)?);
    }
    give(
        story,
        head,
        [
            "Ger fem rektorer sina roller",
            "Gives five principals their roles",
        ],
        principals,
    )
    .await?;
    let developer = at(story, DEVELOPER, Role::QualityDeveloper, ADMINISTRATION)?;
    give(
        story,
        head,
        ["Ger en utvecklare sin roll", "Gives a developer its role"],
        vec![developer],
    )
    .await?;
    let researchers = [
        (RESEARCHER, UNIVERSITY, ROUND),
        (OTHER_RESEARCHER, OTHER_UNIVERSITY, OTHER_ROUND),
    ];
    let mut requests = Vec::new();
    for (subject, home, round) in researchers {
        let request = engaged(story, subject, Role::Researcher, ADMINISTRATION, home)?;
        requests.push(CreateGrantRequest {
            round: round.to_owned(),
            ..request
        });
    }
    let what = [
        "Anlitar en forskare i Uppsala för rundan, och en i Dalarna för nästa",
        "Engages a researcher in Uppsala for the round, and one in Dalarna for the next",
    ];
    give(story, head, what, requests).await
}

/// Gives roles, and tells which.
pub async fn give(
    story: &mut Story<'_>,
    who: &Caller,
    what: Text<'_>,
    requests: Vec<CreateGrantRequest>,
) -> anyhow::Result<()> {
    let mut answer = Ok(Vec::new());
    for request in requests {
        answer = match (answer, who.grant(request).await) {
            (Ok(mut grants), Ok(grant)) => {
                grants.push(grant);
                Ok(grants)
            }
            (Err(refused), _) | (Ok(_), Err(refused)) => Err(refused),
        };
    }
    story.teller.goes_well(who, what, answer, |grants, _| {
        let mut roles: Vec<&str> = grants
            .iter()
            .map(|grant| grant.role().as_str_name())
            .collect();
        roles.dedup();
        format!("{} × {}", grants.len(), roles.join(", "))
    })?;
    Ok(())
}

pub fn at(
    story: &Story<'_>,
    subject: &str,
    role: Role,
    organization: &str,
) -> anyhow::Result<CreateGrantRequest> {
    Ok(CreateGrantRequest {
        subject: format!("exchange:{subject}"),
        role: role.into(),
        organization_id: story.organization(organization)?,
        ..CreateGrantRequest::default()
    })
}

/// A role for somebody of another organization.
fn engaged(
    story: &Story<'_>,
    subject: &str,
    role: Role,
    organization: &str,
    home: &str,
) -> anyhow::Result<CreateGrantRequest> {
    let home_organization_id = story.organization(home)?;
    Ok(CreateGrantRequest {
        home_organization_id,
        ..at(story, subject, role, organization)?
    })
}
