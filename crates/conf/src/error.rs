//! What can be wrong with a configuration, and what is only worth a warning.

use std::fmt;
use std::path::PathBuf;

/// Where a value came from, as a user finds it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A line of the configuration file.
    File {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
    },
    /// An environment variable, by its whole name.
    Environment(String),
    /// An option of the command line, as it is written there.
    Option(&'static str),
    /// Nothing was given: the value is the default, or follows from the machine.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Environment(variable) => f.write_str(variable),
            Self::Option(option) => f.write_str(option),
            Self::Default => f.write_str("default"),
        }
    }
}

/// Why there is no configuration. Whoever loads one gets all of these at once.
#[derive(Debug, thiserror::Error)]
pub enum ConfError {
    /// The file that was asked for cannot be read.
    #[error("cannot read `{}`: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A value that its key cannot have.
    #[error("{origin}: `{key}` cannot be `{}`: {reason}", Shown(value))]
    Value {
        /// The key as its documentation names it.
        key: &'static str,
        /// The value as it was given.
        value: String,
        /// Where it was given.
        origin: Origin,
        /// What is wrong with it.
        reason: String,
    },
    /// A value that is to be fetched from a vault, and cannot.
    #[error("{origin}: `{key}`: cannot resolve `{}`: {source}", Shown(reference))]
    Vault {
        /// The key as its documentation names it.
        key: &'static str,
        /// The value as it was given.
        reference: String,
        /// Where it was given.
        origin: Origin,
        /// Why there is nothing behind it.
        source: gibbon_vault::VaultError,
    },
    /// A setting of the vaults themselves that would have to be fetched from one.
    #[error("{origin}: `{key}` says how vaults are used, so it cannot be a reference to one")]
    VaultKey {
        /// The key as its documentation names it.
        key: &'static str,
        /// Where it was given.
        origin: Origin,
    },
    /// No folder to work in was named, and none follows from the user's environment.
    #[error(
        "no `prefix` is set, and without HOME none can be derived: set it in the file, as GIBBON_PREFIX or with -p"
    )]
    NoPrefix,
}

/// What a user should know about a configuration that works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// A key that no version of Kong or Gibbon has.
    Unknown {
        /// The key.
        key: String,
        /// Where it stands.
        origin: Origin,
        /// A key that was perhaps meant.
        similar: Option<&'static str>,
    },
    /// Keys of Kong that change nothing here, all for one reason.
    NoEffect {
        /// The keys and where they stand.
        keys: Vec<(String, Origin)>,
        /// Why not.
        reason: &'static str,
    },
    /// A listener, a flag of one, or a kind of peer, that is not served.
    NotServed {
        /// The key of the listeners.
        key: &'static str,
        /// Where it stands.
        origin: Origin,
        /// The listener or peer as it was written.
        listener: String,
        /// What is missing.
        reason: &'static str,
    },
    /// Two names of one setting were given side by side.
    Shadowed {
        /// The name that lost.
        key: &'static str,
        /// Where it stands.
        origin: Origin,
        /// The name that counts.
        by: &'static str,
    },
    /// A line of the file that is no setting.
    Line {
        /// The line.
        origin: Origin,
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { key, origin, similar } => {
                write!(f, "{origin}: `{}` is not a known setting and is ignored", Shown(key))?;
                similar.map_or(Ok(()), |name| write!(f, "; did you mean `{name}`?"))
            }
            Self::NoEffect { keys, reason } => match &keys[..] {
                [(key, origin)] => write!(f, "{origin}: `{}` has no effect: {reason}", Shown(key)),
                keys => write!(f, "{} have no effect: {reason}", Places(keys)),
            },
            Self::NotServed { key, origin, listener, reason } => {
                write!(f, "{origin}: `{}` of `{key}`: {reason}", Shown(listener))
            }
            Self::Shadowed { key, origin, by } => write!(f, "{origin}: `{key}` is ignored since `{by}` is set too"),
            Self::Line { origin, reason } => write!(f, "{origin}: {reason}"),
        }
    }
}

/// Keys with where they stand: `a` (`KONG_A`), `b` (`/etc/kong.conf:3`).
struct Places<'k>(&'k [(String, Origin)]);

impl fmt::Display for Places<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (key, origin)) in self.0.iter().enumerate() {
            write!(f, "{}`{}` ({origin})", if index == 0 { "" } else { ", " }, Shown(key))?;
        }
        Ok(())
    }
}

/// Text from outside, fit for one line of a terminal: control characters escaped, and not longer than a screen.
struct Shown<'t>(&'t str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 200;
        for (index, character) in self.0.chars().enumerate() {
            if index == LONGEST {
                return f.write_str("…");
            }
            if character.is_control() {
                write!(f, "{}", character.escape_default())?;
            } else {
                write!(f, "{character}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{ConfError, Origin, Warning};

    #[test]
    fn an_error_names_place_key_value_and_reason() {
        let error = ConfError::Value {
            key: "log_level",
            value: "loud\u{1b}[2J".to_owned(),
            origin: Origin::File { path: "/etc/gibbon.conf".into(), line: 3 },
            reason: "expected one of: debug, info".to_owned(),
        };
        let text = "/etc/gibbon.conf:3: `log_level` cannot be `loud\\u{1b}[2J`: expected one of: debug, info";
        assert_eq!(error.to_string(), text);
    }

    #[test]
    fn keys_without_effect_share_a_warning_with_their_reason() {
        let at = |variable: &str| Origin::Environment(variable.to_owned());
        let keys = vec![("a".to_owned(), at("KONG_A")), ("b".to_owned(), at("KONG_B"))];
        let text = Warning::NoEffect { keys, reason: "there is no Lua here" }.to_string();
        assert_eq!(text, "`a` (KONG_A), `b` (KONG_B) have no effect: there is no Lua here");
    }

    #[test]
    fn a_long_value_is_cut() {
        let origin = Origin::Environment("KONG_X".to_owned());
        let warning = Warning::Unknown { key: "x".repeat(5000), origin, similar: None };
        assert!(warning.to_string().len() < 400);
    }
}
