//! What is written of an exchange or a stream: the documents that Kong's logs have.
//!
//! `exchange.rs` and `stream.rs` say what stands in them, the other files what both have. Documents are written as text;
//! where a configuration or code edits them, the text is read again.

mod attempts;
mod exchange;
mod latencies;
mod stream;

#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::time::Duration;

use gibbon_entities::{Route, Service};
use gibbon_plugin_api::{LogCx, StreamLogCx, StreamTls};
use gibbon_schema::Object;
use serde_json::Value;

use crate::custom_fields::CustomFields;
use crate::json_text::{Members, object};
use crate::lua;
pub(crate) use latencies::Latencies;

/// How documents name the one workspace that there is. The id is the one that Kong gives it where it has no database.
pub(crate) const WORKSPACE: Workspace = Workspace { id: "0dc6f45b-8f8d-40d2-a504-473544ee190b", name: "default" };

/// A workspace as documents name it.
pub(crate) struct Workspace {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
}

/// How much room a document is given at first, in bytes: most need no more.
const ROOM: usize = 3072;

/// The document of an exchange.
pub(crate) fn of(cx: &LogCx<'_>) -> Object {
    lua::amended(cx.shared, read(&of_exchange(cx)))
}

/// The document of an exchange as text, edited as a configuration wants it.
pub(crate) fn text(cx: &LogCx<'_>, custom: &CustomFields) -> Vec<u8> {
    if custom.is_empty() && !lua::amends(cx.shared) {
        return of_exchange(cx);
    }
    let mut document = of(cx);
    custom.apply(&mut document, Some(cx));
    Value::Object(document).to_string().into_bytes()
}

/// The document of a stream as text, edited as a configuration wants it.
pub(crate) fn text_of_stream(cx: &StreamLogCx<'_>, custom: &CustomFields) -> Vec<u8> {
    let text = object(ROOM, |members| stream::write(members, cx));
    if custom.is_empty() {
        return text;
    }
    let mut document = read(&text);
    custom.apply(&mut document, None);
    Value::Object(document).to_string().into_bytes()
}

fn of_exchange(cx: &LogCx<'_>) -> Vec<u8> {
    object(ROOM, |members| exchange::write(members, cx))
}

/// What was written reads as an object.
fn read(text: &[u8]) -> Object {
    serde_json::from_slice(text).unwrap_or_default()
}

/// Whole milliseconds.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The terms of TLS. Clients are not asked for certificates.
fn tls(members: &mut Members<'_>, terms: &StreamTls) {
    members.text("version", terms.version);
    members.text("cipher", &*terms.cipher);
    members.text("client_verify", "NONE");
}

/// Where something came from, where it went, and when.
fn ends(
    members: &mut Members<'_>,
    route: Option<&Route>,
    service: Option<&Service>,
    client_ip: IpAddr,
    started_at: i64,
) {
    if let Some(route) = route {
        members.json("route", route.json());
    }
    if let Some(service) = service {
        members.json("service", service.json());
    }
    members.address("client_ip", client_ip);
    members.number("started_at", started_at);
    members.text("workspace", WORKSPACE.id);
    members.text("workspace_name", WORKSPACE.name);
}
