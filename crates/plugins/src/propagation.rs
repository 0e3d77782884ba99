//! The context of a trace on its way: read from a request's fields, written into those that go upstream.
//!
//! What plugins that trace have in common. [`Propagation`] is what a configuration says of it, [`Context`] is what is
//! known of a trace, and each file of `format/` is one way to write that down.

mod context;
mod decimal;
mod fields;
mod format;
mod hex;
mod ids;

#[cfg(test)]
mod tests;

use gibbon_entities::{Body, BodyError};
use gibbon_plugin_api::{Headers, RequestHead};
use gibbon_schema::Object;
use serde_json::Value;

pub(crate) use context::Context;
pub(crate) use fields::{FormerField, default_header_type, header_type, propagation_field};
pub(crate) use format::Format;
pub(crate) use ids::{Length, SpanId, TraceId};

/// The name under which logs show the ids of a trace.
pub(crate) const TRACE_ID: &str = "trace_id";

/// What a configuration says of propagation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Propagation {
    extract: Vec<Format>,
    clear: Vec<Box<str>>,
    inject: Vec<Inject>,
    default_format: Format,
}

/// In which format a context goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inject {
    /// In the one in which it came.
    Preserve,
    In(Format),
}

/// A context as it came, and in which format.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Extracted {
    pub(crate) context: Context,
    from: Option<Format>,
}

/// The formats that are looked for where only the former fields say something, in this order.
const FORMER_ORDER: [Format; 7] =
    [Format::B3, Format::W3c, Format::Jaeger, Format::Ot, Format::Datadog, Format::Aws, Format::Gcp];

impl Propagation {
    /// That of a configuration, where the former fields `header_type` and `default_header_type` count only as long as
    /// nothing but a default format stands in `propagation`.
    pub(crate) fn read(config: Body<'_>, usual: Format) -> Result<Self, BodyError> {
        let record = config.record("propagation")?;
        let is_set = |field| record.get(field).is_some_and(|value| !value.is_null());
        let default_format = record.parsed_or("default_format", usual)?;
        if ["extract", "clear", "inject"].into_iter().any(is_set) {
            let extract = if is_set("extract") { formats(record, "extract")? } else { Vec::new() };
            return Ok(Self {
                extract: extract.into_iter().filter_map(Inject::format).collect(),
                clear: if is_set("clear") { record.texts("clear")? } else { Vec::new() },
                inject: if is_set("inject") { formats(record, "inject")? } else { Vec::new() },
                default_format,
            });
        }
        let default_format = config.parsed_or("default_header_type", default_format)?;
        let (extract, inject) = match config.optional_text("header_type")? {
            None => (Vec::new(), Vec::new()),
            Some("ignore") => (Vec::new(), vec![Inject::In(default_format)]),
            Some("preserve") => (FORMER_ORDER.to_vec(), vec![Inject::Preserve]),
            Some(_) => (FORMER_ORDER.to_vec(), vec![Inject::Preserve, Inject::In(config.parsed("header_type")?)]),
        };
        Ok(Self { extract, clear: Vec::new(), inject, default_format })
    }

    /// What the first format knows that finds something.
    pub(crate) fn extract(&self, headers: &Headers) -> Extracted {
        let found = self.extract.iter().find_map(|format| Some((format.extract(headers)?, *format)));
        found.map_or_else(Extracted::default, |(context, format)| Extracted { context, from: Some(format) })
    }

    /// Writes `context` into the fields that go upstream, and the ids of the trace into `ids`, by format.
    pub(crate) fn inject(&self, head: &mut RequestHead, context: &Context, from: &Extracted, ids: &mut Object) {
        for name in &self.clear {
            head.headers.remove(&**name);
        }
        for inject in &self.inject {
            let format = match inject {
                Inject::In(format) => *format,
                Inject::Preserve => match from.from {
                    // What came in one field goes in one field.
                    Some(Format::B3) if from.context.is_in_one_field => Format::B3Single,
                    Some(format) => format,
                    None => self.default_format,
                },
            };
            if let Some((name, id)) = format.inject(context, &mut head.headers) {
                ids.insert(name.to_owned(), Value::from(id));
            }
        }
    }
}

impl Inject {
    fn format(self) -> Option<Format> {
        match self {
            Self::Preserve => None,
            Self::In(format) => Some(format),
        }
    }
}

fn formats(record: Body<'_>, field: &'static str) -> Result<Vec<Inject>, BodyError> {
    let read = |name: &str| match name {
        "preserve" => Ok(Inject::Preserve),
        name => name.parse().map(Inject::In).map_err(|()| BodyError::Value { field, value: name.to_owned() }),
    };
    record.texts(field)?.iter().map(|name| read(name)).collect()
}
