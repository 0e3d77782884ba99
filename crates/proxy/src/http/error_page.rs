//! Error pages, in the form that the client accepts.

use bytes::Bytes;
use gibbon_conf::{ErrorPages, ErrorType};
use http::HeaderValue;

use crate::http::request_id::RequestId;

/// The media type and the bytes of a page: one of the settings' own, where they have one of that form.
pub(crate) fn render(pages: &ErrorPages, form: ErrorType, message: &str, id: &RequestId) -> (HeaderValue, Bytes) {
    let (content_type, own, message) = match form {
        ErrorType::Json => ("application/json; charset=utf-8", &pages.json, for_json(message)),
        ErrorType::Plain => ("text/plain; charset=utf-8", &pages.plain, message.to_owned()),
        ErrorType::Html => ("text/html; charset=utf-8", &pages.html, escaped(message)),
        ErrorType::Xml => ("application/xml; charset=utf-8", &pages.xml, escaped(message)),
    };
    let page = own.as_ref().map_or_else(|| usual(form, &message, id.as_str()), |page| page.fill(&message, id.as_str()));
    (HeaderValue::from_static(content_type), page.into())
}

fn usual(form: ErrorType, message: &str, id: &str) -> String {
    match form {
        ErrorType::Json => format!("{{\n  \"message\":\"{message}\",\n  \"request_id\":\"{id}\"\n}}"),
        ErrorType::Plain => format!("{message}\nrequest_id: {id}\n"),
        ErrorType::Html => html(message, id),
        ErrorType::Xml => xml(message, id),
    }
}

fn html(message: &str, id: &str) -> String {
    format!(
        "<!doctype html>\n<html>\n  <head>\n    <meta charset=\"utf-8\">\n    <title>Error</title>\n  </head>\n  \
         <body>\n    <h1>Error</h1>\n    <p>{message}.</p>\n    <p>request_id: {id}</p>\n  </body>\n</html>\n"
    )
}

fn xml(message: &str, id: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<error>\n  <message>{message}</message>\n  \
         <requestid>{id}</requestid>\n</error>\n"
    )
}

/// What stands inside a JSON string. Messages are ours but for names from the configuration that some of them quote.
fn for_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::request_id::RequestIds;

    fn page(form: ErrorType, message: &str) -> String {
        page_of(form, message, &RequestIds::new().next())
    }

    fn page_of(form: ErrorType, message: &str, id: &RequestId) -> String {
        String::from_utf8(render(&ErrorPages::default(), form, message, id).1.to_vec()).unwrap()
    }

    #[test]
    fn json_is_indented_by_two() {
        let id = RequestIds::new().next();
        let expected = format!("{{\n  \"message\":\"a\",\n  \"request_id\":\"{}\"\n}}", id.as_str());
        assert_eq!(page_of(ErrorType::Json, "a", &id), expected);
    }

    #[test]
    fn a_quoted_name_breaks_no_form() {
        assert!(page(ErrorType::Json, "a \"b\\\n").contains(r#""a \"b\\\u000a""#));
        assert!(page(ErrorType::Html, "<script>").contains("&lt;script&gt;"));
        assert!(page(ErrorType::Xml, "a & b").contains("a &amp; b"));
    }
}
