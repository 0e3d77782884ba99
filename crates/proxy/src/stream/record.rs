//! What is known of a stream, until it is over and is logged.

use std::io::Write as _;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use gibbon_entities::{Protocol, Route, Service};
use gibbon_plugin_api::stream::Carried;
use gibbon_plugin_api::{Stream, StreamLogCx, Try, WorkerLocals};
use gibbon_runtime::{Instance, RouteEntry};
use http::StatusCode;

use crate::access_log::AccessLog;
use crate::http::error::ProxyError;
use crate::stream::arrival::Ends;
use crate::stream::failure::Failure;
use crate::stream::plugins;
use crate::worker::Worker;

/// See the module. It is logged when it is dropped, however the stream has ended.
pub(crate) struct Record {
    log: Option<Rc<AccessLog>>,
    pub(crate) stream: Stream,
    pub(crate) status: StatusCode,
    /// What has been exchanged with the client.
    pub(crate) client: Carried,
    /// What has been exchanged with the upstream.
    pub(crate) upstream: Carried,
    tries: Vec<Try>,
    route: Option<Arc<Route>>,
    service: Option<Arc<Service>>,
    loggers: Vec<Arc<Instance>>,
    started: Instant,
    started_at: i64,
    /// When the upstream was asked first.
    asked: Option<Instant>,
    locals: Rc<WorkerLocals>,
}

impl Record {
    /// Of a stream that begins now.
    pub(crate) fn begin(worker: &Worker, protocol: Protocol, Ends { source, destination }: Ends) -> Self {
        Self {
            log: worker.stream_log.clone(),
            stream: Stream { protocol, source, destination, sni: None, tls: None },
            // What holds for a client that never comes so far as to be routed.
            status: StatusCode::BAD_REQUEST,
            client: Carried::default(),
            upstream: Carried::default(),
            tries: Vec::new(),
            route: None,
            service: None,
            loggers: Vec::new(),
            started: Instant::now(),
            started_at: now(),
            asked: None,
            locals: Rc::clone(&worker.locals),
        }
    }

    /// It belongs to this route, whose plugins will log it.
    pub(crate) fn routed(&mut self, entry: &RouteEntry) {
        self.route = Some(Arc::clone(&entry.route));
        self.service = entry.service.as_ref().map(|origin| Arc::clone(&origin.service));
        self.loggers = plugins::loggers(&entry.plan);
    }

    /// It belongs to no route: the plugins for everything log it.
    pub(crate) fn unrouted(&mut self, loggers: Vec<Arc<Instance>>) {
        self.loggers = loggers;
    }

    /// The upstream is asked there.
    pub(crate) fn note_try(&mut self, address: SocketAddr, chosen_in: Duration) {
        self.asked.get_or_insert_with(Instant::now);
        self.tries.push(Try::begin(address, chosen_in));
    }

    /// The attempt that was noted last led to this address in the end.
    pub(crate) fn note_detour(&mut self, address: SocketAddr) {
        if let Some(last) = self.tries.last_mut() {
            last.address = address;
        }
    }

    /// The attempt that was noted last has a connection.
    pub(crate) fn note_connected(&mut self) {
        if let Some(last) = self.tries.last_mut() {
            last.connected();
        }
    }

    /// The attempt that was noted last came to nothing.
    pub(crate) fn note_failure(&mut self, error: &ProxyError) {
        if let Some(last) = self.tries.last_mut() {
            last.failed(if error.is_timeout() { 504 } else { 502 });
        }
    }

    /// How it has ended.
    pub(crate) fn end(&mut self, outcome: Result<(), Failure>) {
        self.status = match &outcome {
            Ok(()) => StatusCode::OK,
            Err(failure) => failure.status(),
        };
        if let Err(failure) = outcome {
            failure.tell(self.stream.source);
        }
    }

    /// nginx's format `basic`, as Kong has it: who, when, what, how, bytes to and from the client, seconds.
    fn write_line(&self, lines: &mut Vec<u8>, time: &str) {
        let protocol = if self.stream.protocol == Protocol::Udp { "UDP" } else { "TCP" };
        let (source, status) = (self.stream.source.ip(), self.status.as_u16());
        let (Carried { received, sent }, took) = (self.client, self.started.elapsed());
        let (seconds, millis) = (took.as_secs(), took.subsec_millis());
        // Writing to memory cannot fail.
        let _ = writeln!(lines, "{source} [{time}] {protocol} {status} {sent} {received} {seconds}.{millis:03}");
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        if let Some(log) = &self.log {
            log.add(|lines, time| self.write_line(lines, time));
        }
        let total = self.started.elapsed();
        for instance in &self.loggers {
            instance.handler.stream_log(&StreamLogCx {
                stream: &self.stream,
                status: self.status,
                client: self.client,
                upstream: self.upstream,
                tries: &self.tries,
                route: self.route.as_deref(),
                service: self.service.as_deref(),
                started_at: self.started_at,
                until_upstream: self.asked.map_or(total, |asked| asked - self.started),
                total,
                worker: &self.locals,
            });
        }
    }
}

/// Milliseconds since 1970.
fn now() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}
