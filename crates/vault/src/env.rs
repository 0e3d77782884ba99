//! The vault `env`: variables of the environment in which the gateway was started.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// The environment as it was when it was taken. A process's own does not change while it runs, so values never age.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Variables(Arc<HashMap<String, String>>);

impl Variables {
    /// These variables.
    pub fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(Arc::new(variables.into_iter().collect()))
    }

    /// The variable that a resource stands for: `my-secret` is `MY_SECRET`, behind a prefix if there is one. Version 2 of
    /// it is `MY_SECRET_PREVIOUS`; any other version is the variable itself.
    pub(crate) fn get(&self, settings: &EnvSettings, resource: &str, version: Option<u64>) -> Option<&str> {
        let prefix = settings.prefix.as_deref().unwrap_or_default();
        let mut name = format!("{prefix}{resource}").replace('-', "_").to_ascii_uppercase();
        if version == Some(2) {
            name.push_str("_PREVIOUS");
        }
        self.0.get(&name).map(String::as_str)
    }
}

impl fmt::Debug for Variables {
    /// Without the values, which are secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// What the vault can be told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EnvSettings {
    /// What the names of all variables start with.
    pub prefix: Option<String>,
}

impl EnvSettings {
    /// These settings with those that a reference brings itself. One that is no prefix does not count, as in Kong.
    pub(crate) fn overridden(&self, prefix: Option<&str>) -> Self {
        let prefix = prefix.map(str::to_owned).or_else(|| self.prefix.clone());
        Self { prefix: prefix.filter(|prefix| Self::is_prefix(prefix)) }
    }

    /// Whether a text can be a prefix: letters, digits, `_` and `-`, and no digit in front.
    #[must_use]
    pub fn is_prefix(text: &str) -> bool {
        let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        text.bytes().all(is_inner) && text.bytes().next().is_some_and(|first| !first.is_ascii_digit())
    }
}

#[cfg(test)]
mod tests {
    use super::{EnvSettings, Variables};

    fn variables() -> Variables {
        let pairs = [("MY_SECRET", "a"), ("APP_MY_SECRET", "b"), ("MY_SECRET_PREVIOUS", "c"), ("lower", "d")];
        Variables::new(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())))
    }

    #[test]
    fn a_resource_stands_for_a_variable_in_upper_case() {
        let (variables, plain) = (variables(), EnvSettings::default());
        assert_eq!(variables.get(&plain, "my-secret", None), Some("a"));
        assert_eq!(variables.get(&plain, "MY_secret", Some(1)), Some("a"));
        assert_eq!(variables.get(&plain, "my-secret", Some(2)), Some("c"));
        assert_eq!(variables.get(&plain, "lower", None), None);
        let prefixed = EnvSettings { prefix: Some("app-".to_owned()) };
        assert_eq!(variables.get(&prefixed, "my-secret", None), Some("b"));
    }

    #[test]
    fn a_prefix_is_a_name() {
        assert!(EnvSettings::is_prefix("APP_") && EnvSettings::is_prefix("_a-1"));
        assert!(!EnvSettings::is_prefix("") && !EnvSettings::is_prefix("1A") && !EnvSettings::is_prefix("a b"));
        let base = EnvSettings { prefix: Some("A_".to_owned()) };
        assert_eq!(base.overridden(None), base);
        assert_eq!(base.overridden(Some("B_")).prefix.as_deref(), Some("B_"));
        assert_eq!(base.overridden(Some("b b")).prefix, None);
    }

    #[test]
    fn values_are_not_shown() {
        let shown = format!("{:?}", Variables::new([("NAME".to_owned(), "hunter2".to_owned())]));
        assert!(shown.contains("NAME") && !shown.contains("hunter2"));
    }
}
