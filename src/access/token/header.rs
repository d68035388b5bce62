//! Where a token stands in a request, and what its own header may hold.

use http::{HeaderMap, header::AUTHORIZATION};
use jsonwebtoken::Algorithm;
use serde::Deserialize;

use super::{Fault, key::name_of};

/// The one type of token that is accepted: an access token (RFC 9068).
pub const TYPE: &str = "at+jwt";
/// The longest key id looked up.
const MAX_KID: usize = 200;

/// The token of a request: in the `authorization` header, which comes once, and nowhere else.
pub fn bearer(headers: &HeaderMap) -> Result<&str, Fault> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or(Fault::Missing)?;
    if values.next().is_some() {
        return Err(Fault::Several);
    }
    let (scheme, token) = value
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .ok_or(Fault::NotBearer)?;
    if scheme.eq_ignore_ascii_case("bearer") {
        Ok(token)
    } else {
        Err(Fault::NotBearer)
    }
}

/// A token's header. Whatever else a header may hold elsewhere (`crit`, `jwk`, `jku`, `x5u`, `b64`) is refused here.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    alg: String,
    typ: String,
    pub kid: String,
}

impl Header {
    pub fn read(bytes: &[u8]) -> Result<Self, Fault> {
        let header: Self = serde_json::from_slice(bytes).map_err(|_| Fault::Header)?;
        if header.typ != TYPE {
            return Err(Fault::Type);
        }
        if header.kid.len() > MAX_KID {
            return Err(Fault::UnknownKey);
        }
        Ok(header)
    }

    /// The key decides on the algorithm; the header only has to agree.
    pub fn must_name(&self, algorithm: Algorithm) -> Result<(), Fault> {
        if name_of(algorithm) == Some(self.alg.as_str()) {
            Ok(())
        } else {
            Err(Fault::Algorithm)
        }
    }
}
