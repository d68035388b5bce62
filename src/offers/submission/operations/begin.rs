//! Takes a submission up: begins it, or goes on where it was cut off.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{Submitting, grant_at, universities_of};
use crate::{
    access::Caller,
    clock,
    contract::Violation,
    error::{Error, Result},
    exchange::Exchange,
    offers::submission::{
        model::Submission,
        seen::Seen,
        store::{self, Universities},
    },
    proto::v1::SubmissionMode,
};

/// How a submission is meant.
#[derive(Clone, Debug)]
pub struct Header {
    pub id: Uuid,
    /// None: the one that the caller submits for.
    pub university: Option<Uuid>,
    pub scheme: String,
    pub mode: SubmissionMode,
    pub dry_run: bool,
    pub confirmed_withdrawals: u32,
}

pub async fn begin(exchange: &Exchange, caller: &Caller, header: Header) -> Result<Submitting> {
    let Header {
        id,
        university,
        scheme,
        mode,
        dry_run,
        confirmed_withdrawals,
    } = header;
    let owner = match university {
        Some(owner) => owner,
        None => the_one(caller)?,
    };
    grant_at(caller, owner)?;
    if caller.organization_has_ended(owner) {
        return Err(Error::field(has_ended()));
    }
    let new = Submission::new(id, owner, scheme, mode, clock::now());
    let of_owner = Universities(BTreeSet::from([owner]));
    let found = if dry_run {
        None
    } else {
        store::find(exchange.database.reader(), &of_owner, id).await?
    };
    let submission = match found {
        None => new,
        Some(kept) if kept.mode != new.mode || kept.scheme != new.scheme => {
            return Err(Error::Fields(differing(&kept, &new)));
        }
        Some(kept) if kept.ended => return Err(Error::SubmissionEnded),
        Some(kept) => kept,
    };
    Ok(Submitting {
        exchange: exchange.clone(),
        taken_up_at: submission.parts,
        submission,
        dry_run,
        confirmed_withdrawals,
        seen: Seen::default(),
    })
}

fn the_one(caller: &Caller) -> Result<Uuid> {
    let mut universities = universities_of(caller).0.into_iter();
    match (universities.next(), universities.next()) {
        (Some(owner), None) => Ok(owner),
        (None, _) => Err(Error::NotFound),
        (Some(_), Some(_)) => Err(Error::field(Violation::new(
            "header.university_id",
            "submission.university_unnamed",
            "You submit for several universities; name the one whose offers these are.",
            "Du skickar in för flera lärosäten; ange det vars erbjudanden det gäller.",
        ))),
    }
}

fn has_ended() -> Violation {
    Violation::new(
        "header.university_id",
        "submission.university_ended",
        "The university has ended; submit for the one that took over from it.",
        "Lärosätet har upphört; skicka in för det som tog över efter det.",
    )
}

fn differing(kept: &Submission, new: &Submission) -> Vec<Violation> {
    let fields = [
        ("header.mode", kept.mode != new.mode),
        ("header.id_scheme", kept.scheme != new.scheme),
    ];
    let differing = fields.into_iter().filter(|(_, differs)| *differs);
    differing
        .map(|(field, _)| {
            Violation::new(
                field,
                "submission.header_differs",
                "The submission began with another value; go on with that one, or begin another submission.",
                "Inskicket började med ett annat värde; fortsätt med det, eller börja ett nytt inskick.",
            )
        })
        .collect()
}
