//! The endpoint for codes, and for tokens of browsers (RFC 6749, sections 4.1.1 and 4.2.1): asked by the program in which a
//! user has agreed, which then sends the user's browser to where it is told.

use std::sync::Arc;

use gibbon_plugin_api::{Edit, Flow, RecordsError, Reply, RequestCx};
use gibbon_schema::Object;
use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::application::{Application, KIND};
use super::config::{Config, Grant, Reach};
use super::endpoint::require_https;
use super::entities::CODES;
use super::grant::with_state;
use super::handler::OAuth2;
use super::issue::{self, Refresh, Terms, random};
use super::parameters::{Given, Parameters};
use super::problem::{Challenge, Problem, answer, failed, refusal};
use super::redirect::{self, Part};
use super::{pkce, scope};
use crate::authentication::busy;

/// For how many seconds a code can be used.
const CODE_TTL: u32 = 300;

const BAD_REDIRECT: &str =
    "Invalid redirect_uri that does not match with any redirect_uri created with the application";

/// What is asked for.
struct Wanted {
    grant: Grant,
    scope: Option<String>,
    challenge: Option<String>,
    application: Arc<Application>,
}

/// A request with what is wrong with it, and where to say so: to the user's browser, if the application is known.
struct Checked {
    outcome: Result<Wanted, Problem>,
    redirect_uri: Option<Box<str>>,
}

/// Answers a request for a code or a token.
pub(super) fn respond(oauth2: &Arc<OAuth2>, cx: &RequestCx<'_>) -> Flow {
    let (config, parameters) = (&oauth2.config, Parameters::of(cx));
    let permitted = require_https(cx, config.termination).and_then(|()| permitted(config, &parameters));
    let user = match permitted {
        Ok(user) => user.to_owned(),
        Err(problem) => return Flow::respond(refusal(&with_state(problem.body(), &parameters), Challenge::None)),
    };
    let Checked { outcome, redirect_uri } = check(config, cx, &parameters);
    let state = parameters.text("state").map(str::to_owned);
    match (outcome, redirect_uri) {
        (Ok(wanted), Some(uri)) => {
            let edit = edit(config, cx, &wanted, &user);
            write(oauth2, edit, move |record| success(wanted.grant, &uri, &record, state.as_deref()))
        }
        (Ok(_), None) => Flow::respond(refusal(&Problem::invalid_client().body(), Challenge::None)),
        (Err(problem), Some(uri)) => {
            let mut parameters = vec![("error", problem.error), ("error_description", &*problem.description)];
            parameters.extend(state.as_deref().map(|state| ("state", state)));
            let uri = redirect::address(&uri, Part::Query, &parameters);
            Flow::respond(refusal(&json!({ "redirect_uri": uri }), Challenge::None))
        }
        (Err(problem), None) => Flow::respond(refusal(&with_state(problem.body(), &parameters), Challenge::None)),
    }
}

/// The user who has agreed, as the one who asks knows: it has the key for that.
fn permitted<'p>(config: &Config, parameters: &'p Parameters) -> Result<&'p str, Problem> {
    if !config.is_provisioned(parameters) {
        return Err(Problem::provision_key());
    }
    config.user(parameters).ok_or_else(Problem::user)
}

/// Of several problems the last one is told, as in Kong.
fn check(config: &Config, cx: &RequestCx<'_>, parameters: &Parameters) -> Checked {
    let grant = match parameters.text("response_type") {
        Some("code") if config.grants.allow(Grant::AuthorizationCode) => Ok(Grant::AuthorizationCode),
        Some("token") if config.grants.allow(Grant::Implicit) => Ok(Grant::Implicit),
        _ => Err(Problem::new("unsupported_response_type", "Invalid response_type")),
    };
    let scope = scope::wanted(config, parameters);
    let (application, redirect_uri) = destination(cx, parameters);
    let challenge = challenge(config, parameters, application.as_ref().ok());
    let outcome = match (grant, scope, application, challenge) {
        (_, _, _, Err(problem)) | (_, _, Err(problem), _) | (_, Err(problem), ..) | (Err(problem), ..) => Err(problem),
        (Ok(grant), Ok(scope), Ok(application), Ok(challenge)) => Ok(Wanted { grant, scope, challenge, application }),
    };
    Checked { outcome, redirect_uri }
}

/// The application, and where it wants to have the user: an address that is registered to the letter. Otherwise the first
/// of those is told that this was wrong.
fn destination(cx: &RequestCx<'_>, parameters: &Parameters) -> (Result<Arc<Application>, Problem>, Option<Box<str>>) {
    let id = parameters.text("client_id").filter(|id| !id.is_empty());
    let loaded = id.and_then(|id| cx.directory.credential(KIND, id)).map(Arc::clone);
    let application = loaded.and_then(|loaded| loaded.downcast::<Application>().ok());
    let Some((application, first)) =
        application.and_then(|known| known.redirect_uris.first().cloned().map(|first| (known, first)))
    else {
        return (Err(Problem::invalid_client()), None);
    };
    let chosen = match parameters.get("redirect_uri") {
        None => Some(first.clone()),
        Some(Given::Text(uri)) => application.redirect_uris.iter().find(|known| ***known == **uri).cloned(),
        Some(Given::Other) => None,
    };
    match chosen {
        Some(uri) => (Ok(application), Some(uri)),
        None => (Err(Problem::invalid_request(BAD_REDIRECT)), Some(first)),
    }
}

fn challenge(
    config: &Config,
    parameters: &Parameters,
    application: Option<&Arc<Application>>,
) -> Result<Option<String>, Problem> {
    let challenge = pkce::challenge(parameters)?;
    match application.map(|application| application.client_type) {
        Some(kind) if challenge.is_none() && config.pkce.binds(kind) => {
            let description = format!("code_challenge is required for {} clients", kind.as_str());
            Err(Problem::new("invalid_request", description))
        }
        _ => Ok(challenge),
    }
}

/// What is written: a code, or a token.
fn edit(config: &Config, cx: &RequestCx<'_>, wanted: &Wanted, user: &str) -> Edit {
    let service = cx.service.map(|service| service.id).filter(|_| config.reach == Reach::OneService);
    let Wanted { grant, scope, challenge, application } = wanted;
    let scope = scope.as_deref();
    if *grant == Grant::Implicit {
        let terms = Terms { application: application.id, service, user: Some(user), scope };
        return issue::token(config, &terms, Refresh::NotGiven);
    }
    let reference = |id: Uuid| json!({ "id": id });
    let body = json!({
        "service": service.map(reference),
        "credential": reference(application.id),
        "code": random(),
        "authenticated_userid": user,
        "scope": scope,
        "challenge": challenge,
        "challenge_method": challenge.as_ref().map(|_| pkce::S256),
        "plugin": reference(cx.instance),
        "ttl": CODE_TTL,
    });
    let mut body = if let Value::Object(body) = body { body } else { Object::new() };
    body.retain(|_, value| !value.is_null());
    Edit::Insert { kind: CODES, body }
}

fn write(oauth2: &OAuth2, edit: Edit, then: impl FnOnce(Object) -> Reply + 'static) -> Flow {
    let Some(records) = &oauth2.records else { return Flow::respond(failed(&"this is no running gateway")) };
    Flow::wait(records.write(vec![edit]), |_, written| match written {
        Ok(mut records) => Flow::respond(then(records.pop().unwrap_or_default())),
        Err(RecordsError::Busy) => busy(),
        Err(error) => Flow::respond(failed(&error)),
    })
}

/// Where the browser takes the code or the token to.
fn success(grant: Grant, uri: &str, record: &Object, state: Option<&str>) -> Reply {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let (part, told) = match grant {
        Grant::Implicit => (Part::Fragment, issue::told(record, state)),
        _ => {
            let code = record.get("code").cloned().unwrap_or_default();
            let state = state.map(|state| ("state".to_owned(), state.into()));
            (Part::Query, [("code".to_owned(), code)].into_iter().chain(state).collect())
        }
    };
    let told: Vec<(String, String)> = told.into_iter().map(|(name, value)| (name, text(&value))).collect();
    let told: Vec<(&str, &str)> = told.iter().map(|(name, value)| (&**name, &**value)).collect();
    answer(StatusCode::OK, &json!({ "redirect_uri": redirect::address(uri, part, &told) }))
}
