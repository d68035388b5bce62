//! Key sets of outside issuers: fetched from a file or an address in the configuration, and read strictly.
//! Does not know when to fetch, nor what the keys are used for.

use std::{net::IpAddr, path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context, bail, ensure};
use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse},
};
use reqwest::Url;
use serde::Deserialize;

use super::token::{Issuer, Key, name_of};

const MAX_BYTES: usize = 256 * 1024;
const MAX_KEYS: usize = 100;
const TIMEOUT: Duration = Duration::from_secs(5);

/// Where an issuer's keys come from. Only the configuration says so, never a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    File(PathBuf),
    Url(Url),
}

impl Source {
    /// Reads an address or a path. Without encryption only this machine is asked.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        if !text.contains("://") {
            return Ok(Self::File(PathBuf::from(text)));
        }
        let url = Url::parse(text).with_context(|| format!("{text} is not an address"))?;
        match url.scheme() {
            "https" => Ok(Self::Url(url)),
            "http" if is_loopback(&url) => Ok(Self::Url(url)),
            "http" => bail!("{text} is not encrypted; use https, http is for this machine only"),
            other => bail!("keys can not be fetched over {other}"),
        }
    }

    /// Fetches the key set and keeps the keys that can sign tokens.
    pub async fn fetch(&self, issuer: &Arc<Issuer>) -> anyhow::Result<Vec<Key>> {
        let bytes = match self {
            Self::File(path) => tokio::fs::read(path)
                .await
                .with_context(|| path.display().to_string())?,
            Self::Url(url) => download(url).await?,
        };
        ensure!(
            bytes.len() <= MAX_BYTES,
            "the key set is larger than {MAX_BYTES} bytes"
        );
        keys_of(&bytes, issuer)
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse()
            .is_ok_and(|address: IpAddr| address.is_loopback())
}

/// Redirects are not followed: they would lead to an address that the configuration does not name.
async fn download(url: &Url) -> anyhow::Result<Vec<u8>> {
    let mut client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(TIMEOUT);
    if is_loopback(url) {
        client = client.no_proxy();
    }
    let mut response = client.build()?.get(url.clone()).send().await?;
    ensure!(
        response.status().is_success(),
        "the key set was answered with {}",
        response.status()
    );
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        bytes.extend_from_slice(&chunk);
        ensure!(
            bytes.len() <= MAX_BYTES,
            "the key set is larger than {MAX_BYTES} bytes"
        );
    }
    Ok(bytes)
}

/// A JWKS. Keys are read one by one: a key of a new kind says nothing against the others (RFC 7517, 5).
#[derive(Deserialize)]
struct Set {
    keys: Vec<serde_json::Value>,
}

fn keys_of(bytes: &[u8], issuer: &Arc<Issuer>) -> anyhow::Result<Vec<Key>> {
    let set: Set = serde_json::from_slice(bytes).context("the key set is not a JWKS")?;
    ensure!(
        set.keys.len() <= MAX_KEYS,
        "the key set holds more than {MAX_KEYS} keys"
    );
    let keys: Vec<Key> = set
        .keys
        .iter()
        .filter_map(|key| key_of(&Jwk::deserialize(key).ok()?, issuer))
        .collect();
    // An empty answer must not take the place of keys that work.
    ensure!(
        !keys.is_empty(),
        "the key set holds no key that can sign tokens"
    );
    Ok(keys)
}

fn key_of(jwk: &Jwk, issuer: &Arc<Issuer>) -> Option<Key> {
    let kid = jwk.common.key_id.clone().filter(|kid| !kid.is_empty())?;
    if !matches!(
        jwk.common.public_key_use,
        None | Some(PublicKeyUse::Signature)
    ) {
        return None;
    }
    let verifies = |allowed: &Vec<_>| allowed.contains(&KeyOperations::Verify);
    if !jwk.common.key_operations.as_ref().is_none_or(verifies) {
        return None;
    }
    Some(Key {
        kid,
        issuer: Arc::clone(issuer),
        algorithm: algorithm_of(jwk)?,
        decoding: DecodingKey::from_jwk(jwk).ok()?,
    })
}

/// The one algorithm of a key: what its type allows, narrowed by what the set says.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the library may learn more types of key; none is accepted unnamed"
)]
fn algorithm_of(jwk: &Jwk) -> Option<Algorithm> {
    let by_type: &[Algorithm] = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => &[
            Algorithm::RS256,
            Algorithm::RS384,
            Algorithm::RS512,
            Algorithm::PS256,
            Algorithm::PS384,
            Algorithm::PS512,
        ],
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => {
            &[Algorithm::ES256]
        }
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P384 => {
            &[Algorithm::ES384]
        }
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            &[Algorithm::EdDSA]
        }
        _ => &[],
    };
    let stated = jwk.common.key_algorithm;
    by_type
        .iter()
        .copied()
        .filter(|algorithm| name_of(*algorithm).is_some())
        .find(|algorithm| stated.is_none_or(|stated| stated == KeyAlgorithm::from(*algorithm)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issuer() -> Arc<Issuer> {
        Arc::new(Issuer {
            name: "idp".to_owned(),
            iss: "https://idp".to_owned(),
        })
    }

    fn algorithms(keys: &str) -> Vec<Algorithm> {
        let set = format!(r#"{{"keys":[{keys}]}}"#);
        let keys = keys_of(set.as_bytes(), &issuer());
        keys.map(|keys| keys.iter().map(|key| key.algorithm).collect())
            .unwrap_or_default()
    }

    #[test]
    fn a_key_has_the_one_algorithm_of_its_type() {
        let ed = r#"{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        let rsa = r#"{"kty":"RSA","kid":"b","n":"AQAB","e":"AQAB"}"#;
        let pss = r#"{"kty":"RSA","kid":"c","alg":"PS256","use":"sig","n":"AQAB","e":"AQAB"}"#;
        assert_eq!(
            algorithms(&[ed, rsa, pss].join(",")),
            [Algorithm::EdDSA, Algorithm::RS256, Algorithm::PS256]
        );
    }

    /// One that can sign tokens.
    const RSA: &str = r#"{"kty":"RSA","kid":"good","n":"AQAB","e":"AQAB"}"#;

    #[test]
    fn keys_for_other_ends_are_left_out_and_the_others_stay() {
        for key in [
            r#"{"kty":"oct","kid":"a","k":"AQAB"}"#,
            r#"{"kty":"RSA","kid":"a","use":"enc","n":"AQAB","e":"AQAB"}"#,
            r#"{"kty":"RSA","kid":"a","alg":"HS256","n":"AQAB","e":"AQAB"}"#,
            r#"{"kty":"RSA","kid":"a","alg":"ES256","n":"AQAB","e":"AQAB"}"#,
            r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#,
            r#"{"kty":"RSA","kid":"","n":"AQAB","e":"AQAB"}"#,
            r#"{"kty":"RSA","kid":"a","e":"AQAB"}"#,
            r#"{"kty":"EC","crv":"secp256k1","kid":"a","x":"AQAB","y":"AQAB"}"#,
            r#"{"kty":"RSA","kid":"a","key_ops":["encrypt"],"n":"AQAB","e":"AQAB"}"#,
            r#"{"kty":"RSA","kid":"a","use":"new","n":"AQAB","e":"AQAB"}"#,
            r#"{"kty":"new","kid":"a"}"#,
            r#"{"kty":"RSA","kid":"a","alg":"new","n":"AQAB","e":"AQAB"}"#,
            "7",
        ] {
            let beside = |keys: [&str; 2]| algorithms(&keys.join(","));
            assert_eq!(beside([RSA, key]), [Algorithm::RS256], "{key}");
            assert_eq!(beside([key, RSA]), [Algorithm::RS256], "{key}");
        }
        assert_eq!(algorithms(&[RSA, RSA].join(",")).len(), 2);
    }

    #[test]
    fn a_set_without_a_key_that_can_sign_is_an_error() {
        for keys in [
            "",
            r#"{"kty":"RSA","kid":"a","use":"enc","n":"AQAB","e":"AQAB"}"#,
        ] {
            let set = format!(r#"{{"keys":[{keys}]}}"#);
            assert!(keys_of(set.as_bytes(), &issuer()).is_err(), "{keys}");
        }
    }

    #[test]
    fn only_this_machine_is_asked_without_encryption() {
        for text in [
            "http://idp.example/keys",
            "ftp://localhost/keys",
            "http://localhost.example/",
        ] {
            assert!(Source::parse(text).is_err(), "{text}");
        }
        for text in [
            "https://idp.example/keys",
            "http://127.0.0.1:1/k",
            "http://[::1]/k",
            "http://localhost/k",
        ] {
            assert!(matches!(Source::parse(text), Ok(Source::Url(_))), "{text}");
        }
        assert_eq!(
            Source::parse("keys.json").unwrap(),
            Source::File("keys.json".into())
        );
    }
}
