//! What the journal came to once. Kept elsewhere, it shows later whether all up to there is as it was, also where the end
//! was cut off or the whole was written anew. In text `POSITION:HASH`.

use std::{fmt, str::FromStr};

use sea_orm::DbErr;

use super::{Verified, store::inspect};
use crate::database::Database;

/// An entry, and its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    pub position: i64,
    pub hash: [u8; 32],
}

/// A text that is no checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "give a position, a colon and 64 hexadecimal digits, as `styrkedja audit checkpoint` prints them"
)]
pub struct NoCheckpoint;

/// What the journal has come to, without verifying it. None: nothing has been written yet.
pub async fn checkpoint(database: &Database) -> Result<Option<Checkpoint>, DbErr> {
    let tx = inspect::begin(database.reader()).await?;
    let partition = inspect::partition(&tx).await?;
    Ok(partition.and_then(|partition| Checkpoint::of(partition.position, &partition.chain_hash)))
}

impl Verified {
    /// To be kept elsewhere. None: nothing has been written yet.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        Checkpoint::of(self.position, &self.chain_hash)
    }
}

impl Checkpoint {
    fn of(position: i64, hash: &[u8]) -> Option<Self> {
        let hash = hash.try_into().ok()?;
        Some(Self { position, hash })
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.position)?;
        self.hash
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Checkpoint {
    type Err = NoCheckpoint;

    fn from_str(text: &str) -> Result<Self, NoCheckpoint> {
        let read = || {
            let (position, digits) = text.split_once(':')?;
            let position: u64 = position.parse().ok()?;
            let mut hash = [0; 32];
            if digits.len() != 2 * hash.len() || !digits.bytes().all(|it| it.is_ascii_hexdigit()) {
                return None;
            }
            for (at, byte) in hash.iter_mut().enumerate() {
                *byte = u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok()?;
            }
            Some(Self {
                position: i64::try_from(position).ok()?,
                hash,
            })
        };
        read().ok_or(NoCheckpoint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_read_as_it_is_written() {
        let hash = std::array::from_fn(|at| u8::try_from(at * 8).unwrap());
        let checkpoint = Checkpoint { position: 41, hash };
        let text = checkpoint.to_string();
        assert!(
            text.starts_with("41:0008101820") && text.len() == 3 + 64,
            "{text}"
        );
        assert_eq!(text.parse(), Ok(checkpoint));
        for other in [
            "",
            "41",
            &text[3..],
            &text[..66],
            &format!("{text}0"),
            &format!("-{text}"),
            &text.replace("00", "+1"),
            &text.replace("00", "å"),
        ] {
            assert_eq!(other.parse::<Checkpoint>(), Err(NoCheckpoint), "{other}");
        }
    }
}
