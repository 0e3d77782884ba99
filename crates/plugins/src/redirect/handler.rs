//! What the plugin does to a request: it answers.

use gibbon_plugin_api::{ConfigureError, Flow, Handler, Reply, ReplyBody, RequestCx, Settings};
use http::HeaderValue;
use http::header::LOCATION;
use serde_json::Value;

use super::config::{Config, Target};

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, _: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    let config = Config::read(config)?;
    let (Target::Location(start) | Target::SamePath(start)) = &config.target;
    match HeaderValue::from_str(start) {
        Ok(start) => Ok(Box::new(Redirect { config, start })),
        Err(_) => Err(ConfigureError { field: "location", reason: "cannot stand in a header".to_owned() }),
    }
}

struct Redirect {
    config: Config,
    /// The part of the location that is always the same.
    start: HeaderValue,
}

impl Handler for Redirect {
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        let location = match &self.config.target {
            Target::Location(_) => self.start.clone(),
            Target::SamePath(site) => {
                // A target that came as a request's line can stand in a field as well.
                let path = [site.as_bytes(), cx.head.raw_target().as_bytes()].concat();
                HeaderValue::from_bytes(&path).unwrap_or_else(|_| self.start.clone())
            }
        };
        let body = ReplyBody::Raw { content_type: None, bytes: "redirecting".into() };
        let reply = Reply { status: self.config.status, headers: Vec::new(), body };
        Flow::respond(reply.with_header(LOCATION, location))
    }
}
