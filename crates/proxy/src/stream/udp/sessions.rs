//! The streams of datagrams of one port, by client. How many there are is bounded: anybody can make one with a single
//! datagram, under whatever address. Where there is no room for another, the one goes that was silent for longest.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;

use ahash::AHashMap;

use super::exchange::Exchange;

/// How many there are at most on a port of a worker. Each has a socket of its own to its upstream.
const MOST: usize = 4096;

/// Who sends, and at which address that arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) client: SocketAddr,
    pub(super) local: IpAddr,
}

#[derive(Default)]
pub(super) struct Sessions(RefCell<Table>);

#[derive(Default)]
struct Table {
    by_key: AHashMap<Key, Rc<Exchange>>,
    /// Each once, with when something had moved on it when it was put here: roughly, the silent ones first.
    order: VecDeque<(Key, u64)>,
}

impl Sessions {
    pub(super) fn find(&self, key: Key) -> Option<Rc<Exchange>> {
        self.0.borrow().by_key.get(&key).cloned()
    }

    pub(super) fn insert(&self, key: Key, exchange: &Rc<Exchange>) {
        let mut table = self.0.borrow_mut();
        if table.by_key.len() >= MOST {
            table.end_one();
        }
        table.by_key.insert(key, Rc::clone(exchange));
        table.order.push_back((key, exchange.moved()));
    }

    /// The exchange has ended. Another may have its key meanwhile.
    pub(super) fn remove(&self, key: Key, exchange: &Rc<Exchange>) {
        let mut table = self.0.borrow_mut();
        if table.by_key.get(&key).is_some_and(|present| Rc::ptr_eq(present, exchange)) {
            table.by_key.remove(&key);
        }
        table.forget_ended();
    }
}

impl Table {
    /// Ends the one that was silent for longest. One on which something has moved since it was put into the order gets
    /// another turn.
    fn end_one(&mut self) {
        while let Some((key, seen)) = self.order.pop_front() {
            let Some(exchange) = self.by_key.get(&key) else { continue };
            if exchange.moved() != seen {
                let moved = exchange.moved();
                self.order.push_back((key, moved));
                continue;
            }
            tracing::warn!("there is no room for more streams of datagrams: the one that was silent for longest ends");
            exchange.end();
            self.by_key.remove(&key);
            return;
        }
    }

    /// What has ended stays in the order until that is twice as long as it has to be.
    fn forget_ended(&mut self) {
        if self.order.len() > 2 * self.by_key.len() + 64 {
            let by_key = &self.by_key;
            self.order.retain(|(key, _)| by_key.contains_key(key));
        }
    }
}
