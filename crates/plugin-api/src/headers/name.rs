//! Names of fields, as they are asked for and as they are set.

use http::HeaderName;

use crate::known_name::KnownName;

/// The name of a field that is set.
#[derive(Debug, Clone)]
pub enum FieldName {
    /// Written as it stands.
    Fixed(&'static str),
    /// Written in lower case.
    Any(HeaderName),
}

impl FieldName {
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Fixed(name) => name,
            Self::Any(name) => name.as_str(),
        }
    }
}

impl From<&'static str> for FieldName {
    fn from(name: &'static str) -> Self {
        Self::Fixed(name)
    }
}

impl From<HeaderName> for FieldName {
    fn from(name: HeaderName) -> Self {
        Self::Any(name)
    }
}

impl From<KnownName> for FieldName {
    fn from(name: KnownName) -> Self {
        Self::Fixed(name.as_str())
    }
}

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
    fn as_field_name(&self) -> &str {
        self
    }
}

impl AsFieldName for KnownName {
    fn as_field_name(&self) -> &str {
        self.as_str()
    }

    #[inline]
    fn known(&self) -> Option<KnownName> {
        Some(*self)
    }
}

impl AsFieldName for HeaderName {
    fn as_field_name(&self) -> &str {
        self.as_str()
    }
}

impl AsFieldName for &HeaderName {
    fn as_field_name(&self) -> &str {
        self.as_str()
    }
}

impl AsFieldName for FieldName {
    fn as_field_name(&self) -> &str {
        self.as_str()
    }
}
