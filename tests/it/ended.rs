//! An organization that has ended takes on nothing new, and finishes what it has.

use styrkedja::{
    clock,
    proto::v1::{
        ExternalId, ImportHeader, ImportOrganizationsRequest, OrganizationRecord, OrganizationRef,
        OrganizationType, RevokeGrantRequest, Role, SchoolForm, SchoolType,
        import_organizations_request::Part, organization_ref::Identity,
    },
};
use tonic::Code;

use crate::{
    documents::{acts::*, papers::analysis},
    world::{World, request_id},
};

stories!(
    what_has_ended_takes_on_nothing_new,
    what_has_ended_finishes_what_it_has
);

const PRESCHOOL: &str = "Ormsta förskola";

/// Registers that yesterday was the last day of the preschool.
async fn end(world: &World) {
    let of_the_stories = |value: &str| ExternalId {
        scheme: "stories".to_owned(),
        value: value.to_owned(),
    };
    let record = OrganizationRecord {
        key: PRESCHOOL.to_owned(),
        r#type: OrganizationType::Preschool.into(),
        display_name: PRESCHOOL.to_owned(),
        external_id: Some(of_the_stories("vallentuna-ormsta")),
        school_forms: vec![SchoolForm {
            school_type: SchoolType::Fs.into(),
            ..SchoolForm::default()
        }],
        parent: Some(OrganizationRef {
            identity: Some(Identity::OrganizationNumber("2120000027".to_owned())),
        }),
        end_date: clock::now().plus_seconds(-24 * 3600).date(),
        ..OrganizationRecord::default()
    };
    let header = ImportHeader {
        request_id: request_id(),
        validate_only: false,
        source: "What has ended".to_owned(),
    };
    let parts = [Part::Header(header), Part::Record(record)];
    let parts = parts.map(|part| ImportOrganizationsRequest { part: Some(part) });
    let mut organizations = world.operator().organizations();
    let answer = organizations
        .import_organizations(tokio_stream::iter(parts))
        .await
        .expect("the end is registered")
        .into_inner();
    assert_eq!(answer.refused, 0, "{:?}", answer.findings);
}

async fn what_has_ended_takes_on_nothing_new(world: World) {
    let principal = world.principal_of(PRESCHOOL).await;
    let officer = world.officer().await;
    let asked = creation(&analysis(&world.id_of(PRESCHOOL)));
    let first = principal
        .documents()
        .create_document(asked.clone())
        .await
        .expect("it has not ended yet")
        .into_inner();
    end(&world).await;

    let refused_document = refused(
        principal.creates(&analysis(&world.id_of(PRESCHOOL))).await,
        "FIELDS_INVALID",
    );
    assert_eq!(fields(&refused_document), ["document.owner_id"]);
    let refused_grant = officer
        .access()
        .create_grant(world.request(Role::Teacher, PRESCHOOL))
        .await;
    assert_eq!(
        fields(&refused(refused_grant, "FIELDS_INVALID")),
        ["organization_id"]
    );

    let again = principal.documents().create_document(asked).await;
    let again = again.expect("it was answered before").into_inner();
    assert_eq!(again, first);
}

async fn what_has_ended_finishes_what_it_has(world: World) {
    let principal = world.principal_of(PRESCHOOL).await;
    let officer = world.officer().await;
    let draft = principal.draft(&analysis(&world.id_of(PRESCHOOL))).await;
    end(&world).await;

    let submitted = principal.submits(&draft).await.expect("it is finished");
    officer
        .reviews(acceptance(&submitted))
        .await
        .expect("it is reviewed");
    let revocation = RevokeGrantRequest {
        request_id: request_id(),
        id: principal.grant.clone().expect("the world granted it").id,
        ..RevokeGrantRequest::default()
    };
    officer
        .access()
        .revoke_grant(revocation)
        .await
        .expect("what was granted can be revoked");
    let gone = principal.gets(&draft.id, 0).await;
    assert_eq!(gone.expect_err("revoked").code(), Code::PermissionDenied);
}
