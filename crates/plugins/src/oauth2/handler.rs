//! What the plugin does to a request: it gives out tokens at two addresses, and asks for one everywhere else.

use std::sync::Arc;

use gibbon_plugin_api::{
    BodyNeed, ConfigureError, Credential, FieldText, Flow, Handler, PluginRecords, Reply, RequestCx, RequestHead,
    Settings,
};
use http::header::WWW_AUTHENTICATE;
use http::{HeaderValue, Method, StatusCode};
use serde_json::Value;

use super::application::{self, Application};
use super::config::{Config, Reach};
use super::endpoint::Endpoint;
use super::parameters::{Parameters, format_of_body};
use super::problem::Problem;
use super::secret::same;
use super::token::{self, Token};
use super::{authorize, grant, presented};
use crate::authentication::{Accepted, Visibility, challenge};

/// What an upstream is told of a token; only the plugin may say it.
const SCOPE: &str = "X-Authenticated-Scope";
const USER: &str = "X-Authenticated-UserId";

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, settings: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    let config = Config::read(config)?;
    let realm = ("realm", config.realm.as_deref());
    let challenges = Challenges {
        missing: challenge("Bearer", &[realm])?,
        invalid: challenge(
            "Bearer",
            &[realm, ("error", Some("invalid_token")), ("error_description", Some(INVALID_TOKEN))],
        )?,
    };
    let oauth2 = OAuth2 { config, challenges, records: settings.node.records.clone() };
    Ok(Box::new(OAuth2Handler(Arc::new(oauth2))))
}

/// The plugin in one configuration; shared with what is written elsewhere.
struct OAuth2Handler(Arc<OAuth2>);

pub(super) struct OAuth2 {
    pub(super) config: Config,
    challenges: Challenges,
    pub(super) records: Option<Arc<dyn PluginRecords>>,
}

/// What `WWW-Authenticate` says to requests without a token, and to those with one that is no good.
struct Challenges {
    missing: HeaderValue,
    invalid: HeaderValue,
}

const INVALID_TOKEN: &str = "The access token is invalid or has expired";

/// Why a request is not let through, in the words of Kong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    Missing,
    Invalid,
    Global,
}

impl Handler for OAuth2Handler {
    fn secret_arguments(&self) -> Vec<Box<str>> {
        let names = ["access_token", "client_secret", "code", "code_verifier", "provision_key", "refresh_token"];
        names.map(Box::from).to_vec()
    }

    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        cx.head.headers.remove(SCOPE);
        cx.head.headers.remove(USER);
        match Endpoint::of(cx.head) {
            None => self.0.authenticate(cx),
            Some(endpoint) if cx.head.method != Method::POST => self.0.refuse_method(endpoint, &cx.head.method),
            Some(Endpoint::Token) => grant::respond(&self.0, cx),
            Some(Endpoint::Authorization) => authorize::respond(&self.0, cx),
        }
    }

    fn body_need(&self) -> BodyNeed {
        BodyNeed::Depends
    }

    fn wants_body(&self, head: &RequestHead) -> bool {
        let may_have_parameters = format_of_body(head).is_some();
        may_have_parameters
            && (Endpoint::of(head).is_some() || self.0.config.header.values(&head.headers).next().is_none())
    }
}

impl OAuth2 {
    fn authenticate(&self, cx: &mut RequestCx<'_>) -> Flow {
        if self.config.rule.is_settled(cx) {
            return Flow::Continue;
        }
        let presented = presented::find(&self.config.header, cx);
        let outcome = self.verify(cx, presented.as_ref().map(|presented| &*presented.token));
        if let Some(presented) = presented.filter(|_| self.config.visibility == Visibility::Hidden) {
            presented::hide(presented.place, &self.config.header, cx);
        }
        if let Ok((_, token)) = &outcome {
            tell(cx, SCOPE, token.scope.as_deref());
            tell(cx, USER, token.user.as_deref());
        }
        self.config.rule.conclude(cx, outcome.map(|(accepted, _)| accepted), |refusal| self.reply(refusal))
    }

    fn verify(&self, cx: &RequestCx<'_>, presented: Option<&str>) -> Result<(Accepted, Arc<Token>), Refusal> {
        let presented = presented.filter(|token| !token.is_empty()).ok_or(Refusal::Missing)?;
        let loaded = cx.directory.credential(token::KIND, presented).ok_or(Refusal::Invalid)?;
        let token: Arc<Token> = Arc::clone(loaded).downcast().map_err(|_| Refusal::Invalid)?;
        match token.service {
            None if self.config.reach == Reach::OneService => return Err(Refusal::Global),
            Some(service) if cx.service.map(|service| service.id) != Some(service) => return Err(Refusal::Invalid),
            _ if !token.is_alive(cx.now) => return Err(Refusal::Invalid),
            _ => {}
        }
        let application = cx.directory.credential_by_id(application::KIND, token.application);
        let application: &Application = application.and_then(|value| value.downcast_ref()).ok_or(Refusal::Invalid)?;
        let consumer = cx.consumer(application.consumer).ok_or(Refusal::Invalid)?;
        let credential = Credential { id: application.id, identifier: application.client_id.clone() };
        Ok((Accepted { consumer: Some(consumer), credential }, token))
    }

    fn reply(&self, refusal: Refusal) -> Reply {
        let (challenge, problem) = match refusal {
            Refusal::Missing => (&self.challenges.missing, Problem::invalid_request("The access token is missing")),
            Refusal::Invalid => (&self.challenges.invalid, Problem::new("invalid_token", INVALID_TOKEN)),
            Refusal::Global => {
                let description = "The access token is global, but the current plugin is configured without \
                    'global_credentials'";
                (&self.challenges.invalid, Problem::new("invalid_token", description))
            }
        };
        Reply::json(StatusCode::UNAUTHORIZED, &problem.body()).with_header(WWW_AUTHENTICATE, challenge.clone())
    }

    fn refuse_method(&self, endpoint: Endpoint, method: &Method) -> Flow {
        let description = format!("The HTTP method {method} is invalid for the {} endpoint", endpoint.as_str());
        let problem = Problem::new("invalid_method", description);
        let parameters = [
            ("realm", self.config.realm.as_deref()),
            ("error", Some(problem.error)),
            ("error_description", Some(&*problem.description)),
        ];
        let reply = Reply::json(StatusCode::METHOD_NOT_ALLOWED, &problem.body());
        Flow::respond(match challenge("Bearer", &parameters) {
            Ok(challenge) => reply.with_header(WWW_AUTHENTICATE, challenge),
            Err(_) => reply,
        })
    }
}

impl Config {
    /// Whether a request comes from who asks users, and has the key to prove it.
    pub(super) fn is_provisioned(&self, parameters: &Parameters) -> bool {
        parameters.text("provision_key").is_some_and(|key| same(&self.provision_key, key))
    }

    /// The user who has agreed.
    pub(super) fn user<'p>(&self, parameters: &'p Parameters) -> Option<&'p str> {
        parameters.text("authenticated_userid").filter(|user| !user.trim().is_empty())
    }
}

fn tell(cx: &mut RequestCx<'_>, name: &'static str, value: Option<&str>) {
    if let Some(value) = value.and_then(FieldText::new) {
        cx.head.headers.set(name, value);
    }
}
