//! Rows and writes to try the journal with.

use styrkedja::{
    access, clock, documents,
    journal::{Actor, RequestKey, Row, Write, sha256},
    offers::{
        places::{booking, ledger},
        submission,
    },
    organizations::{self, succession},
};
use uuid::Uuid;

pub fn actor() -> Actor {
    Actor {
        subject: "exchange:tester".to_owned(),
        organization: Uuid::from_u128(1),
        role: 8,
        grant: Some(Uuid::from_u128(2)),
    }
}

pub fn write(rows: Vec<Row>) -> Write {
    Write {
        actor: actor(),
        method: "/styrkedja.v1.DocumentService/CreateDocument",
        request: None,
        register_unchanged_since: None,
        expects: Vec::new(),
        dry_run: false,
        answer: Vec::new(),
        rows,
    }
}

/// The write of a new document under a new request id.
pub fn creation(owner: Uuid) -> Write {
    let request = request(clock::new_id(), 1);
    Write {
        request: Some(request),
        ..write(vec![document(owner, clock::new_id(), 1)])
    }
}

pub fn request(id: Uuid, body: u8) -> RequestKey {
    RequestKey {
        organization: Uuid::from_u128(1),
        others: Vec::new(),
        id,
        digest: [body; 32],
    }
}

pub fn revision(owner: Uuid, id: Uuid, revision: i32) -> documents::entity::Model {
    let content = format!("{owner} {id} {revision}").into_bytes();
    documents::entity::Model {
        owner_id: owner,
        document_id: id,
        revision,
        kind: 1,
        state: 1,
        level: 1,
        round: None,
        period_start: Some("2026-01-01".to_owned()),
        period_end: Some("2026-12-31".to_owned()),
        external_scheme: None,
        external_value: None,
        author: "exchange:tester".to_owned(),
        author_organization_id: owner,
        created_at: 1,
        updated_at: 2,
        content_hash: sha256(&content),
        content: Some(content),
        content_revision: revision,
        review: None,
        justifications: None,
        withdraw_reason: 0,
        position: 0,
        until_position: None,
    }
}

pub fn link(owner: Uuid, id: Uuid, revision: i32, ordinal: i32) -> documents::link::Model {
    documents::link::Model {
        owner_id: owner,
        document_id: id,
        revision,
        ordinal,
        from_item: "area-1".to_owned(),
        relation: 1,
        to_owner_id: owner,
        to_document_id: id,
        to_revision: 0,
        to_item: "cause-1".to_owned(),
    }
}

pub fn document(owner: Uuid, id: Uuid, number: i32) -> Row {
    Row::Document {
        revision: revision(owner, id, number),
        links: vec![link(owner, id, number, 0), link(owner, id, number, 1)],
    }
}

/// A document with an identity outside.
pub fn known_as(value: &str, owner: Uuid, id: Uuid, number: i32) -> Row {
    let (scheme, value) = (Some("register".to_owned()), Some(value.to_owned()));
    let revision = documents::entity::Model {
        external_scheme: scheme,
        external_value: value,
        ..revision(owner, id, number)
    };
    Row::Document {
        revision,
        links: Vec::new(),
    }
}

/// An organization, perhaps with a code.
pub fn organization(id: Uuid, revision: i32, code: Option<String>) -> Row {
    Row::Organization(organizations::entity::Model {
        id,
        revision,
        r#type: 5,
        display_name: "Karbyskolan".to_owned(),
        organization_number: None,
        school_unit_code: code,
        municipality_code: Some("0115".to_owned()),
        organizer_type: 0,
        school_types: 16,
        school_forms: vec![1, 2, 3],
        external_scheme: None,
        external_value: None,
        parent_id: Some(Uuid::from_u128(3)),
        belongings: vec![4, 5],
        start_date: Some("2000-01-01".to_owned()),
        end_date: None,
        created_at: 1,
        updated_at: 2,
        position: 0,
        until_position: None,
    })
}

pub fn grant(organization_id: Uuid, id: Uuid, revision: i32) -> Row {
    Row::Grant(access::entity::Model {
        organization_id,
        id,
        revision,
        subject: "exchange:karbyskolan-rektor".to_owned(),
        role: 8,
        home_organization_id: organization_id,
        round: Some("sbs-2026-1".to_owned()),
        not_after: Some(9),
        created_at: 1,
        revoked_at: (revision > 1).then_some(5),
        position: 0,
        until_position: None,
    })
}

pub fn succession(predecessor_id: Uuid, successor_id: Uuid) -> Row {
    Row::Succession(succession::Model {
        predecessor_id,
        successor_id,
        date: "2020-07-01".to_owned(),
        position: 0,
    })
}

/// A conflict as it arose, and then resolved.
pub fn conflict(owner: Uuid, document: Uuid, id: Uuid, number: i32) -> Row {
    let content = format!("{owner} {document} {id}").into_bytes();
    let resolved = number > 1;
    Row::Conflict(documents::conflict::entity::Model {
        owner_id: owner,
        id,
        revision: number,
        document_id: document,
        kind: 1,
        state: if resolved { 2 } else { 1 },
        fields: vec![1, 2],
        base_revision: 1,
        their_revision: 2,
        round: Some("sbs-2026-1".to_owned()),
        period_start: Some("2026-01-01".to_owned()),
        period_end: Some("2026-12-31".to_owned()),
        external_scheme: Some("register".to_owned()),
        external_value: Some("a".to_owned()),
        content_hash: sha256(&content),
        content: (!resolved).then_some(content),
        author: "exchange:tester".to_owned(),
        created_at: 1,
        resolution: i16::from(resolved),
        resolver: resolved.then(|| "exchange:tester".to_owned()),
        resolved_at: resolved.then_some(2),
        resolved_revision: if resolved { 3 } else { 0 },
        position: 0,
        until_position: None,
    })
}

/// A booking as it was made, and then confirmed.
pub fn booking(owner: Uuid, offer: Uuid, id: Uuid, revision: i32) -> Row {
    let confirmed = revision > 1;
    Row::Booking(booking::Model {
        owner_id: owner,
        id,
        revision,
        offer_id: offer,
        ticket: 1,
        organization_id: Uuid::from_u128(3),
        audience: 2,
        places: 4,
        measure_document_id: Some(Uuid::from_u128(4)),
        measure_revision: 1,
        measure_item: Some("measure-1".to_owned()),
        state: if confirmed { 3 } else { 2 },
        held_for: 100,
        expires_at: (!confirmed).then_some(101),
        created_at: 1,
        updated_at: i64::from(revision),
        position: 0,
        until_position: None,
    })
}

/// The places of an offer with that booking.
pub fn places(owner: Uuid, offer: Uuid, revision: i32) -> Row {
    let confirmed = revision > 1;
    Row::Places(ledger::Model {
        owner_id: owner,
        id: offer,
        revision,
        offer_revision: 1,
        capacity: 20,
        held: if confirmed { 0 } else { 4 },
        confirmed: if confirmed { 4 } else { 0 },
        waiting: 0,
        next_wants: 0,
        position: 0,
        until_position: None,
    })
}

/// A part of the report of a submission.
pub fn submission(owner: Uuid, id: Uuid, part: i32) -> Row {
    let rows = i64::from(part);
    Row::Submission(submission::entity::Model {
        owner_id: owner,
        id,
        revision: part,
        scheme: "register".to_owned(),
        mode: 2,
        ended: i16::from(part > 1),
        created_at: 1,
        updated_at: 1 + rows,
        row_count: rows,
        created: rows,
        updated: 0,
        unchanged: 0,
        withdrawn: 0,
        refused: 0,
        withheld: 0,
        content: Some(vec![1, 2, 3]),
        position: 0,
        until_position: None,
    })
}
