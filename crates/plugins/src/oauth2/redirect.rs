//! Where a user is sent: a registered address, with what the application is to be told.

use std::collections::BTreeMap;

use gibbon_plugin_api::query;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but the unreserved characters (RFC 3986, section 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// In which part of the address the parameters stand (RFC 6749, sections 4.1.2 and 4.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Query,
    Fragment,
}

/// `uri` with these parameters among those that the part has already, in the order of their names. Ours come before those
/// of the same name.
pub(super) fn address(uri: &str, part: Part, parameters: &[(&str, &str)]) -> String {
    let (before_fragment, fragment) = split(uri, '#');
    let (path, own) = split(before_fragment, '?');
    let present = if part == Part::Query { own } else { fragment };
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for argument in query::arguments(present.unwrap_or("")) {
        all.insert(argument.name.into_owned(), argument.value.unwrap_or_default().into_owned());
    }
    all.extend(parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let encoded = encode(&all);
    match (part, own, fragment) {
        (Part::Query, _, None) => format!("{path}?{encoded}"),
        (Part::Query, _, Some(fragment)) => format!("{path}?{encoded}#{fragment}"),
        (Part::Fragment, _, _) => format!("{before_fragment}#{encoded}"),
    }
}

fn split(text: &str, mark: char) -> (&str, Option<&str>) {
    text.split_once(mark).map_or((text, None), |(before, behind)| (before, Some(behind)))
}

fn encode(all: &BTreeMap<String, String>) -> String {
    let escape = |text| utf8_percent_encode(text, ESCAPED);
    let pairs = all.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value)));
    pairs.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_join_those_of_the_address() {
        let error = [("error", "a b"), ("state", "x&y=z#/é")];
        for (uri, part, expected) in [
            ("https://a.example/cb", Part::Query, "https://a.example/cb?error=a%20b&state=x%26y%3Dz%23%2F%C3%A9"),
            (
                "https://a.example/cb?z=1&error=0",
                Part::Query,
                "https://a.example/cb?error=a%20b&state=x%26y%3Dz%23%2F%C3%A9&z=1",
            ),
            (
                "https://a.example/cb?z=1",
                Part::Fragment,
                "https://a.example/cb?z=1#error=a%20b&state=x%26y%3Dz%23%2F%C3%A9",
            ),
            ("app://x", Part::Fragment, "app://x#error=a%20b&state=x%26y%3Dz%23%2F%C3%A9"),
        ] {
            assert_eq!(address(uri, part, &error), expected);
        }
    }
}
