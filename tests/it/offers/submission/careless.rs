//! The control: streams that do not let go of a submission when another was faster, but take the newest part and write
//! theirs on top of it. How many rows there are says no more how far the submission has come, and who goes on by it loses
//! what nobody sent.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, Statement};
use styrkedja::{
    clock,
    database::{Database, Purpose},
    journal::{Journal, Refusal, Row},
    offers::submission::entity::Model as Part,
};
use uuid::Uuid;

use crate::{journal::rows, world::Place};

places!(who_writes_on_top_of_what_it_has_not_read_loses_an_offer);

/// Offers of a submission, of which each stream sends so many before it is cut off.
const OFFERS: i32 = 9;
const SENT: i32 = 3;

/// What a stream does when another was faster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// Lets go: whoever goes on begins anew at the rows that there are.
    Honest,
    Careless,
}

async fn who_writes_on_top_of_what_it_has_not_read_loses_an_offer(place: Place) {
    let database = Database::open(place.url(), Purpose::Serve).await;
    let database = database.expect("it opens");
    let journal = Journal::open(&database).await.expect("the journal opens");
    let mut lost = Vec::new();
    for manner in [Manner::Honest, Manner::Careless] {
        let trial = Trial {
            database: &database,
            journal: &journal,
            owner: clock::new_id(),
            submission: clock::new_id(),
            manner,
        };
        lost.push(trial.lost().await);
    }
    assert_eq!(lost[0], 0, "the journal lets two streams write one part");
    assert!(lost[1] > 0, "nothing is lost without it");
    journal.close().await;
    database.close().await;
}

struct Trial<'a> {
    database: &'a Database,
    journal: &'a Journal,
    owner: Uuid,
    submission: Uuid,
    manner: Manner,
}

/// A stream: the part that it read last, and the next offer that it sends.
struct Stream {
    parts: i32,
    next: i32,
}

impl Trial<'_> {
    /// Two streams at a time send by turns, until by its rows the submission is whole. Tells how many offers are not there.
    async fn lost(&self) -> usize {
        let mut there = BTreeSet::new();
        while self.head().await.1 < OFFERS {
            let mut streams = [self.begin().await, self.begin().await];
            for _ in 0..SENT {
                for stream in &mut streams {
                    if stream.next < OFFERS && self.send(stream).await {
                        there.insert(stream.next);
                        stream.next += 1;
                    }
                }
            }
        }
        (0..OFFERS).filter(|offer| !there.contains(offer)).count()
    }

    async fn begin(&self) -> Stream {
        let (parts, rows) = self.head().await;
        Stream { parts, next: rows }
    }

    /// Whether the next offer was written with a row of the report.
    async fn send(&self, stream: &mut Stream) -> bool {
        loop {
            let Row::Submission(part) = rows::submission(self.owner, self.submission, 1) else {
                panic!("it is a part")
            };
            let part = Part {
                revision: stream.parts + 1,
                row_count: i64::from(self.head().await.1) + 1,
                ..part
            };
            let write = rows::write(vec![Row::Submission(part)]);
            match self.journal.write(write).await {
                Ok(_) => {
                    stream.parts += 1;
                    return true;
                }
                Err(Refusal::Outdated { .. }) if self.manner == Manner::Careless => {
                    stream.parts = self.head().await.0;
                }
                Err(refusal) => {
                    assert!(matches!(refusal, Refusal::Outdated { .. }), "{refusal}");
                    return false;
                }
            }
        }
    }

    /// How many parts and rows there are.
    async fn head(&self) -> (i32, i32) {
        let sql =
            "SELECT revision, row_count FROM submissions WHERE id = $1 AND until_position IS NULL";
        let values = [self.submission.into()];
        let statement = Statement::from_sql_and_values(self.database.backend(), sql, values);
        let row = self.database.reader().query_one_raw(statement).await;
        row.expect("it can be read").map_or((0, 0), |row| {
            let rows: i64 = row.try_get_by_index(1).expect("a number");
            let parts = row.try_get_by_index(0).expect("a number");
            (parts, i32::try_from(rows).expect("a few"))
        })
    }
}
