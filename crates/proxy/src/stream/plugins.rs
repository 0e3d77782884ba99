//! The plugins of a stream.

use std::sync::Arc;

use gibbon_plugin_api::{Phases, Stream, StreamCx, Verdict, WorkerLocals};
use gibbon_runtime::{Instance, Plan, RouteEntry};

use crate::stream::failure::Failure;

/// Lets them decide, one after the other.
pub(crate) fn run(entry: &RouteEntry, stream: &Stream, worker: &WorkerLocals) -> Result<(), Failure> {
    for instance in of(&entry.plan, Phases::STREAM) {
        let mut cx = StreamCx {
            stream,
            route: &entry.route,
            service: entry.service.as_ref().map(|origin| &*origin.service),
            scope: &instance.scope,
            worker,
        };
        if let Verdict::Refuse { status, reason } = instance.handler.stream(&mut cx) {
            return Err(Failure::Refused { status, reason });
        }
    }
    Ok(())
}

/// Those that log streams.
pub(crate) fn loggers(plan: &Plan) -> Vec<Arc<Instance>> {
    of(plan, Phases::STREAM_LOG).cloned().collect()
}

fn of(plan: &Plan, phase: Phases) -> impl Iterator<Item = &Arc<Instance>> {
    let instances = plan.steps.iter().filter_map(|step| step.select_for_stream());
    instances.filter(move |instance| instance.phases.contains(phase))
}
