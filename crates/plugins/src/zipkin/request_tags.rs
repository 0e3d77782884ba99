//! Tags that a request brings: `Zipkin-Tags: name=value; other=value`.

/// How many count; a request with more brings only the first.
const MOST: usize = 64;

/// Those of a field's value. What is no tag is passed over.
pub(super) fn parse(value: &str) -> impl Iterator<Item = (&str, &str)> {
    let tags = value.split(';').filter_map(|item| {
        let (name, value) = item.split_once('=')?;
        let (name, value) = (name.trim(), value.trim());
        let is_tag = !name.is_empty() && !name.contains(char::is_whitespace) && !value.is_empty();
        is_tag.then_some((name, value))
    });
    tags.take(MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_told_apart() {
        let tags: Vec<_> = parse("foo=bar; baz = a b=c ;; =x; y=; no tag; a b=c").collect();
        assert_eq!(tags, [("foo", "bar"), ("baz", "a b=c")]);
    }
}
