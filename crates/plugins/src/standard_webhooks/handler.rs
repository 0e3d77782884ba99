//! What the plugin does to a request: it looks at its signature.

use std::sync::Arc;

use bytes::Bytes;
use gibbon_plugin_api::{BodyNeed, ConfigureError, Flow, Handler, Reply, RequestCx, Settings};
use http::StatusCode;
use serde_json::Value;

use super::config::Config;
use super::message::Signed;
use crate::authentication::busy;

/// Bodies up to this length are signed on the worker, in less than a tenth of a millisecond.
const SHORT: usize = 64 * 1024;

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, _: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    Ok(Box::new(StandardWebhooks(Arc::new(Config::read(config)?))))
}

struct StandardWebhooks(Arc<Config>);

impl Handler for StandardWebhooks {
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        let Some(signed) = Signed::read(&cx.head.headers) else { return refused() };
        if cx.now.saturating_sub(signed.sent_at()) > self.0.tolerance {
            return refused();
        }
        let body = cx.body.clone().unwrap_or_default();
        match body.len() {
            0 => refused(),
            1..=SHORT => decide(signed.is_genuine(&self.0.secret, &body)),
            _ => self.beside(cx, signed, body),
        }
    }

    fn body_need(&self) -> BodyNeed {
        BodyNeed::Buffer
    }
}

impl StandardWebhooks {
    fn beside(&self, cx: &RequestCx<'_>, signed: Signed, body: Bytes) -> Flow {
        let config = Arc::clone(&self.0);
        match cx.offload(move || signed.is_genuine(&config.secret, &body)) {
            Ok(verifying) => Flow::wait(verifying, |_, genuine| genuine.map_or_else(|_| busy(), decide)),
            Err(_) => busy(),
        }
    }
}

fn decide(genuine: bool) -> Flow {
    if genuine { Flow::Continue } else { refused() }
}

/// Why is not told: whoever signs rightly knows.
fn refused() -> Flow {
    Flow::respond(Reply::error(StatusCode::BAD_REQUEST, "Bad request"))
}
