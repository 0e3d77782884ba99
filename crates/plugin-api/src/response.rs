//! An answer as a plugin sees it.

use std::net::IpAddr;
use std::time::Instant;

use bytes::Bytes;
use gibbon_entities::{Route, Service};

use crate::carried::Carried;
use crate::connection::Connection;
use crate::filter::BodyFilter;
use crate::head::{RequestHead, ResponseHead};
use crate::identity::Identity;
use crate::shared::Shared;
use crate::worker::WorkerLocals;

/// Who has made an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The upstream.
    Upstream,
    /// A plugin, or the gateway by its configuration: there is no such route, there is no service.
    Gateway,
    /// The gateway, because something failed.
    Failure,
}

/// Makes another body of a whole one, or leaves it as it is. It may run on another thread.
pub type Rewrite = Box<dyn FnOnce(&[u8]) -> Option<Bytes> + Send>;

/// A copy of a body, for an instance that wants to keep it. The body itself streams to the client as ever.
pub struct BodyCopy {
    /// How many bytes are kept at most: of a body that has more there is no copy.
    pub most: usize,
    /// Gets the copy, once the whole body has come. Never called for one that breaks off, or that the client does not
    /// wait for.
    pub keep: Box<dyn FnOnce(Vec<u8>)>,
}

/// The head of an answer on its way to the client, and what it answers.
pub struct ResponseCx<'r> {
    /// The id that the request has everywhere.
    pub request_id: &'r str,
    /// When the request came.
    pub started: Instant,
    /// What goes to the client: plugins edit it in place. How long the body is, is not theirs to say.
    pub head: &'r mut ResponseHead,
    /// Who has made it.
    pub source: Source,
    /// The request as it has gone, or would have gone, upstream.
    pub request: &'r RequestHead,
    /// The connection that it came on.
    pub connection: &'r Connection,
    /// Where it comes from.
    pub client_ip: IpAddr,
    /// The route that matched.
    pub route: Option<&'r Route>,
    /// The service of that route.
    pub service: Option<&'r Service>,
    /// Who it is from.
    pub identity: &'r Identity,
    /// What the instance has put aside in `access`.
    pub carried: &'r mut Carried,
    /// What all plugins of the request share.
    pub shared: &'r Shared,
    /// What plugins keep for this worker.
    pub worker: &'r WorkerLocals,
    /// What is done to the body of an upstream's answer, one after the other. It is then held in memory as a whole.
    pub rewrites: &'r mut Vec<Rewrite>,
    /// What changes the body of an upstream's answer while it streams, one after the other.
    pub filters: &'r mut Vec<Box<dyn BodyFilter>>,
    /// Who gets a copy of the body of an upstream's answer, as the client gets it.
    pub copies: &'r mut Vec<BodyCopy>,
}
