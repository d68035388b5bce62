//! Tokens: whether one is accepted, and whom it names. Every check of a token stands here, in one order.
//! Knows keys and claims; does not know grants, methods or where keys come from.

mod claims;
mod fault;
mod header;
mod key;

pub use fault::Fault;
pub use header::{TYPE, bearer};
pub use key::{Issuer, Key, KeyRing, name_of};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

/// The largest token looked at, in bytes.
pub const MAX_BYTES: usize = 8 * 1024;
/// The longest a token may live, in seconds.
pub const MAX_LIFETIME: i64 = 900;
/// How far clocks may differ, in seconds.
pub const LEEWAY: i64 = 30;

/// Whom an accepted token names, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The issuer's name, a colon, and its `sub`: the form in which grants name subjects.
    pub subject: String,
    /// When the token ends, in seconds since the epoch.
    pub expires_at: i64,
}

/// Checks a token against the keys of configured issuers. The order of the checks is part of the promise: nothing
/// of the claims is looked at before the signature, and no key or address named by the token is ever used.
pub fn verify(token: &str, keys: &KeyRing, audience: &str, now: i64) -> Result<Verified, Fault> {
    if token.len() > MAX_BYTES {
        return Err(Fault::TooLarge);
    }
    let parts = Parts::of(token)?;
    let header = header::Header::read(&decoded(parts.header)?)?;
    let key = keys.get(&header.kid).ok_or(Fault::UnknownKey)?;
    header.must_name(key.algorithm)?;
    key.must_have_signed(parts.signed, parts.signature)?;
    let claims = claims::Claims::read(&decoded(parts.claims)?)?;
    claims.must_hold(&key.issuer.iss, audience, now)?;
    Ok(Verified {
        subject: claims.subject(&key.issuer.name)?,
        expires_at: claims.exp,
    })
}

/// The key that the token's header names, whoever signed it.
pub fn named_key<'a>(token: &str, keys: &'a KeyRing) -> Option<&'a Key> {
    let parts = Parts::of(token).ok()?;
    let header = header::Header::read(&decoded(parts.header).ok()?).ok()?;
    keys.get(&header.kid)
}

struct Parts<'a> {
    header: &'a str,
    claims: &'a str,
    signature: &'a str,
    /// Header and claims with the dot between them.
    signed: &'a str,
}

impl<'a> Parts<'a> {
    fn of(token: &'a str) -> Result<Self, Fault> {
        let (signed, signature) = token.rsplit_once('.').ok_or(Fault::Shape)?;
        let (header, claims) = signed.split_once('.').ok_or(Fault::Shape)?;
        let parts = [header, claims, signature];
        if parts
            .iter()
            .any(|part| part.is_empty() || part.contains('.'))
        {
            return Err(Fault::Shape);
        }
        Ok(Self {
            header,
            claims,
            signature,
            signed,
        })
    }
}

fn decoded(part: &str) -> Result<Vec<u8>, Fault> {
    let bytes = BASE64_URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| Fault::Shape)?;
    // Structs are read from arrays as well, field by field; a token has objects only.
    if bytes.first() == Some(&b'{') {
        Ok(bytes)
    } else {
        Err(Fault::Shape)
    }
}

#[cfg(test)]
mod tests;
