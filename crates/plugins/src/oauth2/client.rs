//! Which application a request is from, and whether it is (RFC 6749, section 2.3).

use std::pin::Pin;
use std::sync::Arc;

use gibbon_plugin_api::{Busy, RequestCx};

use super::application::{Application, ClientType, KIND, Secret};
use super::kong_hash::KongHash;
use super::parameters::{Given, Parameters};
use super::problem::{Challenge, Problem};
use super::secret::same;
use crate::field_name::FieldName;
use crate::password;

/// What a request says of its application.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) id: Option<String>,
    pub(super) secret: Option<String>,
    pub(super) challenge: Option<Challenge>,
}

/// Whether a claim is true. What takes long is found out beside the worker.
pub(super) enum Proof {
    Known(Result<(), Problem>),
    Pending(Pin<Box<dyn Future<Output = Result<bool, Busy>>>>),
}

impl Claim {
    /// Parameters come before the header.
    pub(super) fn of(cx: &RequestCx<'_>, parameters: &Parameters, header: &FieldName) -> Self {
        let text = |name| parameters.text(name).map(str::to_owned);
        let is_there = |name| parameters.get(name).is_some();
        if is_there("client_id") && is_there("client_secret") {
            // What is no text is no secret, and not the lack of one either.
            let secret = match parameters.get("client_secret") {
                Some(Given::Other) => return Self { id: None, secret: None, challenge: None },
                _ => text("client_secret"),
            };
            return Self { id: text("client_id"), secret, challenge: None };
        }
        let Some(value) = header.values(&cx.head.headers).next() else {
            return Self { id: text("client_id"), secret: None, challenge: None };
        };
        let (id, secret) = basic(value).unzip();
        Self { id, secret, challenge: Some(Challenge::Basic) }
    }

    /// The application of that name.
    pub(super) fn application(&self, cx: &RequestCx<'_>) -> Option<Arc<Application>> {
        let id = self.id.as_deref().filter(|id| !id.is_empty())?;
        let loaded = cx.directory.credential(KIND, id)?;
        Arc::clone(loaded).downcast().ok()
    }

    /// How an application that is refused is asked to say who it is.
    pub(super) fn challenge(&self) -> Challenge {
        self.challenge.unwrap_or(Challenge::None)
    }

    /// Whether it is the application.
    ///
    /// # Errors
    /// [`Busy`] where there is no room for finding out.
    pub(super) fn check(&self, cx: &RequestCx<'_>, application: &Application) -> Result<Proof, Busy> {
        let given = self.secret.clone().unwrap_or_default();
        Ok(match (application.client_type, &application.secret) {
            (ClientType::Public, _) if given.trim().is_empty() => Proof::Known(Ok(())),
            (ClientType::Public, _) => {
                Proof::Known(Err(Problem::invalid_request("client_secret is disallowed for public clients")))
            }
            (ClientType::Confidential, Secret::Clear(secret)) => {
                Proof::Known(if same(secret, &given) { Ok(()) } else { Err(Problem::invalid_client()) })
            }
            (ClientType::Confidential, Secret::Hash(hash)) => {
                let hash = hash.clone();
                Proof::Pending(Box::pin(cx.offload(move || is_hash_of(&hash, &given))?))
            }
        })
    }
}

fn is_hash_of(hash: &str, secret: &str) -> bool {
    KongHash::parse(hash).map_or_else(|| password::matches(hash, secret), |hash| hash.matches(secret))
}

/// A name and a secret, as RFC 7617 writes them.
fn basic(value: &[u8]) -> Option<(String, String)> {
    let value = value.trim_ascii_start();
    let (scheme, rest) = value.split_at_checked(5)?;
    if !scheme.eq_ignore_ascii_case(b"Basic") {
        return None;
    }
    let decoded = base64_simd::forgiving_decode_to_vec(rest.trim_ascii()).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_names_an_application_and_its_secret() {
        let pair = |id: &str, secret: &str| Some((id.to_owned(), secret.to_owned()));
        assert_eq!(basic(b"Basic YTpiOmM="), pair("a", "b:c"));
        assert_eq!(basic(b" basic YTo="), pair("a", ""));
        for value in [&b""[..], b"Basic", b"Basic !", b"Basic YQ==", b"Bearer YTpi", b"Basic /////w=="] {
            assert_eq!(basic(value), None);
        }
    }
}
