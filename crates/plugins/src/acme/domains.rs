//! For which names certificates may be got.

use std::net::Ipv4Addr;

/// Names, or all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Domains {
    names: Names,
    ipv4: Ipv4,
}

/// Whether addresses of IPv4 are names for this purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ipv4 {
    Allowed,
    Refused,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Names {
    Any,
    Listed(Vec<Pattern>),
}

/// In lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Pattern {
    Exactly(Box<str>),
    /// Everything that ends so and is longer; it begins with a dot.
    Below(Box<str>),
    /// What begins so and has one label more; it ends with a dot.
    Before(Box<str>),
}

/// The longest name that there can be.
const LONGEST: usize = 253;

impl Domains {
    /// Every name.
    pub(super) fn any(ipv4: Ipv4) -> Self {
        Self { names: Names::Any, ipv4 }
    }

    /// These, and what stands for their stars: at the beginning any number of labels, at the end one.
    pub(super) fn listed(names: &[Box<str>], ipv4: Ipv4) -> Self {
        Self {
            names: Names::Listed(names.iter().map(|name| Pattern::read(&name.to_ascii_lowercase())).collect()),
            ipv4,
        }
    }

    /// Whether `name`, in lower case, is one of them, and a name at all.
    pub(super) fn contain(&self, name: &str) -> bool {
        let is_listed = match &self.names {
            Names::Any => true,
            Names::Listed(patterns) => patterns.iter().any(|pattern| pattern.matches(name)),
        };
        is_listed && is_name(name) && (self.ipv4 == Ipv4::Allowed || name.parse::<Ipv4Addr>().is_err())
    }
}

impl Pattern {
    fn read(name: &str) -> Self {
        if let Some(rest) = name.strip_prefix('*') {
            Self::Below(rest.into())
        } else if let Some(start) = name.strip_suffix('*') {
            Self::Before(start.into())
        } else {
            Self::Exactly(name.into())
        }
    }

    fn matches(&self, name: &str) -> bool {
        match self {
            Self::Exactly(exactly) => **exactly == *name,
            Self::Below(end) => name.len() > end.len() && name.ends_with(&**end),
            Self::Before(start) => {
                name.strip_prefix(&**start).is_some_and(|label| !label.is_empty() && !label.contains('.'))
            }
        }
    }
}

/// What an authority could be asked for: it is sent there, kept and logged.
fn is_name(name: &str) -> bool {
    let is_label = |label: &str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        (1..=63).contains(&label.len()) && label.bytes().all(is_plain)
    };
    name.len() <= LONGEST && name.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(names: &[&str]) -> Domains {
        let names: Vec<Box<str>> = names.iter().map(|name| (*name).into()).collect();
        Domains::listed(&names, Ipv4::Allowed)
    }

    #[test]
    fn a_star_at_the_beginning_stands_for_labels_and_one_at_the_end_for_one() {
        let domains = listed(&["A.example", "*.b.example", "c.*"]);
        let cases = [
            ("a.example", true),
            ("x.a.example", false),
            ("b.example", false),
            ("x.b.example", true),
            ("y.x.b.example", true),
            ("xb.example", false),
            (".b.example", false),
            ("c.example", true),
            ("c.example.org", false),
            ("c.", false),
        ];
        for (name, expected) in cases {
            assert_eq!(domains.contain(name), expected, "{name}");
        }
    }

    #[test]
    fn nothing_is_listed_where_there_is_no_list() {
        assert!(!listed(&[]).contain("a.example"));
    }

    #[test]
    fn any_name_is_still_a_name() {
        let any = Domains::any(Ipv4::Allowed);
        assert!(any.contain("a.example") && any.contain("xn--bcher-kva.example") && any.contain("192.0.2.1"));
        for name in ["", ".", "a..b", "a b", "a/b", "a:1", "a.example.", "*.a.example", "ä.example", &"a".repeat(64)] {
            assert!(!any.contain(name), "{name}");
        }
        assert!(!any.contain(&"a.".repeat(127)));
    }

    #[test]
    fn addresses_can_be_left_out() {
        let named = Domains::any(Ipv4::Refused);
        assert!(!named.contain("192.0.2.1") && named.contain("192.0.2.1.example"));
    }
}
