//! Universities learn what is wanted and not offered, and of whom they do not.

mod known;
mod pages;

use serde_json::json;
use styrkedja::{
    clock,
    proto::v1::{
        Audience, CourseOffer, Document, ImportHeader, ImportOrganizationsRequest,
        ListUnmetNeedsRequest, ListUnmetNeedsResponse, OrganizationRecord, OrganizationType,
        OrganizerType, Role, StaffCategory, UnmetNeed, import_organizations_request::Part,
    },
};
use tonic::Code;

use super::{offer, publish};
use crate::{
    documents::{
        acts::{Answered, acceptance, reason},
        papers::{self, plan_in},
    },
    offers::{
        UPPSALA,
        files::{offers, printed, told},
    },
    world::{Caller, World, ids, request_id},
};

stories!(
    three_organizers_make_a_cell,
    an_offer_meets_a_cell,
    what_was_wanted_in_terms_that_are_past_is_not_told,
    unmet_needs_are_listed_from_the_command_line,
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

/// What an organizer wants.
#[derive(Clone, Copy)]
struct Wish {
    places: u32,
    staff: &'static [StaffCategory],
    /// The year in which the autumn term is.
    year: i32,
}

/// Far ahead: what is past is not told.
const YEAR: i32 = 2096;

const WISH: Wish = Wish {
    places: 10,
    staff: &[StaffCategory::Teacher],
    year: YEAR,
};

/// An accepted plan of an organizer that wants places in reading.
async fn wants(world: &World, organizer: &str, places: u32) {
    wishes(world, organizer, Wish { places, ..WISH }).await;
}

/// The plan, and the head who has written it.
async fn wishes(world: &World, organizer: &str, wish: Wish) -> (Caller, Document) {
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
    measure.places_wanted = wish.places;
    measure.target_group = wish.staff.iter().map(|one| i32::from(*one)).collect();
    let (first, last) = (
        format!("{}-08-24", wish.year),
        format!("{}-06-11", wish.year + 1),
    );
    measure.schedule = Some(papers::period(&first, &last));
    plan.period = Some(papers::period(&first, &last));
    let plan = head.draft(&plan).await;
    let plan = head.submits(&plan).await.expect("it is submitted");
    let accepted = officer.reviews(acceptance(&plan)).await;
    (head, accepted.expect("it is accepted"))
}

/// An offer in the term that is wished for.
fn course(themes: &[&str], audience: Audience) -> CourseOffer {
    let mut offer = offer("Läsning", themes, audience);
    let offering = offer.offering.as_mut().expect("it is given");
    let execution = offering.execution.as_mut().expect("it has days");
    execution.start_date = format!("{YEAR}-08-24");
    execution.end_date = format!("{}-06-08", YEAR + 3);
    offering.capacity = Some(60);
    offering.expire_time = None;
    offer
}

fn cell() -> UnmetNeed {
    UnmetNeed {
        theme: "reading".to_owned(),
        audience: Audience::Teacher.into(),
        county_code: "01".to_owned(),
        term: "HT96".to_owned(),
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

/// Enough for a cell.
async fn three_want(world: &World) {
    register_others(world).await;
    for (organizer, places) in [
        ("Vallentuna kommun", 12),
        ("Täby kommun", 14),
        ("Danderyds kommun", 14),
    ] {
        wants(world, organizer, places).await;
    }
}

async fn an_offer_meets_a_cell(world: World) {
    three_want(&world).await;
    let university = world.coordinator_of(UPPSALA).await;
    publish(&world, UPPSALA, course(&["reading"], Audience::Principal)).await;
    assert_eq!(university.all_unmet().await, [cell()], "it is for others");
    let met = publish(&world, UPPSALA, course(&["reading"], Audience::Teacher)).await;
    assert_eq!(university.all_unmet().await, []);
    university.withdraws(&met).await.expect("it is withdrawn");
    assert_eq!(university.all_unmet().await, [cell()]);
}

async fn what_was_wanted_in_terms_that_are_past_is_not_told(world: World) {
    register_others(&world).await;
    let this_year: i32 = clock::today()[..4].parse().expect("a year");
    for year in [this_year - 1, this_year + 1] {
        for organizer in ["Vallentuna kommun", "Täby kommun", "Danderyds kommun"] {
            wishes(&world, organizer, Wish { year, ..WISH }).await;
        }
    }
    let told = world.coordinator_of(UPPSALA).await.all_unmet().await;
    let terms: Vec<_> = told.iter().map(|need| need.term.clone()).collect();
    assert_eq!(terms, [format!("HT{:02}", (this_year + 1) % 100)]);
}

async fn unmet_needs_are_listed_from_the_command_line(world: World) {
    register_others(&world).await;
    let both = &[StaffCategory::Teacher, StaffCategory::Principal];
    for organizer in ["Vallentuna kommun", "Täby kommun", "Danderyds kommun"] {
        let wish = Wish {
            places: 13,
            staff: both,
            ..WISH
        };
        wishes(&world, organizer, wish).await;
    }
    let university = world.coordinator_of(UPPSALA).await;
    let asked = ["unmet", "--audience", "teacher", "--county", "01"];
    let more = ["--theme", "reading", "--term", "HT96", "--output", "json"];
    let run = offers(&world, &university, &[&asked[..], &more].concat()).await;
    assert!(run.status.success(), "{run:?}");
    let need = json!({
        "theme": "reading", "audience": "AUDIENCE_TEACHER", "countyCode": "01", "term": "HT96",
        "organizersAtLeast": 3, "placesAbout": 40
    });
    assert_eq!(told(&run)["needs"], json!([need]));
    // For people, no more than was asked for.
    let all = printed(&offers(&world, &university, &["unmet"]).await);
    assert!(
        all.contains("teacher") && all.contains("principal"),
        "{all}"
    );
    let one = printed(&offers(&world, &university, &["unmet", "--limit", "1"]).await);
    assert!(
        one.contains("HT96") && one.lines().count() < all.lines().count(),
        "{one}"
    );
    let none = offers(&world, &university, &["unmet", "--term", "VT96"]).await;
    assert!(none.status.success() && !printed(&none).contains("reading"));
    let head = world.head_of("Vallentuna kommun").await;
    let refused = offers(&world, &head, &["unmet"]).await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("ROLE_MAY_NOT"));
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
        term: "HT96".to_owned(),
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
            term: "VT97".to_owned(),
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
