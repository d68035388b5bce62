//! The small tree that every story knows: Vallentuna with its round of 2019, Berg with an area, a university and the
//! agency. Written by hand from public facts.

use styrkedja::proto::v1::{
    ExternalId, ImportHeader, ImportOrganizationsRequest, OrganizationRecord, OrganizationRef,
    OrganizationType, OrganizerType, SchoolForm, SchoolType, import_organizations_request::Part,
    organization_ref::Identity,
};

pub const AGENCY: &str = "Skolverket";
pub const UNIVERSITY: &str = "Uppsala universitet";

/// An import of the whole tree.
pub fn import() -> Vec<ImportOrganizationsRequest> {
    let header = ImportHeader {
        request_id: super::request_id(),
        validate_only: false,
        source: "The tree of the stories".to_owned(),
    };
    let parts =
        std::iter::once(Part::Header(header)).chain(records().into_iter().map(Part::Record));
    parts
        .map(|part| ImportOrganizationsRequest { part: Some(part) })
        .collect()
}

fn records() -> Vec<OrganizationRecord> {
    use OrganizationType::{Administration, Area, NationalAgency, University};
    let vallentuna = || Some(number("2120000027"));
    let berg = || Some(number("2120002502"));
    let area = || Some(outside("berg-grundskola"));
    vec![
        legal(NationalAgency, AGENCY, "2021004185", "0180"),
        legal(University, UNIVERSITY, "2021002932", "0380"),
        municipality("Vallentuna kommun", "2120000027", "0115"),
        municipality("Bergs kommun", "2120002502", "2326"),
        below(
            vallentuna(),
            Administration,
            "Barn- och ungdomsförvaltningen",
            "vallentuna-forvaltningen",
        ),
        school(
            vallentuna(),
            "Karbyskolan",
            "57370453",
            SchoolType::Gr,
            &[1, 2, 3, 4, 5, 6, 7, 8, 9],
        ),
        school(
            vallentuna(),
            "Bällstabergsskolan",
            "52293921",
            SchoolType::Gr,
            &[1, 2, 3, 4, 5, 6],
        ),
        school(
            vallentuna(),
            "Vallentuna gymnasium",
            "85788659",
            SchoolType::Gy,
            &[],
        ),
        preschool(vallentuna(), "Sjöhästens förskola", "vallentuna-sjohasten"),
        preschool(vallentuna(), "Ormsta förskola", "vallentuna-ormsta"),
        below(
            berg(),
            Area,
            "Verksamhetsområde grundskola",
            "berg-grundskola",
        ),
        school(
            area(),
            "Svenstaviks skola",
            "64147674",
            SchoolType::Gr,
            &[1, 2, 3, 4, 5, 6],
        ),
    ]
}

fn legal(
    kind: OrganizationType,
    name: &str,
    organization_number: &str,
    municipality: &str,
) -> OrganizationRecord {
    OrganizationRecord {
        key: name.to_owned(),
        r#type: kind.into(),
        display_name: name.to_owned(),
        organization_number: organization_number.to_owned(),
        municipality_code: municipality.to_owned(),
        ..OrganizationRecord::default()
    }
}

fn municipality(name: &str, organization_number: &str, code: &str) -> OrganizationRecord {
    OrganizationRecord {
        organizer_type: OrganizerType::Municipal.into(),
        ..legal(OrganizationType::Organizer, name, organization_number, code)
    }
}

fn below(
    parent: Option<OrganizationRef>,
    kind: OrganizationType,
    name: &str,
    id: &str,
) -> OrganizationRecord {
    OrganizationRecord {
        key: name.to_owned(),
        r#type: kind.into(),
        display_name: name.to_owned(),
        external_id: Some(external(id)),
        parent,
        ..OrganizationRecord::default()
    }
}

fn preschool(parent: Option<OrganizationRef>, name: &str, id: &str) -> OrganizationRecord {
    let form = SchoolForm {
        school_type: SchoolType::Fs.into(),
        ..SchoolForm::default()
    };
    OrganizationRecord {
        school_forms: vec![form],
        ..below(parent, OrganizationType::Preschool, name, id)
    }
}

fn school(
    parent: Option<OrganizationRef>,
    name: &str,
    code: &str,
    form: SchoolType,
    grades: &[u32],
) -> OrganizationRecord {
    OrganizationRecord {
        key: name.to_owned(),
        r#type: OrganizationType::SchoolUnit.into(),
        display_name: name.to_owned(),
        school_unit_code: code.to_owned(),
        school_forms: vec![SchoolForm {
            school_type: form.into(),
            grades: grades.to_vec(),
            pupils: None,
        }],
        parent,
        ..OrganizationRecord::default()
    }
}

fn number(number: &str) -> OrganizationRef {
    OrganizationRef {
        identity: Some(Identity::OrganizationNumber(number.to_owned())),
    }
}

fn outside(id: &str) -> OrganizationRef {
    OrganizationRef {
        identity: Some(Identity::ExternalId(external(id))),
    }
}

fn external(id: &str) -> ExternalId {
    ExternalId {
        scheme: "stories".to_owned(),
        value: id.to_owned(),
    }
}
