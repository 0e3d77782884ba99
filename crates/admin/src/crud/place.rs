/// Which records a path means. The names are kinds and fields of entities that are defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// All records of a kind: `/routes`.
    Collection {
        /// The kind.
        kind: &'static str,
    },
    /// One record: `/routes/{routes}`.
    Record {
        /// Its kind.
        kind: &'static str,
    },
    /// The records that refer to one: `/services/{services}/routes`.
    Children {
        /// The kind of the one.
        parent: &'static str,
        /// The foreign field of those that refer to it.
        field: &'static str,
        /// Their kind.
        kind: &'static str,
    },
    /// One of the records that refer to another: `/services/{services}/routes/{routes}`.
    Child {
        /// The kind of the other.
        parent: &'static str,
        /// The foreign field of the one.
        field: &'static str,
        /// Its kind.
        kind: &'static str,
    },
    /// The record that one refers to: `/routes/{routes}/service`.
    Target {
        /// The kind of the one that refers.
        kind: &'static str,
        /// The field by which it does.
        field: &'static str,
        /// The kind that is meant.
        target: &'static str,
    },
}

impl Place {
    /// The kind of what it stands for.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Collection { kind }
            | Self::Record { kind }
            | Self::Children { kind, .. }
            | Self::Child { kind, .. }
            | Self::Target { target: kind, .. } => kind,
        }
    }

    /// Whether it stands for many records.
    pub(crate) fn is_collection(self) -> bool {
        matches!(self, Self::Collection { .. } | Self::Children { .. })
    }

    /// The methods that it has, sorted.
    pub(crate) fn methods(self) -> &'static [&'static str] {
        match self {
            Self::Collection { .. } | Self::Children { .. } => &["GET", "HEAD", "OPTIONS", "POST"],
            Self::Record { .. } | Self::Child { .. } => &["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "PUT"],
            // What others refer to is not deleted through one of them.
            Self::Target { .. } => &["GET", "HEAD", "OPTIONS", "PATCH", "PUT"],
        }
    }
}
