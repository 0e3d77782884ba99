//! What a token of a credential is signed with: its secret, or a private key among the gateway's own.

use gibbon_jose::sign::Signer;
use gibbon_jose::{Algorithm, Limits, Token, Verifier, base64url};
use gibbon_plugin_api::{AdminCall, PluginRecords};
use gibbon_schema::Object;
use serde_json::Value;
use uuid::Uuid;

use super::Refused;

/// The signer of a credential.
pub(super) async fn signer(call: &AdminCall, credential: &Object) -> Result<Signer, Refused> {
    let name = credential.get("algorithm").and_then(Value::as_str).unwrap_or_default();
    let algorithm = Algorithm::from_name(name).unwrap_or(Algorithm::HS256);
    let named = call.values.get("signing_key").filter(|value| !value.is_null());
    match (algorithm.is_symmetric(), named) {
        (true, None) => by_secret(algorithm, credential, call.values.get("secret_is_base64")),
        (true, Some(_)) => Err(Refused::Field("signing_key", "is for algorithms that have private keys")),
        (false, None) => Err(Refused::NoPrivateKey(algorithm)),
        (false, Some(Value::String(name))) => {
            let records = super::records(call)?;
            let key = find(records, name).await?;
            let private = key.get("pem").and_then(|pem| pem.get("private_key")).and_then(Value::as_str);
            by_private_key(algorithm, private.ok_or(Refused::NoPrivatePem)?, credential)
        }
        (false, Some(_)) => Err(Refused::Field("signing_key", "must be a string")),
    }
}

fn by_secret(algorithm: Algorithm, credential: &Object, is_base64: Option<&Value>) -> Result<Signer, Refused> {
    let secret = credential.get("secret").and_then(Value::as_str).ok_or(Refused::Secret)?;
    let bytes = match is_base64 {
        Some(Value::Bool(true)) => base64url::decode_secret(secret).map_err(|_| Refused::Secret)?,
        Some(Value::String(text)) if text == "true" => base64url::decode_secret(secret).map_err(|_| Refused::Secret)?,
        _ => secret.as_bytes().to_vec(),
    };
    Signer::from_secret(algorithm, &bytes).map_err(|_| Refused::Secret)
}

/// A private key signs for a credential only if the credential has its public half: a token that it would refuse is of no use, and
/// other keys of the gateway are none of its business.
fn by_private_key(algorithm: Algorithm, pem: &str, credential: &Object) -> Result<Signer, Refused> {
    let signer = Signer::from_pem(algorithm, pem).map_err(|_| Refused::NoPrivatePem)?;
    let token = signer.sign(&serde_json::Map::new(), "{}").map_err(|_| Refused::NoPrivatePem)?;
    let further = credential.get("keys").and_then(Value::as_array).into_iter().flatten();
    let own = credential.get("rsa_public_key").into_iter();
    let mut public = own.chain(further.filter_map(|key| key.get("rsa_public_key"))).filter_map(Value::as_str);
    let is_of = |pem: &str| {
        let verifier = Verifier::from_pem(algorithm, pem).ok();
        let parsed = Token::parse(token.as_bytes(), &Limits::default()).ok();
        verifier.zip(parsed).is_some_and(|(verifier, parsed)| parsed.verify(&verifier).is_ok())
    };
    if public.any(is_of) { Ok(signer) } else { Err(Refused::OtherKey) }
}

/// A key of the gateway, by name or by id.
async fn find(records: &dyn PluginRecords, name: &str) -> Result<Object, Refused> {
    let away = |error: gibbon_plugin_api::RecordsError| Refused::Away(error.to_string());
    let by_name = records.find("keys", "name", name.to_owned()).await.map_err(away)?;
    let by_id = match (by_name, Uuid::try_parse(name)) {
        (None, Ok(id)) => records.get("keys", id).await.map_err(away)?,
        (found, _) => found,
    };
    by_id.ok_or(Refused::NoKey)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const KEY: (&str, &str) =
        (include_str!("../../../tests/keys/rsa.pem"), include_str!("../../../tests/keys/rsa.public.pem"));
    const OTHER: &str = include_str!("../../../tests/keys/rsa.other.public.pem");

    fn signs(algorithm: Algorithm, credential: Value) -> Result<(), Refused> {
        by_private_key(algorithm, KEY.0, credential.as_object().unwrap()).map(drop)
    }

    #[test]
    fn a_private_key_signs_for_the_credential_that_has_its_public_half() {
        assert_eq!(signs(Algorithm::RS256, json!({ "rsa_public_key": KEY.1 })), Ok(()));
        let several = json!({ "rsa_public_key": OTHER, "keys": [{ "rsa_public_key": KEY.1 }] });
        assert_eq!(signs(Algorithm::RS256, several), Ok(()));
        for credential in [
            json!({ "rsa_public_key": OTHER }),
            json!({ "rsa_public_key": null, "jwks_uri": "https://issuer.example/jwks" }),
            json!({ "keys": [{ "secret": "a" }] }),
        ] {
            assert_eq!(signs(Algorithm::RS256, credential), Err(Refused::OtherKey));
        }
        assert_eq!(signs(Algorithm::ES256, json!({ "rsa_public_key": KEY.1 })), Err(Refused::NoPrivatePem));
    }
}
