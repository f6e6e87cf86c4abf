//! Access tokens: JWTs signed with Ed25519 (RFC 8037), which every server process can verify by itself.

use std::num::NonZeroUsize;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ed25519_dalek::{
    SigningKey,
    pkcs8::{DecodePrivateKey, EncodePrivateKey},
};
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use lru::LruCache;
use outlay_entity::shared::{OrganizationId, signing_key};
use parking_lot::Mutex;
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, DatabaseConnection, EntityTrait, QueryOrder,
    TransactionTrait,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::eddsa;
use crate::{Error, Result};

/// The issuer of the tokens, in their claim `iss`.
const ISSUER: &str = "outlay";

/// The claims of an access token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The issuer.
    pub iss: String,
    /// The user.
    pub sub: Uuid,
    /// The session.
    pub sid: Uuid,
    /// The organization that the session is bound to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<OrganizationId>,
    /// Time of issue, in seconds since 1970.
    pub iat: i64,
    /// Time of expiry, in seconds since 1970.
    pub exp: i64,
}

/// The Ed25519 keys of the installation. The newest signs; all verify.
pub struct SigningKeys {
    keys: Vec<Key>,
    validation: Validation,
    /// The claims of tokens with a verified signature, by the hash of the token. Verifying a signature costs as much as
    /// two statements, and clients send the same token many times.
    verified: Mutex<LruCache<[u8; 32], Claims>>,
}

/// Maximum number of remembered tokens; each takes about 200 bytes.
const VERIFIED: NonZeroUsize = NonZeroUsize::new(8_192).expect("is not zero");

struct Key {
    id: String,
    public: [u8; 32],
    encoding: EncodingKey,
    decoding: DecodingKey,
    /// Keyed by the private key, for links that must not be forged.
    links: Hmac<Sha256>,
}

impl SigningKeys {
    /// Reads the keys, newest first. Creates the first key if there is none.
    pub(crate) async fn load(shared: &DatabaseConnection) -> Result<Self> {
        eddsa::install();
        let mut rows = read(shared).await?;
        if rows.is_empty() {
            rows = make(shared).await?;
        }
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        validation.leeway = 0;
        let keys = rows.iter().map(Key::new).collect::<Result<_>>()?;
        Ok(Self {
            keys,
            validation,
            verified: Mutex::new(LruCache::new(VERIFIED)),
        })
    }

    fn newest(&self) -> Result<&Key> {
        self.keys
            .first()
            .ok_or_else(|| Error::internal("there is no signing key"))
    }

    /// Signs a token.
    pub(crate) fn sign(&self, claims: &Claims) -> Result<String> {
        let key = self.newest()?;
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(key.id.clone());
        jsonwebtoken::encode(&header, claims, &key.encoding).map_err(Error::internal)
    }

    /// The claims of a token that was signed by one of the keys and has not expired.
    pub(crate) fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Claims> {
        let hash = Sha256::digest(token).into();
        let remembered = self.verified.lock().get(&hash).cloned();
        if let Some(claims) = remembered
            && claims.exp > now.timestamp()
        {
            return Ok(claims);
        }
        let claims = self.check(token)?;
        self.verified.lock().put(hash, claims.clone());
        Ok(claims)
    }

    fn check(&self, token: &str) -> Result<Claims> {
        let wrong = |_| {
            Error::Unauthenticated(
                "The access token is invalid or has expired: refresh the session.",
            )
        };
        let kid = jsonwebtoken::decode_header(token).map_err(wrong)?.kid;
        let key = self.keys.iter().find(|key| Some(&key.id) == kid.as_ref());
        let key = key.ok_or(Error::Unauthenticated(
            "The access token was signed with an unknown key.",
        ))?;
        jsonwebtoken::decode(token, &key.decoding, &self.validation)
            .map(|token| token.claims)
            .map_err(wrong)
    }

    /// A code for `message` that only this installation can compute. [`is_sealed`](Self::is_sealed) verifies it.
    pub(crate) fn seal(&self, message: &[u8]) -> Result<[u8; 32]> {
        self.newest()
            .map(|key| key.mac(message).finalize().into_bytes().into())
    }

    /// Whether `seal` is a prefix of the code that one of the keys gives for `message`, compared in constant time. The
    /// caller has checked that the prefix is long enough.
    pub(crate) fn is_sealed(&self, message: &[u8], seal: &[u8]) -> bool {
        self.keys
            .iter()
            .any(|key| key.mac(message).verify_truncated_left(seal).is_ok())
    }

    /// The public keys as a JSON Web Key Set (RFC 7517).
    #[must_use]
    pub fn jwks(&self) -> serde_json::Value {
        let keys = self.keys.iter().map(|key| {
            serde_json::json!({
                "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA",
                "kid": key.id, "x": BASE64_URL_SAFE_NO_PAD.encode(key.public),
            })
        });
        serde_json::json!({ "keys": keys.collect::<Vec<_>>() })
    }

    pub(crate) fn issuer() -> String {
        ISSUER.to_owned()
    }
}

impl Key {
    fn new(row: &signing_key::Model) -> Result<Self> {
        let private = SigningKey::from_pkcs8_der(&row.private_key).map_err(Error::internal)?;
        let public = private.verifying_key().to_bytes();
        Ok(Self {
            id: row.id.clone(),
            public,
            encoding: EncodingKey::from_ed_der(&row.private_key),
            decoding: DecodingKey::from_ed_der(&public),
            links: Hmac::new_from_slice(&private.to_bytes()).map_err(Error::internal)?,
        })
    }

    fn mac(&self, message: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.links.clone();
        // Separates these codes from any other use of the key.
        mac.update(b"outlay link\0");
        mac.update(message);
        mac
    }
}

async fn read(connection: &impl ConnectionTrait) -> Result<Vec<signing_key::Model>> {
    Ok(signing_key::Entity::find()
        .order_by_desc(signing_key::Column::CreatedAt)
        .all(connection)
        .await?)
}

/// Creates the first key, unless a server that starts at the same time has created it. All servers must use the same
/// keys.
async fn make(shared: &DatabaseConnection) -> Result<Vec<signing_key::Model>> {
    let transaction = shared.begin().await?;
    transaction
        .execute_unprepared("LOCK TABLE outlay.signing_key IN EXCLUSIVE MODE")
        .await?;
    let mut rows = read(&transaction).await?;
    if rows.is_empty() {
        insert(&transaction).await?;
        rows = read(&transaction).await?;
    }
    transaction.commit().await?;
    Ok(rows)
}

async fn insert(connection: &impl ConnectionTrait) -> Result<()> {
    let private = SigningKey::from_bytes(&rand::random());
    let der = private.to_pkcs8_der().map_err(Error::internal)?;
    let row = signing_key::ActiveModel {
        id: Set(Uuid::now_v7().simple().to_string()),
        private_key: Set(der.as_bytes().to_vec()),
        ..Default::default()
    };
    signing_key::Entity::insert(row)
        .exec_without_returning(connection)
        .await?;
    Ok(())
}
