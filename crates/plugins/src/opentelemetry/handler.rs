//! What the plugin does to a request, to its answer, and when the exchange is over.

use std::sync::Arc;

use gibbon_plugin_api::log_feed::Listener;
use gibbon_plugin_api::{ConfigureError, Flow, Handler, LogCx, Phases, RequestCx, ResponseCx, Settings, Tracing};
use gibbon_schema::Object;
use http::{HeaderName, HeaderValue};
use serde_json::Value;

use super::config::Config;
use super::export::Told;
use super::proto::LogRecord;
use super::resource::Attributes;
use super::trace::{Sampled, Trace};
use super::under_way::{Place, UnderWay};
use super::{export, spans};
use crate::collector::Collector;
use crate::propagation::{self, Context, Propagation};
use crate::queue::Queue;

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, settings: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    let Config { traces, logs, headers, patience, told_in, sampling_rate, propagation, limits } = Config::read(config)?;
    let attributes = Attributes::read(config, &settings.node, settings.lua)?;
    let listener = logs.map(|endpoint| {
        let collector = Collector::new(&endpoint, headers.clone(), patience);
        let resource = Arc::clone(attributes.usual());
        let send = Arc::new(move |batch: &[LogRecord]| export::send_lines(&collector, &resource, batch));
        let queue = Queue::start(&settings.node, "opentelemetry", limits.clone(), send);
        let listener: Arc<Listener> = Arc::new(move |line| queue.push(export::record(line)));
        settings.node.log.listen(&listener);
        listener
    });
    let queue = traces.map(|endpoint| {
        let collector = Collector::new(&endpoint, headers, patience);
        let send = Arc::new(move |batch: &[Told]| export::send(&collector, batch));
        Queue::start(&settings.node, "opentelemetry", limits, send)
    });
    let mut tracing = settings.tracing;
    tracing.sampling_rate = sampling_rate.unwrap_or(tracing.sampling_rate);
    Ok(Box::new(OpenTelemetry { propagation, told_in, tracing, attributes, queue, listener }))
}

struct OpenTelemetry {
    propagation: Propagation,
    told_in: Option<HeaderName>,
    tracing: Tracing,
    attributes: Attributes,
    queue: Option<Queue<Told>>,
    /// Lines of the log are sent for as long as it is there.
    listener: Option<Arc<Listener>>,
}

impl OpenTelemetry {
    /// Lines of the log about the request belong to its trace, where any are sent.
    fn noted(&self, mut trace: Trace, request_id: &str) -> Trace {
        let place = Place { trace: trace.id, span: trace.root, sampled: trace.sampled };
        trace.under_way = self.listener.as_ref().map(|_| UnderWay::begin(request_id, place));
        trace
    }
}

impl Handler for OpenTelemetry {
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        let extracted = self.propagation.extract(&cx.head.headers);
        let trace = Trace::begin(&extracted.context, self.tracing, Some(cx.connection.peer_address()));
        let mut ids = Object::new();
        let mut trace = self.noted(trace, cx.request_id);
        trace.resource = self.attributes.of(cx);
        self.propagation.inject(cx.head, &trace.for_upstream(&extracted.context), &extracted, &mut ids);
        cx.log_values.merge(propagation::TRACE_ID, ids);
        cx.carried.put(trace);
        Flow::Continue
    }

    fn response(&self, cx: &mut ResponseCx<'_>) {
        // A request that another plugin has answered has a trace of its own, whatever the client has said of it.
        if cx.carried.get::<Trace>().is_none() {
            let peer = Some(cx.connection.peer_address());
            let trace = Trace::begin(&Context::default(), self.tracing, peer);
            cx.carried.put(self.noted(trace, cx.request_id));
        }
        if let (Some(name), Some(trace)) = (&self.told_in, cx.carried.get::<Trace>())
            && let Ok(id) = HeaderValue::try_from(trace.id.to_string())
        {
            cx.head.headers.append(name.clone(), id);
        }
    }

    fn log(&self, cx: &LogCx<'_>) {
        let (Some(queue), Some(trace)) = (&self.queue, cx.carried.get::<Trace>()) else { return };
        if trace.sampled == Sampled::Yes {
            let resource = trace.resource.as_ref().unwrap_or(self.attributes.usual());
            for span in spans::of(trace, self.tracing.instruments, cx) {
                queue.push(Told { resource: Arc::clone(resource), span });
            }
        }
    }

    fn phases(&self) -> Phases {
        let phases = Phases::ACCESS.and(Phases::RESPONSE);
        match self.queue.is_some() && self.tracing.instruments.are_any() {
            true => phases.and(Phases::LOG).and(Phases::TIMELINE),
            false => phases,
        }
    }
}
