//! What the plugin can be told.

use gibbon_entities::typedefs::protocols_http;
use gibbon_entities::{Body, BodyError, Switch};
use gibbon_plugin_api::{ConfigureError, Reply, ReplyBody};
use gibbon_schema::{Field, Subschema, field};
use http::{HeaderValue, StatusCode};
use serde_json::Value;

use crate::config_error;
use crate::field_name::FieldName;
use crate::media_type;
use crate::schema_of::switch;

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let fields = [
        field("protocols").of(protocols_http()),
        field("config").record(config_fields()).required().check(check_together),
    ];
    Subschema::new("request-termination", fields)
}

fn config_fields() -> [Field; 6] {
    [
        field("status_code").integer().between(100, 599).required().default(503).describe("The status of the answer."),
        field("message").string().describe("The message of a JSON answer; there is one for usual statuses."),
        field("content_type").string().describe("The media type of `body`."),
        field("body").string().describe("The body of the answer, as it stands."),
        switch("echo", false).describe("Whether the answer describes the request, for debugging."),
        field("trigger")
            .string()
            .describe("A header or query argument without which a request goes on as if there were no plugin."),
    ]
}

/// What cannot be said together.
fn check_together(config: &Value) -> Result<(), String> {
    let has = |name: &str| config[name].as_str().is_some_and(|text| !text.is_empty());
    if has("message") && (has("content_type") || has("body")) {
        return Err("message cannot be used with content_type or body".to_owned());
    }
    if has("content_type") && !has("body") {
        return Err("content_type requires a body".to_owned());
    }
    if config["echo"] == true && (has("content_type") || has("body")) {
        return Err("echo cannot be used with content_type and body".to_owned());
    }
    Ok(())
}

/// A configuration, ready to be used.
pub(super) struct Config {
    pub(super) answer: Answer,
    pub(super) trigger: Option<Trigger>,
}

/// What is answered.
pub(super) enum Answer {
    /// Always the same.
    Fixed(Reply),
    /// A description of the request.
    Echo { status: StatusCode, message: Option<Box<str>> },
}

/// The name without which a request goes on.
pub(super) struct Trigger {
    pub(super) argument: Box<str>,
    /// `None` where no header can have that name.
    pub(super) header: Option<FieldName>,
}

impl Config {
    pub(super) fn read(config: &Value) -> Result<Self, ConfigureError> {
        config_error::read(config, Self::of)
    }

    fn of(config: Body<'_>) -> Result<Self, BodyError> {
        let code: u16 = config.integer("status_code", 503)?;
        let status = StatusCode::from_u16(code)
            .map_err(|_| BodyError::Value { field: "status_code", value: code.to_string() })?;
        let message = config.optional_text("message")?.or_else(|| usual_message(code));
        let answer = match config.boolean("echo", Switch::Off)? {
            true => Answer::Echo { status, message: message.map(Box::from) },
            false => Answer::Fixed(reply(status, message, config)?),
        };
        let trigger = config.boxed("trigger")?.map(|argument| {
            let header = FieldName::parse(&argument);
            Trigger { argument, header }
        });
        Ok(Self { answer, trigger })
    }
}

fn reply(status: StatusCode, message: Option<&str>, config: Body<'_>) -> Result<Reply, BodyError> {
    if let Some(body) = config.optional_text("body")? {
        let content_type = config.optional_text("content_type")?.map(content_type).transpose()?;
        let body = ReplyBody::Raw { content_type, bytes: body.to_owned().into() };
        return Ok(Reply { status, headers: Vec::new(), body });
    }
    Ok(match message {
        Some(message) => Reply::message(status, message),
        None => Reply { status, headers: Vec::new(), body: ReplyBody::Empty },
    })
}

fn content_type(text: &str) -> Result<HeaderValue, BodyError> {
    HeaderValue::from_str(&media_type::with_charset(text))
        .map_err(|_| BodyError::Value { field: "content_type", value: text.to_owned() })
}

/// What is said where the configuration has no message.
fn usual_message(status: u16) -> Option<&'static str> {
    Some(match status {
        401 => "Unauthorized",
        404 => "Not found",
        405 => "Method not allowed",
        500 => "An unexpected error occurred",
        502 => "Bad Gateway",
        503 => "Service unavailable",
        _ => return None,
    })
}
