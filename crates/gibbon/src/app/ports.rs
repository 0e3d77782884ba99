//! The ports of the gateway, opened as the settings want them.

use std::io;
use std::net::TcpListener;

use gibbon_admin::Port as AdminPort;
use gibbon_conf::{Carrier, Conf, Demand, Listener};
use gibbon_proxy::listen::{Port, Serves};
use gibbon_proxy::{StreamPort, StreamServes, WorkerPorts};
use gibbon_tls::server::ServerTls;

use super::{AppError, keep_alive};
use crate::handover::Listeners;

/// The ports of each worker of the proxy.
///
/// # Errors
/// Where one cannot be had.
pub(super) fn of_proxy(conf: &Conf, listeners: &mut Listeners) -> Result<Vec<WorkerPorts>, AppError> {
    let mut workers: Vec<WorkerPorts> = (0..conf.workers).map(|_| WorkerPorts::default()).collect();
    for listener in &conf.proxy.listeners {
        let need = Need::of(listener, conf.proxy.demand);
        let Some(sockets) = open(conf.workers, listener, need, listeners)? else { continue };
        let Listener { tls, http2, proxy_protocol, .. } = *listener;
        let serves = Serves { tls, http2, proxy_protocol };
        // There may be more sockets than workers: those of a process that had more of them.
        for (number, socket) in sockets.into_iter().enumerate() {
            if let Some(worker) = workers.get_mut(number % conf.workers) {
                worker.http.push(Port { socket, serves });
            }
        }
    }
    for listener in &conf.streams.listeners {
        for (number, port) in of_streams(conf.workers, listener, listeners)?.into_iter().enumerate() {
            if let Some(worker) = workers.get_mut(number % conf.workers) {
                worker.streams.push(port);
            }
        }
    }
    Ok(workers)
}

/// One port of streams for each worker, at least. All of them were asked for: by default there is none.
fn of_streams(workers: usize, listener: &Listener, listeners: &mut Listeners) -> Result<Vec<StreamPort>, AppError> {
    let address = listener.address;
    match listener.carrier {
        Carrier::Tcp => {
            let serves = StreamServes { tls: listener.tls, proxy_protocol: listener.proxy_protocol };
            let sockets = open(workers, listener, Need::Must, listeners)?.unwrap_or_default();
            Ok(sockets.into_iter().map(|socket| StreamPort::Connections { socket, serves }).collect())
        }
        Carrier::Udp => {
            let sockets = listeners.open_datagrams(address, workers);
            let sockets = sockets.map_err(|source| AppError::Listen { address, source })?;
            Ok(sockets.into_iter().map(StreamPort::Datagrams).collect())
        }
    }
}

/// The ports of the Admin API.
///
/// # Errors
/// Where one cannot be had.
pub(super) fn of_admin(
    conf: &Conf,
    tls: Option<ServerTls>,
    listeners: &mut Listeners,
) -> Result<Vec<AdminPort>, AppError> {
    of_control(&conf.admin.listeners, tls, listeners, |listener| Need::of(listener, conf.admin.demand))
}

/// The ports of the manager, without which a gateway can do as it can without those of the Status API.
///
/// # Errors
/// Where one cannot be had.
pub(super) fn of_manager(
    conf: &Conf,
    tls: Option<ServerTls>,
    listeners: &mut Listeners,
) -> Result<Vec<AdminPort>, AppError> {
    of_control(&conf.manager.listeners, tls, listeners, |_| Need::unless_usual(conf.manager.demand))
}

/// The ports of the Status API. A second gateway on one machine has other ports for what its operator thought of; that
/// the usual port of the Status API is taken then must not keep it from starting.
///
/// # Errors
/// Where one cannot be had.
pub(super) fn of_status(
    conf: &Conf,
    tls: Option<ServerTls>,
    listeners: &mut Listeners,
) -> Result<Vec<AdminPort>, AppError> {
    of_control(&conf.status.listeners, tls, listeners, |_| Need::unless_usual(conf.status.demand))
}

fn of_control(
    wanted: &[Listener],
    tls: Option<ServerTls>,
    listeners: &mut Listeners,
    need: impl Fn(&Listener) -> Need,
) -> Result<Vec<AdminPort>, AppError> {
    let mut ports = Vec::new();
    for listener in wanted {
        for socket in open(1, listener, need(listener), listeners)?.into_iter().flatten() {
            let mut port = AdminPort::plain(socket);
            if let Some(tls) = tls.as_ref().filter(|_| listener.tls) {
                let config = if listener.http2 { &tls.http2 } else { &tls.http1 };
                port = port.over_tls(config.clone());
            }
            ports.push(if listener.http2 { port.with_http2() } else { port });
        }
    }
    Ok(ports)
}

/// Whether the gateway can do without a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Must,
    Wish,
}

impl Need {
    /// Nobody asked for a port that is there by default.
    fn unless_usual(demand: Demand) -> Self {
        match demand {
            Demand::Usual => Self::Wish,
            Demand::Explicit => Self::Must,
        }
    }

    /// Nobody asked for the port for TLS that is there by default.
    fn of(listener: &Listener, demand: Demand) -> Self {
        if listener.tls && demand == Demand::Usual { Self::Wish } else { Self::Must }
    }
}

/// The sockets of one address, as many as there are threads that accept on it; `None` where it is taken and only wished
/// for.
fn open(
    threads: usize,
    listener: &Listener,
    need: Need,
    listeners: &mut Listeners,
) -> Result<Option<Vec<TcpListener>>, AppError> {
    let address = listener.address;
    let failed = |source| AppError::Listen { address, source };
    let backlog = listener.backlog.map(|backlog| i32::try_from(backlog).unwrap_or(i32::MAX));
    let sockets = match listeners.open(address, threads, backlog) {
        Err(source) if need == Need::Wish && source.kind() == io::ErrorKind::AddrInUse => {
            tracing::warn!("`{address}`, a port of the defaults, is taken: the gateway starts without it");
            return Ok(None);
        }
        other => other.map_err(failed)?,
    };
    sockets.iter().try_for_each(|socket| keep_alive::apply(listener.keep_alive, socket)).map_err(failed)?;
    Ok(Some(sockets))
}
