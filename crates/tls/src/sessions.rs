//! Resumed sessions: for how long, by tickets or by what the gateway remembers.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gibbon_conf::Tls;
use rustls::crypto::aws_lc_rs::Ticketer;
use rustls::server::{NoServerSessionStorage, ProducesTickets, ServerSessionMemoryCache, StoresServerSessions};
use rustls::{Error, ServerConfig};

/// What a remembered session takes, roughly.
const SESSION: u64 = 512;

/// Sets up how sessions are resumed.
pub(crate) fn set_up(config: &mut ServerConfig, tls: &Tls) -> Result<(), Error> {
    let life = tls.session_timeout;
    let sessions = usize::try_from(tls.session_bytes / SESSION).unwrap_or(usize::MAX);
    config.session_storage = Arc::new(Timed { inner: ServerSessionMemoryCache::new(sessions.max(1)), life });
    if tls.tickets {
        config.ticketer = Arc::new(Timed { inner: Ticketer::new()?, life });
    }
    Ok(())
}

/// No session is resumed or remembered.
pub(crate) fn forget(config: &mut ServerConfig) {
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.ticketer = Arc::new(NoTickets);
    config.send_tls13_tickets = 0;
}

#[derive(Debug)]
struct NoTickets;

impl ProducesTickets for NoTickets {
    fn enabled(&self) -> bool {
        false
    }

    fn lifetime(&self) -> u32 {
        0
    }

    fn encrypt(&self, _: &[u8]) -> Option<Vec<u8>> {
        None
    }

    fn decrypt(&self, _: &[u8]) -> Option<Vec<u8>> {
        None
    }
}

/// Puts the time before what is kept, and does not give it back once that is too long ago.
#[derive(Debug)]
struct Timed<I> {
    inner: I,
    life: Duration,
}

const STAMP: usize = size_of::<u64>();

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}

fn stamped(value: &[u8]) -> Vec<u8> {
    [&now().to_be_bytes()[..], value].concat()
}

fn fresh(mut stamped: Vec<u8>, life: Duration) -> Option<Vec<u8>> {
    let stamp = stamped.first_chunk::<STAMP>().map(|bytes| u64::from_be_bytes(*bytes))?;
    let is_fresh = now().saturating_sub(stamp) < life.as_secs();
    is_fresh.then(|| stamped.split_off(STAMP))
}

impl ProducesTickets for Timed<Arc<dyn ProducesTickets>> {
    fn enabled(&self) -> bool {
        self.inner.enabled() && !self.life.is_zero()
    }

    fn lifetime(&self) -> u32 {
        let life = u32::try_from(self.life.as_secs()).unwrap_or(u32::MAX);
        self.inner.lifetime().min(life)
    }

    fn encrypt(&self, plain: &[u8]) -> Option<Vec<u8>> {
        self.inner.encrypt(&stamped(plain))
    }

    fn decrypt(&self, cipher: &[u8]) -> Option<Vec<u8>> {
        fresh(self.inner.decrypt(cipher)?, self.life)
    }
}

impl StoresServerSessions for Timed<Arc<ServerSessionMemoryCache>> {
    fn put(&self, key: Vec<u8>, value: Vec<u8>) -> bool {
        self.inner.put(key, stamped(&value))
    }

    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        fresh(self.inner.get(key)?, self.life)
    }

    fn take(&self, key: &[u8]) -> Option<Vec<u8>> {
        fresh(self.inner.take(key)?, self.life)
    }

    fn can_cache(&self) -> bool {
        !self.life.is_zero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_given_back_as_it_was_until_its_time_is_over() {
        let inner = Ticketer::new().unwrap();
        let long = Timed { inner: Arc::clone(&inner), life: Duration::from_secs(3600) };
        let ticket = long.encrypt(b"session").unwrap();
        assert_eq!(long.decrypt(&ticket).as_deref(), Some(&b"session"[..]));
        assert_eq!(Timed { inner, life: Duration::ZERO }.decrypt(&ticket), None);
        let old = [&(now() - 7200).to_be_bytes()[..], b"session"].concat();
        assert_eq!(fresh(old, Duration::from_secs(3600)), None);
    }

    #[test]
    fn what_is_too_short_for_a_time_is_no_session() {
        assert_eq!(fresh(b"abc".to_vec(), Duration::from_secs(1)), None);
    }
}
