//! The requests: all alike but for the token.

use std::fs;

use crate::options::Options;

/// Writes the n-th request.
pub struct Requests {
    head: String,
    /// Empty where no token is sent.
    tokens: Vec<String>,
    first: usize,
    body: Vec<u8>,
}

impl Requests {
    /// # Errors
    /// What is wrong with the tokens, in words.
    pub fn new(options: &Options) -> Result<Self, String> {
        let mut tokens = Vec::new();
        if let Some(path) = &options.tokens {
            let text = fs::read_to_string(path).map_err(|error| format!("`{}`: {error}", path.display()))?;
            tokens.extend(text.lines().map(str::to_owned));
            if tokens.is_empty() || options.once && tokens.len() < options.first + options.requests {
                return Err(format!("`{}` has only {} tokens", path.display(), tokens.len()));
            }
        }
        let method = if options.upload.is_some() { "POST" } else { "GET" };
        let mut head = format!(
            "{method} {} HTTP/1.1\r\nHost: bench.local\r\nUser-Agent: lgen/1.0 (bench)\r\n\
             Accept: application/json, */*\r\nAccept-Encoding: gzip, deflate\r\n",
            options.path
        );
        if let Some(length) = options.upload {
            head += &format!("Content-Type: application/octet-stream\r\nContent-Length: {length}\r\n");
        }
        for line in &options.headers {
            head.extend([line, "\r\n"]);
        }
        Ok(Requests { head, tokens, first: options.first, body: vec![b'x'; options.upload.unwrap_or(0)] })
    }

    /// What follows each head.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The head of the request with this number, from 0, into `out`.
    pub fn write(&self, number: usize, out: &mut Vec<u8>) {
        out.clear();
        out.extend_from_slice(self.head.as_bytes());
        if !self.tokens.is_empty() {
            out.extend_from_slice(b"Authorization: Bearer ");
            out.extend_from_slice(self.tokens[(self.first + number) % self.tokens.len()].as_bytes());
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b"\r\n");
    }
}
