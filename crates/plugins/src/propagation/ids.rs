//! The ids of traces and spans.

use std::fmt;

use super::hex;

/// The id of a trace: 16 bytes, of which one that has less stands at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TraceId(pub(crate) [u8; 16]);

/// The id of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SpanId(pub(crate) [u8; 8]);

impl TraceId {
    /// One that nobody else has.
    pub(crate) fn random() -> Self {
        Self(random())
    }

    /// From hexadecimal digits, 32 at most.
    pub(super) fn from_hex(text: &str) -> Option<Self> {
        hex::read(text).map(Self)
    }

    /// The last 8 bytes.
    pub(crate) fn low(self) -> u64 {
        (u128::from_be_bytes(self.0) & u128::from(u64::MAX)) as u64
    }

    /// In hexadecimal digits, of the last `length` bytes.
    pub(crate) fn hex(self, length: Length) -> String {
        match length {
            Length::Long => self.to_string(),
            Length::Short => format!("{:016x}", self.low()),
        }
    }
}

/// How much of a trace's id is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// 16 bytes.
    Long,
    /// 8 bytes.
    Short,
}

impl Length {
    /// The id with nothing but the bytes that are written.
    pub(crate) fn cut(self, id: TraceId) -> TraceId {
        match self {
            Self::Long => id,
            Self::Short => TraceId(u128::from(id.low()).to_be_bytes()),
        }
    }
}

impl SpanId {
    /// One that no other span of the trace has.
    pub(crate) fn random() -> Self {
        Self(random())
    }

    /// From hexadecimal digits, 16 at most.
    pub(super) fn from_hex(text: &str) -> Option<Self> {
        hex::read(text).map(Self)
    }

    /// As a number.
    pub(crate) fn number(self) -> u64 {
        u64::from_be_bytes(self.0)
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.number())
    }
}

/// Ids need not be secret: where the system has no randomness, the time has to do.
fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if getrandom::fill(&mut bytes).is_err() {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_nanos();
        for (byte, random) in bytes.iter_mut().rev().zip(now.to_le_bytes()) {
            *byte = random;
        }
    }
    bytes
}
