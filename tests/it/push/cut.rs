//! Streams that are cut at every byte, on their way there and on the way back: nothing is torn, and who goes on with what was
//! not answered has each thing done exactly once.

use std::{collections::HashMap, time::Duration};

use futures::{StreamExt, stream};
use styrkedja::{
    clock,
    proto::v1::{Document, ListDocumentsRequest, PushHeader, PushItem, PushResponse},
};

use super::{EACH, Outcome, TOGETHER, changed, commit, header, known_as, new, push, sent, words};
use crate::{
    documents::papers::analysis_in,
    sync::trial::paper,
    world::{Caller, Engine, Line, Way, World, request_id},
};

stories!(
    a_stream_that_is_cut_on_its_way_there_tears_nothing,
    a_stream_that_is_cut_on_its_way_back_tears_nothing,
    who_forgets_what_was_sent_is_found_out,
);

/// Items of a stream: a new document, a changed one, and a new one.
const ITEMS: usize = 3;
/// What they are answered, however often they come.
const DONE: [&str; ITEMS] = ["created", "updated", "created"];
/// Between one message and the next.
const PACE: Duration = Duration::from_millis(6);
/// Streams under way at a time.
const AT_ONCE: usize = 48;
/// Streams that are looked at together.
const WAVE: usize = 300;

async fn a_stream_that_is_cut_on_its_way_there_tears_nothing(world: World) {
    let trial = Trial::of(&world).await;
    let each = trial.cut_at_every_byte(Way::There, EACH).await;
    let together = trial.cut_at_every_byte(Way::There, TOGETHER).await;
    // Otherwise there was nothing to tear, and nothing to be lost.
    assert!(each.partly > 0 && each.nothing > 0, "{each:?}");
    assert!(together.partly == 0 && together.nothing > 0, "{together:?}");
}

async fn a_stream_that_is_cut_on_its_way_back_tears_nothing(world: World) {
    let trial = Trial::of(&world).await;
    let each = trial.cut_at_every_byte(Way::Back, EACH).await;
    let together = trial.cut_at_every_byte(Way::Back, TOGETHER).await;
    // Otherwise nobody had anything to go on with. Answers that share a frame are read all or none.
    assert!(each.answered_partly + each.partly > 0, "{each:?}");
    assert_eq!(together.partly, 0, "{together:?}");
}

/// The control: under new request ids the same things are not the same any more.
async fn who_forgets_what_was_sent_is_found_out(world: World) {
    let trial = Trial::of(&world).await;
    let whole = trial.length(Way::Back, EACH).await;
    let cuts: Vec<usize> = (1..whole).step_by(whole / 20).collect();
    let mut streams = trial.streams(Way::Back, "forgotten", cuts.len()).await;
    trial.cut(Way::Back, EACH, cuts, &mut streams).await;
    let mut otherwise = 0;
    for stream in &mut streams {
        for item in &mut stream.items {
            item.request_id = request_id();
        }
        stream.answers.clear();
        otherwise += usize::from(trial.goes_on(EACH, stream).await != DONE);
    }
    assert!(otherwise > 0);
}

/// Somebody who pushes, and a server.
struct Trial {
    system: Caller,
    server: String,
    token: String,
    owner: String,
    /// From one cut to the next. Streams are the same whatever database is behind them: one has every byte tried.
    step: usize,
}

/// Items that belong together under a name, and what was answered so far.
struct Stream {
    name: String,
    items: Vec<PushItem>,
    answers: Vec<PushResponse>,
}

/// Streams by what their cut left.
#[derive(Debug, Default)]
struct Left {
    nothing: usize,
    partly: usize,
    answered_partly: usize,
}

impl Trial {
    async fn of(world: &World) -> Self {
        let system = world.organizer_system_of("Vallentuna kommun").await;
        Self {
            server: world.address(),
            token: world.token_of(&system.subject),
            owner: world.id_of("Karbyskolan"),
            step: match world.place().engine() {
                Engine::Sqlite => 1,
                Engine::Postgres => 7,
            },
            system,
        }
    }

    /// Cuts a stream after each of its bytes, another each time. Goes on with it, and looks at what is there.
    async fn cut_at_every_byte(&self, way: Way, meant: PushHeader) -> Left {
        let cuts: Vec<usize> = (1..=self.length(way, meant).await)
            .step_by(self.step)
            .collect();
        let mut left = Left::default();
        for cuts in cuts.chunks(WAVE) {
            let since = clock::now();
            let prefix = format!("{way:?}-{}-{}", meant.together, cuts[0]);
            let mut streams = self.streams(way, &prefix, cuts.len()).await;
            self.cut(way, meant, cuts.to_vec(), &mut streams).await;
            let there = self.there(since).await;
            for stream in &streams {
                let done = done(&there, &stream.name);
                left.nothing += usize::from(done == 0);
                left.partly += usize::from(done > 0 && done < ITEMS);
                let answered = stream.answers.len();
                left.answered_partly += usize::from(answered > 0 && answered < ITEMS);
                assert!(
                    done >= answered,
                    "{} was answered more than was done",
                    stream.name
                );
            }
            stream::iter(&mut streams)
                .for_each_concurrent(AT_ONCE, async |stream| {
                    let words = self.goes_on(meant, stream).await;
                    assert_eq!(words, DONE, "{}", stream.name);
                })
                .await;
            let there = self.there(since).await;
            assert!(
                streams
                    .iter()
                    .all(|stream| done(&there, &stream.name) == ITEMS)
            );
            assert_eq!(
                there.len(),
                streams.len() * ITEMS,
                "something is there twice"
            );
        }
        left
    }

    /// How many bytes pass when nothing is cut.
    async fn length(&self, way: Way, meant: PushHeader) -> usize {
        let name = format!("whole-{way:?}-{}", meant.together);
        let mut whole = self.streams(way, &name, 1).await;
        let line = Line::to(&self.server, way, [usize::MAX]).await;
        self.push_through(&line, meant, &mut whole[0]).await;
        assert_eq!(words(&whole[0].answers), DONE);
        line.passed()
    }

    /// Streams that were not sent yet. What they change is there. Items are small on their way there, and answers on their
    /// way back, where nothing is found of a document that is whole.
    async fn streams(&self, way: Way, prefix: &str, count: usize) -> Vec<Stream> {
        let name = |number| format!("{prefix}-{number}");
        let content = |item: &str| match way {
            Way::There => paper(&self.owner, item),
            Way::Back => known_as(item, &self.owner),
        };
        let document = |name: &str, item: &str| Document {
            external_id: known_as(&format!("{name}.{item}"), &self.owner).external_id,
            ..content(item)
        };
        let bases = (0..count).map(|number| new(&document(&name(number), "b")));
        let bases: Vec<PushItem> = bases.collect();
        let answers = push(&self.system, EACH, &bases).await.expect("they may be");
        let streams = answers.into_iter().enumerate().map(|(number, base)| {
            let name = name(number);
            let Some(Outcome::Created(base)) = base.outcome else {
                panic!("{name} is not new: {base:?}")
            };
            let mut change = Document {
                id: base.id,
                owner_id: String::new(),
                external_id: None,
                ..content("b")
            };
            "Ändrat.".clone_into(&mut analysis_in(&mut change).present_state);
            let items = vec![
                new(&document(&name, "a")),
                changed(&change, &base.etag),
                new(&document(&name, "c")),
            ];
            Stream {
                name,
                items,
                answers: Vec::new(),
            }
        });
        streams.collect()
    }

    /// Pushes each stream over a connection that is cut.
    async fn cut(&self, way: Way, meant: PushHeader, cuts: Vec<usize>, streams: &mut [Stream]) {
        let line = Line::to(&self.server, way, cuts).await;
        stream::iter(streams)
            .for_each_concurrent(AT_ONCE, |stream| self.push_through(&line, meant, stream))
            .await;
    }

    /// What comes back is kept. Cut or not, what came of it is looked at afterwards.
    async fn push_through(&self, line: &Line, meant: PushHeader, stream: &mut Stream) {
        let Some(caller) = line.caller(&self.token).await else {
            return;
        };
        let mut parts = vec![header(meant)];
        parts.extend(stream.items.iter().map(sent));
        parts.push(commit());
        // One after another, so that some are written and answered when the cut comes.
        let paced = tokio_stream::iter(parts).then(async |part| {
            tokio::time::sleep(PACE).await;
            part
        });
        if let Ok(answers) = caller.sync().push(Box::pin(paced)).await {
            let mut answers = answers.into_inner();
            while let Ok(Some(answer)) = answers.message().await {
                stream.answers.push(answer);
            }
        }
    }

    /// Sends what was not answered. Tells what all was answered, first or now.
    async fn goes_on(&self, meant: PushHeader, stream: &mut Stream) -> Vec<String> {
        let rest = &stream.items[stream.answers.len()..];
        if !rest.is_empty() {
            let answers = push(&self.system, meant, rest).await.expect("answered");
            stream.answers.extend(answers);
        }
        words(&stream.answers)
    }

    /// What was written since, by the names of the items.
    async fn there(&self, since: clock::Time) -> HashMap<String, u32> {
        let request = ListDocumentsRequest {
            updated_after: Some(since.into()),
            page_size: 200,
            ..ListDocumentsRequest::default()
        };
        let all = self.system.all(request).await;
        let count = all.len();
        let named = all.into_iter().map(|one| {
            let id = one.external_id.expect("it has a name");
            (id.value, one.revision)
        });
        let named: HashMap<_, _> = named.collect();
        assert_eq!(named.len(), count, "a name is there twice");
        named
    }
}

/// How much of a stream is done. Nothing may be done twice.
fn done(there: &HashMap<String, u32>, name: &str) -> usize {
    let item = |item: &str| there.get(&format!("{name}.{item}")).copied();
    let base = item("b").expect("what is changed is there");
    for (revision, most) in [(item("a"), 1), (Some(base), 2), (item("c"), 1)] {
        assert!(revision.is_none_or(|revision| revision <= most), "{name}");
    }
    usize::from(item("a").is_some()) + usize::from(base == 2) + usize::from(item("c").is_some())
}
