//! Segments of a path. `/a/b/` has two of them: what follows the last slash counts only if it is not empty.

/// Some segments that follow one another, the first and the last of them by their positions from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) first: usize,
    pub(crate) last: usize,
}

impl Span {
    /// Reads `3`, or `0_2` for several.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let Some((first, last)) = text.split_once('_') else {
            let at = position(text)?;
            return Some(Self { first: at, last: at });
        };
        let (first, last) = (position(first)?, position(last)?);
        (first < last).then_some(Self { first, last })
    }

    /// These segments of a path, with the slashes between them; `None` where it has not so many.
    pub(crate) fn of(self, path: &str) -> Option<&str> {
        let path = segments(path)?;
        let start = if self.first == 0 { 0 } else { nth_slash(path, self.first - 1)? + 1 };
        let rest = path.get(start..)?;
        match nth_slash(rest, self.last - self.first) {
            Some(end) => rest.get(..end),
            None => (rest.matches('/').count() == self.last - self.first).then_some(rest),
        }
    }
}

/// How many segments a path has.
pub(crate) fn count(path: &str) -> usize {
    segments(path).map_or(0, |path| 1 + path.matches('/').count())
}

/// A path without what is no segment; `None` if nothing is left.
fn segments(path: &str) -> Option<&str> {
    let path = path.strip_prefix('/')?.trim_end_matches('/');
    (!path.is_empty()).then_some(path)
}

fn nth_slash(text: &str, n: usize) -> Option<usize> {
    text.match_indices('/').nth(n).map(|(at, _)| at)
}

/// A number without a sign or zeros before it. One that no path can have counts as the largest that we know.
fn position(text: &str) -> Option<usize> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && (text == "0" || !text.starts_with('0'))).then(|| text.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_counted_from_zero() {
        let of = |span: &str, path| Span::parse(span).unwrap().of(path);
        for path in ["/a/b/c", "/a/b/c/"] {
            let found = ["0", "1", "2", "3", "0_1", "1_2", "0_2", "0_3", "2_3", "3_4"].map(|span| of(span, path));
            let expected =
                [Some("a"), Some("b"), Some("c"), None, Some("a/b"), Some("b/c"), Some("a/b/c"), None, None, None];
            assert_eq!(found, expected, "{path}");
            assert_eq!(count(path), 3);
        }
        assert_eq!((of("0", "/"), count("/")), (None, 0));
        assert_eq!((of("0", "/a"), of("1", "/a"), count("/a")), (Some("a"), None, 1));
        assert_eq!((of("0", "*"), count("*")), (None, 0));
        assert_eq!(of("99999999999999999999999", "/a"), None);
    }

    #[test]
    fn what_is_no_position_and_no_range_is_none() {
        for text in ["", "x", "01", "1_", "_1", "2_1", "1_1", "0_0", "1_2_3", "-1", "+1", "1_02"] {
            assert_eq!(Span::parse(text), None, "{text}");
        }
    }
}
