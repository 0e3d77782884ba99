//! The chunked coding (RFC 9112 section 7.1), read strictly: what another reader might take for the beginning of a
//! chunk, or for its end, is refused.
//!
//! Extensions and trailers are read over and go no further, as in nginx: nobody between here and there could tell what
//! a trailer may change.

/// What extensions and trailers of one body may take.
const MAX_ASIDES: usize = 16 * 1024;

/// Bytes that are not chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the chunks of a body are broken")]
pub(crate) struct BadChunk;

/// Where in a chunked body a reader is.
#[derive(Debug, Clone)]
pub(crate) struct Chunks {
    state: State,
    asides: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// In the size; the second is the number of digits so far.
    Size(u64, u8),
    /// In white space behind the size.
    Gap(u64),
    /// In an extension of the chunk of this size.
    Extension(u64),
    /// Behind the CR of the line of the size.
    SizeEnd(u64),
    /// In the data; so many bytes are left.
    Data(u64),
    /// Behind the data.
    DataEnd,
    /// Behind the CR behind the data.
    DataLineEnd,
    /// At the beginning of a line of trailers, or of the empty line that ends the body.
    TrailerStart,
    /// In the name of a trailer.
    TrailerName,
    /// In its value.
    Trailer,
    /// Behind the CR of such a line.
    TrailerEnd,
    /// Behind the CR of the empty line.
    LastEnd,
    Over,
}

impl Default for Chunks {
    fn default() -> Self {
        Self { state: State::Size(0, 0), asides: 0 }
    }
}

impl Chunks {
    /// How many bytes of data come next; zero where something else does.
    pub(crate) fn data_left(&self) -> u64 {
        match self.state {
            State::Data(left) => left,
            _ => 0,
        }
    }

    /// Whether the whole body has been read.
    pub(crate) fn is_over(&self) -> bool {
        self.state == State::Over
    }

    /// `length` bytes of data have been read.
    pub(crate) fn took(&mut self, length: u64) {
        if let State::Data(left) = self.state {
            let left = left.saturating_sub(length);
            self.state = if left == 0 { State::DataEnd } else { State::Data(left) };
        }
    }

    /// Reads `input` up to data or the end of the body; how many bytes that took.
    pub(crate) fn advance(&mut self, input: &[u8]) -> Result<usize, BadChunk> {
        for (index, byte) in input.iter().enumerate() {
            if matches!(self.state, State::Data(_) | State::Over) {
                return Ok(index);
            }
            self.state = self.next(*byte)?;
        }
        Ok(input.len())
    }

    fn next(&mut self, byte: u8) -> Result<State, BadChunk> {
        match (self.state, byte) {
            (State::Size(size, digits), byte) if byte.is_ascii_hexdigit() => digit(size, digits, byte),
            (State::Size(_, 0), _) => Err(BadChunk),
            (State::Size(size, _) | State::Gap(size), b';') => Ok(State::Extension(size)),
            // White space before an extension is bad, and common enough to be borne (RFC 9112 section 7.1.1).
            (State::Size(size, _) | State::Gap(size), b' ' | b'\t') => self.aside(State::Gap(size)),
            (State::Size(size, _) | State::Gap(size) | State::Extension(size), b'\r') => Ok(State::SizeEnd(size)),
            (State::Extension(size), b'\t' | b' '..=b'~' | 0x80..) => self.aside(State::Extension(size)),
            (State::SizeEnd(0), b'\n') | (State::TrailerEnd, b'\n') => Ok(State::TrailerStart),
            (State::SizeEnd(size), b'\n') => Ok(State::Data(size)),
            (State::DataEnd, b'\r') => Ok(State::DataLineEnd),
            (State::DataLineEnd, b'\n') => Ok(State::Size(0, 0)),
            (State::TrailerStart, b'\r') => Ok(State::LastEnd),
            (State::TrailerStart | State::TrailerName, byte) if is_token(byte) => self.aside(State::TrailerName),
            (State::TrailerName, b':') | (State::Trailer, b'\t' | b' '..=b'~' | 0x80..) => self.aside(State::Trailer),
            (State::Trailer, b'\r') => Ok(State::TrailerEnd),
            (State::LastEnd, b'\n') => Ok(State::Over),
            _ => Err(BadChunk),
        }
    }

    fn aside(&mut self, state: State) -> Result<State, BadChunk> {
        self.asides += 1;
        if self.asides > MAX_ASIDES { Err(BadChunk) } else { Ok(state) }
    }
}

/// What the name of a field is made of (RFC 9110 section 5.6.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// A size has at most 16 digits, so that no reader's number can overflow.
fn digit(size: u64, digits: u8, byte: u8) -> Result<State, BadChunk> {
    let value = char::from(byte).to_digit(16).ok_or(BadChunk)?;
    if digits == 16 { Err(BadChunk) } else { Ok(State::Size(size << 4 | u64::from(value), digits + 1)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The data of `coded`, read in pieces of `piece` bytes, and what is left behind its end.
    fn decoded(coded: &[u8], piece: usize) -> Result<(Vec<u8>, usize, bool), BadChunk> {
        let (mut chunks, mut data, mut at) = (Chunks::default(), Vec::new(), 0);
        while at < coded.len() && !chunks.is_over() {
            let end = (at + piece).min(coded.len());
            let left = usize::try_from(chunks.data_left()).unwrap().min(end - at);
            if left > 0 {
                data.extend_from_slice(&coded[at..at + left]);
                chunks.took(left as u64);
                at += left;
            } else {
                at += chunks.advance(&coded[at..end])?;
            }
        }
        Ok((data, coded.len() - at, chunks.is_over()))
    }

    #[test]
    fn chunks_become_data_however_they_are_cut() {
        let coded = b"3;x=\"y\"\r\nhel\r\n002 ;z\r\nlo\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\nGET";
        for piece in 1..=coded.len() {
            assert_eq!(decoded(coded, piece), Ok((b"hello".to_vec(), 3, true)), "{piece}");
        }
    }

    #[test]
    fn a_body_that_has_not_ended_is_not_over() {
        for coded in ["", "5", "5\r\nhel", "5\r\nhello\r\n", "0\r\n", "0\r\nX: 1\r\n", "0\r\n\r"] {
            assert!(!decoded(coded.as_bytes(), 100).unwrap().2, "{coded:?}");
        }
    }

    #[test]
    fn what_could_be_read_in_another_way_is_refused() {
        for coded in [
            "\r\n",
            "x\r\n",
            "-5\r\n",
            "+5\r\n",
            "0x5\r\n",
            " 5\r\n",
            "5\n",
            "5\rx",
            "5;a\n",
            "5;a\0\r\n",
            "5\r\nhelloX",
            "5\r\nhello\n",
            "5\r\nhello\r\n\r\n",
            "00000000000000005\r\n",
            "ffffffffffffffffff\r\n",
            "0\r\n\n",
            "0\n\n",
            "0\r\n folded\r\n",
            "0\r\nX: 1\n\r\n",
            "0\r\nX\0: 1\r\n",
            "0\r\nX\r\n\r\n",
            "0\r\nX Y: 1\r\n\r\n",
            "0\r\nX : 1\r\n\r\n",
            "0\r\n: 1\r\n\r\n",
            "5 x\r\n",
            "5\tx\r\n",
            "5 5\r\n",
            "0\r\n\rx",
        ] {
            assert_eq!(decoded(coded.as_bytes(), 100), Err(BadChunk), "{coded:?}");
        }
    }

    #[test]
    fn asides_do_not_go_on_for_ever() {
        let long = "x".repeat(MAX_ASIDES);
        for coded in [
            format!("5;{long}\r\n"),
            format!("5;{long}x\r\n"),
            format!("5{}\r\n", " ".repeat(MAX_ASIDES + 3)),
            format!("0\r\n{long}x\r\n"),
        ] {
            assert_eq!(decoded(coded.as_bytes(), 1 << 20).is_err(), coded.len() > MAX_ASIDES + 4, "{}", coded.len());
        }
    }
}
