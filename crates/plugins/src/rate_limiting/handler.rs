//! What the plugin does to a request: it counts it, and refuses it where too many came before.

use std::sync::Arc;

use gibbon_plugin_api::{ConfigureError, CountersAway, Flow, Handler, Phases, Reply, RequestCx, ResponseCx, Settings};
use http::StatusCode;
use serde_json::Value;

use super::config::{Client, Config};
use super::report::Report;
use crate::counting::local::Taken;
use crate::counting::policy::{Counted, Outage};
use crate::counting::subject::Subject;

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, settings: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    Ok(Box::new(RateLimitingHandler(Arc::new(RateLimiting(Config::read(config, settings)?)))))
}

/// The plugin in one configuration; shared with what is counted elsewhere.
struct RateLimitingHandler(Arc<RateLimiting>);

struct RateLimiting(Config);

impl Handler for RateLimitingHandler {
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        let config = &self.0.0;
        let subject = Subject::new(cx.scope, config.limit_by.of(cx));
        match config.policy.take(&subject, &config.quotas, cx.now) {
            Counted::Now(taken) => self.0.decide(cx, Ok(taken)),
            Counted::Later(taking) => {
                let limiting = Arc::clone(&self.0);
                Flow::wait(taking, move |cx, taken| limiting.decide(cx, taken))
            }
        }
    }

    fn response(&self, cx: &mut ResponseCx<'_>) {
        if let Some(report) = cx.carried.take::<Report>() {
            report.tell(&self.0.0.quotas, &mut cx.head.headers);
        }
    }

    fn phases(&self) -> Phases {
        match self.0.0.client {
            Client::Told => Phases::ACCESS.and(Phases::RESPONSE),
            Client::NotTold => Phases::ACCESS,
        }
    }
}

impl RateLimiting {
    fn decide(&self, cx: &mut RequestCx<'_>, taken: Result<Taken, CountersAway>) -> Flow {
        let taken = match (taken, self.0.outage) {
            (Ok(taken), _) => taken,
            (Err(error), Outage::Tolerated) => {
                tracing::error!(%error, "requests pass without being counted");
                return Flow::Continue;
            }
            (Err(error), Outage::Refused) => {
                tracing::error!(%error, "requests are refused, since they cannot be counted");
                let message = "An unexpected error occurred";
                return Flow::respond(Reply::message(StatusCode::INTERNAL_SERVER_ERROR, message));
            }
        };
        let is_admitted = taken.is_admitted;
        if self.0.client == Client::Told {
            cx.carried.put(Report { taken, at: cx.now });
        }
        if is_admitted {
            return Flow::Continue;
        }
        Flow::respond(Reply::error(self.0.status, self.0.message.clone()))
    }
}
