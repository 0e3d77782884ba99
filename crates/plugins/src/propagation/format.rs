//! The ways to write a context down.

mod aws;
mod b3;
mod baggage;
mod datadog;
mod gcp;
mod instana;
mod jaeger;
mod ot;
mod w3c;

use std::str::FromStr;

use gibbon_plugin_api::Headers;
use gibbon_plugin_api::headers::visible;
use http::HeaderValue;

use super::context::Context;

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    W3c,
    B3,
    B3Single,
    Jaeger,
    Ot,
    Datadog,
    Aws,
    Gcp,
    Instana,
}

/// The name under which logs show a trace's id, and the id as the format writes it.
pub(super) type Written = Option<(&'static str, String)>;

impl Format {
    /// What the fields of a request say, if they say something. What cannot be read counts as not said.
    pub(super) fn extract(self, headers: &Headers) -> Option<Context> {
        match self {
            Self::W3c => w3c::extract(headers),
            Self::B3 | Self::B3Single => b3::extract(headers),
            Self::Jaeger => jaeger::extract(headers),
            Self::Ot => ot::extract(headers),
            Self::Datadog => datadog::extract(headers),
            Self::Aws => aws::extract(headers),
            Self::Gcp => gcp::extract(headers),
            Self::Instana => instana::extract(headers),
        }
    }

    /// Sets the fields for the upstream.
    pub(super) fn inject(self, context: &Context, headers: &mut Headers) -> Written {
        match self {
            Self::W3c => w3c::inject(context, headers),
            Self::B3 => b3::inject(context, headers),
            Self::B3Single => b3::inject_single(context, headers),
            Self::Jaeger => jaeger::inject(context, headers),
            Self::Ot => ot::inject(context, headers),
            Self::Datadog => datadog::inject(context, headers),
            Self::Aws => aws::inject(context, headers),
            Self::Gcp => gcp::inject(context, headers),
            Self::Instana => instana::inject(context, headers),
        }
    }
}

impl FromStr for Format {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Ok(match name {
            "w3c" => Self::W3c,
            "b3" => Self::B3,
            "b3-single" => Self::B3Single,
            "jaeger" => Self::Jaeger,
            "ot" => Self::Ot,
            "datadog" => Self::Datadog,
            "aws" => Self::Aws,
            "gcp" => Self::Gcp,
            "instana" => Self::Instana,
            _ => return Err(()),
        })
    }
}

/// A field of the request, if it is there once.
fn only<'h>(headers: &'h Headers, name: &'static str) -> Option<&'h str> {
    let mut all = headers.all(name);
    all.next().filter(|_| all.next().is_none()).and_then(visible)
}

/// Sets a field. What no field can hold is not sent.
fn set(headers: &mut Headers, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.set(name, value);
    }
}

/// `1` for a trace that is recorded.
fn digit(is_sampled: bool) -> &'static str {
    if is_sampled { "1" } else { "0" }
}
