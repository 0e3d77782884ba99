//! The plugins that look at the answer to a request.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use gibbon_entities::Protocol;
use gibbon_plugin_api::{
    Activity, BodyCopy, BodyFilter, Carried, Headers, KnownName, MeterCx, Phases, ResponseCx, ResponseHead, Rewrite,
    Source, Step,
};
use gibbon_runtime::{Instance, Plan};
use http::HeaderValue;
use smallvec::SmallVec;

use crate::http::exchange::Exchange;
use crate::http::tail::Meters;

/// The instances of one request that take part in later phases, in their order. Empty for most requests.
#[derive(Default)]
pub(crate) struct Chain<'s> {
    links: SmallVec<[Link<'s>; 2]>,
    is_chosen: bool,
    /// When the gateway did what, where an instance wants to know.
    timeline: Option<Box<Timeline>>,
}

/// Steps, with the moment from which they are counted.
struct Timeline {
    since: Instant,
    steps: Vec<Step>,
}

/// One of them, with what it keeps for itself.
struct Link<'s> {
    plugin: &'static str,
    instance: &'s Arc<Instance>,
    carried: Carried,
}

/// What the plugins want to do with the body of an answer. Empty for most.
#[derive(Default)]
pub(crate) struct Wanted {
    pub(crate) rewrites: Vec<Rewrite>,
    pub(crate) filters: Vec<Box<dyn BodyFilter>>,
    pub(crate) copies: Vec<BodyCopy>,
}

/// The fields that say where an answer ends. They are the engine's, and what plugins do to them is undone.
const FRAMING: [KnownName; 3] = [KnownName::ContentLength, KnownName::TransferEncoding, KnownName::Connection];

/// Their values as they were.
struct Framing([Option<SmallVec<[u8; 32]>>; 3]);

/// The phases in which an answer is looked at.
const LATER: [Phases; 4] = [Phases::RESPONSE, Phases::BODY, Phases::LOG, Phases::METER];

impl<'s> Chain<'s> {
    /// Keeps an instance whose turn in `access` is over, if it has something to do later.
    pub(crate) fn note(&mut self, plugin: &'static str, instance: &'s Arc<Instance>, carried: &mut Carried) {
        if LATER.into_iter().any(|phase| instance.phases.contains(phase)) {
            self.links.push(Link { plugin, instance, carried: std::mem::take(carried) });
        }
    }

    /// Begins to note when what is done, for a request that came at `since` and has just found its route.
    pub(crate) fn keep_time(&mut self, since: Instant) {
        let mut timeline = Timeline { since, steps: Vec::with_capacity(8) };
        timeline.note(Activity::Routing, since);
        self.timeline = Some(Box::new(timeline));
    }

    /// The present, where time is kept.
    pub(crate) fn begin(&self) -> Option<Instant> {
        self.timeline.as_ref().map(|_| Instant::now())
    }

    /// What began then is over.
    pub(crate) fn end(&mut self, what: Activity, begun: Option<Instant>) {
        if let (Some(timeline), Some(begun)) = (&mut self.timeline, begun) {
            timeline.note(what, begun);
        }
    }

    /// The same as it is so far.
    pub(crate) fn timeline(&self) -> &[Step] {
        self.timeline.as_ref().map_or(&[], |timeline| &timeline.steps)
    }

    /// When the gateway did what.
    pub(crate) fn take_timeline(&mut self) -> Vec<Step> {
        self.timeline.take().map(|timeline| timeline.steps).unwrap_or_default()
    }

    /// Whether all that take part are known.
    pub(crate) fn is_closed(&self) -> bool {
        self.is_chosen
    }

    /// Nobody is missing any more.
    pub(crate) fn close(&mut self) {
        self.is_chosen = true;
    }

    /// For a request that never came to its plugins: those that run for all requests see its answer.
    pub(crate) fn or_all_of(&mut self, plan: &'s Plan, protocol: Protocol) {
        if self.is_chosen {
            return;
        }
        for step in &plan.steps {
            if let Some(instance) = step.select(None, protocol) {
                self.note(step.plugin.name, instance, &mut Carried::default());
            }
        }
    }

    /// Whether any plugin looks at the answer, its body or the exchange as a whole.
    pub(crate) fn looks_back(&self) -> bool {
        let phases = [Phases::RESPONSE, Phases::BODY, Phases::LOG];
        self.links.iter().any(|link| phases.into_iter().any(|phase| link.instance.phases.contains(phase)))
    }

    /// Whether any plugin makes another body of the answer's.
    pub(crate) fn changes_body(&self) -> bool {
        self.links.iter().any(|link| link.instance.phases.contains(Phases::BODY))
    }

    /// Whether any plugin logs the exchange.
    pub(crate) fn logs(&self) -> bool {
        self.links.iter().any(|link| link.instance.phases.contains(Phases::LOG))
    }

    /// Whether any plugin counts the exchange.
    pub(crate) fn counts(&self) -> bool {
        self.links.iter().any(|link| link.instance.phases.contains(Phases::METER))
    }

    /// Those that log it.
    pub(crate) fn into_loggers(self) -> Vec<(Arc<Instance>, Carried)> {
        let links = self.links.into_iter().filter(|link| link.instance.phases.contains(Phases::LOG));
        links.map(|link| (Arc::clone(link.instance), link.carried)).collect()
    }

    /// Where the exchange is counted when it is over.
    pub(crate) fn meters(&self, cx: &MeterCx<'_>) -> Meters {
        let links = self.links.iter().filter(|link| link.instance.phases.contains(Phases::METER));
        links.filter_map(|link| link.instance.handler.meter(cx)).collect()
    }

    /// Lets the plugins edit the head of the answer. What they want to do with its body comes back.
    pub(crate) fn respond(&mut self, exchange: &Exchange<'_>, head: &mut ResponseHead, source: Source) -> Wanted {
        let mut wanted = Wanted::default();
        let takes_part = |link: &Link<'_>| link.instance.phases.contains(Phases::RESPONSE);
        if !self.links.iter().any(takes_part) {
            return wanted;
        }
        let framing = Framing::of(&head.headers);
        for link in self.links.iter_mut().filter(|link| takes_part(link)) {
            let begun = self.timeline.as_ref().map(|_| Instant::now());
            let mut cx = cx(exchange, head, source, &mut link.carried, &mut wanted);
            link.instance.handler.response(&mut cx);
            if let (Some(timeline), Some(begun)) = (&mut self.timeline, begun) {
                timeline.note(Activity::Response(link.plugin), begun);
            }
        }
        framing.restore(&mut head.headers);
        wanted
    }

    /// Lets the plugins make another body of the answer's.
    pub(crate) fn change_body(
        &mut self,
        exchange: &Exchange<'_>,
        head: &mut ResponseHead,
        source: Source,
        mut body: Bytes,
    ) -> Bytes {
        let framing = Framing::of(&head.headers);
        for link in self.links.iter_mut().filter(|link| link.instance.phases.contains(Phases::BODY)) {
            // The body is about to go: nobody can ask for a copy of it any more.
            let mut wanted = Wanted::default();
            let mut cx = cx(exchange, head, source, &mut link.carried, &mut wanted);
            body = link.instance.handler.body(&mut cx, body);
            body = wanted.rewrites.into_iter().fold(body, |body, rewrite| rewrite(&body).unwrap_or(body));
        }
        framing.restore(&mut head.headers);
        body
    }
}

fn cx<'c>(
    exchange: &'c Exchange<'_>,
    head: &'c mut ResponseHead,
    source: Source,
    carried: &'c mut Carried,
    wanted: &'c mut Wanted,
) -> ResponseCx<'c> {
    let (route, service) = exchange.found();
    ResponseCx {
        request_id: exchange.id.as_str(),
        started: exchange.started,
        head,
        source,
        request: &exchange.head,
        connection: &exchange.client.connection,
        client_ip: exchange.client_ip(),
        route,
        service,
        identity: &exchange.identity,
        carried,
        shared: &exchange.shared,
        worker: &exchange.worker.locals,
        rewrites: &mut wanted.rewrites,
        filters: &mut wanted.filters,
        copies: &mut wanted.copies,
    }
}

impl Timeline {
    fn note(&mut self, what: Activity, begun: Instant) {
        self.steps.push(Step { what, begun: begun.saturating_duration_since(self.since), took: begun.elapsed() });
    }
}

impl Framing {
    fn of(headers: &Headers) -> Self {
        Self(FRAMING.map(|name| headers.get(name).map(SmallVec::from_slice)))
    }

    /// Undoes what was done to them; usually that is nothing.
    fn restore(self, headers: &mut Headers) {
        for (name, value) in FRAMING.into_iter().zip(self.0) {
            if headers.get(name) == value.as_deref() && !headers.is_repeated(name) {
                continue;
            }
            match value.and_then(|value| HeaderValue::from_bytes(&value).ok()) {
                Some(value) => headers.set(name, value),
                None => drop(headers.remove(name)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_where_an_answer_ends_is_as_it_was() {
        let mut headers = Headers::default();
        headers.set("content-length", HeaderValue::from_static("7"));
        headers.append("transfer-encoding", HeaderValue::from_static("chunked"));
        headers.append("x-other", HeaderValue::from_static("1"));
        let mut before = Headers::default();
        before.set("content-length", HeaderValue::from_static("3"));
        before.set("connection", HeaderValue::from_static("close"));
        Framing::of(&before).restore(&mut headers);
        assert_eq!((headers.get("content-length"), headers.get("connection")), (Some(&b"3"[..]), Some(&b"close"[..])));
        assert_eq!((headers.contains("transfer-encoding"), headers.contains("x-other")), (false, true));
        before.append("content-length", HeaderValue::from_static("3"));
        Framing::of(&headers).restore(&mut before);
        assert_eq!(before.all("content-length").count(), 1);
    }
}
