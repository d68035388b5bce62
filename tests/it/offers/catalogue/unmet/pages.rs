//! Pages of unmet needs are of one list, whatever is accepted while they are read.

use styrkedja::proto::v1::{ListUnmetNeedsRequest, StaffCategory, UnmetNeed};

use super::{Caller, WISH, Wish, World, reason, register_others, wishes};
use crate::offers::UPPSALA;

stories!(pages_are_of_one_list);

/// Wanted by principals and by teachers, so that there are two cells.
async fn wants_both(world: &World, organizer: &str, places: u32) {
    let wish = Wish {
        places,
        staff: &[StaffCategory::Principal, StaffCategory::Teacher],
        ..WISH
    };
    wishes(world, organizer, wish).await;
}

/// The first of two pages, or the next.
async fn page(reader: &Caller, token: &str) -> Result<(UnmetNeed, String), String> {
    let request = ListUnmetNeedsRequest {
        page_size: 1,
        page_token: token.to_owned(),
        ..ListUnmetNeedsRequest::default()
    };
    let page = reader
        .unmet(request)
        .await
        .map_err(|status| reason(&status))?;
    let [need] = &page.needs[..] else {
        panic!("one need a page: {page:?}")
    };
    Ok((need.clone(), page.next_page_token))
}

async fn pages_are_of_one_list(world: World) {
    register_others(&world).await;
    for organizer in ["Vallentuna kommun", "Täby kommun", "Danderyds kommun"] {
        wants_both(&world, organizer, 10).await;
    }
    let reader = world.coordinator_of(UPPSALA).await;
    let (first, token) = page(&reader, "").await.expect("it is told");
    wants_both(&world, "Sollentuna kommun", 30).await;
    let (second, end) = page(&reader, &token).await.expect("it is told");
    assert_eq!((first.places_about, second.places_about), (30, 30));
    assert_ne!(first.audience, second.audience);
    assert_eq!(end, "");
    let (now, token_now) = page(&reader, "").await.expect("it is told");
    assert_eq!(now.places_about, 60);

    // A server that has no such list makes it anew, where that comes to the same.
    world.stop().await;
    world.start().await;
    let (second, _) = page(&reader, &token_now).await.expect("it is told");
    assert_eq!(second.places_about, 60);
    let refused = page(&reader, &token).await.expect_err("it has changed");
    assert_eq!(refused, "RESYNC_REQUIRED");
}
