//! In which order records are written: what lies above before what lies below, so that an import that is cut leaves no
//! organization below nothing. Reads the records alone, so that trying again cuts it into the same pieces.

use std::collections::HashMap;

use crate::proto::v1::{
    ExternalId, OrganizationRecord, OrganizationType, organization_ref::Identity,
};

/// The places of the records, in the order in which they are to be written.
pub(super) fn writing_order(records: &[OrganizationRecord]) -> Vec<usize> {
    let mut areas: HashMap<&ExternalId, usize> = HashMap::new();
    for (index, record) in records
        .iter()
        .enumerate()
        .filter(|(_, record)| is_area(record))
    {
        if let Some(id) = &record.external_id {
            areas.entry(id).or_insert(index);
        }
    }
    let mut order: Vec<_> = (0..records.len()).collect();
    order.sort_by_cached_key(|index| {
        let record = records.get(*index);
        record.map(|record| (rank(record.r#type()), depth(record, records, &areas)))
    });
    order
}

fn rank(kind: OrganizationType) -> u8 {
    match kind {
        OrganizationType::Unspecified
        | OrganizationType::NationalAgency
        | OrganizationType::Organizer
        | OrganizationType::University => 0,
        OrganizationType::Administration => 1,
        OrganizationType::Area => 2,
        OrganizationType::SchoolUnit | OrganizationType::Preschool => 3,
    }
}

/// How many areas of the import lie above an area. A circle of areas ends the count; it is refused elsewhere.
fn depth(
    record: &OrganizationRecord,
    records: &[OrganizationRecord],
    areas: &HashMap<&ExternalId, usize>,
) -> usize {
    let mut depth = 0;
    let mut above = parent_area(record, areas);
    while let Some(record) = above
        .and_then(|index| records.get(index))
        .filter(|_| depth < areas.len())
    {
        depth += 1;
        above = parent_area(record, areas);
    }
    depth
}

fn parent_area(record: &OrganizationRecord, areas: &HashMap<&ExternalId, usize>) -> Option<usize> {
    if !is_area(record) {
        return None;
    }
    match record.parent.as_ref()?.identity.as_ref()? {
        Identity::ExternalId(id) => areas.get(id).copied(),
        Identity::Id(_) | Identity::OrganizationNumber(_) | Identity::SchoolUnitCode(_) => None,
    }
}

fn is_area(record: &OrganizationRecord) -> bool {
    record.r#type() == OrganizationType::Area
}
