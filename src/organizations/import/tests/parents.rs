//! Parents: written before what hangs on them, refused with them, never in circles.

use super::*;

#[test]
fn a_parent_may_come_later_in_the_stream_and_is_written_first() {
    let mut kept = Kept::default();
    let records = [
        unit("57370453", area_ref("north")),
        area("north", number(VALLENTUNA)),
        organizer(VALLENTUNA),
    ];
    let steps = plan(&records, &kept.register(), today(), Time::from_micros(7));
    let kinds: Vec<_> = steps
        .iter()
        .filter_map(|step| step.organization.as_ref())
        .map(|one| one.facts.kind)
        .collect();
    assert_eq!(kinds, [Kind::Organizer, Kind::Area, Kind::SchoolUnit]);
    assert_eq!(kept.outcomes(&records), [Outcome::Created; 3]);
    assert_eq!(kept.outcomes(&records), [Outcome::Unchanged; 3]);
}

#[test]
fn areas_below_areas_are_written_from_above() {
    let mut kept = Kept::default();
    let records = [
        area("c", area_ref("b")),
        area("b", area_ref("a")),
        area("a", number(BERG)),
        organizer(BERG),
    ];
    let steps = plan(&records, &kept.register(), today(), Time::from_micros(7));
    let written: Vec<_> = steps
        .iter()
        .filter_map(|step| step.organization.as_ref())
        .collect();
    for (index, one) in written.iter().enumerate() {
        let parent = one.facts.belongings.parent();
        assert!(
            parent.is_none_or(|parent| written[..index].iter().any(|above| above.id == parent))
        );
    }
    assert_eq!(kept.outcomes(&records), [Outcome::Created; 4]);
}

#[test]
fn what_hangs_on_a_refused_record_is_refused_with_it() {
    let mut kept = Kept::default();
    let broken = OrganizationRecord {
        display_name: " ".to_owned(),
        ..organizer(BERG)
    };
    let records = [
        broken,
        area("south", number(BERG)),
        unit("64147674", area_ref("south")),
        organizer(VALLENTUNA),
    ];
    assert_eq!(
        kept.refusals(&records),
        pairs(&[
            (BERG, "name_blank"),
            ("south", "parent_refused"),
            ("64147674", "parent_refused")
        ])
    );
    assert_eq!(kept.organizations.len(), 1);
}

#[test]
fn a_unit_lies_below_an_organizer_an_administration_or_an_area() {
    let mut kept = Kept::default();
    let records = [
        organizer(BERG),
        unit("64147674", number(BERG)),
        unit("63849173", code("64147674")),
    ];
    assert_eq!(
        kept.refusals(&records),
        pairs(&[("63849173", "parent_type")])
    );
}

#[test]
fn circles_are_refused_whether_new_or_closed_over_what_is_registered() {
    let mut kept = Kept::default();
    let ring = [
        area("a", area_ref("b")),
        area("b", area_ref("c")),
        area("c", area_ref("a")),
    ];
    let refused = kept.refusals(&ring);
    assert_eq!(refused.len(), 3);
    assert!(
        refused.iter().all(|(_, rule)| rule == "cycle"),
        "{refused:?}"
    );

    kept.import(&[
        organizer(BERG),
        area("a", number(BERG)),
        area("b", area_ref("a")),
        area("c", area_ref("b")),
    ]);
    let down = OrganizationRecord {
        parent_since: "2020-01-01".to_owned(),
        ..area("a", area_ref("c"))
    };
    assert_eq!(kept.refusals(&[down]), pairs(&[("a", "cycle")]));

    // Through a new area: a below d below c.
    let down = OrganizationRecord {
        parent_since: "2020-01-01".to_owned(),
        ..area("a", area_ref("d"))
    };
    let refused = kept.refusals(&[
        down,
        area("d", area_ref("c")),
        unit("64147674", area_ref("d")),
    ]);
    assert_eq!(
        refused,
        pairs(&[
            ("d", "cycle"),
            ("a", "cycle"),
            ("64147674", "parent_refused")
        ])
    );
}

#[test]
fn a_move_ends_the_belonging_before() {
    let mut kept = Kept::default();
    kept.import(&[
        organizer(BERG),
        organizer(VALLENTUNA),
        unit("64147674", number(BERG)),
    ]);
    assert_eq!(
        kept.refusals(&[unit("64147674", number(VALLENTUNA))]),
        pairs(&[("64147674", "move_without_day")])
    );
    let moved = OrganizationRecord {
        parent_since: "2019-08-01".to_owned(),
        ..unit("64147674", number(VALLENTUNA))
    };
    assert_eq!(
        kept.outcomes(std::slice::from_ref(&moved)),
        [Outcome::Updated]
    );
    assert_eq!(kept.outcomes(&[moved]), [Outcome::Unchanged]);
    assert_eq!(
        kept.find("64147674")
            .expect("registered")
            .facts
            .belongings
            .iter()
            .count(),
        2
    );
}
