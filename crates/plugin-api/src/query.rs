//! The arguments of a query string (`application/x-www-form-urlencoded`).

use std::borrow::Cow;

/// One argument; `a` without a `=` has no value, which is not the same as an empty one.
#[derive(Debug, PartialEq, Eq)]
pub struct Argument<'q> {
    /// The decoded name.
    pub name: Cow<'q, str>,
    /// The decoded value.
    pub value: Option<Cow<'q, str>>,
}

/// The arguments of `query` in order; empty pieces are passed over.
pub fn arguments(query: &str) -> impl Iterator<Item = Argument<'_>> {
    query.split('&').filter(|piece| !piece.is_empty()).filter_map(|piece| {
        // Most stand there as they are, and for those it is much to look for what would have to be decoded twice.
        if !piece.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
            let (name, value) = piece.split_once('=').map_or((piece, None), |(name, value)| (name, Some(value)));
            return Some(Argument { name: name.into(), value: value.map(Cow::Borrowed) });
        }
        let (name, value) = form_urlencoded::parse(piece.as_bytes()).next()?;
        Some(Argument { name, value: piece.contains('=').then_some(value) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Vec<(String, Option<String>)> {
        arguments(query).map(|a| (a.name.into_owned(), a.value.map(Cow::into_owned))).collect()
    }

    #[test]
    fn a_bare_name_has_no_value_and_an_empty_one_has_an_empty_value() {
        assert_eq!(
            read("a&b=&c=1"),
            [("a".into(), None), ("b".into(), Some("".into())), ("c".into(), Some("1".into()))]
        );
    }

    #[test]
    fn what_stands_there_as_it_is_reads_as_what_is_decoded() {
        for query in ["a", "a=", "=a", "=", "a=b=c", "a==", "caf\u{e9}=\u{e9}", "&&a&&b=1&"] {
            let escaped = query.replace('a', "%61").replace('b', "%62");
            assert_eq!(read(query), read(&escaped), "{query}");
        }
    }

    #[test]
    fn names_and_values_are_decoded() {
        assert_eq!(read("a%20b=c+d&&=x"), [("a b".into(), Some("c d".into())), ("".into(), Some("x".into()))]);
    }
}
