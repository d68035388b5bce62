//! Universities learn what is wanted and not offered, and of whom they do not.

use styrkedja::proto::v1::{
    Audience, ImportHeader, ImportOrganizationsRequest, ListUnmetNeedsRequest,
    ListUnmetNeedsResponse, OrganizationRecord, OrganizationType, OrganizerType, Role,
    StaffCategory, UnmetNeed, import_organizations_request::Part,
};
use tonic::Code;

use super::{offer, publish};
use crate::{
    documents::{
        acts::{Answered, acceptance, reason},
        papers::{self, plan_in},
    },
    offers::UPPSALA,
    world::{Caller, World, ids, request_id},
};

stories!(
    three_organizers_make_a_cell,
    an_offer_meets_a_cell,
    filters_choose_among_cells,
    only_those_who_may_learn_of_unmet_needs,
);

impl Caller {
    async fn unmet(&self, request: ListUnmetNeedsRequest) -> Answered<ListUnmetNeedsResponse> {
        let answer = self.offers().list_unmet_needs(request).await?;
        Ok(answer.into_inner())
    }

    async fn all_unmet(&self) -> Vec<UnmetNeed> {
        let mut request = ListUnmetNeedsRequest {
            page_size: 1,
            ..ListUnmetNeedsRequest::default()
        };
        let mut all = Vec::new();
        loop {
            let page = self.unmet(request.clone()).await.expect("it is told");
            all.extend(page.needs);
            if page.next_page_token.is_empty() {
                return all;
            }
            request.page_token = page.next_page_token;
        }
    }
}

/// Municipalities of the county of Stockholm besides that of the tree.
const OTHERS: [(&str, &str, &str); 5] = [
    ("Täby kommun", "2120000118", "0160"),
    ("Danderyds kommun", "2120000126", "0162"),
    ("Sollentuna kommun", "2120000134", "0163"),
    ("Järfälla kommun", "2120000043", "0123"),
    ("Ekerö kommun", "2120000050", "0125"),
];

async fn register_others(world: &World) {
    let header = ImportHeader {
        request_id: request_id(),
        validate_only: false,
        source: "Other municipalities".to_owned(),
    };
    let record = |(name, number, code): (&str, &str, &str)| OrganizationRecord {
        key: name.to_owned(),
        r#type: OrganizationType::Organizer.into(),
        display_name: name.to_owned(),
        organization_number: number.to_owned(),
        municipality_code: code.to_owned(),
        organizer_type: OrganizerType::Municipal.into(),
        ..OrganizationRecord::default()
    };
    let records = OTHERS.map(|other| Part::Record(record(other)));
    let parts = [Part::Header(header)].into_iter().chain(records);
    let parts = parts.map(|part| ImportOrganizationsRequest { part: Some(part) });
    let imported = world
        .operator()
        .organizations()
        .import_organizations(tokio_stream::iter(parts.collect::<Vec<_>>()))
        .await
        .expect("they are taken in");
    assert_eq!(imported.into_inner().refused, 0);
}

/// An accepted plan of an organizer that wants places in reading.
async fn wants(world: &World, organizer: &str, places: u32) {
    let id = ids(&world.operator()).await[organizer].clone();
    let officer = world.officer().await;
    let mut grant = world.request(Role::OrganizerHead, "Vallentuna kommun");
    grant.organization_id.clone_from(&id);
    grant.subject = format!("exchange:head-{}", &id[24..]);
    let head = world.granted(&officer, grant).await;
    let analysis = head.draft(&papers::analysis(&id)).await;
    let analysis = head.submits(&analysis).await.expect("it is submitted");
    let analysis = officer.reviews(acceptance(&analysis)).await;
    let mut plan = papers::plan(&id, &analysis.expect("it is accepted"));
    let measure = &mut plan_in(&mut plan).measures[0];
    measure.places_wanted = places;
    measure.target_group = vec![StaffCategory::Teacher.into()];
    measure.schedule = Some(papers::period("2026-08-24", "2027-06-11"));
    plan.period = Some(papers::period("2026-08-24", "2027-06-11"));
    let plan = head.draft(&plan).await;
    let plan = head.submits(&plan).await.expect("it is submitted");
    let accepted = officer.reviews(acceptance(&plan)).await;
    accepted.expect("it is accepted");
}

fn cell() -> UnmetNeed {
    UnmetNeed {
        theme: "reading".to_owned(),
        audience: Audience::Teacher.into(),
        county_code: "01".to_owned(),
        term: "HT26".to_owned(),
        organizers_at_least: 3,
        places_about: 40,
    }
}

async fn three_organizers_make_a_cell(world: World) {
    register_others(&world).await;
    let university = world.coordinator_of(UPPSALA).await;
    wants(&world, "Vallentuna kommun", 12).await;
    wants(&world, "Täby kommun", 11).await;
    wants(&world, "Täby kommun", 9).await;
    assert_eq!(
        university.all_unmet().await,
        [],
        "two organizers, three plans"
    );
    wants(&world, "Danderyds kommun", 11).await;
    assert_eq!(university.all_unmet().await, [cell()]);
    wants(&world, "Sollentuna kommun", 200).await;
    assert_eq!(
        university.all_unmet().await,
        [],
        "one of them wants nearly all"
    );
}

async fn an_offer_meets_a_cell(world: World) {
    register_others(&world).await;
    for (organizer, places) in [
        ("Vallentuna kommun", 12),
        ("Täby kommun", 14),
        ("Danderyds kommun", 14),
    ] {
        wants(&world, organizer, places).await;
    }
    let university = world.coordinator_of(UPPSALA).await;
    publish(
        &world,
        UPPSALA,
        offer("Läsning", &["reading"], Audience::Principal),
    )
    .await;
    assert_eq!(university.all_unmet().await, [cell()], "it is for others");
    let met = publish(
        &world,
        UPPSALA,
        offer("Läsning", &["reading"], Audience::Teacher),
    )
    .await;
    assert_eq!(university.all_unmet().await, []);
    university.withdraws(&met).await.expect("it is withdrawn");
    assert_eq!(university.all_unmet().await, [cell()]);
}

async fn filters_choose_among_cells(world: World) {
    register_others(&world).await;
    for organizer in ["Vallentuna kommun", "Täby kommun", "Danderyds kommun"] {
        wants(&world, organizer, 13).await;
    }
    let university = world.university_system_of(UPPSALA).await;
    let asked = ListUnmetNeedsRequest {
        theme: "reading".to_owned(),
        audience: Audience::Teacher.into(),
        county_code: "01".to_owned(),
        term: "HT26".to_owned(),
        ..ListUnmetNeedsRequest::default()
    };
    let needs = |answer: Answered<ListUnmetNeedsResponse>| answer.expect("it is told").needs;
    assert_eq!(needs(university.unmet(asked.clone()).await), [cell()]);
    for other in [
        ListUnmetNeedsRequest {
            theme: "mathematics".to_owned(),
            ..asked.clone()
        },
        ListUnmetNeedsRequest {
            theme: "x-reading".to_owned(),
            ..asked.clone()
        },
        ListUnmetNeedsRequest {
            audience: Audience::Principal.into(),
            ..asked.clone()
        },
        ListUnmetNeedsRequest {
            county_code: "20".to_owned(),
            ..asked.clone()
        },
        ListUnmetNeedsRequest {
            term: "VT27".to_owned(),
            ..asked.clone()
        },
    ] {
        assert_eq!(needs(university.unmet(other).await), []);
    }
    let forged = ListUnmetNeedsRequest {
        page_token: "AAAA".to_owned(),
        ..asked
    };
    let refused = university.unmet(forged).await.expect_err("refused");
    assert_eq!(reason(&refused), "CURSOR_INVALID");
}

async fn only_those_who_may_learn_of_unmet_needs(world: World) {
    for reader in [
        world.coordinator_of(UPPSALA).await,
        world.university_system_of(UPPSALA).await,
        world.officer().await,
        world.analyst().await,
    ] {
        assert_eq!(reader.all_unmet().await, []);
    }
    for other in [
        world.head_of("Vallentuna kommun").await,
        world.principal_of("Karbyskolan").await,
        world.researcher_of("Karbyskolan").await,
        world.stranger(),
    ] {
        let refused = other.unmet(ListUnmetNeedsRequest::default()).await;
        assert_eq!(refused.expect_err("refused").code(), Code::PermissionDenied);
    }
}
