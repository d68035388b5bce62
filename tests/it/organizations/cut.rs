//! An import that is cut while it is written, and tried again.

use styrkedja::proto::v1::{GetOrganizationRequest, ListOrganizationsRequest, OrganizationRecord};

use super::{BERG, all, by_code, counts, import_as, unit};
use crate::world::{Caller, World, request_id};

stories!(
    an_import_that_is_cut_goes_on_and_is_answered_in_full,
    the_same_import_twice_at_once_is_one
);

const UNITS: usize = 3000;
const FAULTS: usize = UNITS / 500;

async fn an_import_that_is_cut_goes_on_and_is_answered_in_full(world: World) {
    let operator = world.operator();
    let whole = [UNITS - FAULTS, 0, 0, FAULTS].map(|count| u32::try_from(count).expect("small"));
    for round in 0..10 {
        let id = request_id();
        let left = cut(&operator, &id, round).await;
        let answer = import_as(&operator, &id, false, units(round)).await;
        let answer = answer.expect("it goes on");
        assert_eq!(counts(&answer), whole, "after {left} were written");
        assert_eq!(answer.findings.len(), FAULTS);
        assert_eq!(written(&operator, round).await, UNITS - FAULTS);
        let again = import_as(&operator, &id, false, units(round)).await;
        assert_eq!(again.expect("answered"), answer);
        if left > 0 && left < UNITS - FAULTS {
            return;
        }
    }
    panic!("no import was cut in part, so nothing was shown");
}

async fn the_same_import_twice_at_once_is_one(world: World) {
    let operator = world.operator();
    let id = request_id();
    let (one, other) = futures::join!(
        import_as(&operator, &id, false, units(0)),
        import_as(&operator, &id, false, units(0))
    );
    assert_eq!(one.expect("taken in"), other.expect("taken in"));
    assert_eq!(written(&operator, 0).await, UNITS - FAULTS);
}

/// Units of which the first of each piece is at fault, so that findings have to survive a cut.
fn units(round: usize) -> Vec<OrganizationRecord> {
    let named = |index| unit(&code(round, index), &format!("Omgång {round}"), BERG);
    let mut units: Vec<_> = (0..UNITS).map(named).collect();
    for unit in units.iter_mut().step_by(500) {
        "115".clone_into(&mut unit.municipality_code);
    }
    units
}

fn code(round: usize, index: usize) -> String {
    (50_000_000 + round * UNITS + index).to_string()
}

/// Goes away as soon as the first piece is written. Tells how much was written in the end.
async fn cut(operator: &Caller, request_id: &str, round: usize) -> usize {
    let (caller, id) = (operator.clone(), request_id.to_owned());
    let importing = tokio::spawn(async move { import_as(&caller, &id, false, units(round)).await });
    let first = GetOrganizationRequest {
        organization: Some(by_code(&code(round, 1))),
        date: String::new(),
    };
    let mut client = operator.organizations();
    while !importing.is_finished() && client.get_organization(first.clone()).await.is_err() {}
    importing.abort();
    written(operator, round).await
}

async fn written(caller: &Caller, round: usize) -> usize {
    let request = ListOrganizationsRequest {
        name_prefix: format!("Omgång {round}"),
        ..ListOrganizationsRequest::default()
    };
    all(caller, request).await.len()
}
