//! Batches: each for itself, or all together; tried; too large; and documents that come more than once.

use styrkedja::proto::v1::{
    Document, ListConflictsRequest, PushHeader, PushResponse, push_response::Outcome,
};

use super::{
    EACH, TOGETHER, changed, commit, header, info, known_as, new, push, push_one, sent, stream,
    words,
};
use crate::{
    documents::papers::analysis_in,
    world::{Caller, World},
};

stories!(
    each_item_stands_for_itself,
    together_all_are_written_or_none,
    together_a_conflict_is_told_and_not_kept,
    what_is_written_together_is_told_together,
    without_a_commit_nothing_is_written_together,
    a_dry_run_writes_nothing,
    a_batch_over_the_limit_is_refused_and_the_next_is_not,
    a_document_may_come_again_in_a_batch_but_not_where_all_stand_together,
    many_merges_in_a_batch_are_answered_in_order,
    a_thousand_and_more_are_taken_one_by_one,
);

fn papers(world: &World, names: std::ops::Range<usize>) -> Vec<Document> {
    let owner = world.id_of("Karbyskolan");
    names
        .map(|number| known_as(&format!("a-{number}"), &owner))
        .collect()
}

async fn count(caller: &Caller) -> usize {
    caller
        .all(styrkedja::proto::v1::ListDocumentsRequest::default())
        .await
        .len()
}

fn index(answer: &PushResponse) -> String {
    let Some(Outcome::Refused(status)) = &answer.outcome else {
        panic!("{answer:?}")
    };
    info(status).metadata["index"].clone()
}

pub fn etag(answer: &PushResponse) -> String {
    match &answer.outcome {
        Some(Outcome::Created(made) | Outcome::Updated(made)) => made.etag.clone(),
        other => panic!("{other:?}"),
    }
}

async fn each_item_stands_for_itself(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let mut items: Vec<_> = papers(&world, 0..4).iter().map(new).collect();
    items.insert(2, changed(&papers(&world, 9..10)[0], "1-0000000000000000"));
    let answers = push(&system, EACH, &items).await.expect("answered");
    assert_eq!(
        words(&answers),
        ["created", "created", "NOT_FOUND", "created", "created"]
    );
    for (at, (answer, item)) in answers.iter().zip(&items).enumerate() {
        assert_eq!(
            (answer.index, &answer.request_id),
            (at as u64, &item.request_id)
        );
    }
    assert_eq!(count(&system).await, 4);
}

async fn together_all_are_written_or_none(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let mut items: Vec<_> = papers(&world, 0..3).iter().map(new).collect();
    items.insert(1, changed(&papers(&world, 9..10)[0], "1-0000000000000000"));
    let answers = push(&system, TOGETHER, &items).await.expect("answered");
    let refused = "BATCH_REFUSED";
    assert_eq!(words(&answers), [refused, "NOT_FOUND", refused, refused]);
    assert_eq!(index(&answers[0]), "1");
    assert_eq!(count(&system).await, 0);
    // The request ids are still free.
    items.remove(1);
    let answers = push(&system, TOGETHER, &items).await.expect("answered");
    assert_eq!(words(&answers), ["created"; 3]);
    assert_eq!(count(&system).await, 3);
    // Sent again, they are answered as the first time.
    let again = push(&system, TOGETHER, &items).await.expect("answered");
    let outcomes = |answers: &[PushResponse]| -> Vec<_> {
        answers
            .iter()
            .map(|answer| answer.outcome.clone())
            .collect()
    };
    assert_eq!(outcomes(&again), outcomes(&answers));
}

async fn together_a_conflict_is_told_and_not_kept(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let base = &papers(&world, 0..1)[0];
    let Outcome::Created(made) = push_one(&system, new(base)).await else {
        panic!("not created")
    };
    let titled = |title: &str| {
        let mut paper = base.clone();
        title.clone_into(&mut analysis_in(&mut paper).title);
        changed(&paper, &made.etag)
    };
    push_one(&system, titled("Deras")).await;
    let items = [titled("Vår"), new(&papers(&world, 1..2)[0])];
    let answers = push(&system, TOGETHER, &items).await.expect("answered");
    assert_eq!(words(&answers), ["conflict", "BATCH_REFUSED"]);
    let Some(Outcome::Conflict(conflict)) = &answers[0].outcome else {
        panic!("{answers:?}")
    };
    assert_eq!(
        (conflict.conflict_id.as_str(), &conflict.fields[..]),
        ("", &["analysis.title".to_owned()][..])
    );
    let kept = system
        .conflicts()
        .list_conflicts(ListConflictsRequest::default())
        .await;
    assert_eq!(kept.expect("they are listed").into_inner().conflicts, []);
    assert_eq!(count(&system).await, 1);
}

async fn what_is_written_together_is_told_together(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let mut replica = crate::sync::Replica::default();
    replica.pull(&system).await.expect("it is told");
    let items: Vec<_> = papers(&world, 0..250).iter().map(new).collect();
    let answers = push(&system, TOGETHER, &items).await.expect("answered");
    let positions: std::collections::HashSet<u64> =
        answers.iter().map(|answer| answer.position).collect();
    assert_eq!(positions.len(), 1);
    let messages = crate::sync::messages(&system, &replica.cursor).await;
    // No cursor is given inside of it.
    let mut told = 0;
    for message in messages {
        told += message.events.len();
        assert!(
            message.cursor.is_empty() || told == 0 || told == 250,
            "a cursor after {told}"
        );
    }
    assert_eq!(told, 250);
}

async fn without_a_commit_nothing_is_written_together(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let items: Vec<_> = papers(&world, 0..4).iter().map(new).collect();
    let mut parts = vec![header(TOGETHER)];
    parts.extend(items[..2].iter().map(sent));
    parts.push(commit());
    parts.extend(items[2..].iter().map(sent));
    let answers = stream(&system, parts).await.expect("answered");
    let refused = "BATCH_REFUSED";
    assert_eq!(words(&answers), ["created", "created", refused, refused]);
    assert_eq!(count(&system).await, 2);
    // Each for itself, the end of the stream will do.
    let parts = std::iter::once(header(EACH)).chain(items[2..].iter().map(sent));
    let answers = stream(&system, parts.collect()).await.expect("answered");
    assert_eq!(words(&answers), ["created"; 2]);
}

async fn a_dry_run_writes_nothing(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let base = &papers(&world, 0..1)[0];
    let Outcome::Created(made) = push_one(&system, new(base)).await else {
        panic!("not created")
    };
    let mut theirs = base.clone();
    "Deras".clone_into(&mut analysis_in(&mut theirs).title);
    push_one(&system, changed(&theirs, &made.etag)).await;
    let mut yours = base.clone();
    "Vår".clone_into(&mut analysis_in(&mut yours).title);
    let mut other = base.clone();
    "Annat".clone_into(&mut analysis_in(&mut other).pupils_say);
    let items = [new(&papers(&world, 1..2)[0]), changed(&yours, &made.etag)];
    for together in [false, true] {
        let dry = PushHeader {
            together,
            validate_only: true,
        };
        let answers = push(&system, dry, &[changed(&other, &made.etag)])
            .await
            .expect("answered");
        assert_eq!(words(&answers), ["merged"]);
        assert_eq!(answers[0].position, 0);
        let answers = push(&system, dry, &items).await.expect("answered");
        assert_eq!(words(&answers)[1], "conflict");
    }
    assert_eq!(count(&system).await, 1);
    assert_eq!(
        system.revisions(&made.id).await.expect("its history"),
        [2, 1]
    );
    let kept = system
        .conflicts()
        .list_conflicts(ListConflictsRequest::default())
        .await;
    assert_eq!(kept.expect("they are listed").into_inner().conflicts, []);
    // In earnest, under the same request ids.
    let answers = push(&system, EACH, &items).await.expect("answered");
    assert_eq!(words(&answers), ["created", "conflict"]);
}

async fn a_batch_over_the_limit_is_refused_and_the_next_is_not(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let items: Vec<_> = papers(&world, 0..1001).iter().map(new).collect();
    let mut parts = vec![header(TOGETHER)];
    parts.extend(items.iter().map(sent));
    parts.push(commit());
    parts.extend(items[..1000].iter().map(sent));
    parts.push(commit());
    let answers = stream(&system, parts).await.expect("answered");
    let (over, within) = answers.split_at(1001);
    assert!(words(over).iter().all(|word| word == "BATCH_TOO_LARGE"));
    assert!(words(within).iter().all(|word| word == "created"));
    assert_eq!(count(&system).await, 1000);
}

async fn a_document_may_come_again_in_a_batch_but_not_where_all_stand_together(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let base = papers(&world, 0..1).remove(0);
    let mut other = base.clone();
    "En annan".clone_into(&mut analysis_in(&mut other).title);
    // The second sees what the first has written.
    let items = [
        new(&base),
        new(&other),
        new(&base),
        new(&papers(&world, 1..2)[0]),
    ];
    let answers = push(&system, EACH, &items).await.expect("answered");
    assert_eq!(
        words(&answers),
        ["created", "EXTERNAL_ID_TAKEN", "unchanged", "created"]
    );
    let etag = etag(&answers[0]);
    let mut says = base.clone();
    "Annat".clone_into(&mut analysis_in(&mut says).pupils_say);
    let by_id = Document {
        id: match &answers[0].outcome {
            Some(Outcome::Created(made)) => made.id.clone(),
            other => panic!("{other:?}"),
        },
        owner_id: String::new(),
        external_id: None,
        ..says
    };
    let items = [changed(&other, &etag), changed(&by_id, &etag)];
    let answers = push(&system, TOGETHER, &items).await.expect("answered");
    assert_eq!(words(&answers), ["BATCH_REFUSED", "FIELDS_INVALID"]);
    let answers = push(
        &system,
        TOGETHER,
        &[items[0].clone(), changed(&base, &etag)],
    )
    .await;
    assert_eq!(
        words(&answers.expect("answered")),
        ["BATCH_REFUSED", "FIELDS_INVALID"]
    );
    let answers = push(&system, EACH, &items).await.expect("answered");
    assert_eq!(words(&answers), ["updated", "merged"]);
}

async fn many_merges_in_a_batch_are_answered_in_order(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let papers = papers(&world, 0..40);
    let items: Vec<_> = papers.iter().map(new).collect();
    let made = push(&system, EACH, &items).await.expect("answered");
    let made: Vec<String> = made.iter().map(etag).collect();
    let changes = |change: fn(&mut Document)| -> Vec<_> {
        let changed_so = |(paper, etag): (&Document, &String)| {
            let mut paper = paper.clone();
            change(&mut paper);
            changed(&paper, etag)
        };
        papers.iter().zip(&made).map(changed_so).collect()
    };
    let theirs = changes(|paper| "Deras".clone_into(&mut analysis_in(paper).title));
    push(&system, EACH, &theirs).await.expect("answered");
    let ours = changes(|paper| "Våra ord".clone_into(&mut analysis_in(paper).pupils_say));
    let fresh: Vec<_> = self::papers(&world, 40..80).iter().map(new).collect();
    // Every other is new.
    let items: Vec<_> = ours
        .iter()
        .zip(&fresh)
        .flat_map(|(one, other)| [one.clone(), other.clone()])
        .collect();
    let dry = PushHeader {
        validate_only: true,
        ..EACH
    };
    for meant in [dry, EACH] {
        let answers = push(&system, meant, &items).await.expect("answered");
        assert_eq!(words(&answers), ["merged", "created"].repeat(40));
        for (at, answer) in answers.iter().enumerate() {
            assert_eq!(
                (answer.index, &answer.request_id),
                (at as u64, &items[at].request_id)
            );
            assert_eq!(answer.position > 0, !meant.validate_only);
            if let Some(Outcome::Merged(merged)) = &answer.outcome {
                let mut stands = merged.document.clone().expect("it is shown");
                let analysis = analysis_in(&mut stands);
                assert_eq!(
                    (&*analysis.title, &*analysis.pupils_say),
                    ("Deras", "Våra ord")
                );
            }
        }
    }
}

async fn a_thousand_and_more_are_taken_one_by_one(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let items: Vec<_> = papers(&world, 0..1300).iter().map(new).collect();
    let answers = push(&system, EACH, &items).await.expect("answered");
    assert_eq!(answers.len(), 1300);
    assert!(words(&answers).iter().all(|word| word == "created"));
    assert!(
        answers
            .iter()
            .zip(0..)
            .all(|(answer, at)| answer.index == at)
    );
}
