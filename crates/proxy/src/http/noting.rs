//! What is noted of a request while it is served, for plugins that log it.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use gibbon_plugin_api::{Lookup, MeterCx, ResponseHead, Source, Try};

use crate::http::arrival::ArrivingBody;
use crate::http::chain::Chain;
use crate::http::error::ProxyError;
use crate::http::exchange::Exchange;
use crate::http::tail::{Course, Meters, Record};

/// What the client gets, and how it came to that.
#[derive(Clone, Copy)]
pub(crate) struct Sent<'h> {
    pub(crate) head: &'h ResponseHead,
    pub(crate) source: Source,
    pub(crate) course: Course,
}

impl Exchange<'_> {
    /// What plugins log of the exchange.
    pub(crate) fn into_record(self, mut chain: Chain<'_>, sent: Sent<'_>) -> Record {
        let Sent { head: response, source, .. } = sent;
        let client_ip = self.client_ip();
        let (route, service) = self.entry.map_or((None, None), |(route, service)| (Some(route), service));
        Record {
            timeline: chain.take_timeline(),
            instances: chain.into_loggers(),
            id: self.id,
            client_ip,
            request: self.head,
            response: response.clone(),
            source,
            scheme: self.client.connection.scheme,
            tls: self.client.connection.tls.clone(),
            log_values: self.log_values,
            local_port: self.client.connection.local_port,
            route,
            service,
            identity: self.identity,
            shared: self.shared,
            upstream: self.upstream.map(|upstream| *upstream).unwrap_or_default(),
        }
    }

    /// Where plugins count the exchange.
    pub(crate) fn meters(&self, chain: &Chain<'_>, sent: Sent<'_>) -> Meters {
        if !chain.counts() {
            return Meters::new();
        }
        let (route, service) = self.matched.unzip();
        chain.meters(&MeterCx {
            route,
            service: service.flatten(),
            consumer: self.identity.consumer.as_ref().map(|consumer| consumer.id),
            status: sent.head.status,
            source: sent.source,
            worker: &self.worker.locals,
        })
    }

    /// What is known of the exchange's length and sizes when its answer has a head, of which that many bytes are sent.
    pub(crate) fn course(&self, head_bytes: u64) -> Course {
        let line = self.head.method.as_str().len() + self.head.raw_target().len() + "  HTTP/1.1\r\n\r\n".len();
        let body = match self.arriving {
            Ok(ArrivingBody::Length(length)) => length,
            Ok(ArrivingBody::None | ArrivingBody::Unknown) | Err(_) => 0,
        };
        Course {
            started: self.started,
            asked: self.asked.zip(self.answered),
            request_bytes: (line + self.head.headers.length()) as u64 + body,
            head_bytes,
            body_bytes: 0,
        }
    }

    /// Notes an attempt, where a plugin logs that.
    pub(crate) fn note_try(&mut self, address: SocketAddr, chosen_in: Duration) {
        if let Some(upstream) = &mut self.upstream {
            upstream.tries.push(Try::begin(address, chosen_in));
        }
    }

    /// The attempt that was noted last has a connection.
    pub(crate) fn note_connected(&mut self) {
        if let Some(last) = self.upstream.as_mut().and_then(|upstream| upstream.tries.last_mut()) {
            last.connected();
        }
    }

    /// The attempt that was noted last came to nothing.
    pub(crate) fn note_failure(&mut self, error: &ProxyError) {
        if let Some(last) = self.upstream.as_mut().and_then(|upstream| upstream.tries.last_mut()) {
            last.failed(if error.is_timeout() { 504 } else { 502 });
        }
    }

    /// The name of this host was looked for.
    pub(crate) fn note_lookup(&mut self, begun: Option<Instant>) {
        if let (Some(upstream), Some(begun)) = (&mut self.upstream, begun) {
            upstream.lookup = Some(Lookup { begun: begun - self.started, took: begun.elapsed() });
        }
    }

    /// Notes the host that is asked, where a plugin logs that.
    pub(crate) fn note_host(&mut self, name: &str, port: u16) {
        if let Some(upstream) = &mut self.upstream {
            (upstream.host, upstream.port) = (name.into(), port);
        }
    }

    /// The attempt that was noted last has led to another address of the same name.
    pub(crate) fn note_detour(&mut self, address: SocketAddr) {
        if let Some(last) = self.upstream.as_mut().and_then(|upstream| upstream.tries.last_mut()) {
            last.address = address;
        }
    }
}
