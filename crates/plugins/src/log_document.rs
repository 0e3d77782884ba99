//! What is written of an exchange or a stream: the documents that Kong's logs have.
//!
//! `exchange.rs` and `stream.rs` say what stands in them, `attempts.rs` what both say of their upstreams. Usually they
//! become text at once; where a configuration or code edits them, they are values before.

mod attempts;
mod exchange;
mod latencies;
mod stream;

#[cfg(test)]
mod tests;

use std::time::Duration;

use gibbon_plugin_api::{LogCx, StreamLogCx, StreamTls};
use gibbon_schema::Object;
use serde::Serialize;
use serde_json::Value;

use crate::custom_fields::CustomFields;
use crate::lua;
use exchange::Exchange;
pub(crate) use latencies::Latencies;
use stream::StreamDocument;

/// How documents name the one workspace that there is. The id is the one that Kong gives it where it has no database.
pub(crate) const WORKSPACE: Workspace = Workspace { id: "0dc6f45b-8f8d-40d2-a504-473544ee190b", name: "default" };

/// A workspace as documents name it.
pub(crate) struct Workspace {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
}

/// How much room a document is given at first, in bytes: most need no more.
const ROOM: usize = 2048;

/// The document of an exchange.
pub(crate) fn of(cx: &LogCx<'_>) -> Object {
    lua::amended(cx.shared, object(&Exchange::of(cx)))
}

/// The document of an exchange as text, edited as a configuration wants it.
pub(crate) fn text(cx: &LogCx<'_>, custom: &CustomFields) -> Vec<u8> {
    if custom.is_empty() && !lua::amends(cx.shared) {
        return written(&Exchange::of(cx));
    }
    let mut document = of(cx);
    custom.apply(&mut document, Some(cx));
    written(&document)
}

/// The document of a stream as text, edited as a configuration wants it.
pub(crate) fn text_of_stream(cx: &StreamLogCx<'_>, custom: &CustomFields) -> Vec<u8> {
    let mut document = object(&StreamDocument::of(cx));
    custom.apply(&mut document, None);
    written(&document)
}

fn object(document: &impl Serialize) -> Object {
    match serde_json::to_value(document) {
        Ok(Value::Object(document)) => document,
        // Documents are objects whose members are texts and numbers: there is nothing that JSON could not hold.
        _ => Object::new(),
    }
}

fn written(document: &impl Serialize) -> Vec<u8> {
    let mut text = Vec::with_capacity(ROOM);
    // Writing into memory does not fail; for the rest see above.
    if serde_json::to_writer(&mut text, document).is_err() {
        text.clear();
    }
    text
}

/// Whole milliseconds.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The terms of TLS. Clients are not asked for certificates.
#[derive(Serialize)]
struct Tls<'a> {
    version: &'a str,
    cipher: &'a str,
    client_verify: &'static str,
}

impl<'a> Tls<'a> {
    fn of(terms: &'a StreamTls) -> Self {
        Self { version: terms.version, cipher: &terms.cipher, client_verify: "NONE" }
    }
}
