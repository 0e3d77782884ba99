//! Whether an answer that is kept may be given to a request.

use super::cache_control::CacheControl;
use super::config::{Config, Rules};
use super::stored::{StoredAnswer, WhenStale};

/// Whether `answer` may be given to a request with these directives at `now`.
pub(super) fn is_acceptable(config: &Config, answer: &StoredAnswer, wanted: &CacheControl, now: i64) -> bool {
    if config.rules == Rules::Configured {
        return now.saturating_sub(answer.timestamp) <= config.ttl;
    }
    let age = answer.age(now);
    let too_old = wanted.seconds("max-age").is_some_and(|most| age > most);
    let too_soon_old = wanted.seconds("min-fresh").is_some_and(|least| answer.ttl.saturating_sub(age) < least);
    // Old answers are for those who ask for them (RFC 9111 section 4.2.4).
    let staleness = age.saturating_sub(answer.ttl);
    let allowed = match answer.when_stale {
        WhenStale::MayServe => wanted.seconds_or_any("max-stale").unwrap_or(0),
        WhenStale::MustNot => 0,
    };
    !too_old && !too_soon_old && staleness <= allowed
}
