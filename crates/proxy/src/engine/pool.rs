//! Connections to upstreams that wait for their next request; one pool a worker, so that no request crosses threads.

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::rc::{Rc, Weak};
use std::time::Instant;

use gibbon_conf::Upstream;
use gibbon_tls::client::Terms;
use rustls::pki_types::ServerName;

use crate::engine::client::UpstreamConnection;

pub(crate) struct Pool {
    limits: Upstream,
    idle: RefCell<HashMap<Destination, Vec<Idle>, ahash::RandomState>>,
}

/// Where a connection leads. Those to one address are different ones where another name was asked for, or where the
/// other side has to prove who it is in another way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Destination {
    pub(crate) address: SocketAddr,
    /// For TLS.
    pub(crate) tls: Option<TlsName>,
}

/// Whom a handshake asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct TlsName {
    pub(crate) name: ServerName<'static>,
    pub(crate) terms: Terms,
}

/// How sure a request has to be that its connection is still there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Care {
    /// It can be sent again on another one.
    Usual,
    /// It cannot.
    Utmost,
}

struct Idle {
    connection: UpstreamConnection,
    since: Instant,
}

/// A connection that is in use, and the pool that it goes back to.
pub(crate) struct Lease {
    pub(crate) connection: UpstreamConnection,
    destination: Destination,
    pool: Weak<Pool>,
}

impl Lease {
    /// The connection will never come back.
    pub(crate) fn into_connection(self) -> UpstreamConnection {
        self.connection
    }

    /// The exchange is over and the connection is whole.
    pub(crate) fn give_back(self) {
        if let Some(pool) = self.pool.upgrade() {
            pool.put(self.destination, self.connection);
        }
    }
}

impl Pool {
    pub(crate) fn new(limits: Upstream) -> Rc<Self> {
        Rc::new(Self { limits, idle: RefCell::default() })
    }

    /// The connection to `destination` that was used last and can take a request now.
    pub(crate) fn take(self: &Rc<Self>, destination: &Destination, care: Care) -> Option<Lease> {
        let mut idle = self.idle.borrow_mut();
        let waiting = idle.get_mut(destination)?;
        while let Some(Idle { mut connection, .. }) = waiting.pop() {
            let is_usable = match care {
                Care::Usual => connection.is_quiet(),
                Care::Utmost => connection.is_alive(),
            };
            if is_usable {
                return Some(self.lease(destination.clone(), connection));
            }
        }
        None
    }

    pub(crate) fn lease(self: &Rc<Self>, destination: Destination, connection: UpstreamConnection) -> Lease {
        Lease { connection, destination, pool: Rc::downgrade(self) }
    }

    fn put(&self, destination: Destination, mut connection: UpstreamConnection) {
        let used_up = self.limits.max_requests.is_some_and(|limit| connection.requests() >= limit);
        if used_up || !connection.is_quiet() {
            return;
        }
        let mut idle = self.idle.borrow_mut();
        let waiting = idle.entry(destination).or_default();
        if waiting.len() < self.limits.pool_size {
            waiting.push(Idle { connection, since: Instant::now() });
        }
    }

    /// Closes what has waited too long.
    pub(crate) fn sweep(&self) {
        let limit = self.limits.idle_timeout;
        let now = Instant::now();
        self.idle.borrow_mut().retain(|_, waiting| {
            let in_time = |idle: &Idle| limit.is_none_or(|limit| now.duration_since(idle.since) < limit);
            waiting.retain_mut(|idle| idle.connection.is_quiet() && in_time(idle));
            waiting.iter_mut().for_each(|idle| idle.connection.shrink());
            !waiting.is_empty()
        });
    }
}
