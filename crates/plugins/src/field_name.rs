//! Header fields by the names that configurations call them.

use gibbon_plugin_api::Headers;
use http::HeaderName;

/// The name of a header field in a configuration.
///
/// As in Kong, `x_token` also finds the field `X-Token`, where no field is really called `X_Token`.
#[derive(Debug, Clone)]
pub(crate) struct FieldName {
    exact: HeaderName,
    hyphenated: Option<HeaderName>,
}

impl FieldName {
    /// The name, unless no header field can be called that.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let exact = HeaderName::from_bytes(name.as_bytes()).ok()?;
        let hyphenated = name.contains('_').then(|| HeaderName::from_bytes(name.replace('_', "-").as_bytes()).ok());
        Some(Self { exact, hyphenated: hyphenated.flatten() })
    }

    /// As it is configured, in lower case.
    pub(crate) fn as_str(&self) -> &str {
        self.exact.as_str()
    }

    /// All values of the field.
    pub(crate) fn values<'h>(&self, headers: &'h Headers) -> impl Iterator<Item = &'h [u8]> {
        headers.all(self.present(headers))
    }

    /// Takes the field away, under either name.
    pub(crate) fn remove(&self, headers: &mut Headers) {
        headers.remove(&self.exact);
        if let Some(hyphenated) = &self.hyphenated {
            headers.remove(hyphenated);
        }
    }

    fn present(&self, headers: &Headers) -> &HeaderName {
        self.hyphenated.as_ref().filter(|_| !headers.contains(&self.exact)).unwrap_or(&self.exact)
    }
}

/// A check for the elements of a field that holds names of header fields.
pub(crate) fn check(name: &str) -> Result<(), String> {
    match FieldName::parse(name) {
        Some(_) => Ok(()),
        None => Err(format!("bad header name '{name}'")),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(fields: &[(&'static str, &'static str)]) -> Headers {
        let mut headers = Headers::default();
        for (name, value) in fields {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    fn found(name: &str, fields: &[(&'static str, &'static str)]) -> Vec<String> {
        let (name, headers) = (FieldName::parse(name).unwrap(), headers(fields));
        name.values(&headers).map(|value| String::from_utf8(value.to_vec()).unwrap()).collect()
    }

    #[test]
    fn names_are_found_in_any_case_and_on_every_line() {
        assert_eq!(found("X-Token", &[("x-token", "1"), ("x-token", "2")]), ["1", "2"]);
    }

    #[test]
    fn an_underscore_stands_for_a_hyphen_unless_a_field_has_the_underscore() {
        assert_eq!(found("x_token", &[("x-token", "hyphen")]), ["hyphen"]);
        assert_eq!(found("x_token", &[("x-token", "hyphen"), ("x_token", "underscore")]), ["underscore"]);
        assert!(found("x-token", &[("x_token", "underscore")]).is_empty());
    }

    #[test]
    fn a_removed_field_is_gone_under_both_names() {
        let mut headers = headers(&[("x-token", "1"), ("x_token", "2"), ("x-other", "3")]);
        FieldName::parse("x_token").unwrap().remove(&mut headers);
        assert_eq!(headers.len(), 1);
    }

    #[test]
    fn what_no_header_can_be_called_is_refused() {
        assert_eq!(check("authorization"), Ok(()));
        assert_eq!(check("Authorization:"), Err("bad header name 'Authorization:'".to_owned()));
    }
}
