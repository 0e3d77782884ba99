//! `custom_fields_by_lua`: members that a configuration adds to what is logged, or takes away.
//!
//! There is no Lua here. Of it, what most configurations use is read: `return nil`, `return` with a text, a number or a
//! boolean, and `return kong.request.get_header("name")`. Anything else is refused when it is configured.

use gibbon_plugin_api::{ConfigureError, Headers};
use gibbon_schema::{Field, Object, field, map_of, string};
use http::HeaderName;
use serde_json::{Number, Value};

const FIELD: &str = "custom_fields_by_lua";

/// The field of a configuration.
pub(crate) fn custom_fields_by_lua() -> Field {
    field(FIELD)
        .of(map_of(string().len_min(1), string().len_min(1)))
        .describe("Members that are added to what is logged, or taken away by `return nil`.")
}

/// Those of a configuration.
#[derive(Debug, Default)]
pub(crate) struct CustomFields(Vec<(Vec<Box<str>>, Source)>);

/// Where a value comes from.
#[derive(Debug, PartialEq)]
enum Source {
    Nothing,
    Value(Value),
    Header(HeaderName),
}

impl CustomFields {
    pub(crate) fn read(config: &Value) -> Result<Self, ConfigureError> {
        let members = config[FIELD].as_object().into_iter().flatten();
        let read = |(name, code): (&String, &Value)| {
            let code = code.as_str().unwrap_or_default();
            let source = Source::parse(code).ok_or_else(|| ConfigureError {
                field: FIELD,
                reason: format!(
                    "`{code}` cannot be read; what is known are `return` with a text, a number, a boolean, \
                                 `nil` or `kong.request.get_header(\"name\")`"
                ),
            })?;
            // A dot leads into an object, and stands for itself behind a `\`.
            let path = name.replace("\\.", "\0").split('.').map(|part| part.replace('\0', ".").into()).collect();
            Ok((path, source))
        };
        members.map(read).collect::<Result<_, _>>().map(Self)
    }

    /// Edits a document. `headers` are those of the request; a stream has none.
    pub(crate) fn apply(&self, document: &mut Object, headers: Option<&Headers>) {
        for (path, source) in &self.0 {
            let value = match source {
                Source::Nothing => None,
                Source::Value(value) => Some(value.clone()),
                Source::Header(name) => headers
                    .and_then(|headers| headers.get(name))
                    .map(|value| String::from_utf8_lossy(value).into_owned().into()),
            };
            put(document, path, value);
        }
    }
}

impl Source {
    fn parse(code: &str) -> Option<Self> {
        let value = code.trim().strip_prefix("return")?.strip_prefix(char::is_whitespace)?;
        let value = value.trim().trim_end_matches(';').trim_end();
        let inner = value.strip_prefix("kong.request.get_header(").and_then(|rest| rest.strip_suffix(')'));
        if let Some(name) = inner {
            return quoted(name.trim())?.parse().ok().map(Self::Header);
        }
        match value {
            "nil" => Some(Self::Nothing),
            "true" | "false" => Some(Self::Value((value == "true").into())),
            _ => match quoted(value) {
                Some(text) => Some(Self::Value(text.into())),
                None => value.parse::<Number>().ok().map(|number| Self::Value(number.into())),
            },
        }
    }
}

fn quoted(text: &str) -> Option<&str> {
    let inner = ['"', '\''].into_iter().find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote))?;
    (!inner.contains(['"', '\'', '\\'])).then_some(inner)
}

fn put(document: &mut Object, path: &[Box<str>], value: Option<Value>) {
    let Some((name, rest)) = path.split_first() else { return };
    if !rest.is_empty() {
        let inner = document.entry(&**name).or_insert_with(|| Object::new().into());
        if let Value::Object(inner) = inner {
            put(inner, rest, value);
        }
        return;
    }
    match value {
        Some(value) => drop(document.insert(name.to_string(), value)),
        None => drop(document.shift_remove(&**name)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_what_the_code_returns() {
        for (code, expected) in [
            ("return nil", Source::Nothing),
            ("return 'a b'", Source::Value(json!("a b"))),
            (" return \"\" ;", Source::Value(json!(""))),
            ("return 1.5", Source::Value(json!(1.5))),
            ("return true", Source::Value(json!(true))),
            ("return kong.request.get_header(\"X-A\")", Source::Header(HeaderName::from_static("x-a"))),
        ] {
            assert_eq!(Source::parse(code), Some(expected), "{code}");
        }
        for code in ["", "nil", "return", "return os.time()", "return 'a' .. 'b'", "local x = 1 return x"] {
            assert_eq!(Source::parse(code), None, "{code}");
        }
    }

    #[test]
    fn a_dot_leads_into_an_object() {
        let mut document = json!({ "request": { "id": 1, "size": 2 }, "a": 1 }).as_object().cloned().unwrap();
        put(&mut document, &["request".into(), "size".into()], None);
        put(&mut document, &["new".into(), "x".into()], Some(json!(7)));
        put(&mut document, &["a".into(), "x".into()], Some(json!(7)));
        assert_eq!(Value::Object(document), json!({ "request": { "id": 1 }, "a": 1, "new": { "x": 7 } }));
    }
}
