//! The trial on the real national register of 2020-06-01, where its folder is.

use std::time::Instant;

use styrkedja::{
    organizations::files::{Format, Reading},
    proto::v1::{
        GetOrganizationRequest, ListOrganizationsRequest, Organization, OrganizationRecord,
        OrganizationType, SchoolType,
    },
};

use super::{all, by_number, counts, dry_run, import, sample};
use crate::world::{Caller, World, real_data};

stories!(the_whole_register_is_taken_in_and_vasteras_is_as_its_schools_say);

const UNITS: usize = 7484;
const ORGANIZERS: usize = 1132;

/// The records of the register. None: its folder is not here.
fn register() -> Option<Vec<OrganizationRecord>> {
    let folder = real_data(
        "skolenhetsregistret-2020-06",
        "organizations::register, the trial on the national register",
    )?;
    let reading =
        Reading::of(&folder, Format::Register, &mut |_| {}).expect("the folder can be read");
    assert_eq!(
        (reading.rows, reading.refused()),
        (9341, 0),
        "{:?}",
        reading.findings
    );
    Some(reading.records)
}

async fn the_whole_register_is_taken_in_and_vasteras_is_as_its_schools_say(world: World) {
    let Some(records) = register() else { return };
    let operator = world.operator();
    // Four of the world's own are the register's as well; one of them lies below an area here.
    let registered = all(&operator, ListOrganizationsRequest::default()).await;
    let tried = dry_run(&operator, records.clone()).await.expect("checked");
    assert_eq!(
        all(&operator, ListOrganizationsRequest::default()).await,
        registered,
        "a dry run changes nothing"
    );

    let began = Instant::now();
    let answer = import(&operator, records.clone()).await.expect("taken in");
    let took = began.elapsed();
    assert_eq!(answer, tried);
    assert_eq!(counts(&answer), [8610, 5, 0, 1], "{:?}", answer.findings);
    assert_eq!(answer.findings[0].rule, "organization.move_without_day");
    assert!(took.as_secs() < 60, "it took {took:?}");

    let again = import(&operator, records).await.expect("taken in");
    assert_eq!(counts(&again), [0, 0, 8615, 1]);
    let of_type = |kind: OrganizationType| ListOrganizationsRequest {
        types: vec![kind.into()],
        ..ListOrganizationsRequest::default()
    };
    assert_eq!(
        all(&operator, of_type(OrganizationType::SchoolUnit))
            .await
            .len(),
        UNITS
    );
    assert_eq!(
        all(&operator, of_type(OrganizationType::Organizer))
            .await
            .len(),
        ORGANIZERS
    );
    vasteras_is_as_its_schools_say(&operator).await;
    svenstavik_is_joined_to_its_past(&operator).await;
}

/// "Den kommunala grundskolan i Västerås består av 40 skolor och cirka 13 300 elever. Det finns grundsärskola vid nio
/// skolenheter": some schools are two units, and the register counts the pupils of the year before.
async fn vasteras_is_as_its_schools_say(operator: &Caller) {
    let request = GetOrganizationRequest {
        organization: Some(by_number("2120002080")),
        date: String::new(),
    };
    let organizer = operator
        .organizations()
        .get_organization(request)
        .await
        .expect("it is registered");
    let organizer = organizer
        .into_inner()
        .organization
        .expect("an answer holds it");
    assert_eq!(
        (
            organizer.display_name.as_str(),
            organizer.municipality_code.as_str()
        ),
        ("VÄSTERÅS KOMMUN", "1980")
    );
    let teaching = async |school_type: SchoolType| {
        let request = ListOrganizationsRequest {
            parent_id: organizer.id.clone(),
            school_type: school_type.into(),
            ..ListOrganizationsRequest::default()
        };
        all(operator, request).await
    };
    let compulsory = teaching(SchoolType::Gr).await;
    assert_eq!(compulsory.len(), 42);
    let forms = [SchoolType::Gr, SchoolType::Fklass];
    let pupils: u32 = compulsory.iter().map(|unit| pupils(unit, forms)).sum();
    assert_eq!(pupils, 13_225);
    assert_eq!(teaching(SchoolType::Gran).await.len(), 9);
    assert!(
        compulsory
            .iter()
            .all(|unit| unit.municipality_code == "1980")
    );
}

fn pupils(unit: &Organization, forms: [SchoolType; 2]) -> u32 {
    let counted = unit
        .school_forms
        .iter()
        .filter(|form| forms.contains(&form.school_type()));
    counted.filter_map(|form| form.pupils).sum()
}

/// What the register does not know is added beside it, and stays when the register comes again.
async fn svenstavik_is_joined_to_its_past(operator: &Caller) {
    let answer = import(operator, sample("organizations/svenstavik.csv"))
        .await
        .expect("taken in");
    assert_eq!(counts(&answer), [3, 2, 0, 0], "{:?}", answer.findings);
}
