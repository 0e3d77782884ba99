//! How a client says that its session is over.

use gibbon_plugin_api::{RequestCx, RequestHead};
use http::header::CONTENT_TYPE;
use serde_json::Value;

use super::config::Logout;
use crate::body_format::Format;
use crate::key_auth::{body, places::Found};

/// The longest body that is read, in bytes. What is longer says nothing.
const LONGEST_BODY: usize = 64 * 1024;

impl Logout {
    /// Whether a request says so.
    pub(super) fn is_said(&self, cx: &RequestCx<'_>) -> bool {
        self.methods.contains(&cx.head.method) && (self.in_query(cx) || self.in_body(cx))
    }

    /// Whether a request may say so in its body.
    pub(super) fn wants_body(&self, head: &RequestHead) -> bool {
        self.body_member.is_some() && self.methods.contains(&head.method) && format(head).is_some()
    }

    fn in_query(&self, cx: &RequestCx<'_>) -> bool {
        self.query_argument.as_deref().is_some_and(|wanted| cx.query().any(|argument| argument.name == wanted))
    }

    fn in_body(&self, cx: &RequestCx<'_>) -> bool {
        let (Some(name), Some(format), Some(held)) = (&self.body_member, format(cx.head), &cx.body) else {
            return false;
        };
        if held.len() > LONGEST_BODY {
            return false;
        }
        match format {
            Format::Json => {
                let members = serde_json::from_slice::<serde_json::Map<String, Value>>(held).unwrap_or_default();
                members.get(&**name).is_some_and(|value| !value.is_null() && value != &Value::Bool(false))
            }
            format => body::find(&format, held, name) != Found::Nothing,
        }
    }
}

fn format(head: &RequestHead) -> Option<Format> {
    Format::of(head.headers.get_str(CONTENT_TYPE)?)
}
