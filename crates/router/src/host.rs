//! Hosts and server names as routes describe them.

/// A name that a route describes, without its port. Comparison is exact, case included: Kong compares so, and a client
/// that writes `EXAMPLE.COM` does not get the route of `example.com`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum HostPattern {
    /// The whole name.
    Exact(Box<str>),
    /// `*.example`: what the name must end with, the dot included.
    Suffix(Box<str>),
    /// `example.*`: what the name must begin with, the dot included.
    Prefix(Box<str>),
}

impl HostPattern {
    /// Reads a host of a route, without its port.
    pub(crate) fn host(name: &str) -> Self {
        match (name.strip_prefix('*'), name.strip_suffix('*')) {
            (Some(suffix), _) => Self::Suffix(suffix.into()),
            (None, Some(prefix)) => Self::Prefix(prefix.into()),
            (None, None) => Self::Exact(name.into()),
        }
    }

    /// Reads a server name of a route. The dot at the end of a fully qualified name takes no part.
    pub(crate) fn sni(name: &str) -> Self {
        match name.strip_suffix('.') {
            Some(bare) if !bare.is_empty() => Self::host(bare),
            _ => Self::host(name),
        }
    }

    /// Whether `name` is one of those described.
    pub(crate) fn fits(&self, name: &str) -> bool {
        match self {
            Self::Exact(whole) => **whole == *name,
            Self::Suffix(end) => name.ends_with(&**end),
            Self::Prefix(start) => name.starts_with(&**start),
        }
    }
}

/// Splits a host at its first colon if a port follows it. An IPv6 address in brackets stays whole, port and all,
/// because what follows its first colon is no number.
pub(crate) fn split_port(host: &str) -> (&str, Option<u32>) {
    let Some((name, digits)) = host.split_once(':') else { return (host, None) };
    let is_port = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    match digits.parse() {
        Ok(port) if is_port => (name, Some(port)),
        _ => (host, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_split_off_only_where_it_is_a_number() {
        let cases = [
            ("a.example", ("a.example", None)),
            ("a.example:80", ("a.example", Some(80))),
            ("*.example:8443", ("*.example", Some(8443))),
            ("a.example:", ("a.example:", None)),
            ("a.example:+80", ("a.example:+80", None)),
            ("a.example:http", ("a.example:http", None)),
            ("[::1]", ("[::1]", None)),
            ("[::1]:80", ("[::1]:80", None)),
            ("a.example:99999999999", ("a.example:99999999999", None)),
            ("", ("", None)),
        ];
        for (host, expected) in cases {
            assert_eq!(split_port(host), expected, "{host}");
        }
    }

    #[test]
    fn wildcards_stand_for_labels_at_one_end() {
        let cases = [
            ("*.example", "a.example", true),
            ("*.example", "a.b.example", true),
            ("*.example", "example", false),
            ("*.example", "a.example.org", false),
            ("a.*", "a.example", true),
            ("a.*", "a.example.org", true),
            ("a.*", "a", false),
            ("a.*", "b.a.example", false),
            ("a.example", "a.example", true),
            ("a.example", "A.example", false),
        ];
        for (pattern, name, fits) in cases {
            assert_eq!(HostPattern::host(pattern).fits(name), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn the_last_dot_of_a_server_name_takes_no_part() {
        assert_eq!(HostPattern::sni("a.example."), HostPattern::Exact("a.example".into()));
        assert_eq!(HostPattern::sni("*.example."), HostPattern::Suffix(".example".into()));
        assert_eq!(HostPattern::sni("a.*"), HostPattern::Prefix("a.".into()));
        assert_eq!(HostPattern::sni("."), HostPattern::Exact(".".into()));
    }
}
