//! What a request says of its signature.

/// The parameters of the header, as they stand there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parameters {
    pub(super) username: Box<str>,
    pub(super) algorithm: Box<str>,
    /// The names of what is signed, in that order.
    pub(super) headers: Vec<Box<str>>,
    pub(super) signature: Box<str>,
}

/// The names of the parameters, which stand in this order.
const NAMES: [&str; 4] = ["username", "algorithm", "headers", "signature"];

impl Parameters {
    /// What a value of `Authorization` says, if it speaks of this scheme and can be read:
    /// `hmac username="…", algorithm="…", headers="…", signature="…"`.
    pub(super) fn parse(value: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(value).ok()?.trim_start();
        let mut rest = text.strip_prefix("hmac").or_else(|| text.strip_prefix("Hmac"))?;
        let mut values = NAMES.into_iter().map(|name| {
            let (value, after) = parameter(rest, name)?;
            rest = after;
            Some(value)
        });
        let mut next = || values.next().flatten().filter(|value| !value.is_empty());
        let (username, algorithm, headers, signature) = (next()?, next()?, next()?, next()?);
        let headers = headers.split(' ').filter(|name| !name.is_empty()).map(Box::from).collect();
        Some(Self { username: username.into(), algorithm: algorithm.into(), headers, signature: signature.into() })
    }
}

/// The value of the parameter that `text` begins with, and what follows it.
fn parameter<'t>(text: &'t str, name: &str) -> Option<(&'t str, &'t str)> {
    let text = text.trim_start().strip_prefix(name)?.strip_prefix("=\"")?;
    let (value, after) = text.split_once('"')?;
    Some((value, after.strip_prefix(',').unwrap_or(after)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(value: &str) -> Option<Vec<String>> {
        let parameters = Parameters::parse(value.as_bytes())?;
        let mut names = vec![parameters.username, parameters.algorithm, parameters.signature];
        names.extend(parameters.headers);
        Some(names.into_iter().map(String::from).collect())
    }

    #[test]
    fn four_parameters_stand_behind_the_scheme() {
        let value = r#"hmac username="ann", algorithm="hmac-sha256", headers="date  request-line", signature="c2ln""#;
        let expected = ["ann", "hmac-sha256", "c2ln", "date", "request-line"].map(str::to_owned).to_vec();
        assert_eq!(names(value), Some(expected.clone()));
        assert_eq!(names(&value.replace(", ", ",").replace("hmac u", "  Hmac u")), Some(expected));
    }

    #[test]
    fn what_lacks_one_of_them_says_nothing() {
        for value in [
            "",
            "hmac",
            r#"Basic username="ann", algorithm="a", headers="date", signature="s""#,
            r#"hmac username="ann", algorithm="a", headers="date""#,
            r#"hmac username="", algorithm="a", headers="date", signature="s""#,
            r#"hmac username="ann", headers="date", algorithm="a", signature="s""#,
            r#"hmac username="ann, algorithm=a"#,
        ] {
            assert_eq!(names(value), None, "{value}");
        }
    }
}
