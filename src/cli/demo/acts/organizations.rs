//! Organizations: the operator lets the agency's officer in, and the officer registers who takes part.

use anyhow::{Context, ensure};
use tonic::Status;

use crate::{
    cli::demo::{
        caller::{Caller, new_request},
        cast::{self, AGENCY_NUMBER, OFFICER, OPERATOR},
        story::Story,
    },
    proto::v1::{
        CreateGrantRequest, ErrorReason, GetOrganizationRequest, ImportHeader,
        ImportOrganizationsRequest, ImportOrganizationsResponse, ListOrganizationsRequest,
        OrganizationRecord, OrganizationRef, Role, WhoAmIRequest,
        import_organizations_request::Part, organization_ref::Identity,
    },
};

pub async fn play(story: &mut Story<'_>) -> anyhow::Result<()> {
    story.teller.chapter([
        "1. Organisationerna registreras",
        "1. Organizations are registered",
    ])?;
    let operator = story.caller(OPERATOR)?;
    let answer = operator
        .access
        .clone()
        .who_am_i(WhoAmIRequest {})
        .await
        .map(tonic::Response::into_inner);
    story.teller.goes_well(
        &operator,
        ["Frågar vem den är", "Asks who it is"],
        answer,
        |who, _| who.subject.clone(),
    )?;
    let agency = agency(story, &operator).await?;
    let request = CreateGrantRequest {
        subject: format!("exchange:{OFFICER}"),
        role: Role::AgencyOfficer.into(),
        organization_id: agency,
        ..CreateGrantRequest::default()
    };
    let what = [
        "Ger Skolverkets handläggare sin roll",
        "Gives the agency's officer its role",
    ];
    let granted = operator.grant(request).await;
    story
        .teller
        .goes_well(&operator, what, granted, |grant, _| {
            grant.role().as_str_name().to_owned()
        })?;
    register(story).await?;
    let nobody = story.caller(cast::UNITS[0].author)?;
    let answer = nobody
        .organizations
        .clone()
        .list_organizations(ListOrganizationsRequest::default())
        .await;
    let what = [
        "Vill läsa registret, utan att ha fått någon roll",
        "Wants to read the register, without any role yet",
    ];
    story
        .teller
        .is_refused(&nobody, what, answer, ErrorReason::RoleMayNot)?;
    Ok(())
}

/// The agency, which every exchange knows from the start.
async fn agency(story: &mut Story<'_>, operator: &Caller) -> anyhow::Result<String> {
    let identity = Some(Identity::OrganizationNumber(AGENCY_NUMBER.to_owned()));
    let request = GetOrganizationRequest {
        organization: Some(OrganizationRef { identity }),
        date: String::new(),
    };
    let answer = operator
        .organizations
        .clone()
        .get_organization(request)
        .await?
        .into_inner();
    let agency = answer
        .organization
        .context("the agency is not registered")?;
    story
        .organizations
        .insert("Skolverket".to_owned(), agency.id.clone());
    Ok(agency.id)
}

async fn register(story: &mut Story<'_>) -> anyhow::Result<()> {
    let officer = story.caller(OFFICER)?;
    let mut records = cast::register();
    let count = u32::try_from(records.len())?;
    records.push(cast::misspelt());
    let what = [
        "Registrerar kommunen, förvaltningen, fem enheter och två lärosäten, och ett nummer som inte kan finnas",
        "Registers the municipality, its office, five units and two universities, and a number that can not exist",
    ];
    let answer = import(&officer, records).await;
    let answer = story
        .teller
        .goes_well(&officer, what, answer, |answer, language| {
            let rules: Vec<&str> = answer
                .findings
                .iter()
                .map(|finding| finding.rule.as_str())
                .collect();
            let counts = [
                format!("{} nya, {} nekad", answer.created, answer.refused),
                format!("{} new, {} refused", answer.created, answer.refused),
            ];
            format!("{} ({})", language.of(counts), rules.join(", "))
        })?;
    ensure!(
        (answer.created, answer.refused) == (count, 1),
        "the import was answered {answer:?}"
    );
    let what = [
        "Skickar samma organisationer igen",
        "Sends the same organizations again",
    ];
    let answer = import(&officer, cast::register()).await;
    let answer = story
        .teller
        .goes_well(&officer, what, answer, |answer, language| {
            language.of([
                format!("{} oförändrade", answer.unchanged),
                format!("{} unchanged", answer.unchanged),
            ])
        })?;
    ensure!(
        answer.unchanged == count,
        "the second import was answered {answer:?}"
    );
    let listed = officer
        .organizations
        .clone()
        .list_organizations(ListOrganizationsRequest::default())
        .await?;
    let listed = listed.into_inner().organizations;
    story
        .organizations
        .extend(listed.into_iter().map(|one| (one.display_name, one.id)));
    Ok(())
}

pub async fn import(
    officer: &Caller,
    records: Vec<OrganizationRecord>,
) -> Result<ImportOrganizationsResponse, Status> {
    let header = ImportHeader {
        request_id: new_request(),
        validate_only: false,
        source: "Skolenhetsregistret 2020-06-01".to_owned(),
    };
    let parts = [Part::Header(header)]
        .into_iter()
        .chain(records.into_iter().map(Part::Record));
    let messages: Vec<_> = parts
        .map(|part| ImportOrganizationsRequest { part: Some(part) })
        .collect();
    let answer = officer
        .organizations
        .clone()
        .import_organizations(tokio_stream::iter(messages))
        .await?;
    Ok(answer.into_inner())
}
