//! A request, described for whoever has sent it.

use gibbon_plugin_api::{Headers, RequestCx};
use gibbon_schema::Object;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

use crate::media_type::essence;
use crate::several::{self, arguments};

/// The description, under Kong's names.
pub(super) fn describe(cx: &RequestCx<'_>, message: Option<&str>) -> Value {
    let host = cx.head.host();
    let body = cx.body.as_deref().map(String::from_utf8_lossy);
    let request = json!({
        "scheme": cx.connection.scheme.as_str(),
        "host": host.rsplit_once(':').filter(|(name, _)| !name.ends_with(':')).map_or(host, |(name, _)| name),
        "port": cx.connection.local_port,
        "headers": several::headers(&cx.head.headers),
        "query": arguments(cx.head.query().unwrap_or("")),
        "body": body.as_deref().and_then(|body| parsed(&cx.head.headers, body)),
        "raw_body": body,
        "method": cx.head.method.as_str(),
        "path": cx.head.raw_path(),
    });
    json!({
        "message": message,
        "request": without_nulls(request),
        "matched_route": cx.route,
        "matched_service": cx.service,
    })
}

/// A body whose type says how it is to be read.
fn parsed(headers: &Headers, body: &str) -> Option<Value> {
    match essence(headers.get_str(CONTENT_TYPE)?) {
        "application/json" => serde_json::from_str(body).ok(),
        "application/x-www-form-urlencoded" => Some(arguments(body)),
        _ => None,
    }
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => members.into_iter().filter(|(_, value)| !value.is_null()).collect::<Object>().into(),
        other => other,
    }
}
