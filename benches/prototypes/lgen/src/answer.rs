//! Knowing when an answer is whole.

/// The status of an answer.
pub type Status = u16;

/// What has come of one answer. Of a body with a length only the number of bytes is kept.
#[derive(Default)]
pub struct Answer {
    /// The head; where the body is chunked, the body as well.
    kept: Vec<u8>,
    status: Status,
    rest: Rest,
}

#[derive(Default)]
enum Rest {
    #[default]
    Head,
    /// So many bytes of the body are missing.
    Length(usize),
    /// Chunks, which begin at this place of what is kept.
    Chunks(usize),
}

impl Answer {
    /// Takes the next bytes, and tells the status once the answer is whole.
    pub fn take(&mut self, bytes: &[u8]) -> Option<Status> {
        if let Rest::Length(missing) = &mut self.rest {
            *missing = missing.saturating_sub(bytes.len());
        } else {
            self.kept.extend_from_slice(bytes);
        }
        if matches!(self.rest, Rest::Head) {
            self.read_head()?;
        }
        let whole = match self.rest {
            Rest::Head => false,
            Rest::Length(missing) => missing == 0,
            Rest::Chunks(start) => chunks_end(&self.kept[start..]),
        };
        whole.then_some(self.status)
    }

    /// Makes room for the next answer.
    pub fn clear(&mut self) {
        self.kept.clear();
        self.rest = Rest::Head;
    }

    /// Finds out how long the body is, once the head is there.
    fn read_head(&mut self) -> Option<()> {
        let head = find(&self.kept, b"\r\n\r\n")? + 4;
        self.status = std::str::from_utf8(self.kept.get(9..12)?).ok()?.parse().ok()?;
        let mut length = 0;
        for line in self.kept[..head].split(|byte| *byte == b'\n') {
            if let Some(value) = field(line, b"content-length:") {
                length = value.parse().ok()?;
            } else if field(line, b"transfer-encoding:").is_some() {
                self.rest = Rest::Chunks(head);
                return Some(());
            }
        }
        self.rest = Rest::Length((head + length).saturating_sub(self.kept.len()));
        Some(())
    }
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
        let bytes = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc";
        for cut in 0..bytes.len() {
            let mut answer = Answer::default();
            assert_eq!(answer.take(&bytes[..cut]), None, "{cut} bytes");
            assert_eq!(answer.take(&bytes[cut..]), Some(200), "{cut} bytes, then the rest");
        }
    }

    #[test]
    fn a_chunked_answer_is_whole_after_its_last_chunk() {
        let bytes = b"HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n";
        let mut answer = Answer::default();
        assert_eq!(answer.take(&bytes[..bytes.len() - 2]), None);
        assert_eq!(answer.take(&bytes[bytes.len() - 2..]), Some(401));
    }

    #[test]
    fn one_answer_after_another_is_read_with_the_same_memory() {
        let mut answer = Answer::default();
        assert_eq!(answer.take(b"HTTP/1.1 204 No Content\r\n\r\n"), Some(204));
        answer.clear();
        assert_eq!(answer.take(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"), None);
        assert_eq!(answer.take(b"ab"), Some(200));
    }
}
