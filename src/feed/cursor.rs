//! Where a copy stands: sealed for one caller and one filter, and good for one history of the exchange and for the
//! rights that the caller had.

use uuid::Uuid;

use super::filter::Filter;
use crate::{
    access::Sight,
    error::{Error, Result},
    page::{Listing, PageKey},
};

const VERSION: u8 = 1;
/// Cursors serve both methods of the service alike. No method of a listing has this name.
const SERVICE: &str = "styrkedja.v1.SyncService";
const BYTES: usize = 1 + 16 + 16 + 8 + 1 + 16;

/// Where a copy stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Of the history that the position is of.
    pub epoch: Uuid,
    /// The rights by which the caller saw.
    pub sight: Sight,
    /// Everything up to here is told. In a snapshot: what it shows the exchange at.
    pub position: i64,
    pub stage: Stage,
}

/// What is told next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// What was written after the position.
    Changes,
    /// Of a snapshot the organizations after this one.
    Organizations(Uuid),
    /// Of a snapshot the documents after this one.
    Documents(Uuid),
}

impl Cursor {
    pub fn seal(self, key: &PageKey, subject: &str, filter: &Filter) -> String {
        let (stage, after) = match self.stage {
            Stage::Changes => (0, Uuid::nil()),
            Stage::Organizations(after) => (1, after),
            Stage::Documents(after) => (2, after),
        };
        let mut body = Vec::with_capacity(BYTES);
        body.push(VERSION);
        body.extend(self.epoch.as_bytes());
        body.extend(self.sight.0);
        body.extend(self.position.to_be_bytes());
        body.push(stage);
        body.extend(after.as_bytes());
        key.seal_bytes(listing(subject, filter), body)
    }

    pub fn open(key: &PageKey, subject: &str, filter: &Filter, text: &str) -> Result<Self> {
        let body = key.open_bytes(listing(subject, filter), text)?;
        Self::read(&body).ok_or(Error::CursorInvalid)
    }

    fn read(body: &[u8]) -> Option<Self> {
        let (&[VERSION], body) = body.split_first_chunk()? else {
            return None;
        };
        let (epoch, body) = body.split_first_chunk()?;
        let (sight, body) = body.split_first_chunk()?;
        let (position, body) = body.split_first_chunk()?;
        let (&[stage], body) = body.split_first_chunk()?;
        let after = Uuid::from_bytes(body.try_into().ok()?);
        Some(Self {
            epoch: Uuid::from_bytes(*epoch),
            sight: Sight(*sight),
            position: i64::from_be_bytes(*position),
            stage: match stage {
                0 => Stage::Changes,
                1 => Stage::Organizations(after),
                2 => Stage::Documents(after),
                _ => return None,
            },
        })
    }
}

fn listing<'a>(subject: &'a str, filter: &'a Filter) -> Listing<'a> {
    Listing {
        method: SERVICE,
        subject,
        filters: filter.bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::v1;

    fn cursor(stage: Stage) -> Cursor {
        Cursor {
            epoch: Uuid::from_u128(7),
            sight: Sight([3; 16]),
            position: 4711,
            stage,
        }
    }

    #[test]
    fn a_cursor_opens_to_what_was_sealed_and_for_nothing_else() {
        let key = PageKey::derive(b"a secret of the database");
        let (anna, bo) = ("exchange:anna", "exchange:bo");
        let all = Filter::default();
        let of_round = v1::SyncFilter {
            round: "sbs-2019-1".to_owned(),
            ..v1::SyncFilter::default()
        };
        let of_round = Filter::of(Some(of_round)).unwrap();
        let id = Uuid::from_u128(9);
        for stage in [
            Stage::Changes,
            Stage::Organizations(id),
            Stage::Documents(id),
        ] {
            let text = cursor(stage).seal(&key, anna, &all);
            let opened = Cursor::open(&key, anna, &all, &text).unwrap();
            assert_eq!(opened, cursor(stage));
            for other in [
                Cursor::open(&key, bo, &all, &text),
                Cursor::open(&key, anna, &of_round, &text),
                Cursor::open(&PageKey::derive(b"another"), anna, &all, &text),
                Cursor::open(&key, anna, &all, &text[1..]),
            ] {
                assert!(matches!(other, Err(Error::CursorInvalid)));
            }
        }
    }

    #[test]
    fn bytes_of_another_form_are_no_cursor() {
        let key = PageKey::derive(b"a secret of the database");
        let (anna, all) = ("exchange:anna", Filter::default());
        let good = key
            .open_bytes(
                listing(anna, &all),
                &cursor(Stage::Changes).seal(&key, anna, &all),
            )
            .unwrap();
        assert_eq!(good.len(), BYTES);
        let mut newer = good.clone();
        newer[0] += 1;
        let mut longer = good.clone();
        longer.push(0);
        for body in [newer, longer, good[..BYTES - 1].to_vec(), Vec::new()] {
            assert_eq!(Cursor::read(&body), None);
        }
    }

    #[test]
    fn filters_that_mean_the_same_are_the_same() {
        let of = |kinds: &[i32]| {
            let kinds = kinds.to_vec();
            Filter::of(Some(v1::SyncFilter {
                kinds,
                ..v1::SyncFilter::default()
            }))
            .unwrap()
        };
        assert_eq!(of(&[2, 1]).bytes(), of(&[1, 2, 2]).bytes());
        assert_eq!(of(&[]).bytes(), Filter::of(None).unwrap().bytes());
    }
}
