//! Which form of an error page a client accepts (RFC 9110 section 12.5.1).

use gibbon_conf::ErrorType;
use gibbon_plugin_api::Headers;
use gibbon_plugin_api::headers::visible;
use http::header;

/// What of a request decides about the form of an error page.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wishes<'h> {
    accept: Option<&'h [u8]>,
    content_type: Option<&'h [u8]>,
}

impl<'h> Wishes<'h> {
    pub(crate) fn of(headers: &'h Headers) -> Self {
        Self { accept: headers.get(header::ACCEPT), content_type: headers.get(header::CONTENT_TYPE) }
    }

    /// The form of an answer that the gateway decides upon: what the client accepts, else JSON.
    pub(crate) fn of_decision(&self) -> ErrorType {
        self.accept.map_or(ErrorType::Json, form)
    }

    /// The form of a page about a failure: what the client accepts, else what it sent itself, else `default`.
    pub(crate) fn of_failure(&self, default: ErrorType) -> ErrorType {
        self.accept.or(self.content_type).map_or(default, form)
    }
}

/// What a value that names nothing known asks for is JSON.
fn form(value: &[u8]) -> ErrorType {
    visible(value).and_then(best).unwrap_or(ErrorType::Json)
}

/// The first of the most wanted ranges that names a form.
fn best(accept: &str) -> Option<ErrorType> {
    let mut best: Option<(f32, ErrorType)> = None;
    for range in accept.split(',') {
        let Some(form) = form_of(range) else { continue };
        let quality = quality(range);
        if quality > 0.0 && best.is_none_or(|(known, _)| quality > known) {
            best = Some((quality, form));
        }
    }
    best.map(|(_, form)| form)
}

fn quality(range: &str) -> f32 {
    let q = range.split(';').skip(1).find_map(|parameter| parameter.trim().strip_prefix("q="));
    q.map_or(1.0, |value| value.trim().parse().unwrap_or(0.0))
}

fn form_of(range: &str) -> Option<ErrorType> {
    let media = range.split(';').next().unwrap_or("").trim();
    let is = |name: &str| media.eq_ignore_ascii_case(name);
    if is("text/html") {
        Some(ErrorType::Html)
    } else if is("application/xml") {
        Some(ErrorType::Xml)
    } else if is("text/plain") || is("text/*") {
        Some(ErrorType::Plain)
    } else if is("application/json") || is("application/*") || is("*/*") {
        Some(ErrorType::Json)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepting(accept: &str) -> ErrorType {
        let mut headers = Headers::default();
        headers.set(header::ACCEPT, accept.parse::<http::HeaderValue>().unwrap());
        Wishes::of(&headers).of_failure(ErrorType::Plain)
    }

    #[test]
    fn the_wanted_form_is_the_one_of_the_highest_quality() {
        for (accept, form) in [
            ("application/json", ErrorType::Json),
            ("*/*", ErrorType::Json),
            ("text/*", ErrorType::Plain),
            ("text/plain;q=0.3, text/html;q=0.7", ErrorType::Html),
            ("text/html;q=0, application/xml", ErrorType::Xml),
            ("TEXT/HTML", ErrorType::Html),
            ("image/png, application/*;q=0.1", ErrorType::Json),
        ] {
            assert_eq!(accepting(accept), form, "{accept}");
        }
    }

    #[test]
    fn what_was_sent_counts_for_a_failure_where_nothing_is_said_and_then_the_default() {
        let mut headers = Headers::default();
        assert_eq!(Wishes::of(&headers).of_failure(ErrorType::Html), ErrorType::Html);
        headers.set(header::CONTENT_TYPE, "text/plain; charset=utf-8".parse::<http::HeaderValue>().unwrap());
        assert_eq!(Wishes::of(&headers).of_failure(ErrorType::Html), ErrorType::Plain);
        assert_eq!(Wishes::of(&headers).of_decision(), ErrorType::Json);
    }

    #[test]
    fn who_accepts_nothing_known_gets_json() {
        assert_eq!(accepting("image/png"), ErrorType::Json);
        assert_eq!(accepting("nonsense"), ErrorType::Json);
    }
}
