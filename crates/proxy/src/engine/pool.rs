//! Connections to upstreams that wait for their next request; one pool a worker, so that no request crosses threads.

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::rc::{Rc, Weak};

use gibbon_conf::Upstream;
use gibbon_tls::client::Terms;
use rustls::pki_types::ServerName;

use crate::engine::client::UpstreamConnection;

pub(crate) struct Pool {
    limits: Upstream,
    #[expect(clippy::vec_box, reason = "a lease takes the box as it is, so that the connection is never moved")]
    idle: RefCell<HashMap<Destination, Vec<Box<Kept>>, ahash::RandomState>>,
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

/// A connection that waits, or is lent; so large that it stays where it is.
struct Kept {
    connection: UpstreamConnection,
    destination: Destination,
}

/// A connection that is in use, and the pool that it goes back to.
pub(crate) struct Lease {
    kept: Box<Kept>,
    pool: Weak<Pool>,
}

impl Lease {
    pub(crate) fn connection(&mut self) -> &mut UpstreamConnection {
        &mut self.kept.connection
    }

    /// The connection will never come back.
    pub(crate) fn into_connection(self) -> UpstreamConnection {
        self.kept.connection
    }

    /// The exchange is over and the connection is whole.
    pub(crate) fn give_back(self) {
        if let Some(pool) = self.pool.upgrade() {
            pool.put(self.kept);
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
        while let Some(mut kept) = waiting.pop() {
            let is_usable = match care {
                Care::Usual => kept.connection.is_quiet(),
                Care::Utmost => kept.connection.is_alive(),
            };
            if is_usable {
                return Some(Lease { kept, pool: Rc::downgrade(self) });
            }
        }
        None
    }

    /// Lends a connection that is new.
    pub(crate) fn lease(self: &Rc<Self>, destination: Destination, connection: UpstreamConnection) -> Lease {
        let kept = Box::new(Kept { connection, destination });
        Lease { kept, pool: Rc::downgrade(self) }
    }

    fn put(&self, mut kept: Box<Kept>) {
        let used_up = self.limits.max_requests.is_some_and(|limit| kept.connection.requests() >= limit);
        // Whether its socket is quiet is asked when it is taken.
        if used_up || kept.connection.has_unread() {
            return;
        }
        let mut idle = self.idle.borrow_mut();
        let waiting = match idle.get_mut(&kept.destination) {
            Some(waiting) => waiting,
            None => idle.entry(kept.destination.clone()).or_default(),
        };
        if waiting.len() < self.limits.pool_size {
            kept.connection.rest();
            waiting.push(kept);
        }
    }

    /// Closes what has waited too long.
    pub(crate) fn sweep(&self) {
        let limit = self.limits.idle_timeout;
        self.idle.borrow_mut().retain(|_, waiting| {
            let in_time = |kept: &Kept| limit.is_none_or(|limit| kept.connection.silence() < limit);
            waiting.retain_mut(|kept| kept.connection.is_quiet() && in_time(kept));
            waiting.iter_mut().for_each(|kept| kept.connection.shrink());
            !waiting.is_empty()
        });
    }
}
