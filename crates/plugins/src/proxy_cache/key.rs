//! What tells requests apart.

use std::borrow::Cow;
use std::collections::BTreeMap;

use gibbon_plugin_api::RequestCx;
use gibbon_plugin_api::headers::visible;
use http::Version;
use sha2::{Digest, Sha256};

use super::config::{Config, Paths};

/// A key, as the Admin API and `X-Cache-Key` name it: hexadecimal digits.
pub(super) type Key = [u8; 32];

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asked {
    /// The key that Kong gives it.
    pub(super) key: Key,
    /// Kong's keys leave the host out, and two queries can be written alike in them: a stranger could make answers for
    /// others. So all that the key is made of, and the host, is compared once more, by a digest of the parts.
    pub(super) parts: Key,
}

impl Asked {
    pub(super) fn of(config: &Config, cx: &RequestCx<'_>) -> Self {
        let line = request_line(config, cx);
        let method = cx.head.method.as_str();
        let (params, headers) = (params(config, cx), headers(config, cx));
        let prefix = prefix(cx);
        let text = format!("{prefix}|{method}|{line}|{}|{}", joined(&params), joined(&headers));
        let mut parts = Sha256::new();
        let mut part = |bytes: &[u8]| {
            parts.update((bytes.len() as u64).to_be_bytes());
            parts.update(bytes);
        };
        [&prefix, method, &line, &*cx.head.host().to_ascii_lowercase()].iter().for_each(|text| part(text.as_bytes()));
        for (name, values) in params.iter().chain(&headers) {
            part(name.as_bytes());
            part(&(values.len() as u64).to_be_bytes());
            values.iter().for_each(|value| match value {
                Some(value) => part(format!("={value}").as_bytes()),
                None => part(b""),
            });
        }
        Self { key: Sha256::digest(text.as_bytes()).into(), parts: parts.finalize().into() }
    }
}

/// A key as it is written.
pub(super) fn shown(key: &Key) -> String {
    key.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A key as it was written; none where it is no key.
pub(super) fn read(text: &str) -> Option<Key> {
    let mut key = Key::default();
    if text.len() != 2 * key.len() || !text.bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase()) {
        return None;
    }
    for (place, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    Some(key)
}

/// Whose answers are kept together.
fn prefix(cx: &RequestCx<'_>) -> String {
    match (&cx.identity.consumer, cx.route) {
        (Some(consumer), Some(route)) => format!("{}:{}", consumer.id, route.id),
        (None, Some(route)) => route.id.to_string(),
        (_, None) => "default".to_owned(),
    }
}

/// The line of the request up to its query: the version belongs to it where there is no query.
fn request_line(config: &Config, cx: &RequestCx<'_>) -> String {
    let target = cx.head.raw_target();
    let method = cx.head.method.as_str();
    let line = match target.split_once('?') {
        Some((path, _)) => format!("{method} {path}"),
        None => format!("{method} {target} {}", version(cx.head.version)),
    };
    if config.paths == Paths::InAnyCase { line.to_lowercase() } else { line }
}

fn version(version: Version) -> &'static str {
    match version {
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2.0",
        _ => "HTTP/1.1",
    }
}

/// A name and its values, sorted; one without a value is none.
type Named<'a> = (Cow<'a, str>, Vec<Option<Cow<'a, str>>>);

fn params<'a>(config: &'a Config, cx: &'a RequestCx<'_>) -> Vec<Named<'a>> {
    let mut all = BTreeMap::<Cow<'_, str>, Vec<Option<Cow<'_, str>>>>::new();
    for argument in cx.query() {
        all.entry(argument.name).or_default().push(argument.value);
    }
    all.values_mut().for_each(|values| values.sort());
    if config.query_params.is_empty() {
        return all.into_iter().collect();
    }
    config.query_params.iter().filter_map(|name| all.remove_entry(&**name)).collect()
}

fn headers<'a>(config: &'a Config, cx: &'a RequestCx<'_>) -> Vec<Named<'a>> {
    let values = |name| {
        let lines = cx.head.headers.all(name);
        let mut values: Vec<_> = lines
            .map(|line| Some(visible(line).map_or_else(|| String::from_utf8_lossy(line), Cow::Borrowed)))
            .collect();
        values.sort();
        values
    };
    let named = config.headers.iter().map(|(written, name)| (Cow::Borrowed(&**written), values(name)));
    named.filter(|(_, values)| !values.is_empty()).collect()
}

/// As Kong writes them.
fn joined(named: &[Named<'_>]) -> String {
    let one = |(name, values): &Named<'_>| match &values[..] {
        [None] => name.to_string(),
        values => {
            let values: Vec<_> = values.iter().map(|value| value.as_deref().unwrap_or("true")).collect();
            format!("{name}={}", values.join(","))
        }
    };
    named.iter().map(one).collect::<Vec<_>>().join(":")
}
