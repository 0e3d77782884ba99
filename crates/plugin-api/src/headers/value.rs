//! Values of fields.

use http::HeaderValue;

/// Whatever the value of a field can be: bytes without control characters but the tab (RFC 9110 section 5.5).
pub trait AsFieldValue {
    /// The bytes.
    fn as_field_value(&self) -> &[u8];
}

impl AsFieldValue for HeaderValue {
    fn as_field_value(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl AsFieldValue for &HeaderValue {
    fn as_field_value(&self) -> &[u8] {
        self.as_bytes()
    }
}

/// A text that can be the value of a field.
#[derive(Debug, Clone, Copy)]
pub struct FieldText<'t>(&'t str);

impl<'t> FieldText<'t> {
    /// `text`, where no field is cut short by it.
    pub fn new(text: &'t str) -> Option<Self> {
        is_value(text.as_bytes()).then_some(Self(text))
    }
}

impl AsFieldValue for FieldText<'_> {
    fn as_field_value(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Whether a field can have this value: no control character but the tab (RFC 9110 section 5.5).
pub fn is_value(value: &[u8]) -> bool {
    value.iter().all(|byte| matches!(byte, b'\t' | b' '..=b'~' | 0x80..))
}

/// A value as text, where it is visible ASCII with spaces and tabs: what else it may be has no agreed encoding (RFC
/// 9110 section 5.5).
pub fn visible(value: &[u8]) -> Option<&str> {
    let is_visible = value.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t'));
    if is_visible { std::str::from_utf8(value).ok() } else { None }
}
