//! Pulls that are cut at every byte, on their way there and on the way back: a copy goes on from the last cursor that it
//! stored, and then holds everything.

use std::time::Duration;

use futures::{StreamExt, stream};
use styrkedja::proto::v1::{ListDocumentsRequest, ListOrganizationsRequest, PullRequest};
use tokio::time::timeout;

use super::{Replica, heavy_analysis, trial::paper};
use crate::{
    organizations,
    world::{Caller, Engine, Line, Way, World},
};

stories!(
    a_pull_that_is_cut_on_its_way_there_loses_nothing,
    a_pull_that_is_cut_on_its_way_back_loses_nothing,
    a_pull_of_many_messages_goes_on_in_the_middle,
);

/// Pulls under way at a time.
const AT_ONCE: usize = 48;

async fn a_pull_that_is_cut_on_its_way_there_loses_nothing(world: World) {
    let left = cut_at_every_byte(&world, Way::There).await;
    // Otherwise all that was asked was answered.
    assert!(left.iter().all(|left| left.lost > 0), "{left:?}");
}

async fn a_pull_that_is_cut_on_its_way_back_loses_nothing(world: World) {
    let [begun, followed] = cut_at_every_byte(&world, Way::Back).await;
    assert!(begun.lost > 0 && followed.lost > 0, "nothing was cut");
    assert!(
        begun.forgotten + followed.forgotten > 0,
        "the control misses nothing"
    );
}

/// Cuts pulls that begin, and pulls that follow.
async fn cut_at_every_byte(world: &World, way: Way) -> [Left; 2] {
    let principal = world.principal_of("Karbyskolan").await;
    let owner = world.id_of("Karbyskolan");
    for _ in 0..2 {
        principal.draft(&paper(&owner, "1")).await;
    }
    // Streams are the same whatever database is behind them: one has every byte tried.
    let step = match world.place().engine() {
        Engine::Sqlite => 1,
        Engine::Postgres => 7,
    };
    let every = |whole| (1..=whole).step_by(step).collect();
    let trial = Trial::of(world, principal.clone()).await;
    let begun = trial.cut(way, &Replica::default(), every).await;

    let mut copy = Replica::default();
    copy.pull(&principal).await.expect("a snapshot");
    for _ in 0..2 {
        principal.draft(&paper(&owner, "2")).await;
    }
    let trial = Trial::of(world, principal).await;
    [begun, trial.cut(way, &copy, every).await]
}

async fn a_pull_of_many_messages_goes_on_in_the_middle(world: World) {
    let trial = Trial::of_many_messages(&world).await;
    let places = |whole| (1..=whole).step_by(997).collect();
    let begun = trial.cut(Way::Back, &Replica::default(), places).await;
    assert!(begun.in_the_middle > 0 && begun.forgotten > 0, "{begun:?}");
}

/// Somebody who pulls, and what a copy must hold.
struct Trial {
    caller: Caller,
    server: String,
    token: String,
    whole: Replica,
}

/// Copies by what their cut left.
#[derive(Debug, Default)]
struct Left {
    /// Not all had come.
    lost: usize,
    /// And some had.
    in_the_middle: usize,
    /// Went wrong, where they stored a cursor and not what came with it.
    forgotten: usize,
}

impl Trial {
    async fn of(world: &World, caller: Caller) -> Self {
        let documents = caller.all(ListDocumentsRequest::default()).await;
        let all = ListOrganizationsRequest::default();
        let organizations = organizations::all(&caller, all).await;
        let named = |one: styrkedja::proto::v1::Organization| (one.id.clone(), one);
        Self {
            server: world.address(),
            token: world.token_of(&caller.subject),
            caller,
            whole: Replica {
                documents: documents
                    .into_iter()
                    .map(|one| (one.id.clone(), one))
                    .collect(),
                organizations: organizations.into_iter().map(named).collect(),
                ..Replica::default()
            },
        }
    }

    async fn of_many_messages(world: &World) -> Self {
        let system = world.organizer_system_of("Vallentuna kommun").await;
        let owner = world.id_of("Karbyskolan");
        for _ in 0..40 {
            system.draft(&heavy_analysis(&owner)).await;
        }
        Self::of(world, system).await
    }

    fn is_whole(&self, copy: &Replica) -> bool {
        (&copy.documents, &copy.organizations) == (&self.whole.documents, &self.whole.organizations)
    }

    /// Cuts pulls from where the copy stands, each in its place of the bytes of a whole one. Goes on with each.
    async fn cut(
        &self,
        way: Way,
        copy: &Replica,
        places: impl FnOnce(usize) -> Vec<usize>,
    ) -> Left {
        let line = Line::to(&self.server, way, [usize::MAX]).await;
        let uncut = self.pull_through(&line, copy.clone()).await;
        assert!(self.is_whole(&uncut.copy));
        let cuts = places(line.passed());
        let count = cuts.len();
        let line = Line::to(&self.server, way, cuts).await;
        let pulls = stream::iter(0..count).map(async |_| {
            let Cut {
                mut copy,
                forgetful,
            } = self.pull_through(&line, copy.clone()).await;
            let was_whole = self.is_whole(&copy);
            let was_moved = forgetful.is_some();
            self.go_on(&mut copy).await;
            assert!(self.is_whole(&copy), "a copy is out of step");
            let mut forgot = false;
            if let Some(mut copy) = forgetful {
                self.go_on(&mut copy).await;
                forgot = !self.is_whole(&copy);
            }
            (was_whole, was_moved, forgot)
        });
        let mut left = Left::default();
        let mut pulls = Box::pin(pulls.buffer_unordered(AT_ONCE));
        while let Some((was_whole, was_moved, forgot)) = pulls.next().await {
            left.lost += usize::from(!was_whole);
            left.in_the_middle += usize::from(!was_whole && was_moved);
            left.forgotten += usize::from(forgot);
        }
        left
    }

    /// Pulls the rest. What was cut must not leave anything that others wait for.
    async fn go_on(&self, copy: &mut Replica) {
        let rest = timeout(Duration::from_mins(1), copy.pull(&self.caller)).await;
        rest.expect("it is served").expect("the rest");
    }

    async fn pull_through(&self, line: &Line, copy: Replica) -> Cut {
        let mut cut = Cut {
            copy,
            forgetful: None,
        };
        let Some(caller) = line.caller(&self.token).await else {
            return cut;
        };
        let request = PullRequest {
            cursor: cut.copy.cursor.clone(),
            filter: None,
        };
        if let Ok(stream) = caller.sync().pull(request).await {
            let mut stream = stream.into_inner();
            while let Ok(Some(message)) = stream.message().await {
                if !message.events.is_empty() && !message.cursor.is_empty() {
                    cut.forgetful = Some(Replica {
                        cursor: message.cursor.clone(),
                        ..cut.copy.clone()
                    });
                }
                cut.copy.take(message);
            }
        }
        cut
    }
}

/// What a cut left of a pull.
struct Cut {
    copy: Replica,
    /// The same, if it stores each cursor before what comes with it, and ended between. None: nothing came.
    forgetful: Option<Replica>,
}
