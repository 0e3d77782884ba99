//! What the plugin does to a request: path, method, headers, query, body, in this order.

use std::sync::Arc;

use bytes::Bytes;
use gibbon_plugin_api::{BodyNeed, ConfigureError, Flow, Handler, RequestCx, RequestHead, Settings};
use http::Method;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use serde_json::Value;

use super::config::{Config, Entry, Operations};
use super::{arguments, body, headers};
use crate::authentication::busy;
use crate::body_format::Format;

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, settings: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    Ok(Box::new(RequestTransformer(Config::read(config, settings.lua)?)))
}

struct RequestTransformer(Config);

/// Operations with their values for one request. All are worked out before anything is changed, so that each sees the
/// request as it came.
pub(super) struct Rendered {
    pub(super) remove: Arc<[Box<str>]>,
    pub(super) rename: Vec<(Arc<str>, String)>,
    pub(super) replace: Vec<(Arc<str>, String)>,
    pub(super) add: Vec<(Arc<str>, String)>,
    pub(super) append: Vec<(Arc<str>, String)>,
}

impl Rendered {
    fn new(operations: &Operations, cx: &RequestCx<'_>) -> Self {
        let one = |entry: &Entry| (Arc::clone(&entry.name), entry.value.render(cx));
        let render = |entries: &[Entry]| entries.iter().map(one).collect();
        Self {
            remove: Arc::clone(&operations.remove),
            rename: render(&operations.rename),
            replace: render(&operations.replace),
            add: render(&operations.add),
            append: render(&operations.append),
        }
    }
}

/// Bodies up to this length are edited on the worker.
const SHORT: usize = 32 * 1024;

impl Handler for RequestTransformer {
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        let config = &self.0;
        let path = config.uri.as_ref().map(|uri| uri.render(cx));
        let [of_headers, of_query, of_body] =
            [&config.headers, &config.query, &config.body].map(|operations| Rendered::new(operations, cx));
        if let Some(path) = path.filter(|path| !path.is_empty()) {
            cx.head.set_upstream_path(&path);
        }
        if let Some(method) = &config.method {
            change_method(cx, method);
        }
        headers::edit(cx.head, &of_headers);
        if !config.query.is_empty() {
            let query = arguments::edited(cx.head.query().unwrap_or(""), &of_query);
            cx.head.set_query(query.map(Box::from));
        }
        if config.body.is_empty() { Flow::Continue } else { change_body(cx, of_body) }
    }

    fn body_need(&self) -> BodyNeed {
        let moves_form = self.0.method.as_ref().is_some_and(has_no_body);
        if moves_form || !self.0.body.is_empty() { BodyNeed::Buffer } else { BodyNeed::Stream }
    }
}

fn has_no_body(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::TRACE)
}

/// The fields of a form become arguments where the new method has no body.
fn change_method(cx: &mut RequestCx<'_>, method: &Method) {
    cx.head.method = method.clone();
    if !has_no_body(method) || format(cx.head) != Some(Format::Form) {
        return;
    }
    let form = cx.body.as_deref().and_then(|form| std::str::from_utf8(form).ok()).filter(|form| !form.is_empty());
    if let Some(form) = form {
        let query = arguments::joined(cx.head.query().unwrap_or(""), form);
        cx.head.set_query(Some(query.into()));
    }
}

/// A long body is edited elsewhere.
fn change_body(cx: &mut RequestCx<'_>, operations: Rendered) -> Flow {
    let Some(format) = format(cx.head) else { return Flow::Continue };
    let body = cx.body.clone().unwrap_or_default();
    if body.len() <= SHORT {
        return replace_body(cx, body::edited(&format, &body, &operations));
    }
    let Ok(editing) = cx.offload(move || body::edited(&format, &body, &operations)) else { return busy() };
    Flow::wait(editing, |cx, outcome| match outcome {
        Ok(edited) => replace_body(cx, edited),
        Err(_) => busy(),
    })
}

fn replace_body(cx: &mut RequestCx<'_>, edited: Option<Bytes>) -> Flow {
    if edited.is_some() {
        cx.body = edited;
    }
    Flow::Continue
}

/// The format of a body that can be read.
fn format(head: &RequestHead) -> Option<Format> {
    if head.headers.contains(CONTENT_ENCODING) {
        return None;
    }
    Format::of(head.headers.get_str(CONTENT_TYPE)?)
}
