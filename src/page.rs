//! Page tokens: where a listing goes on, sealed so that it serves only the caller and the filters it was made for.
//! The same seal holds the cursors of the feed. Knows nothing of what is listed.

use aws_lc_rs::hmac;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use uuid::Uuid;

use crate::{error::Error, journal::Reached};

const VERSION: u8 = 1;
const TAG_BYTES: usize = 32;
const HEAD_BYTES: usize = 1 + 16 + 8;

/// Seals and opens page tokens. The same on every server process of one database.
#[derive(Clone)]
pub struct PageKey(hmac::Key);

/// The listing that a token belongs to. A token opens for an equal listing only.
#[derive(Clone, Copy, Debug)]
pub struct Listing<'a> {
    /// Full name of the method.
    pub method: &'a str,
    /// Who calls.
    pub subject: &'a str,
    /// The request in its wire form, without page size and page token.
    pub filters: &'a [u8],
}

/// Where a listing goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where in which history all pages of the listing show the exchange.
    pub at: Reached,
    /// The key of the last item given out, in the listing's own form.
    pub after: Vec<u8>,
}

/// Where a listing stands, its keys being of so many bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing<const N: usize> {
    /// Where in which history all pages of the listing show the exchange.
    pub at: Reached,
    /// The key of the last item given out. None: the listing begins.
    pub after: Option<[u8; N]>,
}

/// The token was changed, or was made for another caller or other filters. Which of these is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the page token was not made for this caller and these filters")]
pub struct CursorInvalid;

impl PageKey {
    /// Derives the key from a secret that all server processes of one database share.
    pub fn derive(secret: &[u8]) -> Self {
        let secret = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let key = hmac::sign(&secret, b"styrkedja page token 1");
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.as_ref()))
    }

    pub fn seal(&self, listing: Listing<'_>, place: &Place) -> String {
        let mut body = Vec::with_capacity(HEAD_BYTES + place.after.len() + TAG_BYTES);
        body.push(VERSION);
        body.extend(place.at.epoch.as_bytes());
        body.extend(place.at.position.to_be_bytes());
        body.extend(&place.after);
        self.seal_bytes(listing, body)
    }

    /// A token that opens to these bytes, for an equal listing only.
    pub fn seal_bytes(&self, listing: Listing<'_>, mut body: Vec<u8>) -> String {
        let tag = hmac::sign(&self.0, &signed(listing, &body));
        body.extend(tag.as_ref());
        BASE64_URL_SAFE_NO_PAD.encode(body)
    }

    /// What was sealed.
    pub fn open_bytes(&self, listing: Listing<'_>, token: &str) -> Result<Vec<u8>, CursorInvalid> {
        let mut token = BASE64_URL_SAFE_NO_PAD
            .decode(token)
            .map_err(|_| CursorInvalid)?;
        let body_bytes = token.len().checked_sub(TAG_BYTES).ok_or(CursorInvalid)?;
        let (body, tag) = token.split_at(body_bytes);
        hmac::verify(&self.0, &signed(listing, body), tag).map_err(|_| CursorInvalid)?;
        token.truncate(body_bytes);
        Ok(token)
    }

    /// Where the token says that the listing goes on. Without a token it begins, at the position of now.
    pub fn standing<const N: usize>(
        &self,
        listing: Listing<'_>,
        token: &str,
        now: Reached,
    ) -> Result<Standing<N>, Error> {
        if token.is_empty() {
            return Ok(Standing {
                at: now,
                after: None,
            });
        }
        let Place { at, after } = self.open(listing, token)?;
        if at.epoch != now.epoch || at.position > now.position {
            // The database was restored since the token was made, and its history may have gone another way.
            return Err(Error::ResyncRequired);
        }
        let after = after.try_into().map_err(|_| Error::CursorInvalid)?;
        Ok(Standing {
            at,
            after: Some(after),
        })
    }

    fn open(&self, listing: Listing<'_>, token: &str) -> Result<Place, CursorInvalid> {
        let body = self.open_bytes(listing, token)?;
        let (head, after) = body
            .split_first_chunk::<HEAD_BYTES>()
            .ok_or(CursorInvalid)?;
        let [VERSION, at @ ..] = head else {
            return Err(CursorInvalid);
        };
        let (epoch, position) = at.split_first_chunk().ok_or(CursorInvalid)?;
        let position = position.try_into().map_err(|_| CursorInvalid)?;
        let at = Reached {
            epoch: Uuid::from_bytes(*epoch),
            position: i64::from_be_bytes(position),
        };
        Ok(Place {
            at,
            after: after.to_vec(),
        })
    }
}

/// How many items a page holds: what was asked for, or where nothing was, the method's own figure.
pub fn size(asked: u32, otherwise: u32) -> usize {
    let size = if asked == 0 { otherwise } else { asked };
    usize::try_from(size).unwrap_or(usize::MAX)
}

/// Every part with its length before it, so that no two listings sign the same bytes.
fn signed(listing: Listing<'_>, body: &[u8]) -> Vec<u8> {
    let parts = [
        listing.method.as_bytes(),
        listing.subject.as_bytes(),
        listing.filters,
        body,
    ];
    let mut bytes = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        bytes.extend((part.len() as u64).to_be_bytes());
        bytes.extend(part);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LISTING: Listing<'_> = Listing {
        method: "/a/List",
        subject: "exchange:anna",
        filters: b"round",
    };

    fn key() -> PageKey {
        PageKey::derive(b"a secret of the database")
    }

    fn place() -> impl Strategy<Value = Place> {
        let at = (any::<u128>(), any::<i64>()).prop_map(|(epoch, position)| Reached {
            epoch: Uuid::from_u128(epoch),
            position,
        });
        (at, prop::collection::vec(any::<u8>(), 0..64)).prop_map(|(at, after)| Place { at, after })
    }

    proptest! {
        #[test]
        fn a_token_opens_to_what_was_sealed(place in place()) {
            let token = key().seal(LISTING, &place);
            prop_assert_eq!(key().open(LISTING, &token), Ok(place));
        }

        #[test]
        fn any_flipped_bit_is_refused(place in place(), at in any::<prop::sample::Index>(), bit in 0..8_u8) {
            let mut bytes = BASE64_URL_SAFE_NO_PAD.decode(key().seal(LISTING, &place)).unwrap();
            *at.get_mut(&mut bytes) ^= 1_u8 << bit;
            let token = BASE64_URL_SAFE_NO_PAD.encode(bytes);
            prop_assert_eq!(key().open(LISTING, &token), Err(CursorInvalid));
        }

        #[test]
        fn any_other_character_is_refused(place in place(), at in any::<prop::sample::Index>(), other in any::<u8>()) {
            let mut token = key().seal(LISTING, &place).into_bytes();
            let old = std::mem::replace(at.get_mut(&mut token), other);
            prop_assume!(old != other);
            let token = String::from_utf8_lossy(&token).into_owned();
            prop_assert_eq!(key().open(LISTING, &token), Err(CursorInvalid));
        }

        #[test]
        fn any_cut_or_longer_token_is_refused(place in place(), cut in any::<prop::sample::Index>(), more in "[A-Za-z0-9_-]{1,8}") {
            let token = key().seal(LISTING, &place);
            prop_assert_eq!(key().open(LISTING, &token[..cut.index(token.len())]), Err(CursorInvalid));
            prop_assert_eq!(key().open(LISTING, &format!("{token}{more}")), Err(CursorInvalid));
        }

        #[test]
        fn any_text_at_all_is_refused(token in ".*") {
            prop_assert_eq!(key().open(LISTING, &token), Err(CursorInvalid));
        }
    }

    #[test]
    fn a_listing_begins_now_goes_on_where_it_stood_and_begins_anew_when_time_went_back() {
        let at = |position| Reached {
            epoch: Uuid::from_u128(1),
            position,
        };
        let begin = key().standing::<2>(LISTING, "", at(7)).unwrap();
        assert_eq!((begin.at, begin.after), (at(7), None));
        let place = Place {
            at: at(7),
            after: vec![1, 2],
        };
        let token = key().seal(LISTING, &place);
        let on = key().standing::<2>(LISTING, &token, at(9)).unwrap();
        assert_eq!((on.at, on.after), (at(7), Some([1, 2])));
        let ahead = key().standing::<2>(LISTING, &token, at(6));
        assert!(matches!(ahead, Err(Error::ResyncRequired)));
        let restored = Reached {
            epoch: Uuid::from_u128(2),
            ..at(9)
        };
        let of_before = key().standing::<2>(LISTING, &token, restored);
        assert!(matches!(of_before, Err(Error::ResyncRequired)));
        let of_other_keys = key().standing::<3>(LISTING, &token, at(9));
        assert!(matches!(of_other_keys, Err(Error::CursorInvalid)));
    }

    #[test]
    fn another_method_caller_filter_or_secret_does_not_open_it() {
        let place = Place {
            at: Reached::default(),
            after: vec![1, 2, 3],
        };
        let token = key().seal(LISTING, &place);
        for listing in [
            Listing {
                method: "/a/Other",
                ..LISTING
            },
            Listing {
                subject: "exchange:bo",
                ..LISTING
            },
            Listing {
                filters: b"",
                ..LISTING
            },
            Listing {
                subject: "exchange:annar",
                filters: b"ound",
                ..LISTING
            },
        ] {
            assert_eq!(
                key().open(listing, &token),
                Err(CursorInvalid),
                "{listing:?}"
            );
        }
        assert_eq!(
            PageKey::derive(b"another secret").open(LISTING, &token),
            Err(CursorInvalid)
        );
    }
}
