//! Server-sent events, on their way from who knows something to who listens.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use serde_json::Value;
use tokio::sync::mpsc::{self, Receiver};

/// How many events may wait for a client that reads slowly.
const WAITING: usize = 16;

/// What one client is told, until the server or the client has enough.
#[derive(Debug, Clone)]
pub(crate) struct Events(Arc<Mutex<Option<Receiver<Bytes>>>>);

/// Where to tell it.
pub(super) type Sender = mpsc::Sender<Bytes>;

impl Events {
    /// Events that begin with these.
    pub(super) fn beginning_with(first: impl IntoIterator<Item = Bytes>) -> (Sender, Self) {
        let (sender, events) = mpsc::channel(WAITING);
        for event in first {
            // There is room: nothing was sent yet, and a beginning is short.
            let _ = sender.try_send(event);
        }
        (sender, Self(Arc::new(Mutex::new(Some(events)))))
    }

    /// The events themselves, for the one who sends them.
    pub(crate) fn take(&self) -> Option<Receiver<Bytes>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl PartialEq for Events {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// An event as it goes over the wire. JSON in one line has no line break that could end it.
pub(super) fn event(name: &str, data: &Value) -> Bytes {
    format!("event: {name}\ndata: {data}\n\n").into()
}
