//! What the plugin does to a request: it looks at the length of the body, or has it counted.

use gibbon_plugin_api::{BodyLimit, ConfigureError, Flow, Handler, Reply, RequestCx, Settings};
use http::StatusCode;
use http::header::CONTENT_LENGTH;
use serde_json::Value;

use super::config::{Config, UnknownLengths};

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, _: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    Ok(Box::new(RequestSizeLimiting(Config::read(config)?)))
}

struct RequestSizeLimiting(Config);

const TOO_LARGE: &str = "Request size limit exceeded";

impl Handler for RequestSizeLimiting {
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        let is_told = cx.head.headers.contains(CONTENT_LENGTH);
        if !is_told && self.0.unknown_lengths == UnknownLengths::Refused {
            return Flow::respond(Reply::error(
                StatusCode::LENGTH_REQUIRED,
                "A valid Content-Length header is required",
            ));
        }
        match cx.announced.length {
            Some(length) if length > self.0.bytes => Flow::respond(refusal(cx)),
            Some(_) => Flow::Continue,
            None => {
                cx.body_limit = Some(BodyLimit { bytes: self.0.bytes, reply: too_large() });
                Flow::Continue
            }
        }
    }
}

/// A client that has asked whether it may send is told that it may not.
fn refusal(cx: &RequestCx<'_>) -> Reply {
    if cx.announced.waits { Reply::error(StatusCode::EXPECTATION_FAILED, TOO_LARGE) } else { too_large() }
}

fn too_large() -> Reply {
    Reply::error(StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE)
}
