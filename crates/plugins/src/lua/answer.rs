//! What code may do to an answer.

use bytes::Bytes;
use gibbon_lua::Host;
use gibbon_lua::mlua::{Lua, MultiValue, Result};
use gibbon_plugin_api::{Reply, ReplyBody, ResponseCx, Source};

use super::access::{name, of_upstream, reply, status, value};
use super::arguments::{bytes, count, fields, nothing, one};
use super::facts::{self, Facts, disabled};

/// The host of `header_filter` and `body_filter`.
pub(crate) struct Answer<'a, 'r> {
    cx: &'a mut ResponseCx<'r>,
    body: Option<Bytes>,
    /// The body that the code has put in the place of the answer's.
    pub(crate) replaced: Option<Bytes>,
}

impl<'a, 'r> Answer<'a, 'r> {
    /// For the head of an answer.
    pub(crate) fn new(cx: &'a mut ResponseCx<'r>) -> Self {
        Self { cx, body: None, replaced: None }
    }

    /// The same with its body.
    pub(crate) fn with_body(cx: &'a mut ResponseCx<'r>, body: Bytes) -> Self {
        Self { cx, body: Some(body), replaced: None }
    }

    fn facts(&self) -> Facts<'_> {
        let cx = &*self.cx;
        Facts {
            request_id: cx.request_id,
            request: cx.request,
            scheme: cx.connection.scheme.as_str(),
            local_port: cx.connection.local_port,
            peer: Some((cx.connection.peer.ip(), cx.connection.peer.port())),
            is_trusted: cx.connection.trusted,
            sni: cx.connection.sni.as_deref(),
            tls: cx.connection.tls.as_deref(),
            client_ip: cx.client_ip,
            route: cx.route,
            service: cx.service,
            identity: cx.identity,
            shared: cx.shared,
            started_at: facts::since_1970(cx.started),
        }
    }

    fn exit(&mut self, answer: Reply) {
        self.cx.head.status = answer.status;
        let (content_type, body) = match answer.body {
            ReplyBody::Empty => (None, Bytes::new()),
            ReplyBody::Json(bytes) => (http::HeaderValue::from_str("application/json; charset=utf-8").ok(), bytes),
            ReplyBody::Error(message) => {
                let text = serde_json::json!({ "message": message }).to_string();
                (http::HeaderValue::from_str("application/json; charset=utf-8").ok(), text.into())
            }
            ReplyBody::Raw { content_type, bytes } => (content_type, bytes),
            // No code makes one of these.
            ReplyBody::Stored { .. } => (None, Bytes::new()),
        };
        if let Some(content_type) = content_type {
            self.cx.head.headers.set(http::header::CONTENT_TYPE, content_type);
        }
        for (name, value) in answer.headers {
            self.cx.head.headers.set(name, value);
        }
        self.replaced = Some(body);
    }
}

impl Host for Answer<'_, '_> {
    fn call(&mut self, lua: &Lua, operation: &str, mut arguments: MultiValue) -> Result<MultiValue> {
        let arguments = &mut arguments;
        if let Some(answer) = self.facts().ask(lua, operation, arguments) {
            return answer;
        }
        let upstream = (self.cx.source == Source::Upstream).then(|| self.cx.head.status.as_u16());
        match operation {
            "response.status" => return Ok(count(self.cx.head.status.as_u16())),
            "response.source" => return one(lua, source(self.cx.source)),
            "response.headers" | "upstream.headers" => return fields(lua, &self.cx.head.headers),
            "response.body" => {
                let body = self.replaced.as_ref().or(self.body.as_ref());
                return body.map_or_else(|| disabled(operation), |body| one(lua, body));
            }
            "upstream.status" => return of_upstream(lua, upstream),
            "response.set_status" => self.cx.head.status = status(arguments)?,
            "response.add_header" => self.cx.head.headers.append(name(arguments)?, value(arguments)?),
            "response.clear_header" => drop(self.cx.head.headers.remove(name(arguments)?)),
            "response.set_body" => self.replaced = Some(bytes(arguments)?.into()),
            "exit" => self.exit(reply(arguments)?),
            _ => return disabled(operation),
        }
        Ok(nothing())
    }
}

/// Who has made an answer, in Kong's words.
pub(super) fn source(source: Source) -> &'static str {
    match source {
        Source::Upstream => "service",
        Source::Gateway => "exit",
        Source::Failure => "error",
    }
}
