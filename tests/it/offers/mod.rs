//! Course offers over the wire: submitted by universities, found and matched by others, and taken places of.

mod catalogue;
mod files;
pub mod places;
pub mod submission;

use styrkedja::{
    json,
    proto::v1::{
        CourseOffer, CreateGrantRequest, Document, ImportHeader, ImportOrganizationsRequest,
        Offering, OrganizationRecord, OrganizationType, Role, document::Content,
        import_organizations_request::Part,
    },
};

use crate::world::{Caller, World, ids, request_id};

/// The university of the tree.
pub const UPPSALA: &str = "Uppsala universitet";

/// The offer of the samples.
pub fn sample() -> CourseOffer {
    let sample = include_str!("../../../docs/samples/course-offer.json");
    let document: Document = json::read(sample).expect("the sample is a document");
    match document.content {
        Some(Content::CourseOffer(offer)) => *offer,
        other => panic!("the sample is no course offer: {other:?}"),
    }
}

/// The offer of the samples as a document of a university, with its occasion changed.
pub fn offer(owner_id: &str, change: impl FnOnce(&mut Offering)) -> Document {
    let mut offer = sample();
    change(offer.offering.as_mut().expect("it has an occasion"));
    Document {
        owner_id: owner_id.to_owned(),
        content: Some(Content::CourseOffer(Box::new(offer))),
        ..Document::default()
    }
}

/// A coordinator of another university than that of the tree, which is registered for it.
pub async fn dalarna(world: &World) -> Caller {
    let header = ImportHeader {
        request_id: request_id(),
        validate_only: false,
        source: "Another university".to_owned(),
    };
    let record = OrganizationRecord {
        key: "hda".to_owned(),
        r#type: OrganizationType::University.into(),
        display_name: "Högskolan Dalarna".to_owned(),
        organization_number: "2021002908".to_owned(),
        municipality_code: "2080".to_owned(),
        ..OrganizationRecord::default()
    };
    let parts = [Part::Header(header), Part::Record(record)];
    let parts = parts.map(|part| ImportOrganizationsRequest { part: Some(part) });
    let operator = world.operator();
    let imported = operator
        .organizations()
        .import_organizations(tokio_stream::iter(parts))
        .await
        .expect("it is taken in");
    assert_eq!(imported.into_inner().refused, 0);
    let grant = CreateGrantRequest {
        request_id: request_id(),
        subject: "exchange:dalarna".to_owned(),
        role: Role::UniversityCoordinator.into(),
        organization_id: ids(&operator).await["Högskolan Dalarna"].clone(),
        ..CreateGrantRequest::default()
    };
    world.granted(&world.officer().await, grant).await
}
