//! For how long what was fetched need not be fetched again (RFC 9111), within bounds.

use std::time::Duration;

use http::HeaderMap;
use http::header::{AGE, CACHE_CONTROL, DATE, EXPIRES};

/// However short a server says: it is asked no more often.
pub(super) const SHORTEST: Duration = Duration::from_secs(60);

/// However long it says: a key that was taken back is not believed for longer.
pub(super) const LONGEST: Duration = Duration::from_secs(3600);

/// Where it says nothing.
pub(super) const USUAL: Duration = Duration::from_secs(600);

/// How long an answer is fresh.
pub(super) fn life(headers: &HeaderMap) -> Duration {
    said(headers).map_or(USUAL, |seconds| Duration::from_secs(seconds).clamp(SHORTEST, LONGEST))
}

/// What the server says, in seconds.
fn said(headers: &HeaderMap) -> Option<u64> {
    let age = text(headers, AGE.as_str()).and_then(|age| age.trim().parse().ok()).unwrap_or(0_u64);
    let lines = headers.get_all(CACHE_CONTROL).iter().filter_map(|line| line.to_str().ok());
    let directives: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    if directives.iter().any(|directive| ["no-store", "no-cache"].iter().any(|no| directive.eq_ignore_ascii_case(no))) {
        return Some(0);
    }
    let max_age = directives.iter().find_map(|directive| {
        let (name, value) = directive.split_once('=')?;
        name.eq_ignore_ascii_case("max-age").then(|| value.trim_matches('"').parse::<u64>().ok())?
    });
    if let Some(seconds) = max_age {
        return Some(seconds.saturating_sub(age));
    }
    let time = |name: &str| text(headers, name).map(httpdate::parse_http_date);
    match (time(EXPIRES.as_str())?, time(DATE.as_str())) {
        (Ok(expires), Some(Ok(date))) => Some(expires.duration_since(date).map_or(0, |life| life.as_secs())),
        // `Expires: 0` and the like mean that it has expired.
        (Err(_), _) => Some(0),
        _ => None,
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn seconds(lines: &[(&'static str, &'static str)]) -> u64 {
        let lines = lines.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        life(&lines.collect()).as_secs()
    }

    #[test]
    fn what_the_server_says_holds_within_bounds() {
        for (value, expected) in [
            ("max-age=900", 900),
            ("public, Max-Age=\"900\", must-revalidate", 900),
            ("max-age=1", 60),
            ("max-age=999999999", 3600),
            ("no-store", 60),
            ("no-cache, max-age=900", 60),
            ("max-age=soon", 600),
            ("public", 600),
        ] {
            assert_eq!(seconds(&[("cache-control", value)]), expected, "{value}");
        }
        assert_eq!(seconds(&[]), 600);
        assert_eq!(seconds(&[("cache-control", "max-age=900"), ("age", "300")]), 600);
        assert_eq!(seconds(&[("cache-control", "max-age=900"), ("age", "9000")]), 60);
    }

    #[test]
    fn an_end_counts_where_no_age_is_said() {
        let date = ("date", "Sun, 06 Nov 1994 08:00:00 GMT");
        assert_eq!(seconds(&[date, ("expires", "Sun, 06 Nov 1994 08:15:00 GMT")]), 900);
        assert_eq!(seconds(&[date, ("expires", "Sun, 06 Nov 1994 07:00:00 GMT")]), 60);
        assert_eq!(seconds(&[date, ("expires", "0")]), 60);
        assert_eq!(seconds(&[("expires", "Sun, 06 Nov 1994 08:15:00 GMT")]), 600);
        let both = [date, ("expires", "Sun, 06 Nov 1994 08:15:00 GMT"), ("cache-control", "max-age=120")];
        assert_eq!(seconds(&both), 120);
    }
}
