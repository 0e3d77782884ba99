//! Values out of a fixed choice, of which `on` and `off` are the commonest.

/// `on`, `off`, `true` and `false`, as Kong reads a boolean; unlike there, anything else is an error and not `off`.
pub(crate) fn parse(text: &str) -> Result<bool, String> {
    choose(text, &[("on", true), ("off", false), ("true", true), ("false", false)])
}

/// The value that stands beside the name in the table.
pub(crate) fn choose<T: Copy>(text: &str, table: &[(&str, T)]) -> Result<T, String> {
    table.iter().find(|(name, _)| *name == text).map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<_> = table.iter().map(|(name, _)| *name).collect();
        format!("expected one of: {}", names.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn four_words_switch_and_no_other() {
        assert_eq!(["on", "true", "off", "false"].map(|word| parse(word).unwrap()), [true, true, false, false]);
        assert_eq!(parse("yes"), Err("expected one of: on, off, true, false".to_owned()));
        assert!(parse("ON").is_err());
    }
}
