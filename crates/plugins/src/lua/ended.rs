//! What code may ask of an exchange that is over.

use gibbon_lua::Host;
use gibbon_lua::mlua::{Lua, MultiValue, Result};
use gibbon_plugin_api::LogCx;
use serde_json::Value;

use super::access::of_upstream;
use super::answer::source;
use super::arguments::{count, document, fields, one};
use super::facts::{Facts, disabled};
use crate::log_document;

/// The host of `log`.
pub(crate) struct Ended<'a, 'r> {
    cx: &'a LogCx<'r>,
}

impl<'a, 'r> Ended<'a, 'r> {
    /// For an exchange.
    pub(crate) fn new(cx: &'a LogCx<'r>) -> Self {
        Self { cx }
    }

    fn facts(&self) -> Facts<'_> {
        let cx = self.cx;
        Facts {
            request_id: cx.request_id,
            request: cx.request,
            scheme: cx.scheme.as_str(),
            local_port: cx.local_port,
            peer: None,
            is_trusted: false,
            sni: None,
            tls: cx.tls,
            client_ip: cx.client_ip,
            route: cx.route,
            service: cx.service,
            identity: cx.identity,
            shared: cx.shared,
            started_at: cx.measure.started_at as f64 / 1000.0,
        }
    }
}

impl Host for Ended<'_, '_> {
    fn call(&mut self, lua: &Lua, operation: &str, mut arguments: MultiValue) -> Result<MultiValue> {
        if let Some(answer) = self.facts().ask(lua, operation, &mut arguments) {
            return answer;
        }
        match operation {
            "response.status" => Ok(count(self.cx.response.status.as_u16())),
            "response.source" => one(lua, source(self.cx.source)),
            "response.headers" | "upstream.headers" => fields(lua, &self.cx.response.headers),
            "upstream.status" => of_upstream(lua, self.cx.upstream.status),
            "upstream.uri" => one(lua, self.cx.upstream.uri.as_bytes()),
            "log.serialize" => document(lua, &Value::Object(log_document::of(self.cx))),
            _ => disabled(operation),
        }
    }
}

/// The host of code that runs where there is no request: at the end of a stream.
pub(crate) struct Nowhere;

impl Host for Nowhere {
    fn call(&mut self, _: &Lua, operation: &str, _: MultiValue) -> Result<MultiValue> {
        disabled(operation)
    }
}
