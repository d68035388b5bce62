//! What is tried: requests by number and name only, the same every time, for a player to put into a world.

mod pushed;

use proptest::{
    option,
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

pub use pushed::Pushed;
use pushed::{conflict, push};

/// Which document, of those that were made, counted round; or one that never was.
#[derive(Clone, Copy, Debug)]
pub enum Which {
    Made(usize),
    Missing,
}

/// One thing that is wrong, or only odd, with a paper.
#[derive(Clone, Copy, Debug)]
pub enum Oddity {
    Nul,
    Bidirectional,
    TooLong,
    NoInnerId,
    InnerIdTwice,
    UnknownEnum,
    PeriodReversed,
    NoSuchDay,
    NoPeriod,
    IdentityNumber,
    Email,
    GivenByExchange,
    NoTitle,
    NoPupils,
    OddRound,
    OtherRound,
    Letters,
    OwnLink,
    LinkOfAnother,
}

#[derive(Clone, Copy, Debug)]
pub enum Paper {
    Analysis,
    Plan,
    Report,
    Nothing,
}

#[derive(Clone, Debug)]
pub enum Act {
    Create {
        owner: usize,
        paper: Paper,
        on: usize,
        oddities: Vec<Oddity>,
        external: Option<usize>,
        dry: bool,
    },
    Update {
        which: Which,
        paths: Vec<usize>,
        oddities: Vec<Oddity>,
        external: Option<usize>,
        stale: bool,
        dry: bool,
    },
    Submit {
        which: Which,
        stale: bool,
        justified: bool,
        dry: bool,
    },
    Review {
        which: Which,
        accept: bool,
        fitting: bool,
        stale: bool,
        other_hash: bool,
        comment: Option<usize>,
        dry: bool,
    },
    Withdraw {
        which: Which,
        stale: bool,
    },
    /// The request of an earlier act once more, or with its id only.
    Again {
        earlier: usize,
        same: bool,
    },
    Get {
        which: Which,
        revision: u32,
    },
    List {
        filter: usize,
        size: u32,
        goes_on: bool,
    },
    Revisions {
        which: Which,
        size: u32,
        goes_on: bool,
    },
    Compare {
        which: Which,
        from: u32,
        to: u32,
    },
    Push {
        together: bool,
        dry: bool,
        items: Vec<Pushed>,
    },
    /// Decides on a conflict: theirs, yours, or the newest that is known of the document.
    Resolve {
        conflict: usize,
        side: usize,
        stale: bool,
        dry: bool,
    },
    Conflict {
        conflict: usize,
    },
    Conflicts {
        resolved: bool,
        size: u32,
    },
}

/// An act and who does it.
#[derive(Clone, Debug)]
pub struct Scene {
    pub caller: usize,
    pub act: Act,
}

pub const CALLERS: usize = 12;
/// Whoever writes most of the papers, and whoever reviews them.
const PRINCIPAL: usize = 0;
const OFFICER: usize = 1;
/// Writes for the organizer, and reviews what its units write.
const HEAD: usize = 3;
const ORGANIZER: usize = 2;
pub const OWNERS: usize = 6;
pub const FILTERS: usize = 9;
pub const PATHS: [&str; 14] = [
    "analysis.title",
    "analysis.problems",
    "analysis",
    "analysis.participation.pupils",
    "action_plan",
    "action_plan.goals",
    "follow_up_report.next_steps",
    "round",
    "period",
    "external_id",
    "state",
    "analysis.problems.statement",
    "analysis.nothing",
    "",
];

/// Always the same scenes: the seed is fixed. So many one by one, and then so many with pushes among them.
pub fn acts(calls: usize, pushes: usize) -> Vec<Scene> {
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        TestRng::deterministic_rng(RngAlgorithm::ChaCha),
    );
    let (one_by_one, mixed) = (scene(act()), scene(among_pushes()));
    (0..calls + pushes)
        .map(|number| {
            let tree = if number < calls {
                one_by_one.new_tree(&mut runner).map(|tree| tree.current())
            } else {
                mixed.new_tree(&mut runner).map(|tree| tree.current())
            };
            tree.expect("a scene")
        })
        .collect()
}

fn scene(act: impl Strategy<Value = Act>) -> impl Strategy<Value = Scene> {
    (option::weighted(0.3, 0..CALLERS), act).prop_map(|(caller, act)| {
        // Mostly the one who may: else nothing but refusals would be compared.
        let usual = match act {
            Act::Create {
                owner: ORGANIZER, ..
            }
            | Act::Review { dry: true, .. } => HEAD,
            Act::Review { .. } => OFFICER,
            Act::Create { .. }
            | Act::Update { .. }
            | Act::Submit { .. }
            | Act::Withdraw { .. }
            | Act::Again { .. }
            | Act::Get { .. }
            | Act::List { .. }
            | Act::Revisions { .. }
            | Act::Compare { .. }
            | Act::Push { .. }
            | Act::Resolve { .. }
            | Act::Conflict { .. }
            | Act::Conflicts { .. } => PRINCIPAL,
        };
        Scene {
            caller: caller.unwrap_or(usual),
            act,
        }
    })
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        5 => create(),
        4 => update(),
        5 => submit(),
        5 => review(),
        1 => withdraw(),
        2 => again(),
        6 => read(),
    ]
}

fn among_pushes() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => push(),
        4 => conflict(),
        2 => update(),
        1 => submit(),
        2 => again(),
        1 => read(),
    ]
}

fn create() -> impl Strategy<Value = Act> {
    let owner = prop_oneof![4 => Just(0), 1 => 0..OWNERS];
    (
        owner,
        paper(),
        any::<usize>(),
        oddities(),
        option::weighted(0.3, 0..4_usize),
        rarely(),
    )
        .prop_map(|(owner, paper, on, oddities, external, dry)| Act::Create {
            owner,
            paper,
            on,
            oddities,
            external,
            dry,
        })
}

fn update() -> impl Strategy<Value = Act> {
    let paths = prop::collection::vec(prop_oneof![5 => 0..4_usize, 1 => 0..PATHS.len()], 1..3);
    (
        which(),
        paths,
        oddities(),
        option::weighted(0.3, 0..4_usize),
        rarely(),
        rarely(),
    )
        .prop_map(
            |(which, paths, oddities, external, stale, dry)| Act::Update {
                which,
                paths,
                oddities,
                external,
                stale,
                dry,
            },
        )
}

fn submit() -> impl Strategy<Value = Act> {
    (which(), rarely(), any::<bool>(), rarely()).prop_map(|(which, stale, justified, dry)| {
        Act::Submit {
            which,
            stale,
            justified,
            dry,
        }
    })
}

fn review() -> impl Strategy<Value = Act> {
    let comment = option::weighted(0.4, 0..PATHS.len());
    (
        which(),
        any::<bool>(),
        prop::bool::weighted(0.85),
        rarely(),
        rarely(),
        comment,
        rarely(),
    )
        .prop_map(
            |(which, accept, fitting, stale, other_hash, comment, dry)| Act::Review {
                which,
                accept,
                fitting,
                stale,
                other_hash,
                comment,
                dry,
            },
        )
}

fn withdraw() -> impl Strategy<Value = Act> {
    (which(), rarely()).prop_map(|(which, stale)| Act::Withdraw { which, stale })
}

fn again() -> impl Strategy<Value = Act> {
    (any::<usize>(), prop::bool::weighted(0.7))
        .prop_map(|(earlier, same)| Act::Again { earlier, same })
}

fn read() -> impl Strategy<Value = Act> {
    prop_oneof![
        (which(), 0..5_u32).prop_map(|(which, revision)| Act::Get { which, revision }),
        (0..FILTERS, 0..6_u32, any::<bool>()).prop_map(|(filter, size, goes_on)| Act::List {
            filter,
            size,
            goes_on
        }),
        (which(), 0..3_u32, any::<bool>()).prop_map(|(which, size, goes_on)| Act::Revisions {
            which,
            size,
            goes_on
        }),
        (which(), 0..4_u32, 1..4_u32).prop_map(|(which, from, to)| Act::Compare {
            which,
            from,
            to
        }),
    ]
}

fn which() -> impl Strategy<Value = Which> {
    prop_oneof![20 => any::<usize>().prop_map(Which::Made), 1 => Just(Which::Missing)]
}

fn paper() -> impl Strategy<Value = Paper> {
    prop_oneof![5 => Just(Paper::Analysis), 3 => Just(Paper::Plan), 2 => Just(Paper::Report), 1 => Just(Paper::Nothing)]
}

fn oddities() -> impl Strategy<Value = Vec<Oddity>> {
    use Oddity::{
        Bidirectional, Email, GivenByExchange, IdentityNumber, InnerIdTwice, Letters,
        LinkOfAnother, NoInnerId, NoPeriod, NoPupils, NoSuchDay, NoTitle, Nul, OddRound,
        OtherRound, OwnLink, PeriodReversed, TooLong, UnknownEnum,
    };
    let all = [
        Nul,
        Bidirectional,
        TooLong,
        NoInnerId,
        InnerIdTwice,
        UnknownEnum,
        PeriodReversed,
        NoSuchDay,
        NoPeriod,
        IdentityNumber,
        Email,
        GivenByExchange,
        NoTitle,
        NoPupils,
        OddRound,
        OtherRound,
        Letters,
        OwnLink,
        LinkOfAnother,
    ];
    let some = prop::sample::subsequence(all.to_vec(), 1..3);
    prop_oneof![4 => Just(Vec::new()), 1 => some]
}

fn rarely() -> impl Strategy<Value = bool> {
    prop::bool::weighted(0.12)
}
