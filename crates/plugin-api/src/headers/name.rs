//! Names of fields, as they are asked for and as they are set.

use http::HeaderName;

use crate::known_name::KnownName;

/// Whatever a field can be asked for by.
pub trait AsFieldName {
    /// The name, in any case.
    fn as_field_name(&self) -> &str;

    /// The known name that it is.
    #[inline]
    fn known(&self) -> Option<KnownName> {
        KnownName::of(self.as_field_name().as_bytes())
    }
}

impl AsFieldName for &str {
    #[inline]
    fn as_field_name(&self) -> &str {
        self
    }
}

impl AsFieldName for KnownName {
    #[inline]
    fn as_field_name(&self) -> &str {
        self.as_str()
    }

    #[inline]
    fn known(&self) -> Option<KnownName> {
        Some(*self)
    }
}

impl AsFieldName for HeaderName {
    #[inline]
    fn as_field_name(&self) -> &str {
        self.as_str()
    }
}

impl AsFieldName for &HeaderName {
    #[inline]
    fn as_field_name(&self) -> &str {
        self.as_str()
    }
}

/// Whatever a field that is set can be called. A text that a stranger has written is none of these: it might be no name.
pub trait FieldName: AsFieldName {}

impl FieldName for &'static str {}
impl FieldName for KnownName {}
impl FieldName for HeaderName {}
impl FieldName for &HeaderName {}
