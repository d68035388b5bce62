//! Answers that are lost, and items that come again until each is answered: each has one effect.

use std::collections::{BTreeMap, HashMap};

use styrkedja::proto::v1::{
    Document, ListDocumentsRequest, PushItem, PushResponse, push_response::Outcome,
};

use super::{EACH, changed, header, known_as, new, push, sent, word, words};
use crate::{
    documents::papers::analysis_in,
    world::{Caller, World, request_id},
};

stories!(lost_answers_have_no_double_effect);

/// How a client repeats items whose answers were lost.
#[derive(Clone, Copy, PartialEq)]
enum Repeats {
    WithTheirIds,
    /// As a client does that makes a new id for each try.
    WithNewIds,
}

async fn lost_answers_have_no_double_effect(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let lost = repeat_until_answered(&world, &system, "a", 2000, Repeats::WithTheirIds).await;
    assert!(lost > 200, "only {lost} answers were lost");
    let all = system.all(ListDocumentsRequest::default()).await;
    assert_eq!(all.len(), 2000);
    let mut by_others = 0;
    for mut document in all {
        let analysis = analysis_in(&mut document);
        let (ours, theirs) = (analysis.pupils_say == OURS, analysis.title == THEIRS);
        assert_eq!(ours, is_update(&document), "{:?}", document.external_id);
        assert_eq!(document.revision, 1 + u32::from(ours) + u32::from(theirs));
        by_others += usize::from(ours && theirs);
    }
    assert!(by_others > 20, "only {by_others} changes were merged");
    // The check can fail: without its id, an item that was written is not known again.
    let wrong = std::panic::AssertUnwindSafe(repeat_until_answered(
        &world,
        &system,
        "b",
        200,
        Repeats::WithNewIds,
    ));
    let failed = futures::FutureExt::catch_unwind(wrong).await;
    assert!(failed.is_err(), "items were known again without their ids");
}

/// What our updates say, and what somebody else writes meanwhile.
const OURS: &str = "Vi vill läsa mer.";
const THEIRS: &str = "Ändrad av någon annan";

/// Whether an item changes a document that was there before: those of odd numbers.
fn is_update(document: &Document) -> bool {
    let id = document.external_id.as_ref().expect("it has a name");
    id.value.ends_with(['1', '3', '5', '7', '9'])
}

/// Items for the documents, of which half are there already.
async fn items(system: &Caller, papers: &[Document]) -> Vec<PushItem> {
    let there: Vec<_> = papers.iter().filter(|paper| is_update(paper)).collect();
    let made: Vec<_> = there.iter().map(|paper| new(paper)).collect();
    let made = push(system, EACH, &made).await.expect("answered");
    let mut etags = made.into_iter().map(|answer| match answer.outcome {
        Some(Outcome::Created(made)) => made.etag,
        other => panic!("{other:?}"),
    });
    let item = |paper: &Document| {
        if !is_update(paper) {
            return new(paper);
        }
        let mut ours = paper.clone();
        OURS.clone_into(&mut analysis_in(&mut ours).pupils_say);
        changed(&ours, &etags.next().expect("it was made"))
    };
    papers.iter().map(item).collect()
}

/// Demands that an item was written, once, whatever others wrote meanwhile.
fn must_be_written(item: &PushItem, outcome: &Outcome) {
    let document = item.document.as_ref().expect("it has a document");
    // Only somebody else may have been faster.
    let written = match (is_update(document), outcome) {
        (false, Outcome::Created(made)) => made.revision == 1,
        (true, Outcome::Updated(made)) => made.revision == 2,
        (true, Outcome::Merged(merged)) => {
            let stands = merged.document.as_ref().expect("it is shown");
            stands.revision == 3 && merged.fields == ["analysis.pupils_say"]
        }
        _ => false,
    };
    assert!(written, "an item was {}", word(outcome));
}

/// Pushes new documents and changes in streams that are given up with answers under way, and again what was not answered, in
/// another order and some of it twice, while somebody else changes what was written. Every item must be told that it was
/// written. Returns how many answers were lost.
async fn repeat_until_answered(
    world: &World,
    system: &Caller,
    prefix: &str,
    count: usize,
    repeats: Repeats,
) -> usize {
    let owner = world.id_of("Karbyskolan");
    let papers: Vec<_> = (0..count)
        .map(|number| known_as(&format!("{prefix}-{number}"), &owner))
        .collect();
    let items = items(system, &papers).await;
    let mut waiting: BTreeMap<usize, PushItem> = items.into_iter().enumerate().collect();
    let (mut lost, mut round) = (0, 0);
    let mut random = 88_172_645_463_325_252_u64;
    let mut next = move |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % below.max(1) as u64).expect("it is small")
    };
    while !waiting.is_empty() {
        round += 1;
        assert!(round < 200, "{} items are never answered", waiting.len());
        let mut batch: Vec<(usize, PushItem)> = waiting
            .iter()
            .map(|(at, item)| (*at, item.clone()))
            .take(250)
            .collect();
        for at in 0..batch.len() {
            let other = next(batch.len());
            batch.swap(at, other);
            if next(10) == 0 {
                batch.push(batch[other].clone());
            }
        }
        let most = if round % 5 == 0 {
            batch.len()
        } else {
            next(batch.len())
        };
        let items: Vec<PushItem> = batch.iter().map(|(_, item)| item.clone()).collect();
        let answers = answered(system, &items, most).await;
        lost += items.len() - answers.len();
        let told: HashMap<usize, PushResponse> =
            batch.iter().map(|(at, _)| *at).zip(answers).collect();
        for (at, answer) in told {
            let outcome = answer.outcome.expect("an answer says something");
            if let Some(item) = waiting.remove(&at) {
                must_be_written(&item, &outcome);
            }
        }
        change_some(system, &papers).await;
        if repeats == Repeats::WithNewIds {
            for item in waiting.values_mut() {
                item.request_id = request_id();
            }
        }
    }
    lost
}

/// Pushes, and takes so many answers before the stream is given up.
async fn answered(caller: &Caller, items: &[PushItem], most: usize) -> Vec<PushResponse> {
    let parts: Vec<_> = std::iter::once(header(EACH))
        .chain(items.iter().map(sent))
        .collect();
    let answers = caller.sync().push(tokio_stream::iter(parts)).await;
    let mut answers = answers.expect("it begins").into_inner();
    let mut told = Vec::new();
    while told.len() < most {
        match answers.message().await.expect("the stream goes on") {
            Some(answer) => told.push(answer),
            None => break,
        }
    }
    told
}

/// Somebody changes every seventh document that is there and was not changed yet.
async fn change_some(system: &Caller, papers: &[Document]) {
    let there = system.all(ListDocumentsRequest::default()).await;
    let etags: HashMap<_, _> = there
        .iter()
        .filter(|one| one.revision == 1)
        .map(|one| (one.external_id.clone(), one.etag.clone()))
        .collect();
    let items: Vec<_> = papers
        .iter()
        .step_by(7)
        .filter_map(|paper| {
            let etag = etags.get(&paper.external_id)?;
            let mut paper = paper.clone();
            THEIRS.clone_into(&mut analysis_in(&mut paper).title);
            Some(changed(&paper, etag))
        })
        .collect();
    if !items.is_empty() {
        let answers = push(system, EACH, &items).await.expect("answered");
        // What was sent on a stream that is given up may still be written meanwhile.
        let written = |word: &String| ["updated", "merged"].contains(&&**word);
        let words = words(&answers);
        assert!(words.iter().all(written), "{words:?}");
    }
}
