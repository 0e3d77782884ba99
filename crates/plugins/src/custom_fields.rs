//! `custom_fields_by_lua`: members that a configuration adds to what is logged, or takes away.
//!
//! What most configurations have is read without Lua: `return nil`, `return` with a text, a number or a boolean, and
//! `return kong.request.get_header("name")`. Anything else runs.

use gibbon_lua::{Failure, Host, Limits, Meter};
use gibbon_plugin_api::{ConfigureError, LogCx, Settings, Shared};
use gibbon_schema::{Field, Object, field, map_of, string};
use http::HeaderName;
use serde_json::{Number, Value};

use crate::lua::{self, Call, Code, Ended, Nowhere, Shape};

const FIELD: &str = "custom_fields_by_lua";

/// The field of a configuration.
pub(crate) fn custom_fields_by_lua() -> Field {
    field(FIELD)
        .of(map_of(string().len_min(1), string().len_min(1).check_str(lua::check)))
        .describe("Members that are added to what is logged, or taken away by `return nil`.")
}

/// Those of a configuration.
#[derive(Debug, Default)]
pub(crate) struct CustomFields(Vec<(Vec<Box<str>>, Source)>);

/// Where a value comes from.
#[derive(Debug)]
enum Source {
    Nothing,
    Value(Value),
    Header(HeaderName),
    Lua(Code),
}

impl CustomFields {
    pub(crate) fn read(config: &Value, settings: &Settings) -> Result<Self, ConfigureError> {
        let members = config[FIELD].as_object().into_iter().flatten();
        let read = |(name, code): (&String, &Value)| {
            let code = code.as_str().unwrap_or_default();
            let source = match Source::parse(code) {
                Some(source) => source,
                None => lua::permit(settings.lua)
                    .map(|()| Source::Lua(Code::new([Box::from(code)], Shape::Value)))
                    .map_err(|reason| ConfigureError { field: FIELD, reason })?,
            };
            // A dot leads into an object, and stands for itself behind a `\`.
            let path = name.replace("\\.", "\0").split('.').map(|part| part.replace('\0', ".").into()).collect();
            Ok((path, source))
        };
        members.map(read).collect::<Result<_, _>>().map(Self)
    }

    /// Whether documents stay as they are.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Edits a document. `cx` is the exchange that it is of; a stream has none.
    pub(crate) fn apply(&self, document: &mut Object, cx: Option<&LogCx<'_>>) {
        for (path, source) in &self.0 {
            let value = match source {
                Source::Nothing => None,
                Source::Value(value) => Some(value.clone()),
                Source::Header(name) => cx
                    .and_then(|cx| cx.request.headers.get(name))
                    .map(|value| String::from_utf8_lossy(value).into_owned().into()),
                Source::Lua(code) => match returned(code, cx) {
                    Ok(value) => value,
                    Err(failure) => {
                        lua::report("log", &failure);
                        continue;
                    }
                },
            };
            put(document, path, value);
        }
    }
}

/// What code returns; `nil` is nothing.
fn returned(code: &Code, cx: Option<&LogCx<'_>>) -> Result<Option<Value>, Failure> {
    let meter = Meter::new(Limits::default());
    let run = |shared: &Shared, host: &mut dyn Host| {
        code.run(&Call { shared, instance: 0, phase: "log" }, host, None, |value| {
            (!value.is_nil()).then(|| gibbon_lua::json_of(value, &meter))
        })
    };
    let value = match cx {
        Some(cx) => run(cx.shared, &mut Ended::new(cx)),
        None => run(&Shared::default(), &mut Nowhere),
    }?;
    match value {
        None => Ok(None),
        Some(Ok(Ok(value))) => Ok(Some(value)),
        Some(Ok(Err(message))) => Err(Failure::Raised(message)),
        Some(Err(error)) => Err(Failure::Raised(error.to_string())),
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
            let read = Source::parse(code).map(|source| format!("{source:?}"));
            assert_eq!(read, Some(format!("{expected:?}")), "{code}");
        }
        for code in ["", "nil", "return", "return os.time()", "return 'a' .. 'b'", "local x = 1 return x"] {
            assert!(Source::parse(code).is_none(), "{code}");
        }
    }

    /// What a stream's document becomes.
    fn document(code: &str) -> Value {
        let custom =
            CustomFields::read(&json!({ "custom_fields_by_lua": { "new.x": code } }), &Settings::default()).unwrap();
        let mut document = json!({ "new": { "x": 1 } }).as_object().cloned().unwrap();
        custom.apply(&mut document, None);
        document["new"].clone()
    }

    #[test]
    fn code_runs_and_what_fails_changes_nothing() {
        for (code, expected) in [
            ("return 'a' .. 'b'", json!({ "x": "ab" })),
            ("local t = {} for i = 1, 3 do t[i] = i * 2 end return t", json!({ "x": [2, 4, 6] })),
            ("return os.time() > 1e9", json!({ "x": true })),
            ("local none return none", json!({})),
            ("return kong.request.get_method()", json!({ "x": 1 })),
            ("while true do end", json!({ "x": 1 })),
        ] {
            assert_eq!(document(code), expected, "{code}");
        }
    }

    #[test]
    fn code_is_refused_where_none_may_run() {
        let settings = Settings { lua: gibbon_plugin_api::LuaCode::IsRefused, ..Settings::default() };
        let read = |code: &str| CustomFields::read(&json!({ "custom_fields_by_lua": { "x": code } }), &settings);
        assert!(read("return 1").is_ok() && read("return 1 + 1").is_err());
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
