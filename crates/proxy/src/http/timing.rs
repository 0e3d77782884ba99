//! `X-Kong-Request-Debug`: where the time of a request went, told to those who may ask.

use std::time::{Duration, Instant};

use gibbon_plugin_api::Headers;
use http::HeaderValue;

use crate::http::client::Client;
use crate::http::real_ip;
use crate::http::request_id::RequestId;
use crate::settings::Settings;

const WISH: &str = "X-Kong-Request-Debug";
const TOKEN: &str = "X-Kong-Request-Debug-Token";
const LOG: &str = "X-Kong-Request-Debug-Log";
const OUTPUT: &str = "X-Kong-Request-Debug-Output";

/// Where the answer goes beside the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Nowhere.
    Field,
    /// Into the log.
    Log,
}

/// What the request asks for; nothing where it may not ask.
pub(crate) fn wanted(headers: &Headers, client: &Client, settings: &Settings) -> Option<Wanted> {
    let debug = &settings.proxy.request_debug;
    if !debug.allowed || headers.get(WISH) != Some(b"*") {
        return None;
    }
    let shows_token = || match (headers.get(TOKEN), &debug.token) {
        (Some(shown), Some(token)) => are_equal(shown, token.as_bytes()),
        _ => false,
    };
    // Neither through a proxy on this machine, nor by a proxy's word alone.
    let is_here =
        || client.connection.peer_address().is_loopback() && real_ip::resolve(client, headers, settings).is_loopback();
    (is_here() || shows_token()).then(|| if headers.get(LOG) == Some(b"true") { Wanted::Log } else { Wanted::Field })
}

/// In a time that tells nothing about the token but its length.
fn are_equal(shown: &[u8], token: &[u8]) -> bool {
    shown.len() == token.len() && shown.iter().zip(token).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

/// What is known of the times of a request.
pub(crate) struct Times {
    pub(crate) started: Instant,
    /// When the upstream was asked, and when the head of its answer had come.
    pub(crate) upstream: Option<(Instant, Instant)>,
}

impl Times {
    /// Tells them.
    pub(crate) fn tell(&self, wanted: Wanted, id: &RequestId, headers: &mut Headers) {
        let output = self.written(id, Instant::now());
        if wanted == Wanted::Log {
            tracing::warn!(request_id = id.as_str(), "[request-debug] {output}");
        }
        if let Ok(value) = HeaderValue::try_from(output) {
            headers.set(OUTPUT, value);
        }
    }

    /// Before the upstream is asked stand finding the route and the plugins (`access`).
    fn written(&self, id: &RequestId, now: Instant) -> String {
        let total = millis(now - self.started);
        let (access, upstream) = match self.upstream {
            None => (now - self.started, String::new()),
            Some((asked, answered)) => {
                let time = millis(answered - asked);
                let child = format!(r#""child":{{"time_to_first_byte":{{"total_time":{time}}}}},"#);
                (asked - self.started, format!(r#","upstream":{{{child}"total_time":{time}}}"#))
            }
        };
        let id = id.as_str();
        let access = millis(access);
        format!(
            r#"{{"child":{{"access":{{"total_time":{access}}}{upstream}}},"request_id":"{id}","total_time":{total}}}"#
        )
    }
}

/// Milliseconds with three digits behind the point.
fn millis(time: Duration) -> String {
    format!("{}.{:03}", time.as_millis(), time.subsec_micros() % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::request_id::RequestIds;

    #[test]
    fn times_are_told_in_milliseconds() {
        let started = Instant::now();
        let at = |micros| started + Duration::from_micros(micros);
        let id = RequestIds::new().next();
        let expected = |child: &str, total: &str| {
            format!(r#"{{"child":{{{child}}},"request_id":"{}","total_time":{total}}}"#, id.as_str())
        };
        let upstream = Times { started, upstream: Some((at(1_500), at(12_000))) };
        let child = r#""access":{"total_time":1.500},"upstream":{"child":{"time_to_first_byte":{"total_time":10.500}},"total_time":10.500}"#;
        assert_eq!(upstream.written(&id, at(13_042)), expected(child, "13.042"));
        let own = Times { started, upstream: None };
        assert_eq!(own.written(&id, at(2_000)), expected(r#""access":{"total_time":2.000}"#, "2.000"));
    }

    #[test]
    fn a_token_is_equal_only_to_itself() {
        assert!(are_equal(b"abc", b"abc"));
        assert!(!are_equal(b"abd", b"abc") && !are_equal(b"ab", b"abc") && !are_equal(b"", b"a"));
    }
}
