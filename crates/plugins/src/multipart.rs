//! The parts of a multipart form (RFC 7578, RFC 2046 section 5.1.1).

use std::ops::Range;

use bytes::Bytes;

/// One part of a form.
pub(crate) struct Part<'b> {
    /// Its field's name, if it has one.
    pub(crate) name: Option<&'b [u8]>,
    /// Its content.
    pub(crate) value: &'b [u8],
    /// Where it stands in the body: from its delimiter to the next.
    place: Range<usize>,
}

impl Part<'_> {
    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.name == Some(name.as_bytes())
    }
}

/// The parts between the delimiters of `boundary`. What has no end is no part.
pub(crate) fn parts<'b>(body: &'b [u8], boundary: &str) -> Vec<Part<'b>> {
    let delimiters = delimiters(body, boundary);
    let length = boundary.len() + 2;
    let between = delimiters.iter().zip(delimiters.iter().skip(1));
    between.filter_map(|(start, end)| part(body, start + length, *start..*end)).collect()
}

/// The body without the parts of that name; `None` where there is none.
pub(crate) fn without(body: &[u8], boundary: &str, name: &str) -> Option<Bytes> {
    let hidden: Vec<_> = parts(body, boundary).into_iter().filter(|part| part.is_named(name)).collect();
    if hidden.is_empty() {
        return None;
    }
    let mut rest = Vec::with_capacity(body.len());
    let mut from = 0;
    for part in hidden {
        rest.extend_from_slice(body.get(from..part.place.start)?);
        from = part.place.end;
    }
    rest.extend_from_slice(body.get(from..)?);
    Some(rest.into())
}

/// The body with one more part, behind those that are there.
pub(crate) fn with(body: &[u8], boundary: &str, name: &str, value: &[u8]) -> Bytes {
    // A name cannot end its own quotes.
    let name = name.replace(['"', '\r', '\n'], "_");
    let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
    let end = delimiters(body, boundary).last().copied().filter(|_| !body.is_empty());
    let before = end.and_then(|end| body.get(..end)).unwrap_or_default();
    [before, head.as_bytes(), value, format!("\r\n--{boundary}--\r\n").as_bytes()].concat().into()
}

/// Where each `--boundary` stands that begins a line.
fn delimiters(body: &[u8], boundary: &str) -> Vec<usize> {
    let delimiter = format!("--{boundary}");
    let starts_line = |place: &usize| *place == 0 || body.get(..*place).is_some_and(|before| before.ends_with(b"\r\n"));
    memchr::memmem::find_iter(body, delimiter.as_bytes()).filter(starts_line).collect()
}

fn part(body: &[u8], content: usize, place: Range<usize>) -> Option<Part<'_>> {
    let text = body.get(content..place.end)?;
    // Behind the delimiter come white space and a line's end; behind the last one `--`.
    let line_end = memchr::memmem::find(text, b"\r\n")?;
    if !text.get(..line_end)?.trim_ascii().is_empty() {
        return None;
    }
    // The fields may be none at all: then the empty line follows at once.
    let fields_end = memchr::memmem::find(text.get(line_end..)?, b"\r\n\r\n")? + line_end;
    let value = text.get(fields_end + 4..)?.strip_suffix(b"\r\n")?;
    Some(Part { name: field_name(text.get(line_end..fields_end)?), value, place })
}

/// The `name` of a part's `Content-Disposition`.
fn field_name(fields: &[u8]) -> Option<&[u8]> {
    const FIELD: &[u8] = b"content-disposition:";
    let lines = fields.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let starts = |line: &&[u8]| line.get(..FIELD.len()).is_some_and(|start| start.eq_ignore_ascii_case(FIELD));
    let disposition = lines.clone().find(starts)?;
    let parameters = disposition.split(|byte| *byte == b';').skip(1).map(<[u8]>::trim_ascii);
    let mut named = parameters.filter_map(|parameter| {
        let (name, value) = parameter.split_at_checked(memchr::memchr(b'=', parameter)?)?;
        name.trim_ascii().eq_ignore_ascii_case(b"name").then(|| value.get(1..))?
    });
    let value = named.next()?.trim_ascii();
    Some(value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")).unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "preamble\r\n--xx\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n\
        --xx \r\ncontent-disposition: form-data; filename=f; NAME=key\r\nContent-Type: text/plain\r\n\r\ns\r\n--t\r\n\
        --xx\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n\r\n--xx--\r\n";

    fn read(body: &str) -> Vec<(Option<&str>, &str)> {
        let text = |bytes| std::str::from_utf8(bytes).unwrap();
        parts(body.as_bytes(), "xx").iter().map(|part| (part.name.map(text), text(part.value))).collect()
    }

    #[test]
    fn parts_have_names_and_values() {
        assert_eq!(read(BODY), [(Some("a"), "1"), (Some("key"), "s\r\n--t"), (Some("b"), "")]);
    }

    #[test]
    fn a_part_goes_and_the_rest_stays() {
        let rest = without(BODY.as_bytes(), "xx", "key").unwrap();
        let rest = std::str::from_utf8(&rest).unwrap();
        assert_eq!(read(rest), [(Some("a"), "1"), (Some("b"), "")]);
        assert!(rest.starts_with("preamble\r\n--xx\r\n") && rest.ends_with("\r\n--xx--\r\n"));
        assert_eq!(without(BODY.as_bytes(), "xx", "c"), None);
    }

    #[test]
    fn what_is_no_form_has_no_parts() {
        for body in
            ["", "--xx", "--xx\r\n", "--xx\r\n\r\n", "--xx--\r\n", "--xxy\r\n\r\n1\r\n--xxy", "--xx\r\nA\r\n--xx"]
        {
            assert_eq!(read(body), [], "{body:?}");
        }
        assert_eq!(read("--xx\r\n\r\n1\r\n--xx--"), [(None, "1")]);
    }
}
