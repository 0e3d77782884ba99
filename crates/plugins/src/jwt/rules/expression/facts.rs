//! What a rule can ask about: `claims`, `header`, and `request`. Only what it asks for is made a value.

use std::borrow::Cow;
use std::net::IpAddr;

use cel::common::types::CelInt;
use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;
use gibbon_jose::Contents;
use gibbon_jose::json::JsonObject;
use gibbon_plugin_api::{RequestCx, RequestHead};

use super::budget::Budget;
use super::prepared::{BUDGET, PATTERNS, Patterns};
use super::values::{of_json, of_members, of_text};
use crate::several;

/// One token on one request.
pub(super) struct Facts<'f> {
    contents: &'f Contents,
    head: &'f RequestHead,
    path: &'f str,
    client_ip: IpAddr,
    now: i64,
    patterns: &'f Patterns,
    pub(super) budget: Budget,
}

/// What there is to ask about a request.
const PARTS_OF_REQUEST: [&str; 7] = ["method", "host", "path", "query", "headers", "client_ip", "time"];

impl<'f> Facts<'f> {
    pub(super) fn new(contents: &'f Contents, cx: &'f RequestCx<'_>, patterns: &'f Patterns) -> Self {
        let RequestCx { head, path, client_ip, now, .. } = cx;
        Self { contents, head, path, client_ip: *client_ip, now: *now, patterns, budget: Budget::new() }
    }

    /// All members of an object, or one that is asked for by name.
    fn members<'b>(&self, object: &'b JsonObject, asked: Option<&str>) -> Option<Box<dyn Val + 'b>> {
        match asked {
            None if self.budget.pay_for_bytes(object.as_str().len()) => {
                Some(of_members(object.iter().map(|(name, value)| (name, of_json(value)))))
            }
            None => None,
            Some(name) => {
                let value = object.get(name)?;
                self.budget.pay_for_bytes(value.text_len()).then(|| of_json(value))
            }
        }
    }

    fn request(&self, asked: Option<&str>) -> Option<Box<dyn Val + '_>> {
        match asked {
            Some(name) => self.part_of_request(name),
            None => {
                let part = |name| Some((Cow::Borrowed(name), self.part_of_request(name)?));
                Some(of_members(PARTS_OF_REQUEST.into_iter().filter_map(part)))
            }
        }
    }

    fn part_of_request(&self, name: &str) -> Option<Box<dyn Val + '_>> {
        let text = |text: Cow<'static, str>| Some(of_text(text));
        match name {
            "method" => Some(of_text(self.head.method.as_str().into())),
            "host" => Some(of_text(self.head.host().into())),
            "path" => Some(of_text(self.path.into())),
            "client_ip" => text(self.client_ip.to_string().into()),
            "time" => Some(Box::new(CelInt::from(self.now))),
            "query" => {
                let query = self.head.query().unwrap_or("");
                let paid = self.budget.pay_for_bytes(query.len());
                paid.then(|| of_json_document(several::arguments(query)))
            }
            "headers" => {
                let headers = &self.head.headers;
                self.budget.pay_for_bytes(headers.length()).then(|| of_json_document(several::headers(headers)))
            }
            _ => None,
        }
    }
}

impl VariableResolver for Facts<'_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        match variable {
            BUDGET => return Some(CowVal::Borrowed(&self.budget)),
            PATTERNS => return Some(CowVal::Borrowed(self.patterns)),
            _ => {}
        }
        let (root, asked) = match variable.split_once('.') {
            // Deeper than one level the language asks the values themselves.
            Some((_, name)) if name.contains('.') => return None,
            Some((root, name)) => (root, Some(name)),
            None => (variable, None),
        };
        let value = match root {
            "claims" => self.members(self.contents.claims(), asked),
            "header" => self.members(self.contents.header(), asked),
            "request" => self.request(asked),
            _ => None,
        };
        value.map(CowVal::Owned)
    }
}

/// What was gathered under names: a text each, or a list where there are several.
fn of_json_document(document: serde_json::Value) -> Box<dyn Val + 'static> {
    use cel::common::types::{CelBool, CelList};
    use serde_json::Value;
    match document {
        Value::Object(members) => {
            of_members(members.into_iter().map(|(name, value)| (name.into(), of_json_document(value))))
        }
        Value::Array(items) => Box::new(CelList::from(items.into_iter().map(of_json_document).collect::<Vec<_>>())),
        Value::Bool(truth) => Box::new(CelBool::from(truth)),
        Value::String(text) => of_text(text.into()),
        other => of_text(other.to_string().into()),
    }
}
