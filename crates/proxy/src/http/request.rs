//! A request from its head to the head of its answer: the phases in their order.

use std::rc::Rc;

use gibbon_plugin_api::{ResponseHead, Source, UpstreamLog};
use gibbon_router::path;
use gibbon_runtime::{Origin, RouteEntry, RouteState, Snapshot};

use crate::access_log::Upstream;
use crate::engine::body::{BodySource, ResponseBody};
use crate::engine::head::BadHead;
use crate::http::arrival::Arrival;
use crate::http::chain::Chain;
use crate::http::client::Client;
use crate::http::debug_fields::{self, DebugFields};
use crate::http::error::ProxyError;
use crate::http::exchange::Exchange;
use crate::http::noting::Sent;
use crate::http::routing::Matched;
use crate::http::served::Served;
use crate::http::tail::{Tail, head_bytes};
use crate::http::upstream::{Answer, Target};
use crate::http::{access, admission, following, grpc, log_line, response, routing, upstream};
use crate::worker::Worker;

/// The answer to a request, and what is left to do when it is over.
pub(crate) type Answered = (ResponseHead, ResponseBody, Tail);

/// Serves one request.
pub(crate) async fn handle(worker: &Rc<Worker>, client: &Client, source: BodySource, arrival: Arrival) -> Answered {
    let under_way = worker.counters.begin_request();
    client.connection.requests.set(client.connection.requests.get() + 1);
    let snapshot = worker.snapshot();
    let mut served = Served::default();
    let (exchange, chain) = served.begin(Exchange::new(worker, client, source, arrival));
    let mut entry = log_line::of(exchange, &snapshot);
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
    following::tell_all(exchange, chain.timeline(), head.status);
    let is_watched = chain.counts() || chain.logs();
    let sent = is_watched.then(|| Sent { head: &head, source, course: exchange.course(head_bytes(&head)) });
    let watched = served.end(sent);
    (head, body, Tail { entry, watched })
}

/// Answers what is no request; `line` is what has come of its first line.
pub(crate) fn refuse(worker: &Worker, client: &Client, line: Vec<u8>, bad: BadHead) -> Answered {
    drop(worker.counters.begin_request());
    let id = worker.ids.next();
    let (head, body) = response::refusal(worker, &id, bad.into());
    let entry = log_line::of_no_request(worker, client, line, id, head.status);
    (head, body, Tail { entry, watched: None })
}

impl Exchange<'_> {
    /// The phases.
    async fn run<'s>(&mut self, snapshot: &'s Snapshot, chain: &mut Chain<'s>) -> Result<Answer, ProxyError> {
        admission::check(&self.head, self.survey, self.arriving, &self.settings)?;
        let path = path::normalize(self.head.raw_path().as_bytes())
            .map_err(|_| ProxyError::BadRequest("the path cannot be read"))?
            .into_owned();
        let matched = routing::find(&snapshot.routes, &self.head, self.client, self.client_ip(), &path)?;
        let entry = matched.entry;
        self.routed(entry, chain)?;
        routing::require_https(entry, &self.head, self.client)?;
        grpc::require(entry, &self.head)?;
        self.hold_body(entry).await?;
        self.access(&matched, &path, snapshot, chain).await?;
        let origin = entry.service.as_deref().ok_or(ProxyError::NoService)?;
        let overridden = self.head.overrides().and_then(|overrides| origin.overridden(overrides));
        let origin = overridden.as_ref().unwrap_or(origin);
        let target = self.target(snapshot, &matched, origin, &path);
        if chain.logs() || self.is_followed {
            self.upstream = Some(Box::new(UpstreamLog { uri: target.line().into(), ..UpstreamLog::default() }));
        }
        upstream::ask(self, target).await
    }

    /// Its route is known: what depends on that begins, unless the route is closed.
    fn routed(&mut self, entry: &RouteEntry, chain: &mut Chain<'_>) -> Result<(), ProxyError> {
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
        Ok(())
    }

    /// Where it goes, by its route and by what plugins have set.
    fn target<'s>(
        &self,
        snapshot: &'s Snapshot,
        matched: &Matched<'s>,
        origin: &'s Origin,
        path: &'s str,
    ) -> Target<'s> {
        let pool = origin.upstream.as_deref().and_then(|name| snapshot.pools.named(name));
        let mut target = Target::new(snapshot, matched, origin, pool.map(|pool| &**pool), path, self.head.query());
        if let Some(path) = self.head.upstream_path() {
            target.replace_path(path, self.head.query());
        }
        target
    }
}
