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

    /// A whole number, whose digits are put into `digits`.
    #[inline]
    pub fn number(number: impl itoa::Integer, digits: &'t mut itoa::Buffer) -> Self {
        Self(digits.format(number))
    }
}

impl AsFieldValue for FieldText<'_> {
    fn as_field_value(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Whether a field can have this value: no control character but the tab (RFC 9110 section 5.5).
pub fn is_value(mut value: &[u8]) -> bool {
    while let Some(control) = first_control(value) {
        match value.split_at_checked(control) {
            Some((_, [b'\t', rest @ ..])) => value = rest,
            _ => return false,
        }
    }
    true
}

/// A value as text, where it is visible ASCII with spaces and tabs: what else it may be has no agreed encoding (RFC
/// 9110 section 5.5).
pub fn visible(value: &[u8]) -> Option<&str> {
    let is_visible = value.is_ascii() && is_value(value);
    if is_visible { std::str::from_utf8(value).ok() } else { None }
}

/// Where the first control character stands (US-ASCII 0 to 31 and 127).
#[inline]
pub fn first_control(bytes: &[u8]) -> Option<usize> {
    let mut rest = bytes;
    // Eight at a time: this looks at every byte of every head.
    while let Some((eight, behind)) = rest.split_first_chunk::<8>() {
        let controls = controls(u64::from_le_bytes(*eight));
        if controls != 0 {
            return Some(bytes.len() - rest.len() + (controls.trailing_zeros() / 8) as usize);
        }
        rest = behind;
    }
    rest.iter().position(|byte| byte.is_ascii_control()).map(|place| bytes.len() - rest.len() + place)
}

/// The highest bit of each of eight bytes that is a control character. Above the lowest bit that is set there may be
/// others that mean nothing: a borrow goes upwards.
#[inline]
const fn controls(eight: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES * 0x80;
    let below_space = eight.wrapping_sub(ONES * 0x20) & !eight;
    let other = eight ^ (ONES * 0x7f);
    let delete = other.wrapping_sub(ONES) & !other;
    (below_space | delete) & HIGH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_control_character_is_found_at_every_place() {
        for around in [b' ', b'~', 0x80, 0x9f, 0xff] {
            for byte in 0..=u8::MAX {
                for place in 0..20 {
                    let mut text = [around; 24];
                    text[place] = byte;
                    let expected = byte.is_ascii_control().then_some(place);
                    assert_eq!(first_control(&text), expected, "{byte} at {place} in {around}");
                    text[21] = 0;
                    assert_eq!(first_control(&text), expected.or(Some(21)), "{byte} at {place} in {around}");
                }
            }
        }
    }

    #[test]
    fn a_value_has_tabs_and_no_other_control_character() {
        for (value, expected) in
            [("", true), ("a\tb\t\tc\u{e4}", true), ("a\tb\0c", false), ("a\r\nb", false), ("\u{7f}", false)]
        {
            assert_eq!(is_value(value.as_bytes()), expected, "{value:?}");
        }
        assert_eq!((visible(b"a\tb"), visible(b"\xc3\xa4"), visible(b"a\n")), (Some("a\tb"), None, None));
    }
}
