//! The fields that expressions compare.

use atc_router::ast::Type;
use atc_router::schema::Schema;

use crate::error::ExpressionError;
use crate::facts::{AddressFact, NumberFact, TextFact};
use crate::segments::Span;

/// Which fields there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subsystem {
    /// Those of HTTP requests, gRPC among them.
    Http,
    /// Those of streams.
    Stream,
}

/// A field with texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TextField {
    Fact(TextFact),
    Header(Box<str>),
    Argument(Box<str>),
    Segments(Span),
}

/// A field with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumberField {
    Fact(NumberFact),
    /// How many segments the path has.
    SegmentCount,
}

/// Any field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Field {
    Text(TextField),
    Number(NumberField),
    Address(AddressFact),
}

const TEXTS: [(&str, TextFact); 2] = [("net.protocol", TextFact::Protocol), ("tls.sni", TextFact::Sni)];
const HTTP_TEXTS: [(&str, TextFact); 3] =
    [("http.method", TextFact::Method), ("http.host", TextFact::Host), ("http.path", TextFact::Path)];
const NUMBERS: [(&str, NumberFact); 3] = [
    ("net.src.port", NumberFact::SourcePort),
    ("net.dst.port", NumberFact::DestinationPort),
    ("net.port", NumberFact::DestinationPort),
];
const ADDRESSES: [(&str, AddressFact); 2] =
    [("net.src.ip", AddressFact::Source), ("net.dst.ip", AddressFact::Destination)];

const HEADERS: &str = "http.headers.";
const ARGUMENTS: &str = "http.queries.";
const SEGMENTS: &str = "http.path.segments.";
const SEGMENT_COUNT: &str = "http.path.segments.len";

/// The fields and their types, for the checks of the parser's crate.
pub(crate) fn schema(subsystem: Subsystem) -> Schema {
    let mut schema = Schema::default();
    TEXTS.iter().for_each(|(name, _)| schema.add_field(name, Type::String));
    NUMBERS.iter().for_each(|(name, _)| schema.add_field(name, Type::Int));
    ADDRESSES.iter().for_each(|(name, _)| schema.add_field(name, Type::IpAddr));
    if subsystem == Subsystem::Http {
        HTTP_TEXTS.iter().for_each(|(name, _)| schema.add_field(name, Type::String));
        [HEADERS, ARGUMENTS, SEGMENTS].iter().for_each(|start| schema.add_field(&format!("{start}*"), Type::String));
        schema.add_field(SEGMENT_COUNT, Type::Int);
    }
    schema
}

impl Field {
    /// The field of a name that is in the schema.
    pub(crate) fn named(name: &str) -> Result<Self, ExpressionError> {
        fn among<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
            table.iter().find(|(known, _)| *known == name).map(|(_, fact)| *fact)
        }
        let fact = among(&TEXTS, name).or_else(|| among(&HTTP_TEXTS, name));
        if let Some(fact) = fact {
            return Ok(Self::Text(TextField::Fact(fact)));
        }
        if let Some(fact) = among(&NUMBERS, name) {
            return Ok(Self::Number(NumberField::Fact(fact)));
        }
        if let Some(fact) = among(&ADDRESSES, name) {
            return Ok(Self::Address(fact));
        }
        if name == SEGMENT_COUNT {
            return Ok(Self::Number(NumberField::SegmentCount));
        }
        if let Some(span) = name.strip_prefix(SEGMENTS) {
            return Span::parse(span)
                .map(|span| Self::Text(TextField::Segments(span)))
                .ok_or(ExpressionError::Segments);
        }
        if let Some(name) = name.strip_prefix(HEADERS) {
            return Ok(Self::Text(TextField::Header(name.to_ascii_lowercase().replace('_', "-").into())));
        }
        match name.strip_prefix(ARGUMENTS) {
            Some(name) => Ok(Self::Text(TextField::Argument(name.into()))),
            None => Err(ExpressionError::Invalid("Unknown LHS field".to_owned())),
        }
    }
}

impl TextField {
    /// Whether nothing but the path of a request decides what it is.
    pub(crate) fn is_of_path(&self) -> bool {
        matches!(self, Self::Fact(TextFact::Path) | Self::Segments(_))
    }
}
