//! Sessions of people who have shown a token on the pages of the manager.
//!
//! A session has two halves: a cookie that no script can read, and a proof that the pages send in a header field. With one of
//! them nobody gets in. Browsers send cookies to every port of a machine (RFC 6265 section 8.5), so that an upstream behind
//! the proxy may come to see the one, and other sites can make a browser send it; the other is known to these pages only.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use http::uri::Authority;
use http::{HeaderMap, HeaderName, header};

use crate::random;
use crate::token::fingerprint;

/// What the name of the cookie begins with.
const COOKIE: &str = "gibbon_session";

/// The header field of the proof.
pub(crate) const PROOF: HeaderName = HeaderName::from_static("x-gibbon-session");

/// How long a session lasts at most.
const WHOLE: Duration = Duration::from_secs(12 * 60 * 60);

/// How long a session lasts that nobody uses.
const IDLE: Duration = Duration::from_secs(60 * 60);

/// Sessions of one token at the same time; with more, the one of them that was used the longest ago ends. Whoever has another
/// token is not touched by it.
const SESSIONS: usize = 100;

/// Those that are open, by the digests of their cookies. They end with the process.
#[derive(Default)]
pub(crate) struct Sessions {
    open: Mutex<HashMap<[u8; 32], Session>>,
}

struct Session {
    proof: [u8; 32],
    token: [u8; 32],
    began: Instant,
    used: Instant,
}

/// Both halves of a new session.
pub(crate) struct Begun {
    /// The value of the cookie.
    pub(crate) cookie: String,
    /// The value of the header field.
    pub(crate) proof: String,
}

impl Sessions {
    /// Begins a session for whoever has shown the token with this digest.
    ///
    /// # Errors
    /// Where the system has no randomness.
    pub(crate) fn begin(&self, token: [u8; 32], now: Instant) -> Result<Begun, getrandom::Error> {
        let begun = Begun { cookie: random::text()?, proof: random::text()? };
        let session = Session { proof: fingerprint(begun.proof.as_bytes()), token, began: now, used: now };
        let mut open = self.lock();
        open.retain(|_, session| session.lasts(now));
        let of_token = || open.iter().filter(|(_, session)| session.token == token);
        let oldest = of_token().min_by_key(|(_, session)| session.used).map(|(cookie, _)| *cookie);
        if let Some(oldest) = oldest.filter(|_| of_token().count() >= SESSIONS) {
            open.remove(&oldest);
        }
        open.insert(fingerprint(begun.cookie.as_bytes()), session);
        Ok(begun)
    }

    /// The digest of the token with which the session of a request was begun, if the request has both halves of one.
    pub(crate) fn token(&self, headers: &HeaderMap, now: Instant) -> Option<[u8; 32]> {
        let (cookie, proof) = halves(headers)?;
        let mut open = self.lock();
        let session = open.get_mut(&cookie).filter(|session| session.lasts(now) && session.proves(&proof))?;
        session.used = now;
        Some(session.token)
    }

    /// Ends the session of a request.
    pub(crate) fn end(&self, headers: &HeaderMap) {
        let Some((cookie, proof)) = halves(headers) else { return };
        let mut open = self.lock();
        if open.get(&cookie).is_some_and(|session| session.proves(&proof)) {
            open.remove(&cookie);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<[u8; 32], Session>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    fn lasts(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.began) < WHOLE && now.saturating_duration_since(self.used) < IDLE
    }

    fn proves(&self, proof: &[u8; 32]) -> bool {
        verify_slices_are_equal(&self.proof, proof).is_ok()
    }
}

/// The name of the cookie at the port that a request names. A browser sends its cookies to all ports of a machine, so that
/// gateways beside each other would otherwise end each other's sessions.
pub(crate) fn cookie_name(headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()?.parse::<Authority>().ok());
    match host.and_then(|host| host.port_u16()) {
        Some(port) => format!("{COOKIE}_{port}"),
        None => COOKIE.to_owned(),
    }
}

/// The digests of both halves: what is secret is never compared itself.
fn halves(headers: &HeaderMap) -> Option<([u8; 32], [u8; 32])> {
    let proof = headers.get(&PROOF)?;
    let wanted = cookie_name(headers);
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, cookie) = pairs.find(|(name, _)| *name == wanted)?;
    Some((fingerprint(cookie.as_bytes()), fingerprint(proof.as_bytes())))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const TOKEN: [u8; 32] = [7; 32];

    fn request(cookie: &str, proof: &str) -> HeaderMap {
        let value = |text: &str| HeaderValue::from_str(text).unwrap();
        HeaderMap::from_iter([(header::COOKIE, value(&format!("a=b; {COOKIE}={cookie}; c"))), (PROOF, value(proof))])
    }

    #[test]
    fn both_halves_make_a_session_and_neither_does_alone() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let (one, other) = (sessions.begin(TOKEN, now).unwrap(), sessions.begin(TOKEN, now).unwrap());
        assert_eq!(sessions.token(&request(&one.cookie, &one.proof), now), Some(TOKEN));
        for (cookie, proof) in [(&one.cookie, &other.proof), (&one.proof, &one.proof), (&one.cookie, &String::new())] {
            assert_eq!(sessions.token(&request(cookie, proof), now), None);
        }
        let mut without_proof = request(&one.cookie, &one.proof);
        without_proof.remove(&PROOF);
        assert_eq!(sessions.token(&without_proof, now), None);
    }

    #[test]
    fn a_session_that_was_ended_is_over_and_only_its_owner_ends_it() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let begun = sessions.begin(TOKEN, now).unwrap();
        let owner = request(&begun.cookie, &begun.proof);
        sessions.end(&request(&begun.cookie, "another"));
        assert_eq!(sessions.token(&owner, now), Some(TOKEN));
        sessions.end(&owner);
        assert_eq!(sessions.token(&owner, now), None);
    }

    #[test]
    fn a_session_ends_when_nobody_uses_it_and_after_half_a_day_in_any_case() {
        let (sessions, start) = (Sessions::default(), Instant::now());
        let begun = sessions.begin(TOKEN, start).unwrap();
        let owner = request(&begun.cookie, &begun.proof);
        let mut now = start;
        while now.duration_since(start) < WHOLE {
            assert_eq!(sessions.token(&owner, now), Some(TOKEN));
            now += IDLE / 2;
        }
        assert_eq!(sessions.token(&owner, now), None);
        let begun = sessions.begin(TOKEN, start).unwrap();
        assert_eq!(sessions.token(&request(&begun.cookie, &begun.proof), start + IDLE), None);
    }

    #[test]
    fn gateways_on_other_ports_of_a_machine_have_cookies_of_their_own() {
        let named =
            |host: &'static str| cookie_name(&HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))]));
        let hosts = ["gateway", "gateway:8002", "127.0.0.1:9002", "[::1]:80", "no host:1"];
        let names = hosts.map(named);
        let wanted =
            ["gibbon_session", "gibbon_session_8002", "gibbon_session_9002", "gibbon_session_80", "gibbon_session"];
        assert_eq!(names, wanted);
    }

    #[test]
    fn with_too_many_sessions_of_a_token_the_one_that_was_used_the_longest_ago_ends() {
        let (sessions, start) = (Sessions::default(), Instant::now());
        let other = sessions.begin([8; 32], start).unwrap();
        let first = sessions.begin(TOKEN, start).unwrap();
        let later = start + Duration::from_secs(1);
        let second = sessions.begin(TOKEN, later).unwrap();
        for _ in 2..=SESSIONS {
            sessions.begin(TOKEN, later).unwrap();
        }
        assert_eq!(sessions.lock().len(), SESSIONS + 1);
        assert_eq!(sessions.token(&request(&other.cookie, &other.proof), later), Some([8; 32]));
        assert_eq!(sessions.token(&request(&first.cookie, &first.proof), later), None);
        assert_eq!(sessions.token(&request(&second.cookie, &second.proof), later), Some(TOKEN));
    }
}
