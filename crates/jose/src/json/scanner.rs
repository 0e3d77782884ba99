//! One pass over a document: is it JSON, is it unambiguous, and where do its own members stand.

use std::sync::OnceLock;

use ahash::RandomState;

use super::JsonError;
use super::string::{Escapes, Span, StringSpan};
use super::value::JsonValue;
use crate::Limits;

/// Nesting beyond this is refused whatever [`Limits::max_depth`] says, because the scanner recurses.
const DEEPEST: usize = 128;

/// What kind of value stands somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    False,
    True,
    Number,
    String(Escapes),
    Array,
    Object,
}

/// A value's kind and place; of a string, without its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

/// One member of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) name: StringSpan,
    value: Found,
}

impl Member {
    pub(super) fn value(self, text: &str) -> JsonValue<'_> {
        JsonValue::new(self.value, text)
    }
}

/// A name that was seen in an object that is still open.
struct Seen {
    mark: u64,
    name: StringSpan,
}

/// The scanner's place in a text.
pub(super) struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    max_depth: usize,
    members_left: usize,
    /// The names of every open object, innermost last.
    seen: Vec<Seen>,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str, limits: &Limits) -> Self {
        // Most tokens have fewer names than this, so that most lists are made once.
        Self::with_room(text, limits, 16)
    }

    fn with_room(text: &'t str, limits: &Limits, names: usize) -> Self {
        Scanner {
            text,
            bytes: text.as_bytes(),
            at: 0,
            max_depth: limits.max_depth.min(DEEPEST),
            members_left: limits.max_members,
            seen: Vec::with_capacity(names),
        }
    }

    /// A scanner for a part of a document that was accepted before.
    pub(super) fn again(text: &'t str) -> Self {
        let limits = Limits { max_bytes: text.len(), max_depth: DEEPEST, max_members: usize::MAX };
        Scanner::with_room(text, &limits, 0)
    }

    /// Scans all of the text: the members if it is an object, `None` if it is another value.
    pub(super) fn document(mut self) -> Result<Option<Vec<Member>>, JsonError> {
        if u32::try_from(self.bytes.len()).is_err() {
            return Err(JsonError::Syntax);
        }
        self.skip_space();
        let members = if self.peek() == Some(b'{') {
            let mut members = Vec::with_capacity(8);
            self.object(1, &mut |member| members.push(member))?;
            Some(members)
        } else {
            self.value(0)?;
            None
        };
        self.skip_space();
        if self.at == self.bytes.len() { Ok(members) } else { Err(JsonError::Syntax) }
    }

    pub(super) fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Steps over `byte`, or says that something else stands there.
    pub(super) fn expect(&mut self, byte: u8) -> Result<(), JsonError> {
        if self.peek() != Some(byte) {
            return Err(JsonError::Syntax);
        }
        self.at += 1;
        Ok(())
    }

    /// Scans one value below `depth` levels of nesting.
    pub(super) fn value(&mut self, depth: usize) -> Result<Found, JsonError> {
        let start = self.at;
        let kind = match self.peek().ok_or(JsonError::Syntax)? {
            b'"' => {
                let string = self.string()?;
                return Ok(Found { kind: Kind::String(string.escapes), span: string.span });
            }
            b'{' => {
                self.object(depth + 1, &mut |_| {})?;
                Kind::Object
            }
            b'[' => {
                self.array(depth + 1)?;
                Kind::Array
            }
            b'-' | b'0'..=b'9' => {
                self.number()?;
                Kind::Number
            }
            b'n' => self.word("null", Kind::Null)?,
            b't' => self.word("true", Kind::True)?,
            b'f' => self.word("false", Kind::False)?,
            _ => return Err(JsonError::Syntax),
        };
        Ok(Found { kind, span: self.span_from(start) })
    }

    /// Scans a string, from its opening quote to its closing one.
    pub(super) fn string(&mut self) -> Result<StringSpan, JsonError> {
        self.expect(b'"')?;
        let start = self.at;
        let mut escapes = Escapes::None;
        loop {
            self.at += plain_length(self.bytes.get(self.at..).unwrap_or_default()).ok_or(JsonError::Syntax)?;
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escapes = Escapes::Some;
                    self.escape()?;
                }
                _ => return Err(JsonError::Syntax),
            }
        }
        let span = self.span_from(start);
        self.at += 1;
        Ok(StringSpan { span, escapes })
    }

    /// Scans an object at `depth`, handing each of its members on.
    fn object(&mut self, depth: usize, found: &mut dyn FnMut(Member)) -> Result<(), JsonError> {
        self.enter(b'{', depth)?;
        let frame = self.seen.len();
        if self.peek() == Some(b'}') {
            return self.expect(b'}');
        }
        loop {
            let name = self.string()?;
            self.remember(frame, name)?;
            self.skip_space();
            self.expect(b':')?;
            self.skip_space();
            let value = self.value(depth)?;
            found(Member { name, value });
            if self.next_or_end(b'}')? {
                self.seen.truncate(frame);
                return Ok(());
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<(), JsonError> {
        self.enter(b'[', depth)?;
        if self.peek() == Some(b']') {
            return self.expect(b']');
        }
        loop {
            self.value(depth)?;
            if self.next_or_end(b']')? {
                return Ok(());
            }
        }
    }

    /// Steps into an object or array.
    fn enter(&mut self, open: u8, depth: usize) -> Result<(), JsonError> {
        if depth > self.max_depth {
            return Err(JsonError::TooDeep);
        }
        self.expect(open)?;
        self.skip_space();
        Ok(())
    }

    /// Behind a value: `true` at the closing bracket, `false` where a comma promises another value.
    pub(super) fn next_or_end(&mut self, close: u8) -> Result<bool, JsonError> {
        self.skip_space();
        if self.peek() == Some(close) {
            self.at += 1;
            return Ok(true);
        }
        self.expect(b',')?;
        self.skip_space();
        Ok(false)
    }

    /// Notes a name of the object whose names begin at `frame`; refuses one that it has already.
    fn remember(&mut self, frame: usize, name: StringSpan) -> Result<(), JsonError> {
        self.members_left = self.members_left.checked_sub(1).ok_or(JsonError::TooManyMembers)?;
        let text = name.string(self.text).to_str();
        let mark = mark(text.as_bytes());
        let names = self.seen.get(frame..).unwrap_or_default();
        if names.iter().any(|seen| seen.mark == mark && seen.name.string(self.text).is(&text)) {
            return Err(JsonError::DuplicateMember);
        }
        self.seen.push(Seen { mark, name });
        Ok(())
    }

    /// Scans `\"`, `\n`, `\u0041` and the like; two halves of a pair are one escape.
    fn escape(&mut self) -> Result<(), JsonError> {
        self.expect(b'\\')?;
        let escaped = self.peek().ok_or(JsonError::Syntax)?;
        self.at += 1;
        match escaped {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(()),
            b'u' => match self.code_unit()? {
                0xd800..=0xdbff => {
                    self.expect(b'\\').and_then(|()| self.expect(b'u')).map_err(|_| JsonError::Unicode)?;
                    match self.code_unit()? {
                        0xdc00..=0xdfff => Ok(()),
                        _ => Err(JsonError::Unicode),
                    }
                }
                0xdc00..=0xdfff => Err(JsonError::Unicode),
                _ => Ok(()),
            },
            _ => Err(JsonError::Syntax),
        }
    }

    /// The four hexadecimal digits of a `\u` escape.
    fn code_unit(&mut self) -> Result<u32, JsonError> {
        let digits = self.bytes.get(self.at..self.at + 4).ok_or(JsonError::Syntax)?;
        let unit = digits.iter().try_fold(0, |unit, &digit| Some(unit << 4 | char::from(digit).to_digit(16)?));
        self.at += 4;
        unit.ok_or(JsonError::Syntax)
    }

    /// Scans a number (RFC 8259 section 6) and refuses what no finite `f64` can hold.
    fn number(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let leading_zero = self.peek() == Some(b'0');
        if self.digits()? > 1 && leading_zero {
            return Err(JsonError::Syntax);
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        let exponent = matches!(self.peek(), Some(b'e' | b'E'));
        if exponent {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        let number = self.text.get(start..self.at).unwrap_or_default();
        // Without an exponent it takes 309 digits to leave the range of an `f64`.
        if (exponent || number.len() > 300) && !number.parse().is_ok_and(f64::is_finite) {
            return Err(JsonError::NotFinite);
        }
        Ok(())
    }

    /// Steps over one or more digits and counts them.
    fn digits(&mut self) -> Result<usize, JsonError> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start { Err(JsonError::Syntax) } else { Ok(self.at - start) }
    }

    fn word(&mut self, word: &str, kind: Kind) -> Result<Kind, JsonError> {
        if !self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            return Err(JsonError::Syntax);
        }
        self.at += word.len();
        Ok(kind)
    }

    #[expect(clippy::cast_possible_truncation, reason = "`document` refuses texts that do not fit")]
    fn span_from(&self, start: usize) -> Span {
        Span { start: start as u32, end: self.at as u32 }
    }
}

/// How far `text` goes before a quote, a backslash or a control character; `None` where there is none.
fn plain_length(text: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    const QUOTES: u64 = u64::from_ne_bytes([b'"'; 8]);
    const BACKSLASHES: u64 = u64::from_ne_bytes([b'\\'; 8]);
    // The highest bit of each byte of `word` that is zero; of bytes behind the first such one it may be wrong.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let (words, rest) = text.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let controls = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        let ends = controls | zeros(word ^ QUOTES) | zeros(word ^ BACKSLASHES);
        if ends != 0 {
            return Some(index * 8 + ends.trailing_zeros() as usize / 8);
        }
    }
    let end = rest.iter().position(|&byte| byte == b'"' || byte == b'\\' || byte < 0x20)?;
    Some(text.len() - rest.len() + end)
}

/// What differs for nearly all names that differ, so that hundreds of them are cheap to compare. Short names are their
/// own mark; the marks of long ones are hard to make collide.
fn mark(name: &[u8]) -> u64 {
    static HASHER: OnceLock<RandomState> = OnceLock::new();
    if name.len() <= 8 {
        return name.iter().fold(0, |mark, &byte| (mark << 8) | u64::from(byte));
    }
    HASHER.get_or_init(RandomState::new).hash_one(name)
}
