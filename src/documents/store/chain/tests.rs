use super::*;
use crate::{
    access::{Caller, Grant},
    clock::{self, Time},
    database::{Database, Purpose},
    documents::{
        model::{Level, Revision},
        store,
    },
    journal::{Journal, Row, Write},
    kinds::{Link, Relation, Target},
    proto::v1::{Act, DocumentKind, DocumentState, OrganizationType, Role, WithdrawReason},
};

const ORGANIZER: Uuid = Uuid::from_u128(1);
const SCHOOL: Uuid = Uuid::from_u128(2);
const OTHER_SCHOOL: Uuid = Uuid::from_u128(3);

fn principal_of(school: Uuid) -> Caller {
    let tree = [
        (ORGANIZER, OrganizationType::Organizer, None),
        (SCHOOL, OrganizationType::SchoolUnit, Some(ORGANIZER)),
        (OTHER_SCHOOL, OrganizationType::SchoolUnit, Some(ORGANIZER)),
    ];
    let grant = Grant {
        id: Uuid::from_u128(9),
        revision: 1,
        subject: "exchange:rektor".to_owned(),
        role: Role::Principal,
        organization: school,
        home: school,
        round: None,
        not_after: None,
        created_at: Time::from_micros(0),
        revoked_at: None,
    };
    Caller::in_tree("exchange:rektor", &tree, vec![grant])
}

fn draft(owner: Uuid, document: u128, kind: DocumentKind) -> Revision {
    let now = clock::now();
    let mut revision = Revision {
        owner,
        document: Uuid::from_u128(document),
        number: 1,
        kind,
        state: DocumentState::Draft,
        level: Level::Draft,
        round: None,
        period: None,
        external_id: None,
        author: "exchange:rektor".to_owned(),
        author_organization: owner,
        created_at: now,
        updated_at: now,
        content: None,
        content_revision: 1,
        content_hash: Vec::new(),
        review: None,
        justifications: Vec::new(),
        withdraw_reason: WithdrawReason::Unspecified,
        withdrawn: false,
    };
    revision.write(Vec::new());
    revision
}

fn link(from_item: &str, relation: Relation, document: u128, item: &str) -> Link {
    let (document_id, item) = (Uuid::from_u128(document), item.to_owned());
    let to = Target::Other {
        document_id,
        revision: None,
        item,
    };
    Link {
        from_item: from_item.to_owned(),
        relation,
        to,
        field: String::new(),
    }
}

/// Writes a revision and its links, all of them between documents of one owner unless said otherwise.
async fn keep(journal: &Journal, caller: &Caller, revision: &Revision, links: Vec<Link>) {
    let grant = &caller.grants()[0];
    let write = Write {
        actor: grant.actor(),
        method: "/styrkedja.v1.DocumentService/CreateDocument",
        request: None,
        register_unchanged_since: None,
        dry_run: false,
        answer: Vec::new(),
        rows: vec![Row::Document {
            links: store::links(revision, links, |_| Some(revision.owner)),
            revision: store::row(revision),
        }],
    };
    journal.write(write).await.unwrap();
}

#[tokio::test]
async fn it_spans_what_is_linked_either_way_and_ends_where_the_scope_does() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/chain.db", folder.path().display());
    let database = Database::open(&url, Purpose::Serve).await.unwrap();
    let journal = Journal::open(&database).await.unwrap();
    let (own, other) = (principal_of(SCHOOL), principal_of(OTHER_SCHOOL));

    let analysis = draft(SCHOOL, 10, DocumentKind::Analysis);
    let plan = draft(SCHOOL, 11, DocumentKind::ActionPlan);
    let report = draft(SCHOOL, 12, DocumentKind::FollowUpReport);
    let foreign = draft(OTHER_SCHOOL, 13, DocumentKind::ActionPlan);
    let apart = draft(SCHOOL, 14, DocumentKind::Analysis);
    let cause = Link {
        to: Target::Own("p1".to_owned()),
        ..link("c1", Relation::CauseProblem, 10, "")
    };
    keep(&journal, &own, &analysis, vec![cause.clone()]).await;
    let goal = link("g1", Relation::GoalArea, 10, "a1");
    keep(&journal, &own, &plan, vec![goal.clone()]).await;
    let effect = link("x1", Relation::EffectMeasure, 11, "m1");
    keep(&journal, &own, &report, vec![effect]).await;
    keep(&journal, &other, &foreign, vec![goal]).await;
    keep(&journal, &own, &apart, vec![cause]).await;

    let chain_of = async |caller: &Caller, document: &Revision| {
        let scope = caller.scope(Act::ReadDocuments);
        let links = chain(database.reader(), &scope, document.document).await;
        let links = links.unwrap().into_iter();
        links.map(|link| link.from_item).collect::<Vec<_>>()
    };
    for document in [&analysis, &plan, &report] {
        assert_eq!(chain_of(&own, document).await, ["c1", "g1", "x1"]);
    }
    assert_eq!(chain_of(&own, &apart).await, ["c1"]);
    assert_eq!(chain_of(&own, &foreign).await, [""; 0]);
    // The other school sees its own plan, and nothing of what the plan rests on.
    assert_eq!(chain_of(&other, &foreign).await, [""; 0]);
    assert_eq!(chain_of(&other, &analysis).await, [""; 0]);

    let mut gone = plan.next(
        DocumentState::Withdrawn,
        plan.author.clone(),
        SCHOOL,
        clock::now(),
    );
    (gone.withdrawn, gone.content) = (true, None);
    keep(&journal, &own, &gone, Vec::new()).await;
    assert_eq!(chain_of(&own, &analysis).await, ["c1"]);
}
