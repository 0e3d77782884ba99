//! Knowing when an answer is whole.

/// The status of an answer.
pub type Status = u16;

/// The status once the whole answer is in `bytes`.
pub fn complete(bytes: &[u8]) -> Option<Status> {
    let head = find(bytes, b"\r\n\r\n")? + 4;
    let status = std::str::from_utf8(bytes.get(9..12)?).ok()?.parse().ok()?;
    let mut length = 0;
    for line in bytes[..head].split(|byte| *byte == b'\n') {
        if let Some(value) = field(line, b"content-length:") {
            length = value.parse().ok()?;
        } else if field(line, b"transfer-encoding:").is_some() {
            return chunks_end(&bytes[head..]).then_some(status);
        }
    }
    (bytes.len() >= head + length).then_some(status)
}

fn field<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a str> {
    let (start, value) = line.split_at_checked(name.len())?;
    start.eq_ignore_ascii_case(name).then(|| std::str::from_utf8(value).ok().map(str::trim))?
}

/// Whether the last chunk is there (answers of the comparison have no trailers).
fn chunks_end(mut body: &[u8]) -> bool {
    loop {
        let Some(end) = find(body, b"\r\n") else { return false };
        let size = std::str::from_utf8(&body[..end]).ok().and_then(|text| usize::from_str_radix(text, 16).ok());
        let Some(rest) = size.and_then(|size| body.get(end + 2 + size + 2..)) else { return false };
        if size == Some(0) {
            return true;
        }
        body = rest;
    }
}

fn find(bytes: &[u8], sought: &[u8]) -> Option<usize> {
    bytes.windows(sought.len()).position(|window| window == sought)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_when_its_length_is_there() {
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc";
        assert_eq!(complete(answer), Some(200));
        assert_eq!(complete(&answer[..answer.len() - 1]), None);
        assert_eq!(complete(&answer[..20]), None);
    }

    #[test]
    fn a_chunked_answer_is_whole_after_its_last_chunk() {
        let answer = b"HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n";
        assert_eq!(complete(answer), Some(401));
        assert_eq!(complete(&answer[..answer.len() - 2]), None);
    }
}
