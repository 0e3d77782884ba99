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
use super::shelf::{Added, Shelf};
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
    /// Reads a private key as it is kept: PEM, or the JSON of a JWK. An authority takes the usual algorithm of its kind,
    /// whatever else the JWK says it is meant for.
    pub(super) fn read(text: &str) -> Result<Self, KeyError> {
        let (signer, public) = match serde_json::from_str::<Value>(text) {
            Ok(jwk) => {
                let public = PublicKey::of_private_jwk(&jwk)?;
                (Signer::from_jwk(public.default_algorithm(), &jwk)?, public)
            }
            Err(_) => {
                let public = PublicKey::of_private_pem(text)?;
                (Signer::from_pem(public.default_algorithm(), text)?, public)
            }
        };
        Ok(Self { signer, jwk: public.to_jwk().ok_or(KeyError::Malformed("the key"))? })
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
        return Ok(AccountKey::read(&kept)?);
    }
    let private = match (&config.account.key, records) {
        (Some(named), Some(records)) => find(named, &**records).await?,
        (Some(_), None) => return Err(AcmeError::NoRecords),
        (None, _) => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?.serialize_pem(),
    };
    let key = AccountKey::read(&private)?;
    match config.shelf.add(&name, &json!({ "key": private }).to_string(), None).await? {
        Added::New => Ok(key),
        // Another order was faster, here or on another node: there is one account, and one key.
        Added::Known => {
            let kept = kept(&config.shelf, &name).await?.ok_or(AcmeError::Kept("the account"))?;
            Ok(AccountKey::read(&kept)?)
        }
    }
}

async fn kept(shelf: &Shelf, name: &str) -> Result<Option<String>, AcmeError> {
    let Some(text) = shelf.get(name).await? else { return Ok(None) };
    let account: Value = serde_json::from_str(&text).map_err(|_| AcmeError::Kept("the account"))?;
    let key = account["key"].as_str().ok_or(AcmeError::Kept("the account"))?;
    Ok(Some(key.to_owned()))
}

/// A key of the gateway, as it is kept there.
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
    let in_jwk = key.get("jwk").and_then(Value::as_str);
    let in_pem = || key.get("pem")?.get("private_key")?.as_str();
    in_jwk.or_else(in_pem).map(str::to_owned).ok_or_else(missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONCE: &str = "n";
    const URL: &str = "https://ca.example/new";

    /// The header of a request that the key itself is known by.
    fn header(key: &AccountKey) -> Value {
        let signed = key.sign(KnownBy::Key, NONCE, URL, None).unwrap();
        let header = base64url::decode(signed["protected"].as_str().unwrap().as_bytes()).unwrap();
        serde_json::from_slice(&header).unwrap()
    }

    #[test]
    fn a_key_is_the_same_in_pem_and_as_a_jwk() {
        for (pem, jwk, algorithm) in [
            (include_str!("../../tests/keys/rsa.pem"), include_str!("../../tests/keys/rsa.jwk"), "RS256"),
            (include_str!("../../tests/keys/p256.pem"), include_str!("../../tests/keys/p256.jwk"), "ES256"),
        ] {
            let [in_pem, in_jwk] = [pem, jwk].map(|text| AccountKey::read(text).unwrap());
            assert_eq!(in_pem.authorization("t"), in_jwk.authorization("t"));
            assert_eq!(header(&in_pem), header(&in_jwk));
            assert_eq!(header(&in_jwk)["alg"], algorithm);
            assert_eq!(header(&in_jwk)["jwk"].get("d"), None, "the private half stays here");
        }
    }

    #[test]
    fn a_jwk_signs_with_the_usual_algorithm_of_its_kind() {
        let mut jwk: Value = serde_json::from_str(include_str!("../../tests/keys/rsa.jwk")).unwrap();
        (jwk["alg"], jwk["use"], jwk["kid"]) = (json!("RS512"), json!("sig"), json!("mine"));
        let header = header(&AccountKey::read(&jwk.to_string()).unwrap());
        assert_eq!((&header["alg"], header["jwk"].get("kid")), (&json!("RS256"), None));
    }

    #[test]
    fn what_is_no_private_key_is_refused() {
        let secret = json!({ "kty": "oct", "k": "c2VjcmV0" }).to_string();
        for text in ["", "{}", "[]", &secret, include_str!("../../tests/keys/rsa.public.pem")] {
            assert!(AccountKey::read(text).is_err(), "{text}");
        }
    }
}
