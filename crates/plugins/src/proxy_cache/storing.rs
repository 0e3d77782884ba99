//! Whether an answer is kept, and what is kept of it.

use gibbon_plugin_api::{Headers, ResponseCx, ResponseHead, Source};
use http::StatusCode;
use http::header::{AGE, CONTENT_LENGTH, CONTENT_TYPE, DATE, EXPIRES, SET_COOKIE, VARY};

use super::cache_control::CacheControl;
use super::config::{Config, Rules};
use super::content_type::ContentType;
use super::handler::{Sharing, Wanted};
use super::stored::{StoredAnswer, WhenStale, values};
use crate::timestamp;

/// Fields of one connection or one request, which are no part of what is kept.
const LEFT_OUT: [&str; 10] = [
    "Connection",
    "Keep-Alive",
    "Proxy-Authenticate",
    "Proxy-Authorization",
    "TE",
    "Trailers",
    "Transfer-Encoding",
    "Upgrade",
    "Trailer",
    "Proxy-Connection",
];

/// What is kept of an answer, without its body; none where nothing is.
pub(super) fn answer_to_keep(config: &Config, cx: &ResponseCx<'_>, wanted: &Wanted) -> Option<StoredAnswer> {
    let told = CacheControl::of(&cx.head.headers);
    let is_kept = cx.source == Source::Upstream
        && is_configured(config, cx.head)
        && is_allowed(config, cx.head, &told)
        && (wanted.sharing == Sharing::Anyone || told.allows_sharing())
        // A cookie is for one client, unless the upstream says that it is not (RFC 9111 section 7.3).
        && (!cx.head.headers.contains(SET_COOKIE) || told.has("public") || told.has("s-maxage"));
    if !is_kept {
        return None;
    }
    let initial_age = cx.head.headers.get_str(AGE).and_then(|age| age.parse().ok()).map_or(0, |age: u32| age.into());
    let ttl = match config.rules {
        Rules::Configured => config.ttl,
        Rules::CacheControl => lifetime(&cx.head.headers, &told),
    };
    // What is old already when it comes is of no use.
    if config.rules == Rules::CacheControl && ttl <= initial_age {
        return None;
    }
    let kept_for = config.storage_ttl.unwrap_or(ttl);
    Some(StoredAnswer {
        status: cx.head.status,
        headers: kept_fields(&cx.head.headers, wanted),
        body: Default::default(),
        parts: wanted.asked.parts,
        vary: dependencies(&cx.head.headers, &cx.request.headers)?,
        timestamp: wanted.now,
        initial_age,
        ttl,
        until: (kept_for > 0).then(|| wanted.now.saturating_add(kept_for)),
        when_stale: when_stale(&told),
        body_room: 0,
    })
}

/// What the configuration says of status and type. A part of an answer, and the answer to a question whether something
/// has changed, are no answers to others (RFC 9111 sections 3.3 and 4.3.4).
fn is_configured(config: &Config, head: &ResponseHead) -> bool {
    if matches!(head.status, StatusCode::PARTIAL_CONTENT | StatusCode::NOT_MODIFIED) || head.status.is_informational() {
        return false;
    }
    let mut types = head.headers.all(CONTENT_TYPE);
    let (Some(content_type), None) = (types.next(), types.next()) else { return false };
    let content_type = ContentType::parse(&String::from_utf8_lossy(content_type));
    config.statuses.contains(&head.status.as_u16())
        && content_type.is_some_and(|actual| config.content_types.iter().any(|known| known.covers(&actual)))
}

/// What the upstream says, where it is asked.
fn is_allowed(config: &Config, head: &ResponseHead, told: &CacheControl) -> bool {
    config.rules == Rules::Configured
        || (!["private", "no-store", "no-cache"].iter().any(|name| told.has(name)) && lifetime(&head.headers, told) > 0)
}

/// For how many seconds an answer is fresh (RFC 9111 section 4.2.1).
fn lifetime(headers: &Headers, told: &CacheControl) -> i64 {
    if let Some(seconds) = told.seconds("s-maxage").or_else(|| told.seconds("max-age")) {
        return seconds;
    }
    let date = |text: &[u8]| {
        let time = httpdate::parse_http_date(std::str::from_utf8(text).ok()?).ok()?;
        Some(timestamp::seconds_since_1970(time))
    };
    // Of several, the last one counts in Kong.
    let Some(expires) = headers.all(EXPIRES).last().and_then(date) else { return 0 };
    let now = headers.get(DATE).and_then(date).unwrap_or_else(timestamp::now);
    expires.saturating_sub(now).max(0)
}

fn when_stale(told: &CacheControl) -> WhenStale {
    match ["must-revalidate", "proxy-revalidate", "s-maxage"].iter().any(|name| told.has(name)) {
        true => WhenStale::MustNot,
        false => WhenStale::MayServe,
    }
}

fn kept_fields(headers: &Headers, wanted: &Wanted) -> Headers {
    let mut kept = headers.clone();
    for name in LEFT_OUT {
        kept.remove(name);
    }
    // The length of an answer to HEAD is that of the body which it does not have.
    if !wanted.is_asked_by_head {
        kept.remove(CONTENT_LENGTH);
    }
    for name in ["Age", "X-Cache-Status", "X-Cache-Key"] {
        kept.remove(name);
    }
    // What is left of a limit is another number for the next request.
    let names = headers.iter().map(|(name, _)| String::from_utf8_lossy(name).to_ascii_lowercase());
    for name in names.filter(|name| name.contains("ratelimit-remaining")) {
        kept.remove(&*name);
    }
    kept
}

/// What the answer depends on beside what the key is made of, with the values of its request; none where it depends on
/// everything (RFC 9111 section 4.1).
fn dependencies(answer: &Headers, request: &Headers) -> Option<Vec<(Box<str>, Vec<u8>)>> {
    let list = values(answer, VARY.as_str());
    let list = String::from_utf8_lossy(&list).to_ascii_lowercase();
    let mut names: Vec<&str> = list.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    names.dedup();
    match names.contains(&"*") {
        true => None,
        false => Some(names.into_iter().map(|name| (name.into(), values(request, name))).collect()),
    }
}
