//! Pulls that are cut at every byte on their way back: a copy goes on from the last cursor that it stored, and then holds
//! everything.

use futures::{StreamExt, stream};
use styrkedja::proto::v1::{ListDocumentsRequest, ListOrganizationsRequest, PullRequest};

use super::{Replica, heavy_analysis, trial::paper};
use crate::{
    organizations,
    world::{Caller, Engine, Line, Way, World},
};

stories!(
    a_pull_that_is_cut_at_any_byte_loses_nothing,
    a_pull_of_many_messages_goes_on_in_the_middle,
);

/// Pulls under way at a time.
const AT_ONCE: usize = 48;

async fn a_pull_that_is_cut_at_any_byte_loses_nothing(world: World) {
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
    let trial = Trial::of(&world, principal.clone()).await;
    let begun = trial.cut(&Replica::default(), step).await;
    assert!(begun.lost > 0, "nothing was cut");

    let mut copy = Replica::default();
    copy.pull(&principal).await.expect("a snapshot");
    for _ in 0..2 {
        principal.draft(&paper(&owner, "2")).await;
    }
    let trial = Trial::of(&world, principal).await;
    let followed = trial.cut(&copy, step).await;
    assert!(followed.lost > 0, "nothing was cut");
    assert!(
        begun.forgotten + followed.forgotten > 0,
        "the control misses nothing"
    );
}

async fn a_pull_of_many_messages_goes_on_in_the_middle(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let owner = world.id_of("Karbyskolan");
    for _ in 0..40 {
        system.draft(&heavy_analysis(&owner)).await;
    }
    let trial = Trial::of(&world, system).await;
    let begun = trial.cut(&Replica::default(), 997).await;
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

    fn is_whole(&self, copy: &Replica) -> bool {
        (&copy.documents, &copy.organizations) == (&self.whole.documents, &self.whole.organizations)
    }

    /// Cuts a pull from where the copy stands after this many bytes, and this many more, to the end. Goes on with each.
    async fn cut(&self, copy: &Replica, step: usize) -> Left {
        let line = Line::to(&self.server, Way::Back, [usize::MAX]).await;
        let uncut = self.pull_through(&line, copy.clone()).await;
        assert!(self.is_whole(&uncut.copy));
        let cuts: Vec<usize> = (1..=line.passed()).step_by(step).collect();
        let count = cuts.len();
        let line = Line::to(&self.server, Way::Back, cuts).await;
        let pulls = stream::iter(0..count).map(async |_| {
            let Cut {
                mut copy,
                forgetful,
            } = self.pull_through(&line, copy.clone()).await;
            let was_whole = self.is_whole(&copy);
            let was_moved = forgetful.is_some();
            copy.pull(&self.caller).await.expect("the rest");
            assert!(self.is_whole(&copy), "a copy is out of step");
            let mut forgot = false;
            if let Some(mut copy) = forgetful {
                copy.pull(&self.caller).await.expect("the rest");
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
