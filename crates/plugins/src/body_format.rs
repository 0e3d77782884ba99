//! Formats of bodies that have names and values.

/// A format of bodies that has names and values.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// `application/x-www-form-urlencoded`
    Form,
    /// `application/json`
    Json,
    /// `multipart/form-data`, with its boundary (RFC 7578 section 4.1).
    Multipart(Box<str>),
}

impl Format {
    /// The format that a `Content-Type` names; `None` for all others.
    pub(crate) fn of(content_type: &str) -> Option<Self> {
        let mut parameters = content_type.split(';').map(str::trim);
        let essence = parameters.next()?;
        if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Some(Self::Form);
        }
        if essence.eq_ignore_ascii_case("application/json") {
            return Some(Self::Json);
        }
        if !essence.eq_ignore_ascii_case("multipart/form-data") {
            return None;
        }
        let (_, boundary) = parameters
            .filter_map(|parameter| parameter.split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))?;
        let boundary = boundary.trim().trim_matches('"');
        (!boundary.is_empty()).then(|| Self::Multipart(boundary.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_known_by_its_media_type() {
        for (content_type, format) in [
            ("application/x-www-form-urlencoded", Some(Format::Form)),
            ("Application/JSON; charset=utf-8", Some(Format::Json)),
            ("multipart/form-data; charset=x; Boundary=\"a b\"", Some(Format::Multipart("a b".into()))),
            ("multipart/form-data", None),
            ("multipart/form-data; boundary=", None),
            ("application/jsonp", None),
            ("text/plain", None),
            ("", None),
        ] {
            assert_eq!(Format::of(content_type), format, "{content_type}");
        }
    }
}
