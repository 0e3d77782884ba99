//! What is known of a request while it is served.

use std::cell::Cell;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use gibbon_entities::{Route, Service};
use gibbon_plugin_api::request::IDENTITY_HEADERS;
use gibbon_plugin_api::{Identity, LogValues, Reply, RequestHead, ResponseHead, Shared, UpstreamLog};
use gibbon_runtime::RouteEntry;
use gibbon_traffic::{Reason, Report};
use http::{HeaderValue, Method, Version};
use uuid::Uuid;

use crate::engine::body::{BodyFailure, BodySource, BodyState, ClientBody, RequestBody, ResponseBody};
use crate::engine::framing::Ambiguous;
use crate::engine::upstream_body::UpstreamBody;
use crate::http::arrival::{Arrival, ArrivingBody};
use crate::http::client::Client;
use crate::http::debug_fields::DebugFields;
use crate::http::error::ProxyError;
use crate::http::hop_by_hop::{self, Upgrade};
use crate::http::request_id::RequestId;
use crate::http::survey::Survey;
use crate::http::timing::{self, Wanted};
use crate::http::{following, real_ip};
use crate::settings::Settings;
use crate::worker::Worker;

/// See the module.
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
    pub(super) survey: Survey,
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
    pub(super) oversize: Option<Box<Reply>>,
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
    pub(super) is_followed: bool,
    /// Who wants to know the whole way that it goes.
    pub(super) trial: Option<Report>,
    /// Why it was refused, if it was.
    pub(crate) reason: Cell<Option<Reason>>,
}

impl<'w> Exchange<'w> {
    pub(super) fn new(worker: &'w Rc<Worker>, client: &'w Client, source: BodySource, arrival: Arrival) -> Self {
        let settings = worker.settings();
        let Arrival { mut head, survey, body: arriving } = arrival;
        let upgrade = clean(&mut head, survey, client);
        let body_state = Rc::<BodyState>::default();
        let body = streaming(arriving, source, client, &body_state, &settings);
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

    /// Whom the request comes from, as far as proxies that are trusted tell.
    pub(crate) fn client_address(&self) -> &HeaderValue {
        self.told.as_ref().map_or(&self.client.connection.peer_ip, |told| &told.text)
    }

    /// The same as an address.
    pub(crate) fn client_ip(&self) -> IpAddr {
        self.told.as_ref().map_or_else(|| self.client.connection.peer_address(), |told| told.address)
    }

    /// Keeps the route that matched, and its service.
    pub(super) fn keep_names(&mut self, entry: &RouteEntry) {
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
    pub(super) fn in_words_of_plugin(&mut self, error: ProxyError) -> ProxyError {
        match (error, self.oversize.take()) {
            (ProxyError::Body(BodyFailure::TooLarge), Some(reply)) => ProxyError::Oversize(reply),
            (error, _) => error,
        }
    }
}

/// Takes off a request what is its connection's, and what says who it is from where the client has no say in that. What it
/// asked to change to comes back.
fn clean(head: &mut RequestHead, survey: Survey, client: &Client) -> Option<Upgrade> {
    let upgrade = hop_by_hop::clean_request(&mut head.headers, survey);
    if survey.identity && !client.connection.trusted {
        for name in IDENTITY_HEADERS {
            head.headers.remove(name);
        }
    }
    // HTTP/1.0 knows no change of protocol (RFC 9110 section 7.8).
    upgrade.filter(|_| head.version == Version::HTTP_11)
}

/// The body as it comes from the client, if there is one.
fn streaming(
    arriving: Result<ArrivingBody, Ambiguous>,
    source: BodySource,
    client: &Client,
    state: &Rc<BodyState>,
    settings: &Settings,
) -> RequestBody {
    match arriving {
        Ok(ArrivingBody::None) | Err(_) => RequestBody::Empty,
        Ok(ArrivingBody::Length(_) | ArrivingBody::Unknown) => RequestBody::Stream(Box::new(ClientBody {
            source,
            progress: Rc::clone(&client.progress),
            state: Rc::clone(state),
            allowance: settings.limits.body_bytes,
            window: settings.limits.body_progress as u64,
        })),
    }
}
