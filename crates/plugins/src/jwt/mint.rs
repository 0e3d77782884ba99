//! `POST /jwt/mint`: a token of a credential that is for development alone.

mod signing;

use std::pin::Pin;

use gibbon_jose::Algorithm;
use gibbon_plugin_api::{AdminAnswer, AdminCall, PluginRecords};
use gibbon_schema::Object;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::entities::{DEVELOPMENT_ONLY, KIND};
use crate::timestamp;

/// How many seconds a token lives if nobody says, and at the most.
const USUAL_LIFE: i64 = 3600;
const LONGEST_LIFE: i64 = 24 * 3600;

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum Refused {
    #[error("the field `{0}` {1}")]
    Field(&'static str, &'static str),
    #[error("there is no credential with this key")]
    NoCredential,
    #[error("the credential is not marked `development_only`")]
    NotForDevelopment,
    #[error("a private key signs for `{0}`: name one of the gateway's keys as `signing_key`")]
    NoPrivateKey(Algorithm),
    #[error("there is no key with this name or id")]
    NoKey,
    #[error("the key has no private PEM that can sign for the credential's algorithm")]
    NoPrivatePem,
    #[error("the credential does not have the public half of this key")]
    OtherKey,
    #[error("the records cannot be read: {0}")]
    Away(String),
    #[error("the secret cannot be used")]
    Secret,
}

impl Refused {
    fn status(&self) -> StatusCode {
        match self {
            Self::Field(..) | Self::NoPrivateKey(_) | Self::NoPrivatePem | Self::OtherKey | Self::Secret => {
                StatusCode::BAD_REQUEST
            }
            Self::NoCredential | Self::NoKey => StatusCode::NOT_FOUND,
            Self::NotForDevelopment => StatusCode::FORBIDDEN,
            Self::Away(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

pub(super) fn answer(call: AdminCall) -> Pin<Box<dyn Future<Output = AdminAnswer> + Send>> {
    Box::pin(async move {
        match mint(&call).await {
            Ok(body) => AdminAnswer { status: StatusCode::CREATED, body: Some(body) },
            Err(refused) => {
                AdminAnswer { status: refused.status(), body: Some(json!({ "message": refused.to_string() })) }
            }
        }
    })
}

async fn mint(call: &AdminCall) -> Result<Value, Refused> {
    let key = call.values.get("key").and_then(Value::as_str).ok_or(Refused::Field("key", "must be a string"))?;
    let claims = match call.values.get("claims") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(claims)) => claims.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        // Forms have text alone.
        Some(Value::String(text)) => {
            serde_json::from_str(text).map_err(|_| Refused::Field("claims", "must be a JSON object"))?
        }
        Some(_) => return Err(Refused::Field("claims", "must be a JSON object")),
    };
    let life = life(call.values.get("expires_in"))?;
    let credential = find(call, key).await?;
    let signer = signing::signer(call, &credential).await?;
    let expires_at = timestamp::now() + life;
    let token = signer.sign(&Map::new(), &Value::Object(whole(key, claims, expires_at, life)).to_string());
    let token = token.map_err(|_| Refused::Secret)?;
    tracing::info!(key, "a token was minted for development");
    Ok(json!({ "token": token, "expires_at": expires_at }))
}

/// What is given, behind what says whose token it is; how long it lives nobody else decides.
fn whole(key: &str, given: Map<String, Value>, expires_at: i64, life: i64) -> Map<String, Value> {
    let mut claims = Map::new();
    claims.insert("iss".to_owned(), key.into());
    claims.extend(given);
    claims.insert("iat".to_owned(), (expires_at - life).into());
    claims.insert("exp".to_owned(), expires_at.into());
    claims
}

fn life(given: Option<&Value>) -> Result<i64, Refused> {
    let seconds = match given {
        None | Some(Value::Null) => Some(USUAL_LIFE),
        Some(Value::String(text)) => text.parse().ok(),
        Some(number) => number.as_i64(),
    };
    let in_bounds = seconds.filter(|seconds| (1..=LONGEST_LIFE).contains(seconds));
    in_bounds.ok_or(Refused::Field("expires_in", "must be 1 to 86400 seconds"))
}

fn records(call: &AdminCall) -> Result<&dyn PluginRecords, Refused> {
    let records = call.node.records.as_deref();
    records.ok_or_else(|| Refused::Away("this is no running gateway".to_owned()))
}

async fn find(call: &AdminCall, key: &str) -> Result<Object, Refused> {
    let found =
        records(call)?.find(KIND, "key", key.to_owned()).await.map_err(|error| Refused::Away(error.to_string()))?;
    let credential = found.ok_or(Refused::NoCredential)?;
    match credential.get(DEVELOPMENT_ONLY) {
        Some(Value::Bool(true)) => Ok(credential),
        _ => Err(Refused::NotForDevelopment),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_life_has_bounds() {
        for (given, expected) in [
            (json!(null), Some(3600)),
            (json!(60), Some(60)),
            (json!("60"), Some(60)),
            (json!(86_400), Some(86_400)),
            (json!(86_401), None),
            (json!(0), None),
            (json!(-1), None),
            (json!(1.5), None),
            (json!("soon"), None),
        ] {
            assert_eq!(life(Some(&given)).ok(), expected, "{given}");
        }
    }

    #[test]
    fn the_life_of_a_token_cannot_be_claimed() {
        let given = json!({ "sub": "me", "exp": 9_999_999_999_i64, "iat": 0 }).as_object().unwrap().clone();
        let claims = Value::Object(whole("k", given, 2000, 60));
        assert_eq!(claims, json!({ "iss": "k", "sub": "me", "iat": 1940, "exp": 2000 }));
    }
}
