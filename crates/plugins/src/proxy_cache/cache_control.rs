//! The directives of `Cache-Control` (RFC 9111 section 5.2).

use gibbon_plugin_api::Headers;
use http::header::CACHE_CONTROL;

/// The directives of a message, in lower case, with their arguments.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct CacheControl(Vec<(String, Option<String>)>);

impl CacheControl {
    /// Those of all its fields.
    pub(super) fn of(headers: &Headers) -> Self {
        let mut directives = Vec::new();
        for line in headers.all(CACHE_CONTROL) {
            read(&String::from_utf8_lossy(line), &mut directives);
        }
        Self(directives)
    }

    /// Whether a directive is there, with an argument or without.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// The argument of a directive in seconds. One that cannot be read is the smallest that there is, so that nothing
    /// is taken for fresh by mistake (RFC 9111 section 4.2.1).
    pub(super) fn seconds(&self, name: &str) -> Option<i64> {
        let (_, argument) = self.0.iter().find(|(known, _)| known == name)?;
        Some(argument.as_deref().map_or(0, delta_seconds))
    }

    /// As [`CacheControl::seconds`], where a directive without an argument means any number of them.
    pub(super) fn seconds_or_any(&self, name: &str) -> Option<i64> {
        let (_, argument) = self.0.iter().find(|(known, _)| known == name)?;
        Some(argument.as_deref().map_or(i64::MAX, delta_seconds))
    }

    /// Whether an answer may be kept for others although its request says who it is from (RFC 9111 section 3.5).
    pub(super) fn allows_sharing(&self) -> bool {
        ["public", "s-maxage", "must-revalidate"].iter().any(|name| self.has(name))
    }
}

/// Seconds (RFC 9111 section 1.2.2); more than can be counted is for ever.
fn delta_seconds(text: &str) -> i64 {
    match text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() {
        true => text.parse().map_or(i64::from(i32::MAX), |seconds: i64| seconds.min(i64::from(i32::MAX))),
        false => 0,
    }
}

/// Reads a list of directives; commas in quoted strings separate nothing.
fn read(line: &str, directives: &mut Vec<(String, Option<String>)>) {
    let mut is_quoted = false;
    let pieces = line.split(|c| {
        is_quoted ^= c == '"';
        c == ',' && !is_quoted
    });
    for piece in pieces.map(str::trim).filter(|piece| !piece.is_empty()) {
        let (name, argument) = match piece.split_once('=') {
            Some((name, argument)) => (name, Some(argument.trim().trim_matches('"').to_owned())),
            None => (piece, None),
        };
        directives.push((name.trim().to_ascii_lowercase(), argument));
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn read_all(lines: &[&'static str]) -> CacheControl {
        let mut headers = Headers::default();
        lines.iter().for_each(|line| headers.append("cache-control", HeaderValue::from_static(line)));
        CacheControl::of(&headers)
    }

    #[test]
    fn directives_are_read_in_any_case_and_from_all_lines() {
        let read = read_all(&["No-Cache=\"a, no-store\", max-age = 5", "s-maxage=\"7\""]);
        assert!(read.has("no-cache") && !read.has("no-store") && read.allows_sharing());
        assert_eq!(
            (read.seconds("max-age"), read.seconds("s-maxage"), read.seconds("min-fresh")),
            (Some(5), Some(7), None)
        );
    }

    #[test]
    fn what_is_no_number_makes_nothing_fresh() {
        for (line, seconds) in
            [("max-age", 0), ("max-age=x", 0), ("max-age=-1", 0), ("max-age=99999999999999999999", i64::from(i32::MAX))]
        {
            assert_eq!(read_all(&[line]).seconds("max-age"), Some(seconds), "{line}");
        }
        assert_eq!(read_all(&["max-stale"]).seconds_or_any("max-stale"), Some(i64::MAX));
    }
}
