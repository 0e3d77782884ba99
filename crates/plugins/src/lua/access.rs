//! What code may do before the upstream is asked.

use bytes::Bytes;
use gibbon_lua::Host;
use gibbon_lua::mlua::{Error, Lua, MultiValue, Result, Value as LuaValue};
use gibbon_plugin_api::{Credential, Reply, ReplyBody, RequestCx};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use uuid::Uuid;

use super::arguments::{bytes, nothing, number, optional, perhaps, text};
use super::context::{Context, Edit};
use super::facts::disabled;
use super::overrides;
use super::reading::Reading;

/// Fields that say where a body ends; the engine writes them.
const FRAMING: [HeaderName; 3] =
    [http::header::CONTENT_LENGTH, http::header::TRANSFER_ENCODING, http::header::CONNECTION];

/// The host of `access`.
pub(crate) struct Access<'a, 'r> {
    cx: &'a mut RequestCx<'r>,
    /// What the code has answered.
    pub(crate) reply: Option<Reply>,
}

impl<'a, 'r> Access<'a, 'r> {
    /// For a request.
    pub(crate) fn new(cx: &'a mut RequestCx<'r>) -> Self {
        Self { cx, reply: None }
    }

    fn act(&mut self, operation: &str, arguments: &mut MultiValue) -> Result<()> {
        let cx = &mut *self.cx;
        match operation {
            "service.set_method" => cx.head.method = method(&text(arguments)?)?,
            "service.set_path" => cx.head.set_upstream_path(&text(arguments)?),
            "service.set_query" => cx.head.set_query(Some(query(&text(arguments)?)).filter(|query| !query.is_empty())),
            "request.clear_header" => drop(cx.head.headers.remove(name(arguments)?)),
            "request.add_header" => {
                let (name, value) = (name(arguments)?, value(arguments)?);
                match name == http::header::HOST {
                    true => cx.head.set_upstream_host(value),
                    false if FRAMING.contains(&name) => {}
                    false => cx.head.headers.append(name, value),
                }
            }
            "request.set_body" => cx.body = Some(Bytes::from(bytes(arguments)?)),
            "client.authenticate" => self.authenticate(arguments)?,
            "response.set_status" => self.edit(Edit::Status(status(arguments)?)),
            "response.add_header" => {
                let edit = Edit::Add(name(arguments)?, value(arguments)?);
                self.edit(edit);
            }
            "response.clear_header" => {
                let edit = Edit::Clear(name(arguments)?);
                self.edit(edit);
            }
            "exit" => self.reply = Some(reply(arguments)?),
            _ => match operation.strip_prefix("service.") {
                Some(operation) => overrides::set(cx.head.overrides_mut(), operation, arguments)?,
                None => return disabled(operation).map(drop),
            },
        }
        Ok(())
    }

    fn authenticate(&mut self, arguments: &mut MultiValue) -> Result<()> {
        let (consumer, credential, identifier) = (optional(arguments)?, optional(arguments)?, optional(arguments)?);
        let credential = credential.map(|id| Credential {
            id: Uuid::try_parse(&id).unwrap_or_default(),
            identifier: identifier.unwrap_or(id).into(),
        });
        match consumer.and_then(|consumer| self.cx.consumer_named(&consumer)) {
            Some(consumer) => self.cx.authenticate(consumer, credential),
            None => self.cx.identity.credential = credential,
        }
        Ok(())
    }

    fn edit(&self, edit: Edit) {
        if let Some(context) = self.cx.shared.get::<Context>() {
            context.edits.borrow_mut().push(edit);
        }
    }
}

impl Host for Access<'_, '_> {
    fn call(&mut self, lua: &Lua, operation: &str, mut arguments: MultiValue) -> Result<MultiValue> {
        let acts = operation.starts_with("service.")
            || operation.contains("set_")
            || operation.contains("add_")
            || operation.contains("clear_");
        if acts || operation == "exit" || operation == "client.authenticate" {
            return self.act(operation, &mut arguments).map(|()| nothing());
        }
        Reading::new(self.cx).call(lua, operation, arguments)
    }
}

fn method(text: &str) -> Result<Method> {
    Method::from_bytes(text.as_bytes()).map_err(|_| Error::runtime(format!("invalid method: {text}")))
}

/// What can stand in no query is encoded: a line must not end there.
fn query(text: &str) -> Box<str> {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'!'..=b'~' if byte != b'#' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded.into()
}

pub(super) fn name(arguments: &mut MultiValue) -> Result<HeaderName> {
    let name = bytes(arguments)?;
    HeaderName::from_bytes(&name).map_err(|_| Error::runtime("invalid header name"))
}

pub(super) fn value(arguments: &mut MultiValue) -> Result<HeaderValue> {
    // What cannot stand in a field is taken out of it, as web servers do.
    let bytes: Vec<u8> = bytes(arguments)?.into_iter().filter(|byte| !matches!(byte, b'\r' | b'\n' | 0)).collect();
    HeaderValue::from_bytes(bytes.trim_ascii()).map_err(|_| Error::runtime("invalid header value"))
}

pub(super) fn status(arguments: &mut MultiValue) -> Result<StatusCode> {
    // What is informational ends no exchange (RFC 9110 section 15.2).
    let status = StatusCode::from_u16(number(arguments)?).ok().filter(|status| !status.is_informational());
    status.ok_or_else(|| Error::runtime("invalid status"))
}

/// An answer: status, form, body, and fields one after the other.
pub(super) fn reply(arguments: &mut MultiValue) -> Result<Reply> {
    let (status, form) = (status(arguments)?, text(arguments)?);
    let body = match arguments.pop_front() {
        Some(LuaValue::String(text)) => Bytes::copy_from_slice(&text.as_bytes()),
        _ => Bytes::new(),
    };
    let mut headers = Vec::new();
    if let Some(LuaValue::Table(list)) = arguments.pop_front() {
        let mut list: MultiValue = list.sequence_values().collect::<Result<_>>()?;
        while !list.is_empty() {
            headers.push((name(&mut list)?, value(&mut list)?));
        }
    }
    headers.retain(|(name, _)| !FRAMING.contains(name));
    let body = match &*form {
        "json" => ReplyBody::Json(body),
        "error" => ReplyBody::Error(String::from_utf8_lossy(&body).into_owned().into()),
        _ if body.is_empty() => ReplyBody::Empty,
        _ => ReplyBody::Raw { content_type: None, bytes: body },
    };
    Ok(Reply { status, headers, body })
}

/// For those who ask what an upstream has said.
pub(super) fn of_upstream(lua: &Lua, status: Option<u16>) -> Result<MultiValue> {
    match status {
        Some(status) => Ok(super::arguments::count(status)),
        None => perhaps(lua, None::<&str>),
    }
}
