//! The account at the authority: whose it is, and the key that it is known by.

use std::sync::Arc;

use gibbon_jose::sign::{SignError, Signer};
use gibbon_jose::{Algorithm, KeyError, PublicKey, base64url};
use gibbon_plugin_api::PluginRecords;
use gibbon_schema::Object;
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::error::AcmeError;
use super::shelf::Shelf;
use super::{config::Config, entries};

/// What the configuration says of the account.
pub(super) struct AccountSettings {
    pub(super) email: Box<str>,
    /// Its key, where that is not to be made.
    pub(super) key: Option<NamedKey>,
    /// Whether its owner agrees to the authority's terms.
    pub(super) agrees: bool,
    pub(super) binding: Binding,
}

/// A key among the records of the gateway.
pub(super) struct NamedKey {
    pub(super) kid: Box<str>,
    /// The name of its set.
    pub(super) set: Option<Box<str>>,
}

/// What binds an account to one that the authority knows by other ways (RFC 8555 section 7.3.4).
pub(super) struct Binding {
    pub(super) kid: Option<Box<str>>,
    /// In base64url.
    pub(super) key: Option<Box<str>>,
}

/// The private key of an account.
pub(super) struct AccountKey {
    signer: Signer,
    jwk: Object,
}

/// How a request says by which key it is signed (RFC 8555 section 6.2).
#[derive(Debug, Clone, Copy)]
pub(super) enum KnownBy<'k> {
    /// By the key itself.
    Key,
    /// By the address of the account.
    Account(&'k str),
}

impl AccountKey {
    pub(super) fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let algorithm = Signer::default_algorithm(pem)?;
        let signer = Signer::from_pem(algorithm, pem)?;
        let jwk = PublicKey::of_private_pem(pem)?.to_jwk().ok_or(KeyError::Malformed("the key"))?;
        Ok(Self { signer, jwk })
    }

    /// What proves that a challenge has reached the owner of this key (RFC 8555 section 8.1).
    pub(super) fn authorization(&self, token: &str) -> String {
        let thumbprint = Sha256::digest(Value::from(self.jwk.clone()).to_string());
        format!("{token}.{}", base64url::encode(&thumbprint))
    }

    /// A signed request; without a payload, one that only asks (RFC 8555 section 6.3).
    pub(super) fn sign(
        &self,
        known_by: KnownBy<'_>,
        nonce: &str,
        url: &str,
        payload: Option<&Value>,
    ) -> Result<Value, SignError> {
        let mut header = json!({ "alg": self.signer.algorithm().as_str(), "nonce": nonce, "url": url });
        match known_by {
            KnownBy::Key => header["jwk"] = self.jwk.clone().into(),
            KnownBy::Account(account) => header["kid"] = account.into(),
        }
        flattened(&self.signer, &header, &payload.map(Value::to_string).unwrap_or_default())
    }

    /// What is said of this key to bind it to another account; none where nothing is to be bound.
    pub(super) fn bound(&self, binding: &Binding, url: &str) -> Result<Option<Value>, AcmeError> {
        let (kid, key) = match (&binding.kid, &binding.key) {
            (None, None) => return Ok(None),
            (Some(kid), Some(key)) => (kid, key),
            _ => return Err(AcmeError::Binding("`eab_kid` and `eab_hmac_key` need each other")),
        };
        let key = base64url::decode_secret(key).map_err(|_| AcmeError::Binding("`eab_hmac_key` is not base64url"))?;
        let signer = Signer::from_secret(Algorithm::HS256, &key)?;
        let header = json!({ "alg": "HS256", "kid": kid, "url": url });
        Ok(Some(flattened(&signer, &header, &Value::from(self.jwk.clone()).to_string())?))
    }
}

/// The flattened form of RFC 7515 section 7.2.2.
fn flattened(signer: &Signer, header: &Value, payload: &str) -> Result<Value, SignError> {
    let compact = signer.sign_raw(header.to_string().as_bytes(), payload.as_bytes())?;
    let mut parts = compact.split('.');
    let mut part = || parts.next().unwrap_or_default().to_owned();
    Ok(json!({ "protected": part(), "payload": part(), "signature": part() }))
}

/// The key of the account: the one that is kept, or else the one that the configuration names, or else a new one.
pub(super) async fn key(config: &Config, records: Option<&Arc<dyn PluginRecords>>) -> Result<AccountKey, AcmeError> {
    let name = entries::account(&config.directory, &config.account.email);
    if let Some(kept) = kept(&config.shelf, &name).await? {
        return Ok(AccountKey::from_pem(&kept)?);
    }
    let pem = match (&config.account.key, records) {
        (Some(named), Some(records)) => find(named, &**records).await?,
        (Some(_), None) => return Err(AcmeError::NoRecords),
        (None, _) => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?.serialize_pem(),
    };
    let key = AccountKey::from_pem(&pem)?;
    config.shelf.set(&name, &json!({ "key": pem }).to_string(), None).await?;
    Ok(key)
}

async fn kept(shelf: &Shelf, name: &str) -> Result<Option<String>, AcmeError> {
    let Some(text) = shelf.get(name).await? else { return Ok(None) };
    let account: Value = serde_json::from_str(&text).map_err(|_| AcmeError::Kept("the account"))?;
    let key = account["key"].as_str().ok_or(AcmeError::Kept("the account"))?;
    Ok(Some(key.to_owned()))
}

/// The private half of a key of the gateway.
async fn find(named: &NamedKey, records: &dyn PluginRecords) -> Result<String, AcmeError> {
    let missing = || AcmeError::NoKey(named.kid.clone());
    let set = match &named.set {
        None => Value::Null,
        Some(name) => {
            let set = records.find("key_sets", "name", (**name).to_owned()).await?;
            set.and_then(|set| set.get("id").cloned()).ok_or_else(missing)?
        }
    };
    let keys = records.all("keys").await?;
    let is_it = |key: &&Object| {
        let of = key.get("set").and_then(|set| set.get("id")).unwrap_or(&Value::Null);
        key.get("kid").and_then(Value::as_str) == Some(&*named.kid) && *of == set
    };
    let key = keys.iter().find(is_it).ok_or_else(missing)?;
    let private = key.get("pem").and_then(|pem| pem.get("private_key")?.as_str());
    private.map(str::to_owned).ok_or_else(missing)
}
