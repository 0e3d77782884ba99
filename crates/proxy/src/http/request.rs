//! A request from its head to the head of its answer: the phases in their order.

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use gibbon_plugin_api::request::IDENTITY_HEADERS;
use gibbon_plugin_api::{BodyNeed, Connection, Identity, RequestCx, RequestHead, ResponseHead};
use gibbon_router::path;
use gibbon_runtime::{RouteEntry, RouteState, Snapshot};
use http::{StatusCode, header};
use http_body::Body as _;
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;

pub(crate) use crate::http::client::Client;

use crate::access_log::{Entry, request_line};
use crate::engine::body::{BodyState, ClientStream, RequestBody, ResponseBody};
use crate::http::buffering::Gathered;
use crate::http::debug_fields::{self, DebugFields};
use crate::http::error::ProxyError;
use crate::http::hop_by_hop::{self, Upgrade};
use crate::http::negotiation::Wishes;
use crate::http::request_id::RequestId;
use crate::http::survey::Survey;
use crate::http::upstream::{Answer, Target};
use crate::http::{access, admission, buffering, response, routing, upstream};
use crate::settings::{MAX_BUFFERED_BODY, Settings};
use crate::worker::Worker;

/// A request as the engine hands it over.
pub(crate) struct Arrival {
    pub(crate) head: RequestHead,
    pub(crate) body: Incoming,
    /// The connection itself, for a client that asked to speak something else on it.
    pub(crate) upgrade: Option<OnUpgrade>,
}

/// What is known of a request while it is served.
pub(crate) struct Exchange<'w> {
    pub(crate) worker: &'w Rc<Worker>,
    pub(crate) client: &'w Client,
    pub(crate) settings: Rc<Settings>,
    pub(crate) id: RequestId,
    pub(crate) started: Instant,
    pub(crate) head: RequestHead,
    pub(crate) body: RequestBody,
    pub(crate) body_state: Rc<BodyState>,
    survey: Survey,
    /// What is left of the head once it has gone upstream, for an error page.
    pub(crate) wishes: Option<Wishes>,
    /// The names of what served the request, where the client may ask for them.
    pub(crate) debug: Option<DebugFields>,
    /// What the client asked to change to, with its connection.
    pub(crate) upgrade: Option<(Upgrade, OnUpgrade)>,
}

/// Serves one request.
pub(crate) async fn handle(worker: &Rc<Worker>, client: &Client, arrival: Arrival) -> (ResponseHead, ResponseBody) {
    let under_way = worker.counters.begin_request();
    let snapshot = worker.snapshot();
    let mut exchange = Exchange::new(worker, client, arrival);
    let entry = exchange.log_entry();
    let outcome = exchange.run(&snapshot).await;
    drop(under_way);
    let (head, body) = match outcome {
        Ok(answer) => response::proxied(&mut exchange, answer),
        Err(error) => response::own(&exchange, error),
    };
    let entry = entry.map(|mut entry| {
        entry.status = head.status;
        entry
    });
    (head, body.logged(entry))
}

impl<'w> Exchange<'w> {
    fn new(worker: &'w Rc<Worker>, client: &'w Client, arrival: Arrival) -> Self {
        let settings = worker.settings();
        let mut head = arrival.head;
        let survey = Survey::of(&head.headers);
        let upgrade = hop_by_hop::clean_request(&mut head.headers, survey).zip(arrival.upgrade);
        if survey.identity && !client.connection.trusted {
            for name in IDENTITY_HEADERS {
                head.headers.remove(name);
            }
        }
        let body_state = Rc::<BodyState>::default();
        let body = if arrival.body.is_end_stream() {
            RequestBody::Empty
        } else {
            client.progress.body_begun();
            RequestBody::Stream(Box::new(ClientStream {
                incoming: arrival.body,
                progress: Arc::clone(&client.progress),
                state: Rc::clone(&body_state),
                allowance: settings.limits.body_bytes,
                window: settings.limits.body_progress as u64,
            }))
        };
        let id = worker.ids.next();
        Self {
            worker,
            client,
            settings,
            id,
            started: Instant::now(),
            head,
            body,
            body_state,
            survey,
            wishes: None,
            debug: None,
            upgrade,
        }
    }

    /// What the access log will say of the request; taken before plugins change anything.
    fn log_entry(&self) -> Option<Box<Entry>> {
        let log = self.worker.access_log.as_ref()?;
        let field = |name| self.head.headers.get(name).cloned();
        Some(Box::new(Entry {
            log: Rc::clone(log),
            client: self.client.connection.peer_ip.clone(),
            request: request_line(self.head.method.as_str(), self.head.raw_target()),
            version: self.head.version,
            // Stays where the client leaves before there is an answer; web servers log that as 499.
            status: StatusCode::from_u16(499).unwrap_or(StatusCode::BAD_REQUEST),
            bytes: 0,
            referer: field(header::REFERER),
            agent: field(header::USER_AGENT),
            id: self.id.clone(),
        }))
    }

    /// The phases.
    async fn run(&mut self, snapshot: &Snapshot) -> Result<Answer, ProxyError> {
        admission::check(&self.head, self.survey, &self.settings)?;
        let path = path::normalize(self.head.raw_path().as_bytes())
            .map_err(|_| ProxyError::BadRequest("the path cannot be read"))?
            .into_owned();
        let connection = &self.client.connection;
        let matched = routing::find(&snapshot.routes, &self.head, connection, &path)?;
        let entry = matched.entry;
        self.debug = debug_fields::wanted(&self.head, &self.settings.proxy).then(|| DebugFields::new(entry));
        if entry.state == RouteState::Closed {
            return Err(ProxyError::RouteClosed);
        }
        routing::require_https(entry, &self.head, self.client)?;
        self.hold_body(entry).await?;
        self.access(entry, snapshot).await?;
        let origin = entry.service.as_deref().ok_or(ProxyError::NoService)?;
        let target = Target::new(entry, origin, &path, matched.prefix, self.head.query());
        upstream::exchange(self, target).await
    }

    /// Holds the body in memory where that is wanted: all of it for a plugin that asked, and a small chunked one for
    /// upstreams that cannot read chunks, unless the route says that nothing is to be held back.
    async fn hold_body(&mut self, entry: &RouteEntry) -> Result<(), ProxyError> {
        let for_plugin = entry.plan.body == Some(BodyNeed::Buffer);
        let for_upstream = self.survey.transfer_encoding && entry.route.request_buffering;
        if !for_plugin && !for_upstream {
            return Ok(());
        }
        match std::mem::replace(&mut self.body, RequestBody::Empty) {
            RequestBody::Stream(stream) if for_plugin => {
                let bytes = buffering::whole(stream, MAX_BUFFERED_BODY).await?;
                self.body = RequestBody::Whole(Some(bytes));
            }
            RequestBody::Stream(stream) => {
                self.body = match buffering::gather(stream).await? {
                    Gathered::Whole(bytes) => RequestBody::Whole(Some(bytes)),
                    Gathered::Begun(resumed) => RequestBody::Resumed(resumed),
                };
            }
            other => self.body = other,
        }
        Ok(())
    }

    async fn access(&mut self, entry: &RouteEntry, snapshot: &Snapshot) -> Result<(), ProxyError> {
        if entry.plan.steps.is_empty() {
            return Ok(());
        }
        let connection: &Connection = &self.client.connection;
        let mut cx = RequestCx {
            head: &mut self.head,
            body: whole_body(&self.body),
            connection,
            route: Some(&entry.route),
            service: entry.service.as_deref().map(|origin| &*origin.service),
            now: unix_now(),
            identity: Identity::default(),
            directory: snapshot,
            worker: &self.worker.locals,
            side: &self.worker.shared.side,
        };
        let outcome = access::run(&entry.plan, &mut cx).await;
        let body = cx.body;
        outcome.map_err(ProxyError::Reply)?;
        if let (RequestBody::Whole(current), Some(edited)) = (&mut self.body, body) {
            *current = Some(edited);
        }
        Ok(())
    }
}

fn whole_body(body: &RequestBody) -> Option<Bytes> {
    match body {
        RequestBody::Whole(bytes) => bytes.clone(),
        RequestBody::Empty | RequestBody::Stream(_) | RequestBody::Resumed(_) => None,
    }
}

/// Seconds since 1970 UTC.
fn unix_now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs().cast_signed())
}
