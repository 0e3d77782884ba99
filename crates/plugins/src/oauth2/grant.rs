//! The endpoint for tokens: who asks, what for, and what it is worth.

use std::sync::Arc;

use gibbon_entities::{Body, BodyError};
use gibbon_plugin_api::{Edit, Flow, PluginRecords, RecordsError, Reply, RequestCx};
use gibbon_schema::Object;
use http::StatusCode;
use serde_json::Value;
use uuid::Uuid;

use super::application::Application;
use super::client::{Claim, Proof};
use super::config::{Config, Grant, Reach, Refreshing};
use super::endpoint::require_https;
use super::entities::CODES;
use super::handler::OAuth2;
use super::issue::{self, Refresh, Terms};
use super::parameters::{Given, Parameters};
use super::problem::{Challenge, Problem, answer, failed, refusal};
use super::{pkce, scope, token};
use crate::authentication::busy;

const BAD_REDIRECT: &str =
    "Invalid redirect_uri that does not match with any redirect_uri created with the application";

/// What is shown for a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Refresh,
    Nothing,
    User,
}

/// A request for a token, away from the worker's state.
struct Asked {
    oauth2: Arc<OAuth2>,
    records: Arc<dyn PluginRecords>,
    parameters: Parameters,
    application: Option<Arc<Application>>,
    service: Option<Uuid>,
    instance: Uuid,
    now: i64,
    kind: Option<Kind>,
}

/// Why there is no token.
enum Failure {
    Problem(Problem),
    Records(RecordsError),
    Damaged(BodyError),
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<BodyError> for Failure {
    fn from(error: BodyError) -> Self {
        Self::Damaged(error)
    }
}

/// Answers a request for a token.
pub(super) fn respond(oauth2: &Arc<OAuth2>, cx: &RequestCx<'_>) -> Flow {
    let (config, parameters) = (&oauth2.config, Parameters::of(cx));
    if let Err(problem) = require_https(cx, config.termination) {
        return Flow::respond(refusal(&with_state(problem.body(), &parameters), Challenge::None));
    }
    let Some(records) = oauth2.records.clone() else { return Flow::respond(failed(&"this is no running gateway")) };
    let claim = Claim::of(cx, &parameters, &config.header);
    let application = claim.application(cx);
    let proof = match application.as_ref().map(|application| claim.check(cx, application)) {
        None => None,
        Some(Ok(proof)) => Some(proof),
        Some(Err(_)) => return busy(),
    };
    let kind = Kind::of(config, &parameters);
    let service = cx.service.map(|service| service.id);
    let (instance, now) = (cx.instance, cx.now);
    let oauth2 = Arc::clone(oauth2);
    let asked = Asked { oauth2, records, parameters, application, service, instance, now, kind };
    Flow::wait(asked.answer(claim.challenge(), proof), |_, reply| reply.map_or_else(busy, Flow::respond))
}

impl Kind {
    fn of(config: &Config, parameters: &Parameters) -> Option<Self> {
        match parameters.text("grant_type")? {
            "authorization_code" => Some(Self::Code),
            "refresh_token" => Some(Self::Refresh),
            "client_credentials" if config.grants.allow(Grant::ClientCredentials) => Some(Self::Nothing),
            "password" if config.grants.allow(Grant::Password) => Some(Self::User),
            _ => None,
        }
    }
}

impl Asked {
    /// `None` where the secret could not be checked, because too many are waiting to be.
    async fn answer(self, challenge: Challenge, proof: Option<Proof>) -> Option<Reply> {
        let (mut problem, mut asks) = self.first_problem(challenge);
        let proved = match proof {
            None => Ok(()),
            Some(Proof::Known(proved)) => proved,
            Some(Proof::Pending(pending)) => match pending.await {
                Ok(true) => Ok(()),
                Ok(false) => Err(Problem::invalid_client()),
                Err(_) => return None,
            },
        };
        if let Err(unproved) = proved {
            asks = if unproved.error == "invalid_client" { challenge } else { asks };
            problem = Some(unproved);
        }
        let refuse = |problem: &Problem, challenge| refusal(&with_state(problem.body(), &self.parameters), challenge);
        if let Some(problem) = problem {
            return Some(refuse(&problem, asks));
        }
        Some(match self.token().await {
            Ok(record) => answer(StatusCode::OK, &issue::told(&record, self.parameters.text("state")).into()),
            Err(Failure::Problem(problem)) => refuse(&problem, Challenge::None),
            Err(Failure::Records(RecordsError::Busy)) => return None,
            Err(Failure::Records(error)) => failed(&error),
            Err(Failure::Damaged(error)) => failed(&error),
        })
    }

    /// What is wrong before the application has proved anything.
    fn first_problem(&self, challenge: Challenge) -> (Option<Problem>, Challenge) {
        let unsupported = self.kind.is_none().then(|| Problem::new("unsupported_grant_type", "Invalid grant_type"));
        if self.parameters.text("grant_type") == Some("client_credentials") {
            return (unsupported, Challenge::None);
        }
        let registered = self.application.as_ref().map(|application| &application.redirect_uris);
        let Some(registered) = registered.filter(|uris| !uris.is_empty()) else {
            return (Some(Problem::invalid_client()), challenge);
        };
        let is_good = match self.parameters.get("redirect_uri") {
            None => true,
            Some(Given::Other) => false,
            Some(Given::Text(uri)) => registered.iter().any(|known| **known == **uri),
        };
        (if is_good { unsupported } else { Some(Problem::invalid_request(BAD_REDIRECT)) }, Challenge::None)
    }

    async fn token(&self) -> Result<Object, Failure> {
        let application = self.application.as_deref();
        match self.kind {
            Some(Kind::Nothing) => self.for_application(application).await,
            Some(Kind::Code) => self.for_code(application.ok_or_else(Problem::invalid_client)?).await,
            Some(Kind::Refresh) => self.for_refresh(application.ok_or_else(Problem::invalid_client)?).await,
            Some(Kind::User) => self.for_user(application.ok_or_else(Problem::invalid_client)?).await,
            None => Err(Problem::new("unsupported_grant_type", "Invalid grant_type").into()),
        }
    }

    /// RFC 6749, section 4.1.3.
    async fn for_code(&self, application: &Application) -> Result<Object, Failure> {
        let invalid = || Problem::invalid_request("Invalid code");
        let code = self.parameters.text("code").ok_or_else(invalid)?;
        let record = self.find(CODES, "code", code).await?.ok_or_else(invalid)?;
        let body = Body::new(&record);
        let is_ours = body.reference("credential")? == Some(application.id) && self.is_for(&body)?;
        if !is_ours {
            return Err(invalid().into());
        }
        let challenge = body.optional_text("challenge")?;
        if challenge.is_some() || self.oauth2.config.pkce.binds(application.client_type) {
            pkce::verify(&self.parameters, challenge)?;
        }
        // A code that is for all services is for those of the plugin that gave it out.
        let elsewhere = body.reference("plugin")?.is_some_and(|plugin| plugin != self.instance);
        if self.oauth2.config.reach == Reach::AllServices && elsewhere {
            return Err(invalid().into());
        }
        let (user, scope) = (body.optional_text("authenticated_userid")?, body.optional_text("scope")?);
        let token = self.new_token(application, user, scope, Refresh::Given);
        // Whoever takes the code first has the token.
        self.write(vec![Edit::Take { kind: CODES, id: body.id()? }, token], invalid).await
    }

    /// RFC 6749, section 6.
    async fn for_refresh(&self, application: &Application) -> Result<Object, Failure> {
        let invalid = || Problem::invalid_request("Invalid refresh_token");
        let refresh = self.parameters.text("refresh_token").ok_or_else(invalid)?;
        let record = self.find(token::KIND, "refresh_token", refresh).await?.ok_or_else(invalid)?;
        let body = Body::new(&record);
        if !self.is_for(&body)? {
            return Err(invalid().into());
        }
        if body.reference("credential")? != Some(application.id) {
            return Err(Problem::invalid_client().into());
        }
        let (config, id) = (&self.oauth2.config, body.id()?);
        let edits = match config.refreshing {
            Refreshing::Kept => vec![issue::renewed(config, id, self.now)],
            Refreshing::Replaced => {
                let (user, scope) = (body.optional_text("authenticated_userid")?, body.optional_text("scope")?);
                let token = self.new_token(application, user, scope, Refresh::Given);
                vec![Edit::Take { kind: token::KIND, id }, token]
            }
        };
        self.write(edits, invalid).await
    }

    /// RFC 6749, section 4.4. For a user only where that user has agreed.
    async fn for_application(&self, application: Option<&Application>) -> Result<Object, Failure> {
        let config = &self.oauth2.config;
        if self.parameters.get("authenticated_userid").is_some() && !config.is_provisioned(&self.parameters) {
            return Err(Problem::provision_key().into());
        }
        let application = application.ok_or_else(Problem::invalid_client)?;
        let scope = scope::wanted(config, &self.parameters)?;
        let user = self.parameters.text("authenticated_userid");
        let token = self.new_token(application, user, scope.as_deref(), Refresh::NotGiven);
        self.write(vec![token], || Problem::invalid_request("Invalid client_id")).await
    }

    /// RFC 6749, section 4.3. Whether the password was right, the program that asks has found out.
    async fn for_user(&self, application: &Application) -> Result<Object, Failure> {
        let config = &self.oauth2.config;
        if !config.is_provisioned(&self.parameters) {
            return Err(Problem::provision_key().into());
        }
        let user = config.user(&self.parameters).ok_or_else(Problem::user)?;
        let scope = scope::wanted(config, &self.parameters)?;
        let token = self.new_token(application, Some(user), scope.as_deref(), Refresh::Given);
        self.write(vec![token], || Problem::invalid_request("Invalid client_id")).await
    }

    /// Whether a record is for the service that is asked.
    fn is_for(&self, record: &Body<'_>) -> Result<bool, BodyError> {
        Ok(self.oauth2.config.reach == Reach::AllServices || record.reference("service")? == self.service)
    }

    fn new_token(&self, application: &Application, user: Option<&str>, scope: Option<&str>, refresh: Refresh) -> Edit {
        let config = &self.oauth2.config;
        let service = self.service.filter(|_| config.reach == Reach::OneService);
        issue::token(config, &Terms { application: application.id, service, user, scope }, refresh)
    }

    async fn find(&self, kind: &'static str, field: &'static str, value: &str) -> Result<Option<Object>, Failure> {
        self.records.find(kind, field, value.to_owned()).await.map_err(Failure::Records)
    }

    /// Writes; `gone` is what is wrong where something of it is there no more.
    async fn write(&self, edits: Vec<Edit>, gone: impl FnOnce() -> Problem) -> Result<Object, Failure> {
        match self.records.write(edits).await {
            Ok(mut records) => records.pop().ok_or(Failure::Damaged(BodyError::Missing { field: "access_token" })),
            Err(RecordsError::Gone) => Err(gone().into()),
            Err(error) => Err(Failure::Records(error)),
        }
    }
}

/// The body with what the application wants to find again.
pub(super) fn with_state(mut body: Value, parameters: &Parameters) -> Value {
    if let (Value::Object(members), Some(state)) = (&mut body, parameters.text("state")) {
        members.insert("state".to_owned(), state.into());
    }
    body
}
