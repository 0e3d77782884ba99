//! Why there is no value behind a reference, in Kong's words.

/// Why there is no value behind a reference. None of these texts holds a value of a vault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The text has not the form of a reference.
    #[error("not a reference [{0}]")]
    NotAReference(String),
    /// No vault is named.
    #[error("reference url is missing host [{0}]")]
    NoVault(String),
    /// Nothing is named that the vault could hold.
    #[error("reference url is missing path [{0}]")]
    NoPath(String),
    /// There is a path, and nothing in it.
    #[error("reference url has empty path [{0}]")]
    EmptyPath(String),
    /// There is a path, and it names nothing.
    #[error("reference url has invalid path [{0}]")]
    InvalidPath(String),
    /// What stands behind `#` is no number.
    #[error("reference url has invalid version [{0}]")]
    InvalidVersion(String),
    /// There is no vault of that name, and none with that prefix.
    #[error("could not find vault ({0})")]
    NoSuchVault(String),
    /// The vault does not hold it.
    #[error("could not get value from external vault (no value found)")]
    NotFound,
    /// A member of a JSON object is asked for, and what the vault holds is none.
    #[error("could not get value from external vault (could not get subfield value: unable to json decode value)")]
    NotJson,
    /// The JSON object has no such member.
    #[error(
        "could not get value from external vault (could not get subfield value: subfield {0} not found in JSON secret)"
    )]
    NoSubfield(String),
    /// The member is there, and is no text.
    #[error(
        "could not get value from external vault (could not get subfield value: unexpected {kind} value in JSON secret \
         for subfield {key})"
    )]
    SubfieldType {
        /// The member.
        key: String,
        /// What it is instead.
        kind: &'static str,
    },
}
