//! What the plugin does to an answer: headers at once, members of JSON once the whole body is there.

use std::sync::Arc;

use gibbon_plugin_api::{ConfigureError, Handler, Headers, Phases, ResponseCx, Settings, Source};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use serde_json::Value;

use super::config::Config;
use super::{headers, members};
use crate::media_type::essence;

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, _: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    Ok(Box::new(ResponseTransformer(Config::read(config)?)))
}

struct ResponseTransformer(Config);

impl Handler for ResponseTransformer {
    fn response(&self, cx: &mut ResponseCx<'_>) {
        headers::edit(&mut cx.head.headers, &self.0.headers);
        if cx.source == Source::Upstream && !self.0.members.is_empty() && is_readable_json(&cx.head.headers) {
            let operations = Arc::clone(&self.0.members);
            cx.rewrites.push(Box::new(move |body| members::edited(body, &operations)));
        }
    }

    fn phases(&self) -> Phases {
        Phases::RESPONSE
    }
}

fn is_readable_json(headers: &Headers) -> bool {
    let is_json = |content_type| essence(content_type).eq_ignore_ascii_case("application/json");
    headers.get_str(CONTENT_TYPE).is_some_and(is_json) && !headers.contains(CONTENT_ENCODING)
}
