//! What the plugin does to a request and to its answer.

use bytes::Bytes;
use gibbon_plugin_api::{
    ConfigureError, Connection, Flow, Handler, Phases, RequestCx, ResponseCx, Settings, WorkerLocals,
};
use http::HeaderValue;
use serde_json::Value;

use super::config::{Config, Echo};

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, _: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    Ok(Box::new(CorrelationId(Config::read(config)?)))
}

struct CorrelationId(Config);

impl Handler for CorrelationId {
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        let given = cx.head.headers.get_value(&self.0.header).filter(|id| !id.is_empty());
        let id = given.unwrap_or_else(|| {
            let id = self.next(cx.worker, cx.connection);
            cx.head.headers.set(&self.0.header, &id);
            id
        });
        cx.log_values.set("correlation_id", id.to_str().unwrap_or_default().into());
        if self.0.client == Echo::Told {
            cx.carried.put(id);
        }
        Flow::Continue
    }

    fn response(&self, cx: &mut ResponseCx<'_>) {
        // A request that went nowhere has no id yet.
        let id = cx.carried.take::<HeaderValue>().unwrap_or_else(|| self.next(cx.worker, cx.connection));
        cx.head.headers.set(&self.0.header, &id);
    }

    fn phases(&self) -> Phases {
        match self.0.client {
            Echo::Told => Phases::ACCESS.and(Phases::RESPONSE),
            Echo::NotTold => Phases::ACCESS,
        }
    }
}

impl CorrelationId {
    fn next(&self, worker: &WorkerLocals, connection: &Connection) -> HeaderValue {
        let id = self.0.generator.next(worker, connection);
        // Digits, letters and a few marks are always a valid value, so the fallback is never seen.
        HeaderValue::from_maybe_shared(Bytes::from(id)).unwrap_or(HeaderValue::from_static(""))
    }
}
