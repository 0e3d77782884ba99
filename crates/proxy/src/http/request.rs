//! A request from its head to the head of its answer: the phases in their order.

use std::cell::Cell;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use gibbon_entities::{Route, Service};
use gibbon_plugin_api::request::IDENTITY_HEADERS;
use gibbon_plugin_api::{
    Announced, Carried, EVERYWHERE, Identity, LogValues, Reply, RequestCx, RequestHead, ResponseHead, Shared, Source,
    UpstreamLog,
};
use gibbon_router::path;
use gibbon_runtime::{RouteEntry, RouteState, Snapshot};
use gibbon_traffic::{Reason, Report};
use http::{HeaderValue, Method, StatusCode, Version, header};
use uuid::Uuid;

pub(crate) use crate::http::client::Client;

use crate::access_log::{Custom, Entry, Secrets, Upstream, request_line};
use crate::engine::body::{BodyFailure, BodySource, BodyState, ClientBody, RequestBody, ResponseBody};
use crate::engine::framing::Ambiguous;
use crate::engine::head::BadHead;
use crate::engine::upstream_body::UpstreamBody;
use crate::http::access::OwnReply;
use crate::http::buffering::Gathered;
use crate::http::chain::Chain;
use crate::http::debug_fields::{self, DebugFields};
use crate::http::error::ProxyError;
use crate::http::hop_by_hop::{self, Upgrade};
use crate::http::request_id::RequestId;
use crate::http::routing::{Matched, PathCaptures};
use crate::http::served::Served;
use crate::http::survey::Survey;
use crate::http::tail::Tail;
use crate::http::timing::{self, Wanted};
use crate::http::upstream::{Answer, Target};
use crate::http::{access, admission, buffering, following, grpc, real_ip, response, routing, upstream};
use crate::settings::{MAX_BUFFERED_BODY, Settings};
use crate::worker::Worker;

/// A request as the engine hands it over.
pub(crate) struct Arrival {
    pub(crate) head: Box<RequestHead>,
    pub(crate) survey: Survey,
    /// How long the body is, where that is known and where there is one.
    pub(crate) body: Result<ArrivingBody, Ambiguous>,
}

/// The body of a request that has not been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ArrivingBody {
    None,
    Length(u64),
    Unknown,
}

/// What is known of a request while it is served.
pub(crate) struct Exchange<'w> {
    pub(crate) worker: &'w Rc<Worker>,
    pub(crate) client: &'w Client,
    pub(crate) settings: Rc<Settings>,
    /// Whom the request comes from, where the peer is trusted to say so.
    told: Option<real_ip::Told>,
    pub(crate) id: RequestId,
    pub(crate) started: Instant,
    pub(crate) head: Box<RequestHead>,
    pub(crate) body: RequestBody,
    pub(crate) body_state: Rc<BodyState>,
    survey: Survey,
    pub(crate) arriving: Result<ArrivingBody, Ambiguous>,
    /// The names of what served the request, where the client may ask for them.
    pub(crate) debug: Option<DebugFields>,
    /// Whether the client asked, and may ask, where the time goes.
    pub(crate) timing: Option<Wanted>,
    /// What the client asked to change to.
    pub(crate) upgrade: Option<Upgrade>,
    /// Who the request is from, once plugins have found out.
    pub(crate) identity: Identity,
    /// What its plugins share.
    pub(crate) shared: Shared,
    /// A cookie for the client to be told by from now on.
    pub(crate) cookie: Option<HeaderValue>,
    /// When an upstream was asked for the first time, if one was.
    pub(crate) asked: Option<Instant>,
    /// The answer to a body that is longer than a plugin allows.
    oversize: Option<Box<Reply>>,
    /// Whether the client wants no body, whatever the upstream is asked by.
    pub(crate) is_asked_by_head: bool,
    /// What plugins want logs to say.
    pub(crate) log_values: LogValues,
    /// What became of it upstream, where a plugin logs that.
    pub(crate) upstream: Option<Box<UpstreamLog>>,
    /// When the head of the upstream's answer was there.
    pub(crate) answered: Option<Instant>,
    /// The route that matched and its service, where a plugin logs that.
    pub(crate) entry: Option<(Arc<Route>, Option<Arc<Service>>)>,
    /// The ids of the route and of its service.
    pub(crate) matched: Option<(Uuid, Option<Uuid>)>,
    /// Whether anybody followed requests when it came.
    is_followed: bool,
    /// Who wants to know the whole way that it goes.
    trial: Option<Report>,
    /// Why it was refused, if it was.
    pub(crate) reason: Cell<Option<Reason>>,
}

/// The answer to a request, and what is left to do when it is over.
pub(crate) type Answered = (ResponseHead, ResponseBody, Tail);

/// Serves one request.
pub(crate) async fn handle(worker: &Rc<Worker>, client: &Client, source: BodySource, arrival: Arrival) -> Answered {
    let under_way = worker.counters.begin_request();
    client.connection.requests.set(client.connection.requests.get() + 1);
    let snapshot = worker.snapshot();
    let mut served = Served::default();
    let (exchange, chain) = served.begin(Exchange::new(worker, client, source, arrival));
    let mut entry = exchange.log_entry(&snapshot);
    let outcome = exchange.run(&snapshot, chain).await;
    drop(under_way);
    if let Some(custom) = entry.as_mut().and_then(|entry| entry.custom.as_mut()) {
        custom.asked(outcome.as_ref().ok().map(Upstream::of));
    }
    chain.or_all_of(snapshot.routes.unrouted(), access::protocol(client.connection.scheme));
    let source = if outcome.is_ok() { Source::Upstream } else { Source::Gateway };
    let (head, body) = match outcome {
        Ok(answer) => response::proxied(exchange, chain, answer).await,
        Err(error) => {
            let error = exchange.in_words_of_plugin(error);
            response::own(exchange, chain, error)
        }
    };
    if let Some(entry) = &mut entry {
        entry.answered(&head);
    }
    if exchange.is_followed {
        following::tell(exchange, head.status);
        if let Some(report) = exchange.trial.take() {
            following::report(&report, exchange, chain.timeline(), head.status);
        }
    }
    let meters = exchange.meters(chain, &head, source);
    let record = served.end(&head, source);
    (head, body, Tail { entry, record, meters })
}

/// Answers what is no request; `line` is what has come of its first line.
pub(crate) fn refuse(worker: &Worker, client: &Client, line: Vec<u8>, bad: BadHead) -> Answered {
    drop(worker.counters.begin_request());
    let id = worker.ids.next();
    let (head, body) = response::refusal(worker, &id, bad.into());
    let entry = worker.access_log.as_ref().map(|log| {
        Box::new(Entry {
            log: Rc::clone(log),
            client: client.connection.peer_ip.clone(),
            request: line,
            status: head.status,
            bytes: 0,
            referer: None,
            agent: None,
            id,
            custom: worker.settings().log_format.clone().map(|format| Box::new(Custom::of_nothing(format))),
        })
    });
    (head, body, Tail { entry, record: None, meters: None })
}

impl<'w> Exchange<'w> {
    fn new(worker: &'w Rc<Worker>, client: &'w Client, source: BodySource, arrival: Arrival) -> Self {
        let settings = worker.settings();
        let Arrival { mut head, survey, body: arriving } = arrival;
        let upgrade = hop_by_hop::clean_request(&mut head.headers, survey);
        // HTTP/1.0 knows no change of protocol (RFC 9110 section 7.8).
        let upgrade = upgrade.filter(|_| head.version == Version::HTTP_11);
        if survey.identity && !client.connection.trusted {
            for name in IDENTITY_HEADERS {
                head.headers.remove(name);
            }
        }
        let body_state = Rc::<BodyState>::default();
        let body = match arriving {
            Ok(ArrivingBody::None) | Err(_) => RequestBody::Empty,
            Ok(ArrivingBody::Length(_) | ArrivingBody::Unknown) => RequestBody::Stream(Box::new(ClientBody {
                source,
                progress: Rc::clone(&client.progress),
                state: Rc::clone(&body_state),
                allowance: settings.limits.body_bytes,
                window: settings.limits.body_progress as u64,
            })),
        };
        let is_asked_by_head = head.method == Method::HEAD;
        let id = worker.ids.next();
        let started = Instant::now();
        let told = real_ip::Told::of(client, &head.headers, &settings);
        let trial = survey.trial.then(|| following::claim(worker, &mut head.headers)).flatten();
        let asks = survey.timing.then(|| timing::wanted(&head.headers, client, &settings));
        Self {
            worker,
            client,
            settings,
            told,
            id,
            started,
            head,
            body,
            body_state,
            survey,
            arriving,
            debug: None,
            timing: asks.flatten(),
            upgrade,
            identity: Identity::default(),
            shared: Shared::default(),
            cookie: None,
            asked: None,
            oversize: None,
            is_asked_by_head,
            log_values: LogValues::default(),
            upstream: None,
            answered: None,
            entry: None,
            matched: None,
            is_followed: trial.is_some() || worker.tally.is_followed(),
            trial,
            reason: Cell::new(None),
        }
    }

    /// What the access log will say of the request; taken before plugins change anything.
    fn log_entry(&self, snapshot: &Snapshot) -> Option<Box<Entry>> {
        let log = self.worker.access_log.as_ref()?;
        let field = |name| self.head.headers.get(name).map(Box::from);
        let secrets = Secrets::named(snapshot.routes.secret_arguments());
        let connection = &self.client.connection;
        let custom = |format| Box::new(Custom::new(format, &self.head, connection, secrets));
        Some(Box::new(Entry {
            log: Rc::clone(log),
            client: self.client_address().clone(),
            request: request_line(self.head.method.as_str(), self.head.raw_target(), self.head.version, secrets).into(),
            // Stays where the client leaves before there is an answer; web servers log that as 499.
            status: StatusCode::from_u16(499).unwrap_or(StatusCode::BAD_REQUEST),
            bytes: 0,
            referer: field(header::REFERER),
            agent: field(header::USER_AGENT),
            id: self.id,
            custom: self.settings.log_format.clone().map(custom),
        }))
    }

    /// Whom the request comes from, as far as proxies that are trusted tell.
    pub(crate) fn client_address(&self) -> &HeaderValue {
        self.told.as_ref().map_or(&self.client.connection.peer_ip, |told| &told.text)
    }

    /// The same as an address.
    pub(crate) fn client_ip(&self) -> IpAddr {
        self.told.as_ref().map_or_else(|| self.client.connection.peer_address(), |told| told.address)
    }

    /// The phases.
    async fn run<'s>(&mut self, snapshot: &'s Snapshot, chain: &mut Chain<'s>) -> Result<Answer, ProxyError> {
        admission::check(&self.head, self.survey, self.arriving, &self.settings)?;
        let path = path::normalize(self.head.raw_path().as_bytes())
            .map_err(|_| ProxyError::BadRequest("the path cannot be read"))?
            .into_owned();
        let matched = routing::find(&snapshot.routes, &self.head, self.client, self.client_ip(), &path)?;
        let entry = matched.entry;
        self.matched = Some((entry.route.id, entry.service.as_ref().map(|origin| origin.service.id)));
        if self.is_followed {
            self.keep_names(entry);
        }
        self.debug = debug_fields::wanted(&self.head, &self.settings.proxy).then(|| DebugFields::new(entry));
        if entry.state == RouteState::Closed {
            return Err(ProxyError::RouteClosed);
        }
        if entry.plan.has_timeline || self.trial.is_some() {
            chain.keep_time(self.started);
        }
        routing::require_https(entry, &self.head, self.client)?;
        grpc::require(entry, &self.head)?;
        self.hold_body(entry).await?;
        self.access(&matched, &path, snapshot, chain).await?;
        let origin = entry.service.as_deref().ok_or(ProxyError::NoService)?;
        let overridden = self.head.overrides().and_then(|overrides| origin.overridden(overrides));
        let origin = overridden.as_ref().unwrap_or(origin);
        let pool = origin.upstream.as_deref().and_then(|name| snapshot.pools.named(name));
        let mut target = Target::new(snapshot, &matched, origin, pool.map(|pool| &**pool), &path, self.head.query());
        if let Some(path) = self.head.upstream_path() {
            target.replace_path(path, self.head.query());
        }
        if chain.logs() || self.is_followed {
            self.upstream = Some(Box::new(UpstreamLog { uri: target.line().into(), ..UpstreamLog::default() }));
        }
        upstream::exchange(self, target).await
    }

    /// Holds the body in memory where that is wanted: all of it for a plugin that asked, and a small chunked one for
    /// upstreams that cannot read chunks, unless the route says that nothing is to be held back.
    async fn hold_body(&mut self, entry: &RouteEntry) -> Result<(), ProxyError> {
        let for_plugin = entry.plan.wants_body(&self.head);
        // The two sides of a call speak in turns.
        let for_upstream =
            self.arriving == Ok(ArrivingBody::Unknown) && entry.route.request_buffering && !grpc::is_call(&self.head);
        if !for_plugin && !for_upstream {
            return Ok(());
        }
        match std::mem::replace(&mut self.body, RequestBody::Empty) {
            RequestBody::Stream(stream) if for_plugin => {
                let bytes = buffering::whole(stream, MAX_BUFFERED_BODY).await?;
                self.body = RequestBody::Whole(bytes);
            }
            RequestBody::Stream(stream) => {
                self.body = match buffering::gather(stream).await? {
                    Gathered::Whole(bytes) => RequestBody::Whole(bytes),
                    Gathered::Begun(resumed) => RequestBody::Resumed(resumed),
                };
            }
            other => self.body = other,
        }
        Ok(())
    }

    async fn access<'s>(
        &mut self,
        matched: &Matched<'s>,
        path: &str,
        snapshot: &Snapshot,
        chain: &mut Chain<'s>,
    ) -> Result<(), ProxyError> {
        let entry = matched.entry;
        if entry.plan.steps.is_empty() {
            chain.close();
            return Ok(());
        }
        let announced = self.announced();
        let connection = &self.client.connection;
        let captures = PathCaptures::new(matched.found, path);
        let mut cx = RequestCx {
            request_id: self.id.as_str(),
            started: self.started,
            client_ip: self.client_ip(),
            head: &mut self.head,
            path,
            body: whole_body(&self.body),
            announced,
            body_limit: None,
            connection,
            instance: Uuid::nil(),
            scope: &EVERYWHERE,
            captures: &captures,
            route: Some(&entry.route),
            service: entry.service.as_deref().map(|origin| &*origin.service),
            now: unix_now(),
            identity: Identity::default(),
            carried: Carried::default(),
            log_values: LogValues::default(),
            refusal: "",
            shared: &self.shared,
            directory: snapshot,
            worker: &self.worker.locals,
            side: &self.worker.shared.side,
        };
        let outcome = access::run(&entry.plan, &mut cx, chain).await;
        let RequestCx { body, body_limit, identity, log_values, refusal, .. } = cx;
        self.identity = identity;
        self.log_values = log_values;
        chain.close();
        if chain.looks_back() {
            self.keep_names(entry);
        }
        outcome.map_err(|OwnReply { reply, by }| ProxyError::Reply(reply, Reason { by, code: refusal }))?;
        if let (RequestBody::Whole(_) | RequestBody::Empty, Some(edited)) = (&self.body, body) {
            self.body = RequestBody::Whole(edited);
        }
        if let Some(limit) = body_limit
            && self.body.limit(limit.bytes)
        {
            self.oversize = Some(Box::new(limit.reply));
        }
        Ok(())
    }

    fn keep_names(&mut self, entry: &RouteEntry) {
        let service = entry.service.as_deref().map(|origin| Arc::clone(&origin.service));
        self.entry = Some((Arc::clone(&entry.route), service));
    }

    /// The route that matched, and its service, for plugins that have something to do later.
    pub(crate) fn found(&self) -> (Option<&Route>, Option<&Service>) {
        match &self.entry {
            Some((route, service)) => (Some(route), service.as_deref()),
            None => (None, None),
        }
    }

    fn announced(&self) -> Announced {
        let length = match (&self.body, self.arriving) {
            (RequestBody::Whole(bytes), _) => Some(bytes.len() as u64),
            (_, Ok(ArrivingBody::Length(length))) => Some(length),
            (_, Ok(ArrivingBody::Unknown)) => None,
            (_, Ok(ArrivingBody::None) | Err(_)) => Some(0),
        };
        Announced { length, waits: self.survey.expects_to_go_on }
    }

    /// The body that the client has asked for, also where a plugin has made HEAD of another method, or another of HEAD.
    pub(crate) fn as_asked_for(&self, head: &mut ResponseHead, body: Box<UpstreamBody>) -> ResponseBody {
        match (self.is_asked_by_head, self.head.method == Method::HEAD) {
            (true, false) => return ResponseBody::empty(),
            (false, true) => head.headers.set("Content-Length", HeaderValue::from_static("0")),
            (true, true) | (false, false) => {}
        }
        ResponseBody::Upstream(body)
    }

    /// A body that is longer than a plugin allows is answered as the plugin says.
    fn in_words_of_plugin(&mut self, error: ProxyError) -> ProxyError {
        match (error, self.oversize.take()) {
            (ProxyError::Body(BodyFailure::TooLarge), Some(reply)) => ProxyError::Oversize(reply),
            (error, _) => error,
        }
    }
}

fn whole_body(body: &RequestBody) -> Option<Bytes> {
    match body {
        RequestBody::Whole(bytes) => Some(bytes.clone()),
        RequestBody::Empty | RequestBody::Stream(_) | RequestBody::Resumed(_) => None,
    }
}

/// Seconds since 1970 UTC.
fn unix_now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs().cast_signed())
}
