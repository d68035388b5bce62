//! Digests of what a copy should hold: those of a copy that has done all it was told, and of nothing else.

use sha2_of::sha256;
use styrkedja::proto::v1::{
    Digest, GetDigestsRequest, GetDigestsResponse, IdRange, PullRequest, SyncFilter, Version,
};
use tonic::{Code, Status};

use super::{KARBY, Replica, grant, move_unit, revoke};
use crate::{
    documents::{acts::*, papers::*},
    organizations::BERG,
    world::{Caller, ROUND, World},
};

stories!(
    a_copy_has_the_digests_that_are_told_of_it,
    digests_are_of_the_cursor_and_not_of_today,
    what_is_out_of_sight_since_is_in_no_digest,
    ranges_are_told_one_by_one,
    digests_are_refused_as_pulls_are,
);

/// What the exchange counts with, by itself.
mod sha2_of {
    use aws_lc_rs::digest::{SHA256, digest};

    pub fn sha256(bytes: &[u8]) -> Vec<u8> {
        digest(&SHA256, bytes).as_ref().to_vec()
    }
}

fn asked(copy: &Replica, ranges: &[(&str, &str)], with_versions: bool) -> GetDigestsRequest {
    let range = |(from, to): &(&str, &str)| IdRange {
        from: (*from).to_owned(),
        to: (*to).to_owned(),
    };
    GetDigestsRequest {
        cursor: copy.cursor.clone(),
        filter: copy.filter.clone(),
        ranges: ranges.iter().map(range).collect(),
        with_versions,
    }
}

async fn told(caller: &Caller, request: GetDigestsRequest) -> Result<GetDigestsResponse, Status> {
    let answer = caller.sync().get_digests(request).await?;
    Ok(answer.into_inner())
}

/// The digest of ids and etags, as the contract says it is made.
fn digest<'a>(held: impl Iterator<Item = (&'a String, &'a String, u32)>) -> Digest {
    let mut digest = Digest::default();
    let mut bytes = Vec::new();
    for (id, etag, revision) in held {
        let uuid: uuid::Uuid = id.parse().expect("an id");
        bytes.extend(uuid.as_bytes());
        bytes.extend(etag.as_bytes());
        digest.count += 1;
        digest.versions.push(Version {
            id: id.clone(),
            etag: etag.clone(),
            revision,
        });
    }
    digest.sha256 = sha256(&bytes).into();
    digest
}

fn digest_of(copy: &Replica) -> Digest {
    let held = copy.documents.values();
    digest(held.map(|one| (&one.id, &one.etag, one.revision)))
}

fn digest_of_organizations(copy: &Replica) -> Digest {
    let held = copy.organizations.values();
    digest(held.map(|one| (&one.id, &one.etag, 0)))
}

async fn must_be_told_of(caller: &Caller, copy: &Replica) {
    let answer = told(caller, asked(copy, &[("", "")], true)).await;
    let answer = answer.expect("it may be told");
    assert_eq!(answer.documents, [digest_of(copy)], "of {}", caller.subject);
    assert_eq!(answer.organizations, Some(digest_of_organizations(copy)));
}

async fn a_copy_has_the_digests_that_are_told_of_it(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let (karby, ormsta) = (world.id_of("Karbyskolan"), world.id_of("Ormsta förskola"));
    for number in 0..6 {
        let owner = if number % 2 == 0 { &karby } else { &ormsta };
        let draft = system.draft(&analysis(owner)).await;
        if number > 3 {
            system.submits(&draft).await.expect("it breaks no rule");
        }
    }
    let of_owner = SyncFilter {
        owner_id: karby.clone(),
        ..SyncFilter::default()
    };
    let of_round = SyncFilter {
        round: ROUND.to_owned(),
        ..SyncFilter::default()
    };
    for caller in [
        system,
        world.head_of("Vallentuna kommun").await,
        world.researcher_of("Vallentuna kommun").await,
        world.board_of("Vallentuna kommun").await,
        world.officer().await,
        world.head_of("Bergs kommun").await,
    ] {
        for filter in [None, Some(of_owner.clone()), Some(of_round.clone())] {
            let mut copy = Replica {
                filter,
                ..Replica::default()
            };
            copy.pull(&caller).await.expect("a snapshot");
            must_be_told_of(&caller, &copy).await;
        }
    }
}

async fn digests_are_of_the_cursor_and_not_of_today(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let owner = world.id_of("Karbyskolan");
    let [first, second] = [
        system.draft(&analysis(&owner)).await,
        system.draft(&analysis(&owner)).await,
    ];
    let mut copy = Replica::default();
    copy.pull(&system).await.expect("a snapshot");
    system.submits(&first).await.expect("it breaks no rule");
    system.withdraws(&second).await.expect("it is withdrawn");
    system.draft(&analysis(&owner)).await;
    must_be_told_of(&system, &copy).await;
    let before = digest_of(&copy);
    copy.pull(&system).await.expect("what has changed");
    must_be_told_of(&system, &copy).await;
    assert_ne!(digest_of(&copy), before);
}

/// Nobody is told of what it can not see today, though it saw it where its copy stands.
async fn what_is_out_of_sight_since_is_in_no_digest(world: World) {
    let (officer, head) = (
        world.officer().await,
        world.head_of("Vallentuna kommun").await,
    );
    let principal = world.principal_of("Karbyskolan").await;
    let draft = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    principal.submits(&draft).await.expect("it breaks no rule");
    let more = world.request(styrkedja::proto::v1::Role::Teacher, "Svenstaviks skola");
    let more = styrkedja::proto::v1::CreateGrantRequest {
        subject: head.subject.clone(),
        ..more
    };
    let more = grant(&officer, more).await;
    let mut copy = Replica::default();
    copy.pull(&head).await.expect("a snapshot");
    move_unit(&world.operator(), KARBY, "Karbyskolan", BERG, "2021-07-01").await;
    revoke(&officer, &more).await;
    let answer = told(&head, asked(&copy, &[("", "")], true)).await;
    let answer = answer.expect("it may be told");
    assert_eq!(answer.documents[0].count, 0);
    let organizations = answer.organizations.expect("a digest");
    let names: Vec<&str> = organizations
        .versions
        .iter()
        .map(|one| copy.organizations[&one.id].display_name.as_str())
        .collect();
    assert!(!names.contains(&"Karbyskolan") && !names.contains(&"Svenstaviks skola"));
    copy.pull(&head).await.expect("what has changed");
    must_be_told_of(&head, &copy).await;
}

async fn ranges_are_told_one_by_one(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let owner = world.id_of("Karbyskolan");
    for _ in 0..5 {
        system.draft(&analysis(&owner)).await;
    }
    let mut copy = Replica::default();
    copy.pull(&system).await.expect("a snapshot");
    let ids: Vec<&str> = copy.documents.keys().map(String::as_str).collect();
    let ranges = [("", ids[1]), (ids[1], ids[2]), (ids[3], "")];
    let answer = told(&system, asked(&copy, &ranges, true)).await;
    let answer = answer.expect("it may be told").documents;
    let expected = [&ids[..1], &ids[1..2], &ids[3..]].map(|ids| {
        let held = ids.iter().map(|id| &copy.documents[*id]);
        digest(held.map(|one| (&one.id, &one.etag, one.revision)))
    });
    assert_eq!(answer, expected);
    let brief = told(&system, asked(&copy, &ranges, false)).await;
    let brief = brief.expect("it may be told").documents;
    let without = expected.map(|digest| Digest {
        versions: Vec::new(),
        ..digest
    });
    assert_eq!(brief, without);
}

async fn digests_are_refused_as_pulls_are(world: World) {
    let head = world.head_of("Vallentuna kommun").await;
    let other = world.head_of("Bergs kommun").await;
    let mut copy = Replica::default();
    copy.pull(&head).await.expect("a snapshot");
    let refused = async |caller: &Caller, request| {
        let refused = told(caller, request).await.expect_err("it is refused");
        (refused.code(), reason(&refused), fields(&refused))
    };
    let good = asked(&copy, &[("", "")], false);
    let invalid = (Code::InvalidArgument, "CURSOR_INVALID".to_owned(), vec![]);
    assert_eq!(refused(&other, good.clone()).await, invalid);
    let mut edited = good.clone();
    edited.cursor.replace_range(3..4, "_");
    assert_eq!(refused(&head, edited).await, invalid);
    let mut filtered = good.clone();
    filtered.filter = Some(SyncFilter {
        round: ROUND.to_owned(),
        ..SyncFilter::default()
    });
    assert_eq!(refused(&head, filtered).await, invalid);

    let (one, two) = (world.id_of("Karbyskolan"), world.id_of("Ormsta förskola"));
    let (low, high) = (one.clone().min(two.clone()), one.max(two));
    let mut disordered = asked(&copy, &[(&high, &low), (&low, ""), ("no id", "")], false);
    let (_, reason, fields) = refused(&head, disordered.clone()).await;
    assert_eq!(
        (reason.as_str(), &*fields),
        ("FIELDS_INVALID", &["ranges[2].from".to_owned()][..])
    );
    disordered.ranges.pop();
    let (_, _, fields) = refused(&head, disordered).await;
    assert_eq!(fields, ["ranges[0].to"]);
    let mut without = good.clone();
    without.cursor.clear();
    assert_eq!(refused(&head, without).await.2, ["cursor"]);

    // In the middle of a snapshot a copy holds what nobody can say.
    let begun = PullRequest::default();
    for number in 0..60 {
        let principal = world.principal_of("Karbyskolan").await;
        let mut heavy = super::heavy_analysis(&world.id_of("Karbyskolan"));
        analysis_in(&mut heavy).title = format!("Nummer {number}");
        let draft = principal.draft(&heavy).await;
        principal.submits(&draft).await.expect("it breaks no rule");
    }
    let mut stream = head.sync().pull(begun).await.expect("it may").into_inner();
    let mut early = good;
    early.cursor.clear();
    while early.cursor.is_empty() {
        let message = stream.message().await.expect("it goes on").expect("more");
        early.cursor = message.cursor;
    }
    assert_eq!(refused(&head, early).await.2, ["cursor"]);
}
