//! From the settings to the certificates and rules of each kind of port.

use std::path::Path;
use std::sync::Arc;

use gibbon_conf::{Conf, Listener, PortTls};
use gibbon_runtime::Configuration;
use gibbon_tls::server::{ServerTls, config, config_of_streams};
use gibbon_tls::{Identity, Shown, TlsError, own};
use rustls::ServerConfig;

/// The folder, below the prefix, of what the gateway has made for itself.
const FOLDER: &str = "ssl";

/// TLS on the ports of the proxy, where there is any: certificates of the configuration come first.
///
/// # Errors
/// Where certificates or authorities cannot be used.
pub(super) fn of_proxy(conf: &Conf, configuration: &Arc<Configuration>) -> Result<Option<ServerTls>, TlsError> {
    built(conf, &conf.proxy.listeners, &conf.proxy.tls, |identity| {
        Shown::by_name(Arc::clone(configuration) as _, identity)
    })
}

/// TLS on the ports of streams, where there is any: with the certificates of the proxy.
///
/// # Errors
/// As for the proxy.
pub(super) fn of_streams(
    conf: &Conf,
    configuration: &Arc<Configuration>,
) -> Result<Option<Arc<ServerConfig>>, TlsError> {
    if !conf.streams.listeners.iter().any(|listener| listener.tls) {
        return Ok(None);
    }
    let shown = Shown::by_name(Arc::clone(configuration) as _, identity(&conf.prefix, &conf.proxy.tls)?);
    config_of_streams(&conf.tls, Arc::new(shown)).map(Some)
}

/// TLS on the ports of the Admin API.
///
/// # Errors
/// As for the proxy.
pub(super) fn of_admin(conf: &Conf) -> Result<Option<ServerTls>, TlsError> {
    built(conf, &conf.admin.listeners, &conf.admin.tls, Shown::always)
}

/// TLS on the ports of the manager.
///
/// # Errors
/// As for the proxy.
pub(super) fn of_manager(conf: &Conf) -> Result<Option<ServerTls>, TlsError> {
    built(conf, &conf.manager.listeners, &conf.manager.tls, Shown::always)
}

/// TLS on the ports of the Status API.
///
/// # Errors
/// As for the proxy.
pub(super) fn of_status(conf: &Conf) -> Result<Option<ServerTls>, TlsError> {
    built(conf, &conf.status.listeners, &conf.status.tls, Shown::always)
}

fn built(
    conf: &Conf,
    listeners: &[Listener],
    port: &PortTls,
    choose: impl FnOnce(Identity) -> Shown,
) -> Result<Option<ServerTls>, TlsError> {
    if !listeners.iter().any(|listener| listener.tls) {
        return Ok(None);
    }
    let chosen = choose(identity(&conf.prefix, port)?);
    config(&conf.tls, &port.clients, Arc::new(chosen)).map(Some)
}

fn identity(prefix: &Path, port: &PortTls) -> Result<Identity, TlsError> {
    if port.certificates.is_empty() { own(&prefix.join(FOLDER)) } else { Identity::load(&port.certificates) }
}
