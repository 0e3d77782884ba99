//! What the plugin can be told.

use std::sync::Arc;

use gibbon_plugin_api::ConfigureError;
use gibbon_schema::{Field, Subschema, field, record, string};
use http::{HeaderName, HeaderValue};
use serde_json::{Number, Value, json};

use crate::pair::Pair;
use crate::schema_of;

/// A name and a value that may not be left out.
const WITH_VALUE: &str = "^[^:]+:.*$";

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let pairs = || string().match_pattern(WITH_VALUE);
    let config = [
        operation("remove", string(), Types::None).describe("What is taken away."),
        operation("rename", pairs(), Types::None).describe("What is called otherwise, as `old:new`."),
        operation("replace", pairs(), Types::Json).describe("What gets another value if it is there, as `name:value`."),
        operation("add", pairs(), Types::Json).describe("What gets a value if it is not there."),
        operation("append", pairs(), Types::Json).describe("What gets one more value."),
    ];
    schema_of::requests("response-transformer", config)
}

/// Whether values of JSON can have types.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Types {
    Json,
    None,
}

fn operation(name: &'static str, elements: Field, types: Types) -> Field {
    let list = |name, elements: Field| field(name).array_of(elements).required().default(json!([]));
    let mut fields = vec![list("json", elements.clone()).describe("Members of a JSON body.")];
    if types == Types::Json {
        let kinds = list("json_types", string().one_of(["boolean", "number", "string"]));
        fields.push(kinds.describe("The types of the values in `json`, one for each; a text unless said."));
    }
    fields.push(list("headers", elements.check_str(check_header)).describe("Headers."));
    field(name).of(record(fields)).required()
}

/// What no header can be called or hold cannot be configured.
fn check_header(entry: &str) -> Result<(), String> {
    let Pair { name, value } = Pair::parse(entry);
    let fits = name.parse::<HeaderName>().is_ok() && value.is_none_or(|value| HeaderValue::from_str(&value).is_ok());
    if fits { Ok(()) } else { Err(format!("'{name}' is not a valid header")) }
}

/// A configuration, ready to be used.
pub(super) struct Config {
    pub(super) headers: Operations<HeaderName, HeaderValue>,
    /// Shared with what is worked out off the workers.
    pub(super) members: Arc<Operations<String, Value>>,
}

/// What is done to names and values, in this order.
pub(super) struct Operations<N, V> {
    pub(super) remove: Vec<N>,
    pub(super) rename: Vec<(N, N)>,
    pub(super) replace: Vec<(N, V)>,
    pub(super) add: Vec<(N, V)>,
    pub(super) append: Vec<(N, V)>,
}

impl<N, V> Operations<N, V> {
    pub(super) fn is_empty(&self) -> bool {
        let pairs = [&self.replace, &self.add, &self.append];
        self.remove.is_empty() && self.rename.is_empty() && pairs.iter().all(|pairs| pairs.is_empty())
    }
}

impl Config {
    pub(super) fn read(config: &Value) -> Result<Self, ConfigureError> {
        Ok(Self { headers: of_headers(config)?, members: Arc::new(of_members(config)) })
    }
}

/// The entries of a list, with their places in it. What has no value does nothing.
fn pairs(list: &Value) -> impl Iterator<Item = (usize, Pair)> {
    let texts = list.as_array().into_iter().flatten().enumerate();
    texts.filter_map(|(place, text)| Some((place, Pair::parse(text.as_str()?))))
}

fn of_headers(config: &Value) -> Result<Operations<HeaderName, HeaderValue>, ConfigureError> {
    let name = |operation: &'static str, text: &str| {
        let error = |_| ConfigureError { field: operation, reason: format!("`{text}` is no header") };
        text.parse::<HeaderName>().map_err(error)
    };
    let names = |operation: &'static str| {
        pairs(&config[operation]["headers"]).map(|(_, pair)| name(operation, &pair.name)).collect::<Result<_, _>>()
    };
    let renames = pairs(&config["rename"]["headers"]).filter_map(|(_, pair)| Some((pair.name, pair.value?)));
    let values = |operation: &'static str| {
        let given = pairs(&config[operation]["headers"]).filter_map(|(_, pair)| Some((pair.name, pair.value?)));
        let value = |text: &str| {
            let error = |_| ConfigureError { field: operation, reason: format!("no header can be `{text}`") };
            HeaderValue::from_str(text).map_err(error)
        };
        given.map(|(known, text)| Ok((name(operation, &known)?, value(&text)?))).collect::<Result<Vec<_>, _>>()
    };
    Ok(Operations {
        remove: names("remove")?,
        rename: renames
            .map(|(old, new)| Ok((name("rename", &old)?, name("rename", &new)?)))
            .collect::<Result<_, ConfigureError>>()?,
        replace: values("replace")?,
        add: values("add")?,
        append: values("append")?,
    })
}

fn of_members(config: &Value) -> Operations<String, Value> {
    let values = |operation: &str| {
        let typed = |(place, pair): (usize, Pair)| {
            let kind = config[operation]["json_types"].get(place).and_then(Value::as_str);
            Some((pair.name.into(), typed(&pair.value?, kind)?))
        };
        pairs(&config[operation]["json"]).filter_map(typed).collect()
    };
    let renames = pairs(&config["rename"]["json"]).filter_map(|(_, pair)| Some((pair.name.into(), pair.value?.into())));
    Operations {
        remove: pairs(&config["remove"]["json"]).map(|(_, pair)| pair.name.into()).collect(),
        rename: renames.collect(),
        replace: values("replace"),
        add: values("add"),
        append: values("append"),
    }
}

/// A value of a type; `None` where the text is none.
fn typed(text: &str, kind: Option<&str>) -> Option<Value> {
    match kind {
        Some("boolean") => Some(Value::Bool(text == "true")),
        Some("number") => text.trim().parse::<Number>().ok().map(Value::Number),
        _ => Some(text.into()),
    }
}
