//! `/debug/node/log-level`: how much the node logs, and more of it for a while; and the same for all nodes.

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
    Ok(match Wanted::read(levels, request, name).await? {
        Ok(wanted) => wanted.hold(levels),
        Err(answer) => answer,
    })
}

/// `PUT /debug/cluster/log-level/<level>`
pub(crate) async fn change_everywhere(api: &AdminApi, request: &Request, name: &str) -> Result<Answer, ApiError> {
    let levels = levels(api)?;
    if api.declared.is_some() {
        let text = "cannot change log level when not using a database";
        return Ok(Answer::message(StatusCode::METHOD_NOT_ALLOWED, text));
    }
    Ok(match Wanted::read(levels, request, name).await? {
        Ok(wanted) => {
            // The others first: if they cannot be told, nothing has changed.
            api.configuration.store().tell(&wanted.word()).await?;
            wanted.hold(levels)
        }
        Err(answer) => answer,
    })
}

/// Does what another node has told this one, if it is about the level of the log.
pub(crate) fn hear(levels: &dyn LogLevels, word: &str) {
    if let Some(wanted) = Wanted::heard(word)
        && wanted.level != levels.current()
    {
        wanted.hold(levels);
    }
}

/// What begins a word about the level of the log.
const TOPIC: &str = "log_level";

/// A level, and for how long; without a time, until the settings are read again.
struct Wanted {
    level: LogLevel,
    seconds: f64,
}

impl Wanted {
    /// What a request asks for, or the answer where that is nothing to be done.
    async fn read(levels: &dyn LogLevels, request: &Request, name: &str) -> Result<Result<Self, Answer>, ApiError> {
        let refused = |text: String| Ok(Err(Answer::message(StatusCode::BAD_REQUEST, text)));
        let body = body::parse(&request.headers, request.body.clone()).await?.values;
        let Ok(level) = LogLevel::parse(name) else { return refused(format!("unknown log level: {name}")) };
        let seconds = timeout(request, &body).ceil();
        if seconds < 0.0 {
            return refused("timeout must be greater than or equal to 0".to_owned());
        }
        if levels.current() == level {
            return Ok(Err(Answer::message(StatusCode::OK, format!("log level is already {name}"))));
        }
        Ok(Ok(Self { level, seconds }))
    }

    fn word(&self) -> String {
        format!("{TOPIC} {} {}", self.level.name(), self.seconds)
    }

    fn heard(word: &str) -> Option<Self> {
        let mut parts = word.split(' ');
        let topic = parts.next().filter(|topic| *topic == TOPIC);
        let (level, seconds) = topic.and_then(|_| Some((parts.next()?, parts.next()?)))?;
        Some(Self { level: LogLevel::parse(level).ok()?, seconds: seconds.parse().ok()? })
    }

    fn hold(&self, levels: &dyn LogLevels) -> Answer {
        // One that no clock can count is as good as none.
        let time = Duration::try_from_secs_f64(self.seconds).ok().filter(|time| !time.is_zero());
        levels.change(self.level, time);
        Answer::message(StatusCode::OK, "log level changed")
    }
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
