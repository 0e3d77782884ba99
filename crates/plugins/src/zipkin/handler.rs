//! What the plugin does to a request, to its answer, and when the exchange is over.

use std::sync::Arc;

use gibbon_plugin_api::{ConfigureError, Flow, Handler, LogCx, Phases, RequestCx, ResponseCx, Settings, StreamLogCx};
use gibbon_schema::Object;
use serde_json::Value;

use super::config::{Config, value_of};
use super::span::{Span, Whole};
use super::trace::{Sampled, Trace};
use super::{sender, spans};
use crate::propagation::{self, Context};
use crate::queue::Queue;

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, settings: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    let collector = sender::collector(config)?;
    let (config, limits) = Config::read(config)?;
    let queue = collector.map(|collector| {
        let send = Arc::new(move |batch: &[Vec<u8>]| sender::send(&collector, batch));
        Queue::start(&settings.node, "zipkin", limits, send)
    });
    Ok(Box::new(Zipkin { config, node_id: settings.node.id.to_string(), queue }))
}

struct Zipkin {
    config: Config,
    node_id: String,
    /// Each span is an entry, as JSON.
    queue: Option<Queue<Vec<u8>>>,
}

impl Handler for Zipkin {
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        let (trace, extracted) = Trace::begin(&self.config, &cx.head.headers, cx.connection);
        let mut ids = Object::new();
        self.config.propagation.inject(cx.head, &trace.for_upstream(&extracted), &extracted, &mut ids);
        cx.log_values.merge(propagation::TRACE_ID, ids);
        cx.carried.put(trace);
        Flow::Continue
    }

    fn response(&self, cx: &mut ResponseCx<'_>) {
        if cx.carried.get::<Trace>().is_none() {
            let (trace, _) = Trace::begin(&self.config, &cx.request.headers, cx.connection);
            cx.carried.put(trace);
        }
        if let (Some(name), Some(trace)) = (&self.config.told_in, cx.carried.get::<Trace>()) {
            cx.head.headers.append(name.clone(), value_of(&trace.text()));
        }
    }

    fn log(&self, cx: &LogCx<'_>) {
        if let Some(trace) = cx.carried.get::<Trace>() {
            self.report(trace, || spans::of(&self.config, trace, &self.node_id, cx));
        }
    }

    fn stream_log(&self, cx: &StreamLogCx<'_>) {
        let trace = Trace::new(&self.config, &Context::default(), cx.stream.source.port());
        self.report(&trace, || spans::of_stream(&self.config, &trace, &self.node_id, cx));
    }

    fn phases(&self) -> Phases {
        let phases = Phases::ACCESS.and(Phases::RESPONSE).and(Phases::LOG).and(Phases::STREAM_LOG);
        if self.queue.is_some() { phases.and(Phases::TIMELINE) } else { phases }
    }
}

impl Zipkin {
    fn report(&self, trace: &Trace, spans: impl FnOnce() -> Vec<Span>) {
        let Some(queue) = self.queue.as_ref().filter(|_| trace.sampled == Sampled::Yes) else { return };
        let whole = Whole {
            trace: trace.id,
            length: trace.length,
            local_service_name: &self.config.local_service_name,
            default_service_name: self.config.default_service_name.as_deref(),
        };
        for span in spans() {
            queue.push(span.document(&whole).to_string().into_bytes());
        }
    }
}
