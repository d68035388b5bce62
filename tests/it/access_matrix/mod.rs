//! Every cell of the access matrix and every narrowed field, tried over the wire: mutations as dry runs, so that each
//! finds the same nation.

mod calls;
mod documents;
mod fields;
mod nation;
mod offers;

use futures::{StreamExt, stream};
use styrkedja::{
    access::matrix::{self, About, Cell, Relation, Stage, Verdict},
    contract,
};

use tonic::{Code, Status};

use crate::world::World;
use nation::Nation;

stories!(every_cell_of_the_access_matrix_holds_over_the_wire);

/// Calls under way at a time.
const AT_A_TIME: usize = 16;
/// How often a call is made again that a busy machine left unanswered.
const TRIES: usize = 3;

async fn every_cell_of_the_access_matrix_holds_over_the_wire(world: World) {
    let nation = &Nation::new(&world).await;
    let cells: Vec<Cell<'_>> = matrix::cells(contract::get())
        .into_iter()
        .filter(is_told_apart)
        .collect();
    assert!(
        cells.len() > 5000,
        "the matrix has shrunk to {} cells",
        cells.len()
    );
    let mut wrong: Vec<String> = stream::iter(&cells)
        .map(|cell| try_cell(nation, cell))
        .buffer_unordered(AT_A_TIME)
        .filter_map(|wrong| async move { wrong })
        .collect()
        .await;
    wrong.extend(fields::wrong(nation, &cells).await);
    assert!(
        wrong.is_empty(),
        "{} of {} cells and their fields do not hold:\n{}",
        wrong.len(),
        cells.len(),
        wrong[..wrong.len().min(40)].join("\n"),
    );
}

/// What is missing has no stage; one call is enough for all.
fn is_told_apart(cell: &Cell<'_>) -> bool {
    let staged = matches!(cell.about, About::Document(_, stage) if stage != Stage::Draft);
    !(cell.relation == Relation::Missing && staged)
}

/// What is wrong with the cell, if anything.
async fn try_cell(nation: &Nation, cell: &Cell<'_>) -> Option<String> {
    let mut answered = calls::call(nation, cell).await;
    for _ in 0..TRIES {
        let busy =
            |status: &Status| matches!(status.code(), Code::DeadlineExceeded | Code::Unavailable);
        if !answered.as_ref().is_err_and(busy) {
            break;
        }
        answered = calls::call(nation, cell).await;
    }
    let explained = calls::explain(nation, cell).await;
    let told = |what: String| {
        let Cell {
            method,
            holder,
            about,
            relation,
            verdict,
            ..
        } = cell;
        Some(format!(
            "{} by {holder:?} on {about:?}, {relation:?}: {verdict:?}, but {what}",
            method.name
        ))
    };
    match answered {
        Ok(verdict) if verdict == cell.verdict => {}
        other => return told(format!("answered {other:?}")),
    }
    match (explained, cell.verdict) {
        (None, _) => None,
        (Some(status), Verdict::Allowed | Verdict::Misplaced) if status == "OK" => None,
        (Some(status), Verdict::Denied) if status == "PERMISSION_DENIED" => None,
        (Some(status), Verdict::Absent) if status == "NOT_FOUND" => None,
        (Some(status), _) => told(format!("explained as {status}")),
    }
}
