//! What the gateway's configuration file says of the data plane.

use std::sync::Arc;

use gibbon_conf::{Limits, LogFormat, Proxy, RealIp, Upstream};
use gibbon_tls::server::ServerTls;
use http::HeaderValue;
use rustls::ServerConfig;

use crate::access_log::LineSink;
use crate::engine::head::HeadLimits;
use crate::engine::progress::ClientLimits;

/// Settings of the data plane. They may change while it runs.
#[derive(Clone)]
pub struct Settings {
    /// Ports and answers.
    pub proxy: Proxy,
    /// What a client may cost.
    pub limits: Limits,
    /// Whose word about a client's address is believed.
    pub real_ip: RealIp,
    /// TLS with clients; `None` where no port has it.
    pub tls: Option<ServerTls>,
    /// Connections to upstreams.
    pub upstream: Upstream,
    /// What `Server` says, such as `gibbon/1.0.0`.
    pub product: HeaderValue,
    /// The same with the protocol before it, for `Via`.
    pub via: HeaderValue,
    /// The same for requests that came by HTTP/2.
    pub via_http2: HeaderValue,
    /// Where a line goes for each request; `None` where that is off.
    pub access_log: Option<LineSink>,
    /// What such a line looks like; `None` for the usual one.
    pub log_format: Option<Arc<LogFormat>>,
    /// Streams.
    pub streams: StreamSettings,
}

/// Settings of streams.
#[derive(Clone, Default)]
pub struct StreamSettings {
    /// TLS that is terminated here; `None` where no port has it.
    pub tls: Option<Arc<ServerConfig>>,
    /// Where a line goes for each stream; `None` where that is off.
    pub access_log: Option<LineSink>,
}

/// The largest request body that is held in memory for a plugin that wants to see it whole.
pub(crate) const MAX_BUFFERED_BODY: usize = 8 * 1024 * 1024;

impl Settings {
    pub(crate) fn head_limits(&self) -> HeadLimits {
        HeadLimits { bytes: self.limits.head_bytes, fields: self.limits.fields }
    }

    pub(crate) fn client_limits(&self) -> ClientLimits {
        let Limits { head_time, body_time, idle, send_time, .. } = self.limits;
        ClientLimits { head: head_time, body: body_time, idle, send: send_time }
    }
}
