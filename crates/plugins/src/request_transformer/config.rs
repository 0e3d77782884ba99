//! What the plugin can be told.

use std::sync::Arc;

use gibbon_plugin_api::{ConfigureError, LuaCode};
use gibbon_schema::{Field, Subschema, field, record, string};
use http::{HeaderName, Method};
use serde_json::{Value, json};

use crate::pair::Pair;
use crate::schema_of;
use crate::template::Template;

/// A name and a value that may not be left out.
const WITH_VALUE: &str = "^[^:]+:.*$";

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let config = [
        field("http_method").string().match_pattern("^%u+$").describe("The method that the upstream is asked with."),
        operation("remove", string(), []).describe("What is taken away."),
        operation("rename", string().match_pattern(WITH_VALUE), []).describe("What is called otherwise, as `old:new`."),
        operation(
            "replace",
            string().match_pattern(WITH_VALUE),
            [field("uri").string().describe("The path that the upstream is asked for.")],
        )
        .describe("What gets another value if it is there, as `name:value`."),
        operation("add", string().match_pattern(WITH_VALUE), []).describe("What gets a value if it is not there."),
        operation("append", string().match_pattern(WITH_VALUE), []).describe("What gets one more value."),
    ];
    schema_of::requests_and_streams("request-transformer", config)
}

fn operation(name: &'static str, header: Field, more: impl IntoIterator<Item = Field>) -> Field {
    let list = |name, elements: Field| field(name).array_of(elements).required().default(json!([]));
    let fields = [
        list("body", string()).describe("Members of the body: of JSON, or fields of a form."),
        list("headers", header.check_str(check_header)).describe("Headers."),
        list("querystring", string()).describe("Arguments of the query."),
    ];
    field(name).of(record(fields.into_iter().chain(more))).required()
}

/// What no header can be called cannot be configured.
fn check_header(entry: &str) -> Result<(), String> {
    let Pair { name, value: _ } = Pair::parse(entry);
    if name.parse::<HeaderName>().is_ok() { Ok(()) } else { Err(format!("'{name}' is not a valid header")) }
}

/// A configuration, ready to be used.
pub(super) struct Config {
    pub(super) method: Option<Method>,
    pub(super) uri: Option<Template>,
    pub(super) headers: Operations,
    pub(super) query: Operations,
    pub(super) body: Operations,
}

/// What is done to names and values, in this order.
pub(super) struct Operations {
    pub(super) remove: Arc<[Box<str>]>,
    pub(super) rename: Vec<Entry>,
    pub(super) replace: Vec<Entry>,
    pub(super) add: Vec<Entry>,
    pub(super) append: Vec<Entry>,
}

/// A name, and the template of a value.
pub(super) struct Entry {
    pub(super) name: Arc<str>,
    pub(super) value: Template,
}

impl Operations {
    pub(super) fn is_empty(&self) -> bool {
        let lists = [&self.rename, &self.replace, &self.add, &self.append];
        self.remove.is_empty() && lists.iter().all(|list| list.is_empty())
    }

    fn read(config: &Value, place: &str, lua: LuaCode) -> Result<Self, ConfigureError> {
        let texts = |operation: &str| {
            let list = config[operation][place].as_array().into_iter().flatten();
            list.filter_map(Value::as_str).map(Pair::parse).collect::<Vec<_>>()
        };
        Ok(Self {
            remove: texts("remove").into_iter().map(|pair| pair.name).collect(),
            rename: entries("rename", texts("rename"), lua)?,
            replace: entries("replace", texts("replace"), lua)?,
            add: entries("add", texts("add"), lua)?,
            append: entries("append", texts("append"), lua)?,
        })
    }
}

/// What has no value does nothing.
fn entries(operation: &'static str, pairs: Vec<Pair>, lua: LuaCode) -> Result<Vec<Entry>, ConfigureError> {
    let compiled = |Pair { name, value }: Pair| {
        let template = value.map(|value| Template::parse(&value, lua)).transpose();
        template.map(|template| template.map(|value| Entry { name: name.into(), value }))
    };
    let compiled = pairs.into_iter().filter_map(|pair| compiled(pair).transpose()).collect::<Result<_, _>>();
    compiled.map_err(|reason| ConfigureError { field: operation, reason })
}

impl Config {
    pub(super) fn read(config: &Value, lua: LuaCode) -> Result<Self, ConfigureError> {
        let method = config["http_method"].as_str().map(|name| name.parse::<Method>()).transpose();
        let uri = config["replace"]["uri"].as_str().map(|uri| Template::parse(uri, lua)).transpose();
        Ok(Self {
            method: method.map_err(|error| ConfigureError { field: "http_method", reason: error.to_string() })?,
            uri: uri.map_err(|reason| ConfigureError { field: "replace.uri", reason })?,
            headers: Operations::read(config, "headers", lua)?,
            query: Operations::read(config, "querystring", lua)?,
            body: Operations::read(config, "body", lua)?,
        })
    }
}
