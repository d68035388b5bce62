//! Keys of issuers, found by key id. A key knows its issuer and its one algorithm.

use std::{collections::HashMap, sync::Arc};

use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind as Kind, crypto};

use super::Fault;

/// Who signs tokens: the name that subjects carry, and the `iss` of its tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    pub name: String,
    pub iss: String,
}

/// A public key of an issuer.
#[derive(Clone, Debug)]
pub struct Key {
    pub kid: String,
    pub issuer: Arc<Issuer>,
    pub algorithm: Algorithm,
    pub decoding: DecodingKey,
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        let Self {
            kid,
            issuer,
            algorithm,
            decoding,
        } = self;
        let same_bytes = match (decoding.kind(), other.decoding.kind()) {
            (Kind::SecretOrDer(one), Kind::SecretOrDer(other)) => one == other,
            (
                Kind::RsaModulusExponent { n, e },
                Kind::RsaModulusExponent {
                    n: other_n,
                    e: other_e,
                },
            ) => (n, e) == (other_n, other_e),
            (Kind::SecretOrDer(_) | Kind::RsaModulusExponent { .. }, _) => false,
        };
        (kid, issuer, algorithm) == (&other.kid, &other.issuer, &other.algorithm)
            && decoding.family() == other.decoding.family()
            && same_bytes
    }
}

impl Key {
    pub fn must_have_signed(&self, message: &str, signature: &str) -> Result<(), Fault> {
        match crypto::verify(
            signature,
            message.as_bytes(),
            &self.decoding,
            self.algorithm,
        ) {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(Fault::Signature),
        }
    }
}

/// Every key that tokens may be signed with.
#[derive(Debug, Default)]
pub struct KeyRing {
    keys: HashMap<String, Key>,
}

impl KeyRing {
    /// Takes keys in order of precedence: a key id that an earlier issuer has can not be taken over by a later one.
    pub fn new(keys: impl IntoIterator<Item = Key>) -> Self {
        let mut ring = Self::default();
        for key in keys {
            let taken = ring
                .keys
                .get(&key.kid)
                .map(|earlier| earlier.issuer.name.clone());
            if let Some(earlier) = taken {
                let later = &key.issuer.name;
                tracing::warn!(target: "security", earlier, later, "Two keys have the same id; the later is left out.");
                continue;
            }
            ring.keys.insert(key.kid.clone(), key);
        }
        ring
    }

    pub fn get(&self, kid: &str) -> Option<&Key> {
        self.keys.get(kid)
    }
}

/// The algorithms that are accepted, by their names in token headers. A shared secret is never a key: every holder
/// could make tokens with it.
const NAMES: [(Algorithm, &str); 9] = [
    (Algorithm::EdDSA, "EdDSA"),
    (Algorithm::ES256, "ES256"),
    (Algorithm::ES384, "ES384"),
    (Algorithm::RS256, "RS256"),
    (Algorithm::RS384, "RS384"),
    (Algorithm::RS512, "RS512"),
    (Algorithm::PS256, "PS256"),
    (Algorithm::PS384, "PS384"),
    (Algorithm::PS512, "PS512"),
];

/// The name of an algorithm in token headers. None for what is never accepted.
pub fn name_of(algorithm: Algorithm) -> Option<&'static str> {
    NAMES
        .iter()
        .find(|(accepted, _)| *accepted == algorithm)
        .map(|(_, name)| *name)
}
