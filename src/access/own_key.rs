//! The exchange's own signing key: an Ed25519 key in a file that nobody else may read, and the tokens it signs.
//! Does not know who may be given a token.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, ensure};
use aws_lc_rs::signature::Ed25519KeyPair;
use base64::{Engine, prelude::BASE64_STANDARD};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header,
    jwk::{Jwk, ThumbprintHash},
};
use serde::Serialize;

use super::token::{Issuer, Key, MAX_LIFETIME, TYPE};

/// The name of the exchange as an issuer; subjects of its tokens start with it.
pub const NAME: &str = "exchange";

/// The bits of a file's mode that let others at it.
const OTHERS: u32 = 0o077;
const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const END: &str = "-----END PRIVATE KEY-----";

/// The private key. It signs, and is never shown.
#[derive(Clone, Debug)]
pub struct OwnKey {
    kid: String,
    encoding: EncodingKey,
    public: Jwk,
}

/// Makes a key in a new file that only its owner may read. An existing file is left alone and reported.
pub fn create(path: &Path) -> anyhow::Result<OwnKey> {
    let pair = Ed25519KeyPair::generate().context("the key could not be made")?;
    let der = pair.to_pkcs8v1().context("the key could not be encoded")?;
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("{} could not be created", path.display()))?;
    writeln!(
        file,
        "{BEGIN}\n{}\n{END}",
        BASE64_STANDARD.encode(der.as_ref())
    )?;
    file.sync_all()?;
    OwnKey::from_pkcs8(der.as_ref())
}

/// Reads the key. Refuses a file that others may read.
pub fn load(path: &Path) -> anyhow::Result<OwnKey> {
    let at = || format!("the signing key {}", path.display());
    let mut file = File::open(path).with_context(at)?;
    let mode = file.metadata().with_context(at)?.permissions().mode();
    ensure!(
        mode & OTHERS == 0,
        "{} may be read by others; set its mode to 0600",
        at()
    );
    let mut text = String::new();
    file.read_to_string(&mut text).with_context(at)?;
    let body = text
        .trim()
        .strip_prefix(BEGIN)
        .and_then(|text| text.strip_suffix(END));
    let body: String = body.with_context(at)?.split_whitespace().collect();
    let der = BASE64_STANDARD.decode(body).with_context(at)?;
    OwnKey::from_pkcs8(&der).with_context(at)
}

impl OwnKey {
    fn from_pkcs8(der: &[u8]) -> anyhow::Result<Self> {
        let encoding = EncodingKey::from_ed_der(der);
        let mut public = Jwk::from_encoding_key(&encoding, Algorithm::EdDSA)?;
        let kid = public.thumbprint(ThumbprintHash::SHA256)?;
        public.common.key_id = Some(kid.clone());
        Ok(Self {
            kid,
            encoding,
            public,
        })
    }

    /// The public half as a JWK, for others who check its tokens.
    pub fn jwk(&self) -> String {
        serde_json::json!(self.public).to_string()
    }

    /// The public half, as the key of an issuer.
    pub fn public(&self, iss: &str) -> anyhow::Result<Key> {
        Ok(Key {
            kid: self.kid.clone(),
            issuer: Arc::new(Issuer {
                name: NAME.to_owned(),
                iss: iss.to_owned(),
            }),
            algorithm: Algorithm::EdDSA,
            decoding: DecodingKey::from_jwk(&self.public)?,
        })
    }

    /// Signs a token for a subject: `sub` without the issuer's name, times in seconds since the epoch.
    pub fn mint(
        &self,
        iss: &str,
        audience: &str,
        sub: &str,
        lifetime: Duration,
        now: i64,
    ) -> anyhow::Result<String> {
        let lifetime = i64::try_from(lifetime.as_secs())?;
        ensure!(
            (1..=MAX_LIFETIME).contains(&lifetime),
            "a token lives between 1 and {MAX_LIFETIME} seconds",
        );
        ensure!(
            !sub.is_empty() && !sub.starts_with(':') && !sub.contains(char::is_whitespace),
            "a subject is not empty, holds no spaces and does not start with a colon",
        );
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(self.kid.clone());
        let claims = Minted {
            iss,
            aud: audience,
            sub,
            iat: now,
            nbf: now,
            exp: now + lifetime,
        };
        Ok(jsonwebtoken::encode(&header, &claims, &self.encoding)?)
    }
}

#[derive(Serialize)]
struct Minted<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    iat: i64,
    nbf: i64,
    exp: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::token::{KeyRing, verify};

    #[test]
    fn a_key_survives_its_file_and_signs_what_is_accepted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.pem");
        let made = create(&path).unwrap();
        let loaded = load(&path).unwrap();
        assert_eq!(made.kid, loaded.kid);
        let token = loaded
            .mint("https://x", "aud", "rektor", Duration::from_mins(5), 1000)
            .unwrap();
        let ring = KeyRing::new([made.public("https://x").unwrap()]);
        let verified = verify(&token, &ring, "aud", 1000).unwrap();
        assert_eq!(verified.subject, "exchange:rektor");
        assert_eq!(verified.expires_at, 1300);
    }

    #[test]
    fn the_file_is_for_its_owner_alone_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.pem");
        create(&path).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert!(create(&path).is_err());
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
        assert!(load(&path).unwrap_err().to_string().contains("0600"));
    }

    #[test]
    fn no_token_outlives_a_quarter_of_an_hour() {
        let folder = tempfile::tempdir().unwrap();
        let key = create(&folder.path().join("key.pem")).unwrap();
        assert!(
            key.mint("i", "a", "s", Duration::from_secs(901), 0)
                .is_err()
        );
        assert!(key.mint("i", "a", "", Duration::from_secs(9), 0).is_err());
    }
}
