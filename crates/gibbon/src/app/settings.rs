//! From the configuration file to the settings of the data plane.

use std::sync::Arc;

use gibbon_conf::{Admin, Conf, Upstream};
use gibbon_proxy::{LineSink, Settings, StreamSettings};
use gibbon_runtime::Configuration;
use gibbon_tls::TlsError;
use gibbon_tls::server::ServerTls;
use http::HeaderValue;
use rustls::ServerConfig;

use super::tls;
use crate::logging::{Logging, Sink};

/// What `Server` says.
const PRODUCT: &str = concat!("gibbon/", env!("CARGO_PKG_VERSION"));

/// What `Via` says (RFC 9110 section 7.6.3).
const VIA: &str = concat!("1.1 gibbon/", env!("CARGO_PKG_VERSION"));

/// The same where a request has come by HTTP/2.
const VIA_HTTP2: &str = concat!("2 gibbon/", env!("CARGO_PKG_VERSION"));

/// What the settings of the data plane need beside the file.
pub(super) struct Beside<'b> {
    pub(super) logging: &'b Logging,
    /// TLS on the ports of HTTP.
    pub(super) tls: Option<ServerTls>,
    /// TLS on those of streams.
    pub(super) stream_tls: Option<Arc<ServerConfig>>,
}

impl<'b> Beside<'b> {
    /// What there is, with certificates as they are now.
    ///
    /// # Errors
    /// Where certificates or authorities cannot be used.
    pub(super) fn of(conf: &Conf, logging: &'b Logging, configuration: &Arc<Configuration>) -> Result<Self, TlsError> {
        let (tls, stream_tls) = (tls::of_proxy(conf, configuration)?, tls::of_streams(conf, configuration)?);
        Ok(Self { logging, tls, stream_tls })
    }
}

/// The settings of the data plane.
pub(super) fn of(conf: &Conf, Beside { logging, tls, stream_tls }: Beside<'_>) -> Settings {
    Settings {
        proxy: conf.proxy.clone(),
        limits: conf.limits.clone(),
        real_ip: conf.real_ip.clone(),
        tls,
        upstream: conf.upstream.clone(),
        product: HeaderValue::from_static(PRODUCT),
        via: HeaderValue::from_static(VIA),
        via_http2: HeaderValue::from_static(VIA_HTTP2),
        access_log: logging.proxy_access().map(line_sink),
        log_format: conf.logs.proxy_format.clone().map(Arc::new),
        streams: StreamSettings { tls: stream_tls, access_log: logging.stream_access().map(line_sink) },
    }
}

fn line_sink(sink: Sink) -> LineSink {
    Arc::new(move |lines| sink.write(lines))
}

/// Names in the log what has changed in the file and takes effect only after a restart.
pub(super) fn name_what_needs_a_restart(running: &Conf, read: &Conf) {
    let changed = [
        ("proxy_listen", running.proxy.listeners != read.proxy.listeners),
        ("stream_listen", running.streams.listeners != read.streams.listeners),
        (
            "the keys of the Admin API",
            running.admin != Admin { tokens: running.admin.tokens.clone(), ..read.admin.clone() },
        ),
        ("the keys of the manager", running.manager != read.manager),
        ("status_listen", running.status != read.status),
        ("nginx_worker_processes", running.workers != read.workers),
        ("node_id", running.node_id != read.node_id),
        ("plugins", running.plugins != read.plugins),
        ("the database", running.database != read.database),
        (
            "the keys of upstream keep-alive",
            running.upstream != Upstream { total_timeout: running.upstream.total_timeout, ..read.upstream.clone() },
        ),
        ("the names of log files", targets(running) != targets(read)),
        ("the keys of DNS", running.dns != read.dns),
        ("the keys of tokens", running.jwt != read.jwt),
        ("what is traced", running.tracing != read.tracing),
    ];
    for (what, _) in changed.iter().filter(|(_, changed)| *changed) {
        tracing::warn!("{what} changed in the settings: that takes effect after a restart");
    }
}

fn targets(conf: &Conf) -> [&gibbon_conf::LogTarget; 9] {
    let logs = &conf.logs;
    let admin = (&logs.admin_access, &logs.admin_error, &logs.admin_audit);
    let streams = (&logs.stream_access, &logs.stream_error);
    let others = (&logs.manager_access, &logs.status_access);
    [&logs.proxy_access, &logs.proxy_error, streams.0, streams.1, admin.0, admin.1, admin.2, others.0, others.1]
}
