//! Tells of submissions: which there are, and what became of each offer.

use futures::{Stream, TryStreamExt, stream};
use uuid::Uuid;

use super::{grant_at, universities_of};
use crate::{
    access::Caller,
    error::{Error, Result},
    exchange::Exchange,
    journal,
    offers::submission::{
        model::Submission,
        store::{self, After},
    },
    page::{Listing, Place, Standing},
    proto::v1::SubmissionRow,
};

/// A page of a listing.
pub struct Listed {
    pub submissions: Vec<Submission>,
    /// None: it was the last.
    pub next: Option<String>,
}

/// Lists the submissions of a university, or of all that the caller submits for, newest first.
pub async fn list(
    exchange: &Exchange,
    caller: &Caller,
    university: Option<Uuid>,
    listing: Listing<'_>,
    size: usize,
    token: &str,
) -> Result<Listed> {
    let reader = exchange.database.reader();
    let now = journal::reached(reader).await?;
    let Standing { at, after } = exchange.pages.standing(listing, token, now)?;
    let mut universities = universities_of(caller);
    if let Some(asked) = university {
        grant_at(caller, asked)?;
        universities.0.retain(|owner| *owner == asked);
    }
    let limit = size as u64 + 1;
    let after = after.map(read);
    let mut submissions = store::list(reader, &universities, at.position, after, limit).await?;
    let more = submissions.len() > size;
    submissions.truncate(size);
    let last = submissions.last().filter(|_| more);
    let next = last.map(|last| {
        let after = written((last.created_at.micros(), last.id));
        exchange.pages.seal(listing, &Place { at, after })
    });
    Ok(Listed { submissions, next })
}

fn written((created_at, id): After) -> Vec<u8> {
    [&created_at.to_be_bytes()[..], id.as_bytes()].concat()
}

fn read(bytes: [u8; 24]) -> After {
    let (mut created_at, mut id) = ([0; 8], [0; 16]);
    created_at.copy_from_slice(&bytes[..8]);
    id.copy_from_slice(&bytes[8..]);
    (i64::from_be_bytes(created_at), Uuid::from_bytes(id))
}

/// The report of a submission as far as it has come.
pub struct Report {
    exchange: Exchange,
    pub submission: Submission,
    from_row: i64,
}

pub async fn report(
    exchange: &Exchange,
    caller: &Caller,
    id: Uuid,
    from_row: u64,
) -> Result<Report> {
    let reader = exchange.database.reader();
    let found = store::find(reader, &universities_of(caller), id).await?;
    Ok(Report {
        exchange: exchange.clone(),
        submission: found.ok_or(Error::NotFound)?,
        from_row: i64::try_from(from_row).unwrap_or(i64::MAX),
    })
}

impl Report {
    /// Its rows in order, a part read at a time as they are taken.
    pub fn rows(self) -> impl Stream<Item = Result<SubmissionRow>> + Send {
        let from_row = self.from_row.unsigned_abs();
        let parts = stream::try_unfold((self, 0), |(report, parts)| async move {
            let (db, submission) = (report.exchange.database.reader(), &report.submission);
            let part = store::part_after(db, submission, parts, report.from_row).await?;
            let next = part.map(|part| {
                let rows = part.rows.into_iter().map(Ok);
                (stream::iter(rows), (report, part.number))
            });
            Ok::<_, Error>(next)
        });
        parts
            .try_flatten()
            .try_filter(move |row| std::future::ready(row.index >= from_row))
    }
}
