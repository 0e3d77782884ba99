//! Regular expressions of configurations. Users of Kong write them in the syntax of PCRE.

use fancy_regex::RegexBuilder;
use gibbon_plugin_api::ConfigureError;

/// How many steps back one search may take: a search on a worker has to end soon, whatever the expression and the text.
const STEPS: usize = 20_000;

/// A compiled expression.
#[derive(Debug)]
pub(crate) struct Regex(fancy_regex::Regex);

impl Regex {
    /// Compiles `pattern`, which stands in `field`.
    pub(crate) fn new(pattern: &str, field: &'static str) -> Result<Self, ConfigureError> {
        let compiled = RegexBuilder::new(pattern).backtrack_limit(STEPS).build();
        compiled.map(Self).map_err(|error| ConfigureError { field, reason: format!("`{pattern}`: {error}") })
    }

    /// Whether some part of `text` matches. A search that takes too long has found nothing.
    pub(crate) fn finds(&self, text: &str) -> bool {
        self.0.is_match(text).unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_finds_a_part_of_a_text() {
        let regex = Regex::new("(?i)evil(?!-not)", "deny").unwrap();
        assert!(regex.finds("an EVIL bot") && !regex.finds("evil-not"));
    }

    #[test]
    fn a_search_that_would_not_end_finds_nothing() {
        assert!(!Regex::new("^(a|a|aa)+(?=b)$", "deny").unwrap().finds(&"a".repeat(60)));
    }

    #[test]
    fn an_expression_that_is_none_is_refused() {
        let error = Regex::new("(", "deny").unwrap_err();
        assert_eq!(error.field, "deny");
        assert!(error.reason.starts_with("`(`: "));
    }
}
