//! The text that a signature is made of.

use gibbon_plugin_api::RequestHead;
use http::Version;

/// A line for each of `names`: the header of that name, or what stands for no header.
pub(super) fn signed_text(head: &RequestHead, names: &[Box<str>]) -> Vec<u8> {
    let mut text = Vec::new();
    for (index, name) in names.iter().enumerate() {
        if index > 0 {
            text.push(b'\n');
        }
        write_line(&mut text, head, name);
    }
    text
}

fn write_line(text: &mut Vec<u8>, head: &RequestHead, name: &str) {
    if let Some(value) = head.headers.get(name) {
        text.extend_from_slice(name.as_bytes());
        text.extend_from_slice(b": ");
        text.extend_from_slice(value);
        return;
    }
    let (method, target) = (head.method.as_str(), head.raw_target());
    let line = match name {
        "@request-target" => format!("{name}: {} {target}", method.to_ascii_lowercase()),
        "request-line" => {
            let version = if head.version == Version::HTTP_10 { "1.0" } else { "1.1" };
            format!("{method} {target} HTTP/{version}")
        }
        _ => format!("{name}:"),
    };
    text.extend_from_slice(line.as_bytes());
}

#[cfg(test)]
mod tests {
    use gibbon_plugin_api::Headers;
    use http::{HeaderValue, Method};

    use super::*;

    #[test]
    fn there_is_a_line_for_each_name() {
        let mut headers = Headers::default();
        headers.append("Date", HeaderValue::from_static("today"));
        headers.append("X-A", HeaderValue::from_static("1"));
        headers.append("X-A", HeaderValue::from_static("2"));
        let head = RequestHead::new(Method::POST, "/a%20b?c=1".parse().unwrap(), Version::HTTP_11, headers);
        let names = ["date", "x-a", "absent", "request-line", "@request-target"].map(Box::from);
        let expected = "date: today\nx-a: 1\nabsent:\nPOST /a%20b?c=1 HTTP/1.1\n@request-target: post /a%20b?c=1";
        assert_eq!(String::from_utf8(signed_text(&head, &names)).unwrap(), expected);
    }
}
