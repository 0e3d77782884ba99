//! One request or stream among the targets of an upstream: which one it goes to, which one it goes to next, and what that tells
//! about them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use gibbon_balancer::health::Report;
use gibbon_balancer::{Peer, UnderWay};
use gibbon_runtime::Pool;
use gibbon_runtime::live::{Checker, View};
use http::StatusCode;

use crate::engine::client::ConnectFailure;
use crate::http::error::ProxyError;
use crate::peers::PeerHost;

/// See the module.
pub(crate) struct Balance<'s> {
    pool: &'s Pool,
    /// Where the targets were when the request came: all its attempts choose among the same.
    view: Arc<View>,
    turn: u64,
    hash: Option<u64>,
    /// Members that were tried in vain.
    tried: Vec<usize>,
    current: Option<usize>,
    under_way: Option<UnderWay>,
}

impl<'s> Balance<'s> {
    /// Begins. It waits only where no target has an address yet and there are names that nobody has asked for.
    pub(crate) async fn begin(pool: &'s Pool, patience: Duration, hash: Option<u64>) -> Self {
        let mut view = pool.view();
        if view.is_cold() && view.table.weights().1 == 0 {
            // Names are asked for beside the workers, within limits of their own.
            let _ = tokio::time::timeout(patience, pool.is_warm()).await;
            view = pool.view();
        }
        let turn = pool.next_turn();
        Self { pool, view, turn, hash, tried: Vec::new(), current: None, under_way: None }
    }

    /// Chooses the target of the next attempt.
    pub(crate) fn next(&mut self) -> Result<SocketAddr, ProxyError> {
        let chosen = Pool::choose(&self.view, self.turn, self.hash, &self.tried);
        let no_peer = |reason| ProxyError::NoPeer { upstream: self.pool.upstream.name.clone(), reason };
        let chosen = chosen.map_err(no_peer)?;
        self.current = Some(chosen);
        self.under_way = self.view.table.begin(chosen);
        self.peer().map(|peer| peer.address).ok_or(ProxyError::NoService)
    }

    fn peer(&self) -> Option<&Arc<Peer>> {
        self.view.table.members().get(self.current?).map(|member| &member.peer)
    }

    /// The host that the chosen target is asked for.
    pub(crate) fn host(&self) -> Option<PeerHost<'_>> {
        let peer = self.peer()?;
        let name = self.pool.upstream.host_header.as_deref().unwrap_or(&peer.host);
        Some(PeerHost { name, port: peer.address.port() })
    }

    /// The attempt came to nothing.
    pub(crate) fn failed(&mut self, error: &ProxyError) {
        self.under_way = None;
        if let (Some(peer), Some(report)) = (self.peer(), report(error)) {
            self.pool.report(peer, Checker::Passive, report);
        }
        self.tried.extend(self.current);
    }

    /// The attempt was answered. What is returned holds the request as being under way.
    pub(crate) fn answered(self, took: Duration, status: StatusCode) -> Option<UnderWay> {
        if let Some(member) = self.current {
            self.pool.answered(&self.view, member, took, status.as_u16());
        }
        self.under_way
    }
}

impl Balance<'_> {
    /// The target has taken a stream. What is returned holds that as being under way.
    pub(crate) fn connected(&mut self, took: Duration) -> Option<UnderWay> {
        if let Some(member) = self.current {
            self.pool.connected(&self.view, member, took);
        }
        self.under_way.take()
    }
}

/// What a failure tells about the target; what the client did tells nothing.
fn report(error: &ProxyError) -> Option<Report> {
    match error {
        ProxyError::Connect(ConnectFailure::TimedOut { .. })
        | ProxyError::UpstreamSilent(_)
        | ProxyError::OutOfTime(_) => Some(Report::Timeout),
        ProxyError::Connect(_) | ProxyError::UpstreamBroken(_) | ProxyError::NotTaken => Some(Report::TcpFailure),
        _ => None,
    }
}
