//! What is done to the headers of a request.

use gibbon_plugin_api::RequestHead;
use http::header::HOST;
use http::{HeaderName, HeaderValue};

use super::handler::Rendered;

/// Fields that say where the body ends are the gateway's to write.
const FRAMING: [&str; 3] = ["content-length", "transfer-encoding", "connection"];

/// Edits the headers. The host can only be replaced.
pub(super) fn edit(head: &mut RequestHead, operations: &Rendered) {
    for name in operations.remove.iter().filter_map(|name| editable(name)) {
        head.headers.remove(name);
    }
    for (old, new) in &operations.rename {
        if let (Some(old), Some(new)) = (editable(old), editable(new)) {
            rename(head, &old, &new);
        }
    }
    for (name, value) in &operations.replace {
        let Some(value) = header_value(value) else { continue };
        if name.eq_ignore_ascii_case(HOST.as_str()) {
            head.set_upstream_host(value);
        } else if let Some(name) = editable(name).filter(|name| head.headers.contains(name)) {
            head.headers.set(name, value);
        }
    }
    for (name, value) in &operations.add {
        if let (Some(name), Some(value)) = (editable(name), header_value(value))
            && !head.headers.contains(&name)
        {
            head.headers.append(name, value);
        }
    }
    for (name, value) in &operations.append {
        if let (Some(name), Some(value)) = (editable(name), header_value(value)) {
            head.headers.append(name, value);
        }
    }
}

fn rename(head: &mut RequestHead, old: &HeaderName, new: &HeaderName) {
    let values: Vec<HeaderValue> =
        head.headers.all(old).filter_map(|value| HeaderValue::from_bytes(value).ok()).collect();
    if values.is_empty() || old == new {
        return;
    }
    head.headers.remove(old);
    head.headers.remove(new);
    values.into_iter().for_each(|value| head.headers.append(new.clone(), value));
}

/// A name that may be edited.
fn editable(name: &str) -> Option<HeaderName> {
    let name: HeaderName = name.parse().ok()?;
    (name != HOST && !FRAMING.contains(&name.as_str())).then_some(name)
}

/// What a request brings into a value must not end it.
fn header_value(text: &str) -> Option<HeaderValue> {
    HeaderValue::from_bytes(text.as_bytes()).ok()
}
