//! What a token of a stored credential is signed with, where the credential is for development alone.

use gibbon_jose::Algorithm;
use gibbon_schema::Object;
use serde_json::Value;

use super::JwtError;
use crate::app;
use crate::cli::config::{ConfigError, block_on};
use crate::cli::node::NodeArgs;
use crate::cli::session::Session;
use crate::cli::{Failure, Verbosity};

/// The secret of a credential, and the algorithm that it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signing {
    pub(super) algorithm: Algorithm,
    pub(super) secret: String,
}

/// Finds the credential with this key in the records of a gateway, whether that runs or not.
///
/// # Errors
/// Where there is none, or it may not be signed for.
pub(super) fn find(key: &str, node: &NodeArgs, verbosity: Verbosity) -> Result<Signing, Failure> {
    let session = Session::begin(node, verbosity)?;
    let found = block_on(async {
        let store = app::open_store(&session.settings.conf, &session.definitions).await?;
        let found = store.find("jwt_secrets", "key", key).await.map_err(ConfigError::from)?;
        store.close().await;
        Ok(found)
    })?;
    Ok(signing(key, found.as_ref())?)
}

fn signing(key: &str, credential: Option<&Object>) -> Result<Signing, JwtError> {
    let refused = |reason: &str| JwtError::Answer(format!("the credential `{key}` {reason}"));
    let credential = credential.ok_or_else(|| refused("is not there"))?;
    let text = |field: &str| credential.get(field).and_then(Value::as_str);
    if credential.get("development_only") != Some(&Value::Bool(true)) {
        return Err(refused("is not marked `development_only`"));
    }
    let algorithm = text("algorithm").and_then(Algorithm::from_name).unwrap_or(Algorithm::HS256);
    if !algorithm.is_symmetric() {
        return Err(refused("has no secret to sign with; give its private key by `--key-file`"));
    }
    let secret = text("secret").ok_or_else(|| refused("has no secret"))?.to_owned();
    Ok(Signing { algorithm, secret })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_is_for_development_is_signed_for() {
        let found = |body: Value| {
            let body = body.as_object().cloned();
            signing("k", body.as_ref()).map_err(|error| error.to_string())
        };
        let secret = || "s".to_owned();
        let dev = json!({ "secret": "s", "algorithm": "HS512", "development_only": true });
        assert_eq!(found(dev), Ok(Signing { algorithm: Algorithm::HS512, secret: secret() }));
        for (body, reason) in [
            (json!(null), "is not there"),
            (json!({ "secret": "s" }), "is not marked `development_only`"),
            (json!({ "secret": "s", "development_only": false }), "is not marked `development_only`"),
            (json!({ "secret": "s", "development_only": "true" }), "is not marked `development_only`"),
            (
                json!({ "algorithm": "RS256", "development_only": true }),
                "has no secret to sign with; give its private key by `--key-file`",
            ),
        ] {
            assert_eq!(found(body), Err(format!("the credential `k` {reason}")));
        }
    }
}
