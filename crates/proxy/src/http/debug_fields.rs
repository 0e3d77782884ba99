//! `Kong-Route-Id` and its like: which route and service a request met, told to a client that sends `Kong-Debug: 1`,
//! where the configuration allows that at all.

use gibbon_conf::Proxy;
use gibbon_plugin_api::{Headers, RequestHead};
use gibbon_runtime::RouteEntry;
use http::HeaderValue;
use uuid::Uuid;

const WISH: &str = "Kong-Debug";

/// Whether the client asks and may ask.
pub(crate) fn wanted(head: &RequestHead, settings: &Proxy) -> bool {
    settings.allow_debug_header && head.headers.get(WISH) == Some(b"1")
}

pub(crate) struct DebugFields(Vec<(&'static str, HeaderValue)>);

impl DebugFields {
    pub(crate) fn new(entry: &RouteEntry) -> Self {
        let mut fields = Vec::with_capacity(4);
        let mut tell = |name: &'static str, value: &str| {
            // A name may hold what no header can carry; then it is left out.
            if let Ok(value) = HeaderValue::from_str(value) {
                fields.push((name, value));
            }
        };
        let id = |id: Uuid| id.to_string();
        tell("Kong-Route-Id", &id(entry.route.id));
        entry.route.name.iter().for_each(|name| tell("Kong-Route-Name", name));
        if let Some(origin) = &entry.service {
            tell("Kong-Service-Id", &id(origin.service.id));
            origin.service.name.iter().for_each(|name| tell("Kong-Service-Name", name));
        }
        Self(fields)
    }

    pub(crate) fn write(&self, headers: &mut Headers) {
        for (name, value) in &self.0 {
            headers.set(*name, value.clone());
        }
    }
}
