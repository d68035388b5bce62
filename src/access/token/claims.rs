//! What a token claims. A struct, never a map: a claim that comes twice or has another type is refused.

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, SeqAccess, Visitor},
};

use super::{Fault, LEEWAY, MAX_LIFETIME};

/// The longest subject that a grant can name, in characters.
const MAX_SUBJECT: usize = 200;

#[derive(Deserialize)]
pub struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    pub exp: i64,
    nbf: i64,
    iat: i64,
    #[serde(default, deserialize_with = "is_there")]
    cnf: bool,
}

impl Claims {
    pub fn read(bytes: &[u8]) -> Result<Self, Fault> {
        serde_json::from_slice(bytes).map_err(|_| Fault::Claims)
    }

    pub fn must_hold(&self, iss: &str, audience: &str, now: i64) -> Result<(), Fault> {
        let faults = [
            (self.iss != iss, Fault::Issuer),
            (self.aud.0 != audience, Fault::Audience),
            (self.exp <= now - LEEWAY, Fault::Expired),
            (
                self.nbf > now + LEEWAY || self.iat > now + LEEWAY,
                Fault::NotYet,
            ),
            (!self.lives_shortly(), Fault::Lifetime),
            (self.cnf, Fault::Bound),
        ];
        faults
            .into_iter()
            .find(|(wrong, _)| *wrong)
            .map_or(Ok(()), |(_, fault)| Err(fault))
    }

    fn lives_shortly(&self) -> bool {
        let lifetime = self.exp.checked_sub(self.iat);
        lifetime.is_some_and(|lifetime| (0..=MAX_LIFETIME).contains(&lifetime))
    }

    /// The subject as grants name it.
    pub fn subject(&self, issuer: &str) -> Result<String, Fault> {
        let subject = format!("{issuer}:{}", self.sub);
        let named = !self.sub.is_empty()
            && !self.sub.starts_with(':')
            && !self
                .sub
                .chars()
                .any(|c| c.is_whitespace() || c.is_control())
            && subject.chars().count() <= MAX_SUBJECT;
        if named {
            Ok(subject)
        } else {
            Err(Fault::Subject)
        }
    }
}

/// Exactly one audience: a string, or an array of one.
struct Audience(String);

impl<'de> Deserialize<'de> for Audience {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct One;
        impl<'de> Visitor<'de> for One {
            type Value = Audience;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("one audience")
            }

            fn visit_str<E>(self, value: &str) -> Result<Audience, E> {
                Ok(Audience(value.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Audience, A::Error> {
                use serde::de::Error;
                let first: String = seq
                    .next_element()?
                    .ok_or_else(|| A::Error::invalid_length(0, &self))?;
                match seq.next_element::<IgnoredAny>()? {
                    None => Ok(Audience(first)),
                    Some(_) => Err(A::Error::invalid_length(2, &self)),
                }
            }
        }
        deserializer.deserialize_any(One)
    }
}

/// True whatever the value is, also where it is null.
fn is_there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}
