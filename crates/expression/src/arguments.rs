//! Arguments of a query.

use std::borrow::Cow;

/// How many arguments are looked at. So many does Kong look at unless it is told otherwise, and without a limit a query
/// of nothing but ampersands would cost every comparison a long walk.
const MOST: usize = 100;

/// The values of an argument, decoded. One without a value has an empty one.
pub(crate) fn values<'q>(query: &'q str, name: &str) -> impl Iterator<Item = Cow<'q, str>> {
    let pairs = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| !name.is_empty()).take(MOST);
    pairs.filter(move |(other, _)| other == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_has_as_many_values_as_were_sent() {
        let of = |query: &'static str, name| values(query, name).collect::<Vec<_>>();
        assert_eq!(of("a=1&b=2&a=x%20y+z", "a"), ["1", "x y z"]);
        assert_eq!(of("%61=1&=2&&a", "a"), ["1", ""]);
        assert_eq!(of("A=1", "a"), [""; 0]);
        assert_eq!(of("", "a"), [""; 0]);
    }

    #[test]
    fn the_hundredth_is_the_last_that_counts() {
        let query = format!("{}a=1&a=2", "b=0&".repeat(99));
        assert_eq!(values(&query, "a").collect::<Vec<_>>(), ["1"]);
    }
}
