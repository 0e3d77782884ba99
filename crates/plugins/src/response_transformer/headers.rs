//! What is done to the headers of an answer.

use gibbon_plugin_api::Headers;
use http::{HeaderName, HeaderValue};

use super::config::Operations;

/// Edits the headers.
pub(super) fn edit(headers: &mut Headers, operations: &Operations<HeaderName, HeaderValue>) {
    for name in &operations.remove {
        headers.remove(name);
    }
    for (old, new) in &operations.rename {
        rename(headers, old, new);
    }
    for (name, value) in &operations.replace {
        if headers.contains(name) {
            headers.set(name.clone(), value.clone());
        }
    }
    for (name, value) in &operations.add {
        if !headers.contains(name) {
            headers.append(name.clone(), value.clone());
        }
    }
    for (name, value) in &operations.append {
        headers.append(name.clone(), value.clone());
    }
}

fn rename(headers: &mut Headers, old: &HeaderName, new: &HeaderName) {
    let values: Vec<HeaderValue> = headers.all(old).filter_map(|value| HeaderValue::from_bytes(value).ok()).collect();
    if values.is_empty() || old == new {
        return;
    }
    headers.remove(old);
    headers.remove(new);
    values.into_iter().for_each(|value| headers.append(new.clone(), value));
}
