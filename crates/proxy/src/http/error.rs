//! Everything that can go wrong with a request, and the one place that says how it is answered.

use std::borrow::Cow;
use std::time::Duration;

use gibbon_balancer::NoPeer;
use gibbon_plugin_api::Reply;
use gibbon_traffic::Reason;
use http::{HeaderName, HeaderValue, StatusCode, header};

use crate::engine::body::BodyFailure;
use crate::engine::client::{BrokenAnswer, ConnectFailure};
use crate::engine::head::BadHead;
use crate::http::rewriting::RewriteFailure;

/// Whose doing a failure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Client,
    Configuration,
    Upstream,
}

/// A request that is not proxied, or was in vain.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProxyError {
    #[error("the request is ambiguous: {0}")]
    BadRequest(&'static str),
    #[error("the request's target is too long")]
    TargetTooLong,
    #[error("the request's head is too large")]
    HeadTooLarge,
    #[error("the request is plain HTTP on a port for TLS")]
    NotTls,
    #[error(transparent)]
    Body(#[from] BodyFailure),
    #[error("the method is not served")]
    MethodNotAllowed,
    #[error("no route matches")]
    NoRoute,
    #[error("the route wants HTTPS")]
    HttpsRequired { location: Option<HeaderValue>, status: StatusCode },
    #[error("the route is for gRPC, and wants HTTP/2")]
    Http2Required,
    #[error("the route is for gRPC, and this is none")]
    NotGrpc,
    #[error("the route cannot be served as it is configured")]
    RouteClosed,
    #[error("the route has no service")]
    NoService,
    #[error("the service asks for a protocol that is not served yet")]
    ProtocolNotServed,
    #[error("a certificate that the service names is not there, or cannot be used")]
    TermsNotMet,
    #[error("cannot resolve `{name}`: {reason}")]
    NameResolution { name: Box<str>, reason: String },
    #[error("no target of upstream `{upstream}` can be chosen: {reason}")]
    NoPeer { upstream: Box<str>, reason: NoPeer },
    #[error(transparent)]
    Connect(#[from] ConnectFailure),
    #[error("the upstream was silent for {0:?}")]
    UpstreamSilent(Duration),
    #[error("there was no answer within {0:?}, all attempts together")]
    OutOfTime(Duration),
    #[error("the exchange with the upstream failed: {0}")]
    UpstreamBroken(BrokenAnswer),
    #[error("the upstream changed the protocol unasked")]
    ProtocolChanged,
    #[error("the upstream ended the connection before the request could be sent")]
    NotTaken,
    #[error("the upstream's answer cannot be rewritten: {0}")]
    Rewriting(#[from] RewriteFailure),
    #[error("a plugin answers")]
    Reply(Box<Reply>, Reason),
    #[error("the body is longer than a plugin allows")]
    Oversize(Box<Reply>),
}

impl ProxyError {
    pub(crate) fn origin(&self) -> Origin {
        match self {
            Self::BadRequest(_)
            | Self::TargetTooLong
            | Self::HeadTooLarge
            | Self::NotTls
            | Self::Body(_)
            | Self::MethodNotAllowed
            | Self::NoRoute
            | Self::HttpsRequired { .. }
            | Self::Http2Required
            | Self::NotGrpc
            | Self::Oversize(_) => Origin::Client,
            Self::RouteClosed | Self::NoService | Self::ProtocolNotServed | Self::TermsNotMet | Self::Reply(..) => {
                Origin::Configuration
            }
            Self::NameResolution { .. }
            | Self::NoPeer { .. }
            | Self::Connect(_)
            | Self::UpstreamSilent(_)
            | Self::OutOfTime(_)
            | Self::UpstreamBroken(_)
            | Self::Rewriting(_)
            | Self::ProtocolChanged
            | Self::NotTaken => Origin::Upstream,
        }
    }

    /// Whether the gateway decided to answer so, in contrast to something having failed: the two differ in the form
    /// that an error page has by default.
    pub(crate) fn is_decision(&self) -> bool {
        matches!(
            self,
            Self::NoRoute
                | Self::HttpsRequired { .. }
                | Self::Http2Required
                | Self::NotGrpc
                | Self::NoService
                | Self::NameResolution { .. }
                | Self::NoPeer { .. }
                | Self::Reply(..)
                | Self::Oversize(_)
        )
    }

    /// Why the request was not served, in a word that stays the same from version to version.
    pub(crate) fn reason(&self) -> Reason {
        Reason::own(match self {
            Self::Reply(_, reason) => return *reason,
            Self::BadRequest(_) | Self::Body(BodyFailure::Broken) => "bad_request",
            Self::TargetTooLong => "target_too_long",
            Self::HeadTooLarge => "head_too_large",
            Self::NotTls => "not_tls",
            Self::Body(BodyFailure::TooLarge) | Self::Oversize(_) => "body_too_large",
            Self::Body(BodyFailure::TooSlow) => "body_too_slow",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::NoRoute => "no_route",
            Self::HttpsRequired { .. } => "https_required",
            Self::Http2Required => "http2_required",
            Self::NotGrpc => "not_grpc",
            Self::RouteClosed => "route_closed",
            Self::NoService => "no_service",
            Self::ProtocolNotServed => "protocol_not_served",
            Self::TermsNotMet => "certificate_missing",
            Self::NameResolution { .. } => "name_resolution",
            Self::NoPeer { .. } => "no_healthy_target",
            Self::Connect(_) | Self::UpstreamSilent(_) | Self::OutOfTime(_) if self.is_timeout() => "upstream_timeout",
            Self::Connect(_) | Self::NotTaken => "upstream_connection",
            Self::UpstreamSilent(_) | Self::OutOfTime(_) | Self::UpstreamBroken(_) | Self::ProtocolChanged => {
                "upstream_broken"
            }
            Self::Rewriting(_) => "rewriting",
        })
    }

    /// Whether somebody was waited for in vain.
    pub(crate) fn is_timeout(&self) -> bool {
        matches!(self, Self::Connect(ConnectFailure::TimedOut { .. }) | Self::UpstreamSilent(_) | Self::OutOfTime(_))
    }

    /// Whether the connection cannot carry another request: what is left of this one is in the way.
    pub(crate) fn ends_connection(&self) -> bool {
        matches!(
            self,
            Self::BadRequest(_)
                | Self::TargetTooLong
                | Self::HeadTooLarge
                | Self::NotTls
                | Self::Body(_)
                | Self::Oversize(_)
        )
    }

    /// The answer that the client gets.
    pub(crate) fn into_reply(self) -> Reply {
        let (status, message): (StatusCode, Cow<'static, str>) = match self {
            Self::Reply(reply, _) | Self::Oversize(reply) => return *reply,
            Self::HttpsRequired { location, status } => return https_required(location, status),
            Self::Http2Required => return http2_required(),
            Self::NotGrpc => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "Non-gRPC request matched gRPC route".into()),
            Self::BadRequest(_) | Self::Body(BodyFailure::Broken) => (StatusCode::BAD_REQUEST, "Bad request".into()),
            Self::HeadTooLarge => (StatusCode::BAD_REQUEST, "Request header or cookie too large".into()),
            Self::NotTls => (StatusCode::BAD_REQUEST, "The plain HTTP request was sent to HTTPS port".into()),
            Self::TargetTooLong => (StatusCode::URI_TOO_LONG, "URI too long".into()),
            Self::Body(BodyFailure::TooLarge) => (StatusCode::PAYLOAD_TOO_LARGE, "Payload too large".into()),
            Self::Body(BodyFailure::TooSlow) => (StatusCode::REQUEST_TIMEOUT, "Request timeout".into()),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "Method not allowed".into()),
            Self::NoRoute => (StatusCode::NOT_FOUND, "no Route matched with those values".into()),
            Self::RouteClosed | Self::Rewriting(RewriteFailure::Busy) => {
                (StatusCode::SERVICE_UNAVAILABLE, "The upstream server is currently unavailable".into())
            }
            Self::NoService => (StatusCode::SERVICE_UNAVAILABLE, "no Service found with those values".into()),
            Self::NameResolution { .. } => (StatusCode::SERVICE_UNAVAILABLE, "name resolution failed".into()),
            Self::NoPeer { .. } => {
                (StatusCode::SERVICE_UNAVAILABLE, "failure to get a peer from the ring-balancer".into())
            }
            Self::Connect(ConnectFailure::TimedOut { .. }) | Self::UpstreamSilent(_) | Self::OutOfTime(_) => {
                (StatusCode::GATEWAY_TIMEOUT, "The upstream server is timing out".into())
            }
            Self::Connect(_)
            | Self::UpstreamBroken(_)
            | Self::Rewriting(_)
            | Self::ProtocolChanged
            | Self::NotTaken
            | Self::ProtocolNotServed
            | Self::TermsNotMet => {
                (StatusCode::BAD_GATEWAY, "An invalid response was received from the upstream server".into())
            }
        };
        Reply::error(status, message)
    }
}

impl From<BadHead> for ProxyError {
    fn from(bad: BadHead) -> Self {
        match bad {
            BadHead::Malformed => Self::BadRequest("the head cannot be read"),
            BadHead::TooLarge => Self::HeadTooLarge,
            BadHead::TargetTooLong => Self::TargetTooLong,
            BadHead::NotTls => Self::NotTls,
        }
    }
}

fn http2_required() -> Reply {
    Reply::error(StatusCode::UPGRADE_REQUIRED, "Please use HTTP2 protocol")
        .with_header(header::CONNECTION, HeaderValue::from_static("Upgrade"))
        .with_header(header::UPGRADE, HeaderValue::from_static("HTTP/2"))
}

fn https_required(location: Option<HeaderValue>, status: StatusCode) -> Reply {
    match location {
        Some(location) => {
            Reply { status, headers: vec![(header::LOCATION, location)], body: gibbon_plugin_api::ReplyBody::Empty }
        }
        None => Reply::error(StatusCode::UPGRADE_REQUIRED, "Please use HTTPS protocol")
            .with_header(header::CONNECTION, HeaderValue::from_static("Upgrade"))
            .with_header(HeaderName::from_static("upgrade"), HeaderValue::from_static("TLS/1.2, HTTP/1.1")),
    }
}
