//! `name:value`, as the configurations of the transformers write what they add.

/// A name, and what stands behind its colon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) name: Box<str>,
    /// `None` where nothing does.
    pub(crate) value: Option<Box<str>>,
}

impl Pair {
    /// The name ends with the first colon; further colons right behind it do not count, as in Kong.
    pub(crate) fn parse(text: &str) -> Self {
        let (name, rest) = text.split_once(':').unwrap_or((text, ""));
        let value = rest.trim_start_matches(':');
        Self { name: name.into(), value: (!value.is_empty()).then(|| value.into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stands_behind_the_first_colons() {
        for (text, name, value) in [
            ("a:b", "a", Some("b")),
            ("a::b:c", "a", Some("b:c")),
            ("a:", "a", None),
            ("a", "a", None),
            ("a: b", "a", Some(" b")),
        ] {
            let expected = Pair { name: name.into(), value: value.map(Box::from) };
            assert_eq!(Pair::parse(text), expected, "{text}");
        }
    }
}
