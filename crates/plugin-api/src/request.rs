//! A request as a plugin sees it.

use std::any::Any;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use gibbon_entities::{Consumer, Route, Service};
use uuid::Uuid;

use crate::captures::Captures;
use crate::carried::Carried;
use crate::connection::Connection;
use crate::credential::Credential;
use crate::directory::Directory;
use crate::head::RequestHead;
use crate::headers::{FieldText, visible};
use crate::identity::Identity;
use crate::known_name::KnownName;
use crate::log_values::LogValues;
use crate::offload::{self, Busy, Offload};
use crate::query::{self, Argument};
use crate::reply::Reply;
use crate::scope::Scope;
use crate::shared::Shared;
use crate::worker::WorkerLocals;

/// The fields that tell an upstream who the consumer is. Only the gateway may set them.
pub const IDENTITY_HEADERS: [KnownName; 7] = [
    KnownName::XConsumerId,
    KnownName::XConsumerCustomId,
    KnownName::XConsumerUsername,
    KnownName::XCredentialIdentifier,
    KnownName::XAnonymousConsumer,
    KnownName::XConsumerGroups,
    KnownName::XAuthenticatedGroups,
];

/// What a client says of the body that it is going to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Announced {
    /// How long it is; `None` where only its end will tell.
    pub length: Option<u64>,
    /// Whether the client waits to be told to go on (`Expect: 100-continue`).
    pub waits: bool,
}

/// A bound for a body that streams.
#[derive(Debug, Clone)]
pub struct BodyLimit {
    /// How many bytes it may have.
    pub bytes: u64,
    /// The answer to one that has more.
    pub reply: Reply,
}

/// The request, and what may be looked up for it.
pub struct RequestCx<'r> {
    /// The id that the request has everywhere.
    pub request_id: &'r str,
    /// What goes upstream: plugins edit it in place.
    pub head: &'r mut RequestHead,
    /// Its path as the router has read it: normalised, so that there is one reading of it.
    pub path: &'r str,
    /// The whole body, for instances that asked for it ([`crate::BodyNeed::Buffer`]).
    pub body: Option<Bytes>,
    /// What is known of the body before it comes.
    pub announced: Announced,
    /// A bound for a body that is still to come; the smallest one holds.
    pub body_limit: Option<BodyLimit>,
    /// The connection that it came on.
    pub connection: &'r Connection,
    /// Where it comes from: the other end of the connection, or whom a trusted one speaks for.
    pub client_ip: IpAddr,
    /// The id of the record of the instance whose turn it is.
    pub instance: Uuid,
    /// What that instance runs for.
    pub scope: &'r Scope,
    /// The groups of the route's path in that of the request.
    pub captures: &'r dyn Captures,
    /// The route that matched.
    pub route: Option<&'r Route>,
    /// The service of that route.
    pub service: Option<&'r Service>,
    /// When the request came.
    pub started: Instant,
    /// The same in seconds since 1970 UTC.
    pub now: i64,
    /// Who it is from, so far.
    pub identity: Identity,
    /// What the instance whose turn it is keeps for its later phases.
    pub carried: Carried,
    /// What plugins want logs to say of it.
    pub log_values: LogValues,
    /// Why the plugin that refuses it does so, in a word that stays the same from version to version; empty where it tells
    /// none. Set with the answer, and told to those who look after the gateway alone.
    pub refusal: &'static str,
    /// What all plugins of the request share.
    pub shared: &'r Shared,
    /// Consumers and credentials.
    pub directory: &'r dyn Directory,
    /// What plugins keep for this worker.
    pub worker: &'r WorkerLocals,
    /// Where long work goes.
    pub side: &'r dyn Offload,
}

impl RequestCx<'_> {
    /// The arguments of the query, decoded.
    pub fn query(&self) -> impl Iterator<Item = Argument<'_>> {
        query::arguments(self.head.query().unwrap_or(""))
    }

    /// The first value of the cookie `name` (RFC 6265 section 5.4; no decoding).
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.head.headers.all(http::header::COOKIE).filter_map(visible).find_map(|line| {
            line.split(';').filter_map(|pair| pair.trim().split_once('=')).find(|(n, _)| *n == name).map(|(_, v)| v)
        })
    }

    /// The credential of `kind` with that key, as its plugin loaded it.
    pub fn credential<T: Any + Send + Sync>(&self, kind: &'static str, key: &str) -> Option<&T> {
        self.directory.credential(kind, key).and_then(|value| value.downcast_ref())
    }

    /// The consumer of that id.
    pub fn consumer(&self, id: Uuid) -> Option<Arc<Consumer>> {
        self.directory.consumer(id).cloned()
    }

    /// The consumer that an `anonymous` setting names: by id, else by username.
    pub fn consumer_named(&self, id_or_username: &str) -> Option<Arc<Consumer>> {
        let by_id = Uuid::try_parse(id_or_username).ok().and_then(|id| self.directory.consumer(id));
        by_id.or_else(|| self.directory.consumer_named(id_or_username)).cloned()
    }

    /// Whether a credential has already been accepted. An anonymous consumer does not count.
    pub fn is_authenticated(&self) -> bool {
        self.identity.credential.is_some()
    }

    /// Makes `consumer` the one that the request is from, and tells the upstream so. Without a credential it is
    /// anonymous. Whatever an earlier plugin or the client said of these fields is gone.
    pub fn authenticate(&mut self, consumer: Arc<Consumer>, credential: Option<Credential>) {
        self.identify(Some(consumer), credential);
    }

    /// Makes the request one of somebody who is no consumer, and whose credential was accepted all the same: it is known
    /// elsewhere.
    pub fn authenticate_stranger(&mut self, credential: Credential) {
        self.identify(None, Some(credential));
    }

    fn identify(&mut self, consumer: Option<Arc<Consumer>>, credential: Option<Credential>) {
        let mut id = [0; uuid::fmt::Hyphenated::LENGTH];
        let known = consumer.as_deref();
        let id = known.map(|consumer| &*consumer.id.hyphenated().encode_lower(&mut id));
        set_or_remove(self.head, KnownName::XConsumerId, id);
        set_or_remove(self.head, KnownName::XConsumerCustomId, known.and_then(|c| c.custom_id.as_deref()));
        set_or_remove(self.head, KnownName::XConsumerUsername, known.and_then(|c| c.username.as_deref()));
        set_or_remove(self.head, KnownName::XCredentialIdentifier, credential.as_ref().map(|c| &*c.identifier));
        let anonymous = if credential.is_none() { Some("true") } else { None };
        set_or_remove(self.head, KnownName::XAnonymousConsumer, anonymous);
        self.identity.consumer = consumer;
        self.identity.credential = credential;
    }

    /// Runs `job` off the workers.
    ///
    /// # Errors
    /// [`Busy`] when too much is waiting there already.
    pub fn offload<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<impl Future<Output = Result<T, Busy>> + 'static, Busy> {
        offload::submit(self.side, job)
    }
}

/// A value that no header can carry (a control character in a username) is not sent at all, rather than cut short.
fn set_or_remove(head: &mut RequestHead, name: KnownName, value: Option<&str>) {
    match value.and_then(FieldText::new) {
        Some(value) => head.headers.set(name, value),
        None => {
            head.headers.remove(name);
        }
    }
}
