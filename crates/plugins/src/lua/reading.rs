//! What code may ask of a request before the upstream is asked, and may not change.

use gibbon_lua::Host;
use gibbon_lua::mlua::{Lua, MultiValue, Result, Value as LuaValue};
use gibbon_plugin_api::{Headers, RequestCx};
use serde_json::json;

use super::arguments::{document, fields, nothing, one, text};
use super::context::{Context, pending};
use super::facts::{self, Facts, disabled};

/// The host of an expression.
pub(crate) struct Reading<'a, 'r> {
    cx: &'a RequestCx<'r>,
}

impl<'a, 'r> Reading<'a, 'r> {
    /// For a request.
    pub(crate) fn new(cx: &'a RequestCx<'r>) -> Self {
        Self { cx }
    }

    fn facts(&self) -> Facts<'_> {
        let cx = self.cx;
        Facts {
            request_id: cx.request_id,
            request: cx.head,
            scheme: cx.connection.scheme.as_str(),
            local_port: cx.connection.local_port,
            peer: Some((cx.connection.peer.ip(), cx.connection.peer.port())),
            is_trusted: cx.connection.trusted,
            sni: cx.connection.sni.as_deref(),
            tls: cx.connection.tls.as_deref(),
            client_ip: cx.client_ip,
            route: cx.route,
            service: cx.service,
            identity: &cx.identity,
            shared: cx.shared,
            started_at: facts::since_1970(cx.started),
        }
    }

    fn ask(&self, lua: &Lua, operation: &str, arguments: &mut MultiValue) -> Result<MultiValue> {
        match operation {
            "request.body" => self.body(lua),
            "request.captures" => self.captures(lua),
            "request.query_table" => document(lua, &facts::query_of(self.cx.head)),
            "response.status" => one(lua, "200"),
            "response.source" => one(lua, "service"),
            "response.headers" => fields(lua, &self.pending()),
            "client.load_consumer" => self.load_consumer(lua, arguments),
            _ => disabled(operation),
        }
    }

    fn body(&self, lua: &Lua) -> Result<MultiValue> {
        match (&self.cx.body, self.cx.announced.length) {
            (Some(body), _) => one(lua, body),
            (None, Some(0)) => one(lua, ""),
            (None, _) => Ok(MultiValue::from_iter([
                LuaValue::Nil,
                LuaValue::String(lua.create_string(
                    "request body did not fit into client body buffer, consider raising 'client_body_buffer_size'",
                )?),
            ])),
        }
    }

    /// Groups are counted; those with names are asked for by name.
    fn captures(&self, lua: &Lua) -> Result<MultiValue> {
        let unnamed: Vec<&str> = (1..).map_while(|number| self.cx.captures.numbered(number)).collect();
        let named: serde_json::Map<_, _> = self
            .cx
            .route
            .into_iter()
            .flat_map(facts::names_of)
            .filter_map(|name| self.cx.captures.named(&name).map(|text| (name.clone(), json!(text))))
            .collect();
        document(lua, &json!({ "unnamed": unnamed, "named": named }))
    }

    fn load_consumer(&self, lua: &Lua, arguments: &mut MultiValue) -> Result<MultiValue> {
        let name = text(arguments)?;
        let Some(consumer) = self.cx.consumer_named(&name) else { return Ok(nothing()) };
        document(lua, &json!({ "id": consumer.id, "username": consumer.username, "custom_id": consumer.custom_id }))
    }

    fn pending(&self) -> Headers {
        self.cx.shared.get::<Context>().map(|context| pending(&context.edits.borrow())).unwrap_or_default()
    }
}

impl Host for Reading<'_, '_> {
    fn call(&mut self, lua: &Lua, operation: &str, mut arguments: MultiValue) -> Result<MultiValue> {
        if let Some(answer) = self.facts().ask(lua, operation, &mut arguments) {
            return answer;
        }
        self.ask(lua, operation, &mut arguments)
    }
}
