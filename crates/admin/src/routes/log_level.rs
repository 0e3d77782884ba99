//! `/debug/node/log-level`: how much the node logs, and more of it for a while.

use std::time::Duration;

use gibbon_conf::LogLevel;
use gibbon_schema::Object;
use http::StatusCode;
use serde_json::Value;

use crate::answer::Answer;
use crate::api::AdminApi;
use crate::body;
use crate::error::ApiError;
use crate::log_levels::LogLevels;
use crate::request::Request;

/// How long a change holds where the request does not say.
const USUAL: f64 = 60.0;

/// `GET /debug/node/log-level`
pub(crate) fn show(api: &AdminApi) -> Result<Answer, ApiError> {
    let level = levels(api)?.current();
    Ok(Answer::message(StatusCode::OK, format!("log level: {}", level.name())))
}

/// `PUT /debug/node/log-level/<level>`
pub(crate) async fn change(api: &AdminApi, request: &Request, name: &str) -> Result<Answer, ApiError> {
    let levels = levels(api)?;
    let refused = |text: String| Ok(Answer::message(StatusCode::BAD_REQUEST, text));
    let body = body::parse(&request.headers, request.body.clone()).await?.values;
    let Ok(level) = LogLevel::parse(name) else { return refused(format!("unknown log level: {name}")) };
    let seconds = timeout(request, &body).ceil();
    if seconds < 0.0 {
        return refused("timeout must be greater than or equal to 0".to_owned());
    }
    if levels.current() == level {
        return Ok(Answer::message(StatusCode::OK, format!("log level is already {name}")));
    }
    // One that no clock can count is as good as none.
    let time = Duration::try_from_secs_f64(seconds).ok().filter(|time| !time.is_zero());
    levels.change(level, time);
    Ok(Answer::message(StatusCode::OK, "log level changed"))
}

fn levels(api: &AdminApi) -> Result<&dyn LogLevels, ApiError> {
    api.log_levels.as_deref().ok_or(ApiError::NotFound)
}

/// Seconds, from the query or the body; what is no number counts as nothing said, as in Kong.
fn timeout(request: &Request, body: &Object) -> f64 {
    let said = match body.get("timeout") {
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        _ => request.query_value("timeout").and_then(|text| text.trim().parse().ok()),
    };
    said.filter(|seconds| seconds.is_finite()).unwrap_or(USUAL)
}
