//! What the plugin does to a request: find names and passwords, and ask the directory about them.

use std::rc::Rc;
use std::sync::Arc;

use gibbon_plugin_api::{ConfigureError, Credential, Flow, Handler, Reply, RequestCx, Settings};
use http::header::{AUTHORIZATION, PROXY_AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde_json::Value;
use uuid::Uuid;

use super::answers::Answers;
use super::claim::Claim;
use super::config::Config;
use super::connection::Failure;
use super::name::distinguished;
use super::server::{Server, Verdict};
use crate::authentication::{Visibility, busy, challenge};
use crate::recent::Digest;

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, settings: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    let config = Config::read(config)?;
    let times = (config.timeout, config.keepalive);
    let (address, security) = (config.address.clone(), config.security(settings)?);
    let server = Server::new(address, security, times, settings.node.runtime.clone());
    let challenge = challenge(scheme(&config.scheme)?, &[("realm", config.realm.as_deref())])?;
    let ldap_auth = LdapAuth { config, server, challenge, instance: Uuid::new_v4() };
    Ok(Box::new(LdapAuthHandler(Arc::new(ldap_auth))))
}

/// As `WWW-Authenticate` writes it: the usual one in capitals.
fn scheme(configured: &str) -> Result<&str, ConfigureError> {
    let reason = || "cannot stand in the header `WWW-Authenticate`".to_owned();
    match HeaderValue::from_str(configured) {
        Ok(_) if configured == "ldap" => Ok("LDAP"),
        Ok(_) => Ok(configured),
        Err(_) => Err(ConfigureError { field: "header_type", reason: reason() }),
    }
}

/// The plugin in one configuration; shared with what is asked elsewhere.
struct LdapAuthHandler(Arc<LdapAuth>);

struct LdapAuth {
    config: Config,
    server: Arc<Server>,
    challenge: HeaderValue,
    /// What tells the answers of this configuration from those of others.
    instance: Uuid,
}

/// No name, no such name, another password: a client is not told which.
struct Refusal;

/// What a request says of itself, one after the other.
type Claims = std::vec::IntoIter<Claim>;

impl Handler for LdapAuthHandler {
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        if self.0.config.rule.is_settled(cx) {
            return Flow::Continue;
        }
        let claims = self.0.claims(cx);
        check(&self.0, cx, claims)
    }
}

/// The first claim that is right counts.
fn check(ldap_auth: &Arc<LdapAuth>, cx: &mut RequestCx<'_>, mut claims: Claims) -> Flow {
    while let Some(claim) = claims.next() {
        let digest = answers(cx).digest(ldap_auth.instance, &claim);
        match digest.and_then(|digest| answers(cx).find(&digest, cx.now)) {
            Some(Verdict::Right) => return ldap_auth.accept(cx, claim),
            Some(Verdict::Wrong) => {}
            None => return ask(ldap_auth, claim, digest, claims),
        }
    }
    ldap_auth.refuse(cx)
}

fn ask(ldap_auth: &Arc<LdapAuth>, claim: Claim, digest: Option<Digest>, rest: Claims) -> Flow {
    let Config { attribute, base, .. } = &ldap_auth.config;
    let name = distinguished(attribute, &claim.username, base);
    let Ok(asking) = ldap_auth.server.check(name, claim.password.clone()) else { return busy() };
    let ldap_auth = Arc::clone(ldap_auth);
    Flow::wait(asking, move |cx, outcome| {
        let verdict = match outcome {
            Ok(verdict) => verdict,
            Err(failure) => return ldap_auth.fail(&failure),
        };
        if let Some(digest) = digest {
            answers(cx).remember(digest, verdict, cx.now.saturating_add(ldap_auth.config.cache_ttl));
        }
        match verdict {
            Verdict::Right => ldap_auth.accept(cx, claim),
            Verdict::Wrong => check(&ldap_auth, cx, rest),
        }
    })
}

impl LdapAuth {
    /// The header for proxies comes before the one for servers.
    fn claims(&self, cx: &RequestCx<'_>) -> Claims {
        let values = [&PROXY_AUTHORIZATION, &AUTHORIZATION].map(|header| cx.head.headers.get(header));
        let claims = values.into_iter().flatten().filter_map(|value| Claim::parse(value, &self.config.scheme));
        claims.collect::<Vec<_>>().into_iter()
    }

    /// The request is from somebody whom the directory knows, and who is no consumer.
    fn accept(&self, cx: &mut RequestCx<'_>, claim: Claim) -> Flow {
        if self.config.visibility == Visibility::Hidden {
            cx.head.headers.remove(&PROXY_AUTHORIZATION);
            cx.head.headers.remove(&AUTHORIZATION);
        }
        let id = self.id_of(&claim.username);
        cx.authenticate_stranger(Credential { id, identifier: claim.username.into() });
        Flow::Continue
    }

    /// What tells users apart: their place in the directory.
    fn id_of(&self, username: &str) -> Uuid {
        let Config { address, attribute, base, .. } = &self.config;
        let name = distinguished(attribute, username, base);
        let place = format!("ldap://{}:{}/{name}", address.host, address.port);
        Uuid::new_v5(&Uuid::NAMESPACE_URL, place.as_bytes())
    }

    fn refuse(&self, cx: &mut RequestCx<'_>) -> Flow {
        self.config.rule.conclude(cx, Err(Refusal), |Refusal| {
            Reply::error(StatusCode::UNAUTHORIZED, "Unauthorized").with_header(WWW_AUTHENTICATE, self.challenge.clone())
        })
    }

    /// A directory that cannot be asked lets nobody in, as the anonymous consumer neither: that would tell people with
    /// good passwords that theirs are wrong.
    fn fail(&self, failure: &Failure) -> Flow {
        let (host, port) = (&self.config.address.host, self.config.address.port);
        tracing::error!(%host, port, "no password can be checked: {failure}");
        Flow::respond(Reply::message(StatusCode::INTERNAL_SERVER_ERROR, "An unexpected error occurred"))
    }
}

fn answers(cx: &RequestCx<'_>) -> Rc<Answers> {
    cx.worker.get(Answers::new)
}
