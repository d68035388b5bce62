//! The nation in the register.

use std::collections::HashMap;

use styrkedja::{
    access::matrix::Spot,
    proto::v1::{
        ExternalId, ImportHeader, ImportOrganizationsRequest, ListOrganizationsRequest,
        OrganizationRecord, OrganizationRef, OrganizationType, OrganizerType, SchoolForm,
        SchoolType, import_organizations_request::Part, organization_ref::Identity,
    },
};

use crate::world::{World, request_id};

pub async fn register(world: &World) -> HashMap<Spot, String> {
    let header = ImportHeader {
        request_id: request_id(),
        validate_only: false,
        source: "The access matrix".to_owned(),
    };
    let parts = std::iter::once(Part::Header(header))
        .chain(Spot::ALL.into_iter().map(|spot| Part::Record(record(spot))));
    let requests: Vec<_> = parts
        .map(|part| ImportOrganizationsRequest { part: Some(part) })
        .collect();
    let operator = world.operator();
    let answer = operator
        .organizations()
        .import_organizations(tokio_stream::iter(requests))
        .await;
    let answer = answer.expect("the nation is taken in").into_inner();
    assert_eq!(
        answer.refused, 0,
        "the nation is refused: {:?}",
        answer.findings
    );
    let all = ListOrganizationsRequest {
        page_size: 1000,
        ..ListOrganizationsRequest::default()
    };
    let all = operator
        .organizations()
        .list_organizations(all)
        .await
        .expect("the nation can be listed");
    let by_name: HashMap<_, _> = all
        .into_inner()
        .organizations
        .into_iter()
        .map(|one| (one.display_name, one.id))
        .collect();
    Spot::ALL
        .into_iter()
        .map(|spot| (spot, by_name[&display_name(spot)].clone()))
        .collect()
}

/// The agency is there from the beginning, under its own name.
fn display_name(spot: Spot) -> String {
    if spot == Spot::Agency {
        "Skolverket".to_owned()
    } else {
        format!("{spot:?}")
    }
}

fn record(spot: Spot) -> OrganizationRecord {
    let kind = spot.kind();
    let organizer = kind == OrganizationType::Organizer;
    let unit = kind == OrganizationType::SchoolUnit;
    let preschool = kind == OrganizationType::Preschool;
    let form = if unit {
        Some(SchoolType::Gr)
    } else {
        preschool.then_some(SchoolType::Fs)
    };
    let grades: Vec<u32> = if unit { (1..=9).collect() } else { Vec::new() };
    OrganizationRecord {
        key: format!("{spot:?}"),
        r#type: kind.into(),
        display_name: display_name(spot),
        organization_number: organization_number(spot),
        school_unit_code: if unit {
            format!("990000{:02}", spot as u8)
        } else {
            String::new()
        },
        organizer_type: if organizer {
            OrganizerType::Municipal.into()
        } else {
            0
        },
        school_forms: form
            .map(|form| SchoolForm {
                school_type: form.into(),
                grades,
                pupils: None,
            })
            .into_iter()
            .collect(),
        external_id: (spot != Spot::Agency).then(|| external_id(spot)),
        parent: spot.parent().map(|above| OrganizationRef {
            identity: Some(Identity::ExternalId(external_id(above))),
        }),
        ..OrganizationRecord::default()
    }
}

fn external_id(spot: Spot) -> ExternalId {
    ExternalId {
        scheme: "matrix".to_owned(),
        value: format!("{spot:?}"),
    }
}

/// Empty for what is no legal body.
fn organization_number(spot: Spot) -> String {
    let kind = spot.kind();
    if kind == OrganizationType::NationalAgency {
        return "2021004185".to_owned();
    }
    if !matches!(
        kind,
        OrganizationType::Organizer | OrganizationType::University
    ) {
        return String::new();
    }
    let nine = format!("2129990{:02}", spot as u8);
    let sum: u32 = nine
        .chars()
        .filter_map(|c| c.to_digit(10))
        .zip([2, 1].into_iter().cycle())
        .map(|(digit, weight)| digit * weight / 10 + digit * weight % 10)
        .sum();
    format!("{nine}{}", (10 - sum % 10) % 10)
}
