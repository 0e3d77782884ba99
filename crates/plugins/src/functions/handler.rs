//! What the plugins do in each phase: they run the functions of that phase.

use std::sync::Arc;

use bytes::Bytes;
use gibbon_lua::mlua::Value as LuaValue;
use gibbon_lua::{Failure, Host};
use gibbon_plugin_api::{
    BodyNeed, ConfigureError, EVERYWHERE, Flow, Handler, Handshake, HandshakeCx, LogCx, Phases, Reply, RequestCx,
    ResponseCx, Settings, Shared,
};
use http::StatusCode;
use serde_json::Value;

use super::config::Config;
use super::node::{NodeName, OnNode};
use crate::lua::{self, Access, Answer, Call, Code, Ended, Shaking, instance_number};

/// Code with one of these in it reads or writes the body of a request.
const BODY_WORDS: [&str; 3] = ["_body", "get_post_args", "request_body"];

/// Code of `access` with one of these in it may say something about an answer that is still to come.
const ANSWER_WORDS: [&str; 4] = ["response", "ngx.header", "ngx.status", "ngx["];

/// Makes a handler of a validated configuration.
pub(crate) fn configure(config: &Value, settings: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    lua::permit(settings.lua).map_err(|reason| ConfigureError { field: "access", reason })?;
    let node = NodeName { id: settings.node.id, hostname: Arc::clone(&settings.node.hostname) };
    Ok(Box::new(Functions { config: Config::read(config)?, instance: instance_number(), node }))
}

struct Functions {
    config: Config,
    instance: u64,
    node: NodeName,
}

impl Handler for Functions {
    fn handshake(&self, cx: &mut HandshakeCx<'_>) -> Handshake {
        let shared = cx.shared;
        let mut host = Shaking::new(cx);
        match self.run(&self.config.certificate, shared, "certificate", &mut host, None) {
            Ok(_) => host.decision,
            // As in OpenResty, what is raised and caught by nobody ends the handshake.
            Err(_) => Handshake::Abort,
        }
    }

    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        // Kong knows of no route when this phase runs, and so only of what is configured for all.
        if *cx.scope == EVERYWHERE
            && let Some(reply) = self.before(cx, &self.config.rewrite, "rewrite")
        {
            return Flow::respond(reply);
        }
        self.before(cx, &self.config.access, "access").map_or(Flow::Continue, Flow::respond)
    }

    fn response(&self, cx: &mut ResponseCx<'_>) {
        let shared = cx.shared;
        lua::respond(shared, cx.head);
        let mut host = Answer::new(cx);
        self.run(&self.config.header_filter, shared, "header_filter", &mut host, None).unwrap_or_default();
        let replaced = host.replaced.take();
        if let Some(body) = replaced {
            cx.rewrites.push(Box::new(move |_| Some(body)));
        }
    }

    fn body(&self, cx: &mut ResponseCx<'_>, body: Bytes) -> Bytes {
        let shared = cx.shared;
        let mut host = Answer::with_body(cx, body.clone());
        let changed = self.run(&self.config.body_filter, shared, "body_filter", &mut host, Some(&body));
        match (host.replaced.take(), changed) {
            (Some(replaced), _) => replaced,
            (None, Ok(Some(changed))) => changed.into(),
            (None, Ok(None)) => Bytes::new(),
            (None, Err(_)) => body,
        }
    }

    fn log(&self, cx: &LogCx<'_>) {
        self.run(&self.config.log, cx.shared, "log", &mut Ended::new(cx), None).unwrap_or_default();
    }

    fn phases(&self) -> Phases {
        let Config { certificate, rewrite, access, header_filter, body_filter, log } = &self.config;
        let mut phases = Phases::NONE;
        let before = !rewrite.is_empty() || !access.is_empty();
        let foretells = rewrite.mentions(&ANSWER_WORDS) || access.mentions(&ANSWER_WORDS);
        for (takes_part, phase) in [
            (!certificate.is_empty(), Phases::HANDSHAKE),
            (before, Phases::ACCESS),
            (!header_filter.is_empty() || foretells, Phases::RESPONSE),
            (!body_filter.is_empty(), Phases::BODY),
            (!log.is_empty(), Phases::LOG),
        ] {
            phases = if takes_part { phases.and(phase) } else { phases };
        }
        phases
    }

    fn body_need(&self) -> BodyNeed {
        let reads = self.config.rewrite.mentions(&BODY_WORDS) || self.config.access.mentions(&BODY_WORDS);
        if reads { BodyNeed::Buffer } else { BodyNeed::Stream }
    }
}

impl Functions {
    fn before(&self, cx: &mut RequestCx<'_>, code: &Code, phase: &str) -> Option<Reply> {
        let shared = cx.shared;
        let mut host = Access::new(cx);
        match self.run(code, shared, phase, &mut host, None) {
            Ok(_) => host.reply.take(),
            Err(_) => Some(Reply::message(StatusCode::INTERNAL_SERVER_ERROR, "An unexpected error occurred")),
        }
    }

    /// What the functions return; a failure is logged.
    fn run(
        &self,
        code: &Code,
        shared: &Shared,
        phase: &str,
        host: &mut dyn Host,
        body: Option<&[u8]>,
    ) -> Result<Option<Vec<u8>>, Failure> {
        if code.is_empty() {
            return Ok(None);
        }
        let call = Call { shared, instance: self.instance, phase };
        let read = |value: &LuaValue| match value {
            LuaValue::String(text) => Some(text.as_bytes().to_vec()),
            LuaValue::Integer(_) | LuaValue::Number(_) => value.to_string().ok().map(String::into_bytes),
            _ => None,
        };
        let mut host = OnNode { node: &self.node, host };
        code.run(&call, &mut host, body, read).inspect_err(|failure| lua::report(phase, failure))
    }
}
