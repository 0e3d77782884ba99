//! Error pages, in the form that the client accepts.

use bytes::Bytes;
use gibbon_conf::ErrorType;
use http::HeaderValue;

use crate::http::request_id::RequestId;

/// The media type and the bytes of a page.
pub(crate) fn render(form: ErrorType, message: &str, id: &RequestId) -> (HeaderValue, Bytes) {
    let id = id.as_str();
    match form {
        ErrorType::Json => {
            let message = quoted(message);
            let page = format!("{{\n  \"message\":{message},\n  \"request_id\":\"{id}\"\n}}");
            (HeaderValue::from_static("application/json; charset=utf-8"), page.into())
        }
        ErrorType::Plain => {
            (HeaderValue::from_static("text/plain; charset=utf-8"), format!("{message}\nrequest_id: {id}\n").into())
        }
        ErrorType::Html => (HeaderValue::from_static("text/html; charset=utf-8"), html(&escaped(message), id).into()),
        ErrorType::Xml => {
            (HeaderValue::from_static("application/xml; charset=utf-8"), xml(&escaped(message), id).into())
        }
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

/// A JSON string. Messages are ours but for names from the configuration that some of them quote.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
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
        String::from_utf8(render(form, message, id).1.to_vec()).unwrap()
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
