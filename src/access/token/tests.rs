//! The table of guarantees about tokens: what the library lets through, and what is refused here.

use std::sync::Arc;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as B64};
use jsonwebtoken::{Algorithm, DecodingKey};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const NOW: i64 = 1_800_000_000;
const ISS: &str = "https://exchange.example";
const AUD: &str = "styrkedja";

struct World {
    pair: Ed25519KeyPair,
    ring: KeyRing,
}

impl World {
    fn new() -> Self {
        let pair = Ed25519KeyPair::generate().unwrap();
        let key = Key {
            kid: "k1".to_owned(),
            issuer: Arc::new(Issuer {
                name: "exchange".to_owned(),
                iss: ISS.to_owned(),
            }),
            algorithm: Algorithm::EdDSA,
            decoding: DecodingKey::from_ed_der(pair.public_key().as_ref()),
        };
        Self {
            ring: KeyRing::new([key]),
            pair,
        }
    }

    fn sign(&self, header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", B64.encode(header), B64.encode(claims));
        let signature = B64.encode(self.pair.sign(signed.as_bytes()).as_ref());
        format!("{signed}.{signature}")
    }

    fn check(&self, token: &str) -> Result<Verified, Fault> {
        verify(token, &self.ring, AUD, NOW)
    }

    fn with_claims(&self, claims: &Value) -> Result<Verified, Fault> {
        self.check(&self.sign(&header().to_string(), &claims.to_string()))
    }

    fn with_header(&self, header: &Value) -> Result<Verified, Fault> {
        self.check(&self.sign(&header.to_string(), &claims().to_string()))
    }
}

fn header() -> Value {
    json!({"alg": "EdDSA", "typ": "at+jwt", "kid": "k1"})
}

fn claims() -> Value {
    json!({"iss": ISS, "aud": AUD, "sub": "rektor", "iat": NOW, "nbf": NOW, "exp": NOW + 900})
}

fn changed(mut value: Value, field: &str, to: Value) -> Value {
    value[field] = to;
    value
}

fn without(mut value: Value, field: &str) -> Value {
    value.as_object_mut().unwrap().remove(field);
    value
}

#[test]
fn a_good_token_names_its_subject() {
    let world = World::new();
    let expected = Verified {
        subject: "exchange:rektor".to_owned(),
        expires_at: NOW + 900,
    };
    assert_eq!(world.with_claims(&claims()), Ok(expected.clone()));
    assert_eq!(
        world.with_claims(&changed(claims(), "aud", json!([AUD]))),
        Ok(expected.clone())
    );
    assert_eq!(
        world.with_claims(&changed(
            claims(),
            "scope",
            json!("other claims do not matter")
        )),
        Ok(expected)
    );
}

#[test]
fn every_claim_is_needed() {
    let world = World::new();
    for field in ["iss", "aud", "sub", "iat", "nbf", "exp"] {
        assert_eq!(
            world.with_claims(&without(claims(), field)),
            Err(Fault::Claims),
            "{field}"
        );
        for value in [json!(null), json!({}), json!([]), json!(true), json!(1.5)] {
            let refused = world.with_claims(&changed(claims(), field, value.clone()));
            assert_eq!(refused, Err(Fault::Claims), "{field} {value}");
        }
    }
}

#[test]
fn claims_that_the_library_accepts_are_refused() {
    let world = World::new();
    for (field, value, fault) in [
        ("aud", json!(5), Fault::Claims),
        ("aud", json!("other"), Fault::Audience),
        ("aud", json!([AUD, "other"]), Fault::Claims),
        ("aud", json!(["other"]), Fault::Audience),
        ("aud", json!(AUD.to_uppercase()), Fault::Audience),
        ("iss", json!(["evil", ISS]), Fault::Claims),
        ("iss", json!([ISS]), Fault::Claims),
        ("iss", json!(format!("{ISS}/")), Fault::Issuer),
        ("nbf", json!(NOW + 86_400), Fault::NotYet),
        ("nbf", json!(NOW + LEEWAY + 1), Fault::NotYet),
        ("iat", json!(NOW + 86_400), Fault::NotYet),
        ("iat", json!(NOW - 1), Fault::Lifetime),
        ("iat", json!(i64::MIN), Fault::Lifetime),
        ("exp", json!(u64::MAX), Fault::Claims),
        ("exp", json!(i64::MAX), Fault::Lifetime),
        ("exp", json!(NOW + 315_360_000), Fault::Lifetime),
        ("exp", json!(NOW - LEEWAY), Fault::Expired),
        ("exp", json!(NOW.to_string()), Fault::Claims),
        ("cnf", json!({"x5t#S256": "a"}), Fault::Bound),
        ("cnf", json!(null), Fault::Bound),
        ("sub", json!(""), Fault::Subject),
        ("sub", json!(":rektor"), Fault::Subject),
        ("sub", json!("rektor\n"), Fault::Subject),
        ("sub", json!("r".repeat(200)), Fault::Subject),
    ] {
        let refused = world.with_claims(&changed(claims(), field, value.clone()));
        assert_eq!(refused, Err(fault), "{field} {value}");
    }
}

#[test]
fn a_token_has_thirty_seconds_for_clocks_that_differ() {
    let world = World::new();
    for (field, value) in [
        ("exp", NOW - LEEWAY + 1),
        ("nbf", NOW + LEEWAY),
        ("iat", NOW + LEEWAY),
    ] {
        let exp_before_iat = field == "exp";
        let claims = if exp_before_iat {
            changed(claims(), "iat", json!(NOW - 100))
        } else {
            claims()
        };
        assert!(
            world
                .with_claims(&changed(claims, field, json!(value)))
                .is_ok(),
            "{field}"
        );
    }
}

#[test]
fn headers_that_the_library_ignores_are_refused() {
    let world = World::new();
    for (field, value, fault) in [
        ("crit", json!(["exp"]), Fault::Header),
        ("b64", json!(false), Fault::Header),
        ("jku", json!("https://evil/keys"), Fault::Header),
        ("jwk", json!({"kty": "OKP"}), Fault::Header),
        ("x5u", json!("https://evil/cert"), Fault::Header),
        ("x5c", json!([]), Fault::Header),
        ("cty", json!("JWT"), Fault::Header),
        ("typ", json!("JWT"), Fault::Type),
        ("typ", json!("AT+JWT"), Fault::Type),
        ("typ", json!("application/at+jwt"), Fault::Type),
        ("kid", json!("../../dev/null"), Fault::UnknownKey),
        ("kid", json!("k1 "), Fault::UnknownKey),
        ("kid", json!(""), Fault::UnknownKey),
        ("kid", json!("k".repeat(1000)), Fault::UnknownKey),
        ("alg", json!("none"), Fault::Algorithm),
        ("alg", json!("HS256"), Fault::Algorithm),
        ("alg", json!("RS256"), Fault::Algorithm),
        ("alg", json!("eddsa"), Fault::Algorithm),
        ("alg", json!(null), Fault::Header),
    ] {
        let refused = world.with_header(&changed(header(), field, value.clone()));
        assert_eq!(refused, Err(fault), "{field} {value}");
    }
    for field in ["alg", "typ", "kid"] {
        assert_eq!(
            world.with_header(&without(header(), field)),
            Err(Fault::Header),
            "{field}"
        );
    }
}

#[test]
fn what_comes_twice_is_refused() {
    let world = World::new();
    for field in ["iss", "aud", "sub", "iat", "nbf", "exp"] {
        let value = &claims()[field];
        let twice = format!(r#"{{"{field}":{value},{}"#, &claims().to_string()[1..]);
        assert_eq!(
            world.check(&world.sign(&header().to_string(), &twice)),
            Err(Fault::Claims),
            "{field}"
        );
    }
    for field in ["alg", "typ", "kid"] {
        let value = &header()[field];
        let twice = format!(r#"{{"{field}":{value},{}"#, &header().to_string()[1..]);
        assert_eq!(
            world.check(&world.sign(&twice, &claims().to_string())),
            Err(Fault::Header),
            "{field}"
        );
    }
}

#[test]
fn arrays_do_not_stand_for_objects() {
    let world = World::new();
    let claims_in_order = json!([ISS, "rektor", AUD, NOW + 900, NOW, NOW]).to_string();
    assert_eq!(
        world.check(&world.sign(&header().to_string(), &claims_in_order)),
        Err(Fault::Shape)
    );
    let header_in_order = json!(["EdDSA", "at+jwt", "k1"]).to_string();
    assert_eq!(
        world.check(&world.sign(&header_in_order, &claims().to_string())),
        Err(Fault::Shape)
    );
}

#[test]
fn nothing_but_the_key_of_the_issuer_signs() {
    let (world, other) = (World::new(), World::new());
    let token = world.sign(&header().to_string(), &claims().to_string());
    let (signed, signature) = token.rsplit_once('.').unwrap();
    assert_eq!(
        world.check(&other.sign(&header().to_string(), &claims().to_string())),
        Err(Fault::Signature)
    );
    assert_eq!(world.check(&format!("{signed}.")), Err(Fault::Shape));
    assert_eq!(world.check(signed), Err(Fault::Shape));
    assert_eq!(
        world.check(&format!("{signed}.{}", &signature[..40])),
        Err(Fault::Signature)
    );
    assert_eq!(world.check(&format!("{token}.")), Err(Fault::Shape));
    assert_eq!(
        world.check(&format!("{token}.{signature}")),
        Err(Fault::Shape)
    );
    assert_eq!(world.check(&format!("{token}=")), Err(Fault::Signature));
    assert_eq!(world.check(&format!(" {token}")), Err(Fault::Shape));
    for token in ["", ".", "..", "...", "a.b.c", "{}.{}.{}"] {
        assert_eq!(world.check(token), Err(Fault::Shape), "{token}");
    }
}

/// The public key as an HMAC secret, and an empty one: the key decides on the algorithm, so neither is tried.
#[test]
fn a_shared_secret_is_never_a_key() {
    let world = World::new();
    for secret in [world.pair.public_key().as_ref(), b""] {
        let header = changed(header(), "alg", json!("HS256")).to_string();
        let signed = format!(
            "{}.{}",
            B64.encode(header),
            B64.encode(claims().to_string())
        );
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret);
        let tag = aws_lc_rs::hmac::sign(&key, signed.as_bytes());
        assert_eq!(
            world.check(&format!("{signed}.{}", B64.encode(tag.as_ref()))),
            Err(Fault::Algorithm)
        );
    }
}

#[test]
fn neither_length_nor_depth_is_a_burden() {
    let world = World::new();
    let token = "a".repeat(MAX_BYTES + 1);
    assert_eq!(world.check(&token), Err(Fault::TooLarge));
    let nested = format!("{}{}", "[".repeat(2000), "]".repeat(2000));
    let claims = claims().to_string().replace(&format!("\"{AUD}\""), &nested);
    let token = world.sign(&header().to_string(), &claims);
    assert_eq!(world.check(&token), Err(Fault::Claims));
}

#[test]
fn a_later_issuer_can_not_take_over_a_key_id() {
    let (first, second) = (World::new(), World::new());
    let foreign = Key {
        kid: "k1".to_owned(),
        issuer: Arc::new(Issuer {
            name: "evil".to_owned(),
            iss: ISS.to_owned(),
        }),
        algorithm: Algorithm::EdDSA,
        decoding: DecodingKey::from_ed_der(second.pair.public_key().as_ref()),
    };
    let ring = KeyRing::new([first.ring.get("k1").unwrap().clone(), foreign]);
    let forged = second.sign(&header().to_string(), &claims().to_string());
    assert_eq!(verify(&forged, &ring, AUD, NOW), Err(Fault::Signature));
    let own = first.sign(&header().to_string(), &claims().to_string());
    assert!(verify(&own, &ring, AUD, NOW).is_ok());
}

#[test]
fn a_token_stands_in_one_authorization_header() {
    let read = |values: &[&str]| {
        let mut headers = http::HeaderMap::new();
        for value in values {
            headers.append("authorization", value.parse().unwrap());
        }
        bearer(&headers).map(str::to_owned)
    };
    assert_eq!(read(&["Bearer a.b.c"]), Ok("a.b.c".to_owned()));
    assert_eq!(read(&["bearer a.b.c"]), Ok("a.b.c".to_owned()));
    assert_eq!(read(&[]), Err(Fault::Missing));
    assert_eq!(read(&["Bearer a", "Bearer a"]), Err(Fault::Several));
    assert_eq!(read(&["Basic a"]), Err(Fault::NotBearer));
    assert_eq!(read(&["Bearer"]), Err(Fault::NotBearer));
    assert_eq!(read(&[""]), Err(Fault::NotBearer));
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        proptest::collection::vec(".{0,20}", 0..4).prop_map(Value::from),
        Just(json!({"a": [1, {}]})),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 2000 } else { 20_000 }))]

    /// One claim changed to anything: never accepted, but for a subject or times that are good themselves.
    #[test]
    fn a_single_mutated_claim_is_refused(
        field in proptest::sample::select(vec!["iss", "aud", "exp", "nbf", "iat", "cnf"]),
        value in any_value(),
    ) {
        let good = match field {
            "exp" => value.as_i64().is_some_and(|exp| (NOW..=NOW + 900).contains(&exp)),
            "nbf" => value.as_i64().is_some_and(|nbf| nbf <= NOW + LEEWAY),
            "iat" => value.as_i64().is_some_and(|iat| (NOW..=NOW + LEEWAY).contains(&iat)),
            _ => false,
        };
        let world = World::new();
        prop_assert_eq!(world.with_claims(&changed(claims(), field, value)).is_ok(), good);
    }

    #[test]
    fn a_single_mutated_header_field_is_refused(
        field in prop_oneof![Just("alg".to_owned()), Just("typ".to_owned()), Just("kid".to_owned()), "[a-z0-9]{1,6}"],
        value in any_value(),
    ) {
        let world = World::new();
        prop_assert!(world.with_header(&changed(header(), &field, value)).is_err());
    }

    /// One character of the text changed: the signature no longer holds, or the form does not.
    #[test]
    fn a_single_changed_character_is_refused(at in any::<prop::sample::Index>(), to in "[A-Za-z0-9_.=+/ -]") {
        let world = World::new();
        let token = world.sign(&header().to_string(), &claims().to_string());
        let at = at.index(token.len());
        prop_assume!(token[at..=at] != to);
        let mut changed = token;
        changed.replace_range(at..=at, &to);
        prop_assert!(world.check(&changed).is_err());
    }

    #[test]
    fn any_text_is_refused_without_a_panic(token in "\\PC{0,300}") {
        let world = World::new();
        prop_assert!(world.check(&token).is_err());
    }
}
