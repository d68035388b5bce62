//! What is changed at a desk reaches the exchange: by the command, by SQL, through conflicts, and once.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use styrkedja::{
    proto::v1::{Document, DocumentState, ListDocumentsRequest},
    replica::{Link, Token},
};

use super::{Desk, drafts, number, numbered, text};
use crate::{
    documents::{acts::*, papers::*},
    world::{Caller, World},
};

stories!(
    what_is_put_is_pushed_and_held,
    another_program_writes_into_the_outbox,
    edits_of_one_document_follow_each_other,
    what_both_sides_changed_is_merged_or_kept_and_resolved,
    what_is_refused_stays_with_its_reasons,
    what_can_not_be_read_is_refused_here,
    an_answer_that_comes_again_brings_nothing_back,
    an_edit_that_comes_while_a_push_begins_is_sent,
    the_last_edit_is_sent_last_whatever_was_refused,
    what_is_outside_of_the_filter_is_not_held,
    nobody_pushes_with_the_replica_of_another,
);

/// A desk of the organizer's system, with what there is pulled.
async fn desk_of(world: &World) -> (Desk, Caller, String) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let desk = Desk::of(world, system.clone());
    desk.says(&["pull"]).await;
    (desk, system, world.id_of("Karbyskolan"))
}

impl Desk {
    /// A document as `show` prints it.
    pub(super) async fn shown(&self, id: &str) -> Value {
        serde_json::from_str(&self.says(&["show", id]).await).expect("JSON is printed")
    }

    /// Changes a field of the document that is held, and puts it.
    async fn edits(&self, id: &str, at: &str, to: &str) {
        let mut document = self.shown(id).await;
        *document.pointer_mut(at).expect("there is such a field") = to.into();
        let file = self.paper("edited.json", &document);
        self.says(&["put", &file]).await;
    }

    /// Counts of what a push came to, whether something stayed or not.
    async fn pushes(&self) -> Value {
        let output = self.run(&["push", "--output", "json"]).await;
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{error}"))
    }
}

fn json_of(document: &Document) -> Value {
    let text = styrkedja::json::line(document).expect("it can be written");
    serde_json::from_str(&text).expect("it is JSON")
}

async fn what_is_put_is_pushed_and_held(world: World) {
    let (desk, system, owner) = desk_of(&world).await;
    let new = desk.paper("new.json", &json_of(&numbered(&owner, 1)));
    assert!(desk.says(&["put", &new]).await.contains("a new document"));
    let status = desk.says(&["status"]).await;
    assert!(status.contains("Waiting in the outbox"), "{status}");
    assert_eq!(number(&desk.pushes().await, "/created"), 1);

    // It is held before the feed tells of it, and the feed then says the same.
    let [held] = desk.documents().await.try_into().expect("one");
    assert_eq!((held.revision, held.state()), (1, DocumentState::Draft));
    assert_eq!(number(&desk.json(&["status"]).await, "/ahead"), 1);
    assert_eq!(number(&desk.json(&["verify"]).await, "/ahead"), 1);
    desk.says(&["pull"]).await;
    desk.must_be_in_step().await;
    assert_eq!(number(&desk.json(&["status"]).await, "/ahead"), 0);

    desk.edits(&held.id, "/analysis/title", "Nulägesanalys, omarbetad")
        .await;
    assert_eq!(number(&desk.pushes().await, "/updated"), 1);
    desk.edits(&held.id, "/analysis/title", "Nulägesanalys, omarbetad")
        .await;
    assert_eq!(number(&desk.pushes().await, "/unchanged"), 1);
    desk.says(&["pull"]).await;
    desk.must_be_in_step().await;
    let [mut listed] = system
        .all(ListDocumentsRequest::default())
        .await
        .try_into()
        .expect("one");
    assert_eq!(listed.revision, 2);
    assert_eq!(analysis_in(&mut listed).title, "Nulägesanalys, omarbetad");
    assert_eq!(listed.external_id, numbered(&owner, 1).external_id);
}

async fn another_program_writes_into_the_outbox(world: World) {
    let (desk, system, owner) = desk_of(&world).await;
    let draft = system.draft(&numbered(&owner, 1)).await;
    desk.says(&["pull"]).await;
    desk.execute(
        "INSERT INTO outbox (document, base_etag)
            SELECT json_set(document, '$.analysis.title', 'Från ett annat program'), etag FROM documents",
    )
    .await;
    assert_eq!(number(&desk.pushes().await, "/updated"), 1);
    desk.says(&["pull"]).await;
    desk.must_be_in_step().await;
    let mut now = system.gets(&draft.id, 2).await.expect("it is there");
    assert_eq!(analysis_in(&mut now).title, "Från ett annat program");
}

async fn edits_of_one_document_follow_each_other(world: World) {
    let (desk, system, owner) = desk_of(&world).await;
    let draft = system.draft(&numbered(&owner, 1)).await;
    desk.says(&["pull"]).await;
    desk.edits(&draft.id, "/analysis/title", "Först").await;
    // What was not sent yet is replaced.
    desk.edits(&draft.id, "/analysis/title", "Sedan").await;
    assert_eq!(desk.query("SELECT request_id FROM outbox").await.len(), 1);
    // What may have been sent is not: the next waits for what comes of it.
    desk.execute("UPDATE outbox SET sent_time = '2020-01-01T00:00:00Z'")
        .await;
    desk.edits(&draft.id, "/analysis/title", "Sist").await;
    assert_eq!(desk.query("SELECT request_id FROM outbox").await.len(), 2);
    assert_eq!(number(&desk.pushes().await, "/updated"), 2);
    let titles = [2, 3].map(|revision| system.gets(&draft.id, revision));
    for (title, expected) in titles.into_iter().zip(["Sedan", "Sist"]) {
        let mut document = title.await.expect("it is there");
        assert_eq!(analysis_in(&mut document).title, expected);
    }
    desk.says(&["pull"]).await;
    desk.must_be_in_step().await;
}

async fn what_both_sides_changed_is_merged_or_kept_and_resolved(world: World) {
    let (desk, system, owner) = desk_of(&world).await;
    let principal = world.principal_of("Karbyskolan").await;
    let [one, two, three] = drafts(&system, &owner, 0..3)
        .await
        .try_into()
        .expect("three");
    desk.says(&["pull"]).await;
    for draft in [&one, &two, &three] {
        desk.edits(&draft.id, "/analysis/title", "Kommunens titel")
            .await;
    }
    let retitle = async |draft: &Document| {
        let mut theirs = draft.clone();
        analysis_in(&mut theirs).title = "Rektors titel".into();
        let changed = principal.updates(change(&theirs, &["analysis.title"]));
        changed.await.expect("a draft can be changed")
    };
    let mut other = one.clone();
    analysis_in(&mut other).present_state = "Rektors nuläge.".into();
    let changed = principal.updates(change(&other, &["analysis.present_state"]));
    changed.await.expect("a draft can be changed");
    retitle(&two).await;
    retitle(&three).await;

    let pushed = desk.pushes().await;
    assert_eq!(
        ["/merged", "/conflicts", "/refused"].map(|at| number(&pushed, at)),
        [1, 2, 0],
        "{pushed}"
    );
    assert_eq!(
        desk.run(&["push"]).await.status.code(),
        Some(0),
        "nothing waits"
    );
    desk.says(&["pull"]).await;
    desk.must_be_in_step().await;
    let mut merged = system.gets(&one.id, 0).await.expect("it is there");
    let analysis = analysis_in(&mut merged);
    assert_eq!(
        (analysis.title.as_str(), analysis.present_state.as_str()),
        ("Kommunens titel", "Rektors nuläge.")
    );

    let conflicts = desk.json(&["conflicts"]).await;
    let of = |draft: &Document| {
        let all = conflicts.pointer("/conflicts").and_then(Value::as_array);
        let found = all.expect("a list").iter();
        let mut found = found.filter(|one| text(one, "/documentId") == draft.id);
        text(found.next().expect("one is of it"), "/id")
    };
    let shown = desk.says(&["conflicts", &of(&two)]).await;
    for part in [
        "Kommunens titel",
        "Rektors titel",
        "Nulägesanalys nummer 1",
        "Theirs, rev 2",
    ] {
        assert!(shown.contains(part), "{part} is not in {shown}");
    }
    // The answer is lost here, after the exchange has taken the decision in.
    desk.execute(
        "CREATE TRIGGER lost BEFORE DELETE ON resolutions BEGIN SELECT RAISE(ABORT, 'lost'); END",
    )
    .await;
    let lost = desk.run(&["resolve", &of(&two), "--yours"]).await;
    assert_eq!(lost.status.code(), Some(1));
    desk.execute("DROP TRIGGER lost").await;
    let again = desk.says(&["resolve", &of(&two), "--yours"]).await;
    assert!(!again.contains("resolved it before"), "{again}");
    let other = desk.says(&["resolve", &of(&two), "--theirs"]).await;
    assert!(other.contains("resolved it before"), "{other}");
    desk.says(&["resolve", &of(&three), "--theirs"]).await;
    assert!(desk.query("SELECT request_id FROM outbox").await.is_empty());
    assert!(desk.says(&["conflicts"]).await.contains("0 conflict(s)"));
    desk.says(&["pull"]).await;
    desk.must_be_in_step().await;
    for (draft, expected) in [(&two, "Kommunens titel"), (&three, "Rektors titel")] {
        let mut now = system.gets(&draft.id, 0).await.expect("it is there");
        assert_eq!(analysis_in(&mut now).title, expected);
    }
}

async fn what_is_refused_stays_with_its_reasons(world: World) {
    let (desk, system, owner) = desk_of(&world).await;
    let draft = system.draft(&numbered(&owner, 1)).await;
    desk.says(&["pull"]).await;
    system.submits(&draft).await.expect("it breaks no rule");
    desk.edits(&draft.id, "/analysis/title", "För sent").await;
    let output = desk.run(&["push"]).await;
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("STATE_FORBIDS"), "{told}");
    let status = desk.json(&["status"]).await;
    assert_eq!(text(&status, "/outbox/0/state"), "refused");
    assert_eq!(text(&status, "/outbox/0/answer/reason"), "STATE_FORBIDS");
    let number = status.pointer("/outbox/0/number").map(Value::to_string);
    desk.says(&["discard", &number.expect("a number")]).await;
    desk.says(&["pull"]).await;
    desk.must_be_in_step().await;
    assert!(desk.query("SELECT request_id FROM outbox").await.is_empty());
}

async fn what_can_not_be_read_is_refused_here(world: World) {
    let (desk, system, owner) = desk_of(&world).await;
    desk.execute("INSERT INTO outbox (document) VALUES ('{\"ägare\": 1}')")
        .await;
    let good = desk.paper("good.json", &json_of(&numbered(&owner, 1)));
    desk.says(&["put", &good]).await;
    let nameless = desk.paper("nameless.json", &json!({"ownerId": owner, "analysis": {}}));
    assert_eq!(desk.run(&["put", &nameless]).await.status.code(), Some(1));
    let pushed = desk.pushes().await;
    assert_eq!(
        ["/created", "/refused"].map(|at| number(&pushed, at)),
        [1, 1],
        "{pushed}"
    );
    let status = desk.json(&["status"]).await;
    assert_eq!(text(&status, "/outbox/0/answer/reason"), "UNREADABLE");
    assert_eq!(system.all(ListDocumentsRequest::default()).await.len(), 1);
}

/// The first answer was lost. By the next the document was withdrawn, and the feed has told so.
async fn an_answer_that_comes_again_brings_nothing_back(world: World) {
    let (desk, system, owner) = desk_of(&world).await;
    let new = desk.paper("new.json", &json_of(&numbered(&owner, 1)));
    desk.says(&["put", &new]).await;
    desk.execute("CREATE TABLE unanswered AS SELECT * FROM outbox")
        .await;
    assert_eq!(number(&desk.pushes().await, "/created"), 1);
    desk.execute("CREATE TABLE written AS SELECT * FROM documents")
        .await;
    let [draft] = desk.documents().await.try_into().expect("one");
    system.withdraws(&draft).await.expect("it is withdrawn");
    desk.says(&["pull"]).await;
    assert!(desk.documents().await.is_empty());

    desk.execute("INSERT INTO outbox SELECT * FROM unanswered")
        .await;
    assert_eq!(number(&desk.pushes().await, "/created"), 1);
    desk.must_be_in_step().await;
    // A replica that took it in all the same is mended.
    desk.execute("INSERT INTO documents SELECT * FROM written")
        .await;
    let output = desk.run(&["verify", "--output", "json"]).await;
    let found = serde_json::from_slice(&output.stdout).expect("JSON");
    let counts = ["/documentsDeleted", "/ahead"].map(|at| number(&found, at));
    assert_eq!(counts, [1, 0], "{found}");
    desk.must_be_in_step().await;
}

/// It is put in the place of the one before while the token is fetched.
async fn an_edit_that_comes_while_a_push_begins_is_sent(world: World) {
    let (desk, system, owner) = desk_of(&world).await;
    let draft = system.draft(&numbered(&owner, 1)).await;
    desk.says(&["pull"]).await;
    desk.edits(&draft.id, "/analysis/title", "Först").await;
    let mut document = desk.shown(&draft.id).await;
    document["analysis"]["title"] = "Sedan".into();
    let file = desk.paper("meanwhile.json", &document);
    let put = Mutex::new(desk.command(&["put", &file]));
    let token = desk.token.clone();
    let renew = move || {
        let output = put.lock().expect("it is free").output()?;
        anyhow::ensure!(output.status.success(), "it is not put");
        Ok(token.clone())
    };
    let mut link = Link::new(&desk.server, None, Token::Renewed(Arc::new(renew)));
    let mut replica = desk.replica().await;
    let pushed = styrkedja::replica::push(&mut replica, &mut link, &mut |_| {}).await;
    pushed.expect("it is pushed");
    replica.close().await.expect("it closes");
    assert!(desk.query("SELECT request_id FROM outbox").await.is_empty());
    let mut now = system.gets(&draft.id, 0).await.expect("it is there");
    assert_eq!(analysis_in(&mut now).title, "Sedan");
}

async fn the_last_edit_is_sent_last_whatever_was_refused(world: World) {
    let (desk, system, owner) = desk_of(&world).await;
    let draft = system.draft(&numbered(&owner, 1)).await;
    desk.says(&["pull"]).await;
    desk.edits(&draft.id, "/analysis/title", "Först").await;
    desk.execute("UPDATE outbox SET sent_time = '2020-01-01T00:00:00Z'")
        .await;
    desk.edits(&draft.id, "/analysis/title", "Sedan").await;
    desk.execute("UPDATE outbox SET state = 'refused', answer = '{}' WHERE sent_time IS NOT NULL")
        .await;
    desk.edits(&draft.id, "/analysis/title", "Sist").await;
    assert_eq!(number(&desk.pushes().await, "/updated"), 1);
    assert!(desk.query("SELECT request_id FROM outbox").await.is_empty());
    let mut now = system.gets(&draft.id, 0).await.expect("it is there");
    assert_eq!(analysis_in(&mut now).title, "Sist");
}

async fn what_is_outside_of_the_filter_is_not_held(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let (karby, ormsta) = (world.id_of("Karbyskolan"), world.id_of("Ormsta förskola"));
    let mut desk = Desk::of(&world, system.clone());
    for (count, filter) in [
        ["--kind", "action-plan"],
        ["--round", "sbs-2021-1"],
        ["--owner", &ormsta],
    ]
    .iter()
    .enumerate()
    {
        desk.file.set_extension(format!("{count}.db"));
        desk.says(&["init", filter[0], filter[1]]).await;
        desk.says(&["pull"]).await;
        let new = json_of(&numbered(&karby, u32::try_from(count).expect("a few")));
        let new = desk.paper("new.json", &new);
        desk.says(&["put", &new]).await;
        assert_eq!(number(&desk.pushes().await, "/created"), 1, "{filter:?}");
        assert!(desk.documents().await.is_empty(), "{filter:?}");
        desk.says(&["pull"]).await;
        assert!(desk.documents().await.is_empty(), "{filter:?}");
        let all = system.all(ListDocumentsRequest::default()).await;
        assert_eq!(all.len(), count + 1);
    }
}

async fn nobody_pushes_with_the_replica_of_another(world: World) {
    let (mut desk, system, owner) = desk_of(&world).await;
    let new = desk.paper("new.json", &json_of(&numbered(&owner, 1)));
    desk.says(&["put", &new]).await;
    let own = std::mem::replace(&mut desk.token, world.token_of("exchange:somebody-else"));
    for words in [
        &["push"][..],
        &["run"],
        &["resolve", "00000000-0000-7000-8000-000000000001", "--yours"],
    ] {
        let refused = desk.run(words).await;
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(told.contains(&system.subject), "{words:?}: {told}");
        assert!(told.contains("exchange:somebody-else"), "{words:?}: {told}");
    }
    assert!(system.all(ListDocumentsRequest::default()).await.is_empty());
    desk.token = own;
    assert_eq!(number(&desk.pushes().await, "/created"), 1);
}
