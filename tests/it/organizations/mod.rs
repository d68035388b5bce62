//! The register of organizations: imported, read, moved and followed back, over the wire.

mod command;
mod cut;
mod import;
mod lineage;
mod read;
mod register;
mod together;

use std::path::PathBuf;

use styrkedja::{
    organizations::files::{Format, Reading},
    proto::v1::{
        ImportHeader, ImportOrganizationsRequest, ImportOrganizationsResponse,
        ListOrganizationsRequest, ListOrganizationsResponse, Organization, OrganizationRecord,
        OrganizationRef, OrganizationType, import_organizations_request::Part,
        organization_ref::Identity,
    },
};
use tonic::Status;

use crate::world::{Caller, request_id};

pub type Answer = Result<ImportOrganizationsResponse, Status>;

/// Imports records under a new request id.
pub async fn import(caller: &Caller, records: Vec<OrganizationRecord>) -> Answer {
    import_as(caller, &request_id(), false, records).await
}

/// Checks records and changes nothing.
async fn dry_run(caller: &Caller, records: Vec<OrganizationRecord>) -> Answer {
    import_as(caller, &request_id(), true, records).await
}

pub async fn import_as(
    caller: &Caller,
    request_id: &str,
    validate_only: bool,
    records: Vec<OrganizationRecord>,
) -> Answer {
    send(caller, parts(request_id, validate_only, records)).await
}

async fn send(caller: &Caller, parts: Vec<Part>) -> Answer {
    let stream = parts
        .into_iter()
        .map(|part| ImportOrganizationsRequest { part: Some(part) });
    let stream = tokio_stream::iter(stream.collect::<Vec<_>>());
    Ok(caller
        .organizations()
        .import_organizations(stream)
        .await?
        .into_inner())
}

fn parts(request_id: &str, validate_only: bool, records: Vec<OrganizationRecord>) -> Vec<Part> {
    let header = ImportHeader {
        request_id: request_id.to_owned(),
        validate_only,
        source: "A story".to_owned(),
    };
    std::iter::once(Part::Header(header))
        .chain(records.into_iter().map(Part::Record))
        .collect()
}

/// Created, updated, unchanged and refused.
fn counts(answer: &ImportOrganizationsResponse) -> [u32; 4] {
    [
        answer.created,
        answer.updated,
        answer.unchanged,
        answer.refused,
    ]
}

/// All organizations that match, over all pages.
pub async fn all(caller: &Caller, request: ListOrganizationsRequest) -> Vec<Organization> {
    let mut request = ListOrganizationsRequest {
        page_size: 1000,
        ..request
    };
    let mut all = Vec::new();
    loop {
        let answer = caller
            .organizations()
            .list_organizations(request.clone())
            .await;
        let ListOrganizationsResponse {
            organizations,
            next_page_token,
        } = answer.expect("a page is given").into_inner();
        all.extend(organizations);
        if next_page_token.is_empty() {
            return all;
        }
        request.page_token = next_page_token;
    }
}

pub fn unit(school_unit_code: &str, name: &str, organizer: &str) -> OrganizationRecord {
    OrganizationRecord {
        key: school_unit_code.to_owned(),
        r#type: OrganizationType::SchoolUnit.into(),
        display_name: name.to_owned(),
        school_unit_code: school_unit_code.to_owned(),
        parent: Some(by_number(organizer)),
        ..OrganizationRecord::default()
    }
}

pub fn by_number(number: &str) -> OrganizationRef {
    OrganizationRef {
        identity: Some(Identity::OrganizationNumber(number.to_owned())),
    }
}

fn by_code(code: &str) -> OrganizationRef {
    OrganizationRef {
        identity: Some(Identity::SchoolUnitCode(code.to_owned())),
    }
}

fn by_id(id: &str) -> OrganizationRef {
    OrganizationRef {
        identity: Some(Identity::Id(id.to_owned())),
    }
}

fn samples(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/samples")
        .join(path)
}

/// The records of a sample, which is right.
fn sample(path: &str) -> Vec<OrganizationRecord> {
    let path = samples(path);
    let reading = Reading::of(&path, Format::of(&path), &mut |_| {}).expect("the sample is there");
    assert!(reading.findings.is_empty(), "{:?}", reading.findings);
    reading.records
}

pub const VALLENTUNA: &str = "2120000027";
pub const BERG: &str = "2120002502";
