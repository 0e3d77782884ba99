//! Why a stream comes to nothing, or to an end before its time. A client is told nothing but that: the stream is closed.

use std::io;
use std::time::Duration;

use http::StatusCode;

use crate::http::error::ProxyError;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("the client left before it had said anything")]
    LeftEarly,
    #[error("the connection of the client broke: {0}")]
    Client(#[source] io::Error),
    #[error("the client does not say who it is by the PROXY protocol: {0}")]
    ProxyProtocol(#[source] io::Error),
    #[error("the client does not speak TLS as it should: {0}")]
    NotTls(String),
    #[error("the handshake of TLS failed: {0}")]
    Handshake(#[source] io::Error),
    #[error("a plugin ended the handshake of TLS")]
    HandshakeAborted,
    #[error("no route matches")]
    NoRoute,
    #[error("the route has no service")]
    NoService,
    #[error("a plugin refused it: {reason}")]
    Refused { status: StatusCode, reason: String },
    #[error(transparent)]
    Upstream(#[from] ProxyError),
    #[error("the connection of the upstream broke: {0}")]
    UpstreamBroken(#[source] io::Error),
    #[error("nothing moved for {0:?}")]
    Silent(Duration),
}

impl Failure {
    /// The status that logs have, as nginx gives it to such streams.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::LeftEarly | Self::Client(_) | Self::Silent(_) => StatusCode::OK,
            Self::ProxyProtocol(_) | Self::NotTls(_) | Self::Handshake(_) | Self::HandshakeAborted => {
                StatusCode::BAD_REQUEST
            }
            Self::NoRoute | Self::NoService => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Refused { status, .. } => *status,
            Self::Upstream(_) | Self::UpstreamBroken(_) => StatusCode::BAD_GATEWAY,
        }
    }

    /// Says it in the log of messages: loudly where an operator may have to act.
    pub(crate) fn tell(&self, client: std::net::SocketAddr) {
        match self {
            Self::NoRoute | Self::NoService | Self::Upstream(_) => {
                tracing::error!(%client, "a stream is closed: {self}")
            }
            Self::Refused { .. } => tracing::warn!(%client, "a stream is closed: {self}"),
            _ => tracing::debug!(%client, "a stream ends: {self}"),
        }
    }
}
