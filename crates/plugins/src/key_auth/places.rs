//! Where in a request a key may stand: finding it, and taking it away.

use std::borrow::Cow;

use gibbon_entities::{Body, BodyError, Switch};
use gibbon_plugin_api::{BodyNeed, Headers, RequestCx};
use http::header::CONTENT_TYPE;

use super::body;
use crate::body_format::Format;
use crate::field_name::FieldName;

/// The names and places in which a key is looked for.
pub(super) struct KeyPlaces {
    names: Vec<KeyName>,
    in_header: bool,
    in_query: bool,
    in_body: bool,
}

/// A name that a key may have.
pub(super) struct KeyName {
    text: Box<str>,
    field: FieldName,
}

/// What stands under one name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found<'r> {
    /// No text.
    Nothing,
    /// One text; it may be empty.
    Key(Cow<'r, [u8]>),
    /// Several values, so that nobody knows which of them the upstream would take.
    Several,
}

impl KeyPlaces {
    pub(super) fn read(config: Body<'_>) -> Result<Self, BodyError> {
        let name = |text: Box<str>| match FieldName::parse(&text) {
            Some(field) => Ok(KeyName { text, field }),
            None => Err(BodyError::Value { field: "key_names", value: text.into() }),
        };
        Ok(Self {
            names: config.texts("key_names")?.into_iter().map(name).collect::<Result<_, _>>()?,
            in_header: config.boolean("key_in_header", Switch::On)?,
            in_query: config.boolean("key_in_query", Switch::On)?,
            in_body: config.boolean("key_in_body", Switch::Off)?,
        })
    }

    /// The names under which a query may hold a key.
    pub(super) fn arguments(&self) -> Vec<Box<str>> {
        let names = self.names.iter().filter(|_| self.in_query);
        names.map(|name| name.text.clone()).collect()
    }

    pub(super) fn body_need(&self) -> BodyNeed {
        if self.in_body { BodyNeed::Buffer } else { BodyNeed::Stream }
    }

    /// The first name under which there is something, and what it is. Of one name the header comes before the query,
    /// and that before the body.
    pub(super) fn find<'r>(&self, cx: &'r RequestCx<'_>) -> Option<(&KeyName, Found<'r>)> {
        self.names.iter().map(|name| (name, self.under(name, cx))).find(|(_, found)| *found != Found::Nothing)
    }

    fn under<'r>(&self, name: &KeyName, cx: &'r RequestCx<'_>) -> Found<'r> {
        let mut found = Found::Nothing;
        if self.in_header {
            found = of_values(name.field.values(&cx.head.headers).map(Cow::Borrowed));
        }
        if self.in_query && found == Found::Nothing {
            found = in_query(cx, &name.text);
        }
        if self.in_body && found == Found::Nothing {
            found = match (format(&cx.head.headers), &cx.body) {
                (Some(format), Some(body)) => body::find(&format, body, &name.text),
                _ => Found::Nothing,
            };
        }
        found
    }

    /// Takes everything under `name` out of the request, wherever the key was found: two keys would tell the upstream
    /// one.
    pub(super) fn hide(&self, name: &KeyName, cx: &mut RequestCx<'_>) {
        name.field.remove(&mut cx.head.headers);
        if let Some(rest) = cx.head.query().and_then(|query| without_argument(query, &name.text)) {
            cx.head.set_query(Some(rest).filter(|rest| !rest.is_empty()));
        }
        if self.in_body
            && let (Some(format), Some(body)) = (format(&cx.head.headers), &cx.body)
            && let Some(rest) = body::without(&format, body, &name.text)
        {
            cx.body = Some(rest);
        }
    }
}

/// What several values of one name come to.
pub(super) fn of_values<'r>(mut values: impl Iterator<Item = Cow<'r, [u8]>>) -> Found<'r> {
    match (values.next(), values.next()) {
        (None, _) => Found::Nothing,
        (Some(key), None) => Found::Key(key),
        (Some(_), Some(_)) => Found::Several,
    }
}

fn in_query<'r>(cx: &'r RequestCx<'_>, name: &str) -> Found<'r> {
    let mut values = cx.query().filter(|argument| argument.name == name).map(|argument| argument.value);
    match (values.next(), values.next()) {
        // A name without a value is no key.
        (None | Some(None), None) => Found::Nothing,
        (Some(Some(key)), None) => Found::Key(bytes_of(key)),
        _ => Found::Several,
    }
}

pub(super) fn bytes_of(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => text.as_bytes().into(),
        Cow::Owned(text) => text.into_bytes().into(),
    }
}

fn format(headers: &Headers) -> Option<Format> {
    Format::of(headers.get_str(CONTENT_TYPE)?)
}

/// A query or form without the arguments of that name; the others stay as they were written. `None` where there is
/// none of that name.
pub(crate) fn without_argument(query: &str, name: &str) -> Option<Box<str>> {
    let is_named = |piece: &&str| form_urlencoded::parse(piece.as_bytes()).next().is_some_and(|(n, _)| n == name);
    if !query.split('&').any(|piece| is_named(&piece)) {
        return None;
    }
    Some(query.split('&').filter(|piece| !is_named(piece)).collect::<Vec<_>>().join("&").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_goes_and_the_others_stay_as_they_were_written() {
        for (query, rest) in [
            ("key=1", Some("")),
            ("a=%7e&key=1&b=c+d&key=2&&c", Some("a=%7e&b=c+d&&c")),
            ("%6Bey=1&keys=2", Some("keys=2")),
            ("key", Some("")),
            ("a=1", None),
            ("", None),
        ] {
            assert_eq!(without_argument(query, "key").as_deref(), rest, "{query}");
        }
    }
}
