//! `/login`, on the ports of the manager: who one is there, and showing a token once for many requests.

use std::time::Instant;

use http::request::Parts;
use http::{HeaderValue, Method, header};
use serde_json::{Value, json};

use super::Server;
use super::exchange::Caller;
use crate::answer::Answer;
use crate::client::Client;
use crate::error::ApiError;
use crate::session::{Begun, cookie_name};
use crate::token;

/// Below the Admin API, which has nothing of that name.
const PATH: &str = "/login";

/// Whether a request is about the session itself.
pub(super) fn is_meant(server: &Server, head: &Parts) -> bool {
    server.options.manager.is_some() && head.uri.path() == PATH
}

/// GET says who somebody is who was let in, POST begins a session for whoever shows a token, and DELETE ends one.
pub(super) fn answer(server: &Server, caller: Caller, head: &Parts, client: &Client) -> Answer {
    let answer = match head.method {
        Method::GET | Method::HEAD => Ok(Answer::ok(about(client))),
        Method::POST => begin(server, caller, head, client),
        Method::DELETE => {
            server.sessions.end(&head.headers);
            cookie(server, caller, head, "", "; Max-Age=0")
                .map(|field| Answer::no_content().header(header::SET_COOKIE, field))
        }
        _ => Err(ApiError::MethodNotAllowed),
    };
    let answer = answer.unwrap_or_else(Answer::from);
    answer.header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
}

fn about(client: &Client) -> Value {
    json!({ "token": client.token.as_deref(), "access": client.access.name() })
}

/// Where nobody is asked for a token, there is nothing to begin.
fn begin(server: &Server, caller: Caller, head: &Parts, client: &Client) -> Result<Answer, ApiError> {
    let shown = token::shown(&head.headers).filter(|_| client.token.is_some());
    let Some(shown) = shown else { return Ok(Answer::ok(about(client))) };
    let begun = server.sessions.begin(token::fingerprint(shown), Instant::now());
    let Begun { cookie: value, proof } = begun.map_err(|error| ApiError::Internal(error.to_string()))?;
    let mut body = about(client);
    body["proof"] = proof.into();
    Ok(Answer::created(body).header(header::SET_COOKIE, cookie(server, caller, head, &value, "")?))
}

/// No script reads it, no other site makes a browser send it, and it is gone with the browser's own session.
fn cookie(server: &Server, caller: Caller, head: &Parts, value: &str, more: &str) -> Result<HeaderValue, ApiError> {
    let path = server.options.manager.as_ref().map_or("/api", |manager| manager.api_path());
    let secure = if caller.scheme == "https" { "; Secure" } else { "" };
    let text = format!("{}={value}; Path={path}; HttpOnly; SameSite=Strict{secure}{more}", cookie_name(&head.headers));
    HeaderValue::try_from(text).map_err(|error| ApiError::Internal(error.to_string()))
}
