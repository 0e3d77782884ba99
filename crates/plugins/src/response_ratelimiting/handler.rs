//! What the plugin does: it looks at what is left before a request goes on, and counts what its answer says.

use std::sync::Arc;

use bytes::Bytes;
use gibbon_plugin_api::{
    ConfigureError, CountersAway, Flow, Handler, Phases, Reply, RequestCx, ResponseCx, Settings, Source,
};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

use super::config::{Client, Config, Limit, LimitBy, UsedUp};
use super::spent;
use crate::counting::local::Used;
use crate::counting::policy::{Counted, Outage};
use crate::counting::quota::Quota;
use crate::counting::subject::Subject;

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, settings: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    Ok(Box::new(ResponseRateLimitingHandler(Arc::new(ResponseRateLimiting(Config::read(config, settings)?)))))
}

/// The plugin in one configuration; shared with what is counted elsewhere.
struct ResponseRateLimitingHandler(Arc<ResponseRateLimiting>);

struct ResponseRateLimiting(Config);

/// What was used of every limit when a request came, in the order of the configuration.
struct Usage {
    subject: Subject,
    now: i64,
    used: Vec<Used>,
}

impl Handler for ResponseRateLimitingHandler {
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        let config = &self.0.0;
        let subject = Subject::new(cx.scope, identifier(config.limit_by, cx));
        let (mut used, mut later) = (Vec::new(), Vec::new());
        for limit in &config.limits {
            match config.policy.add(&of_limit(&subject, limit), &limit.quotas, cx.now, 0) {
                Counted::Now(counts) => used.push(counts),
                Counted::Later(counting) => later.push(counting),
            }
        }
        if later.is_empty() {
            return self.0.decide(cx, subject, Ok(used));
        }
        let limiting = Arc::clone(&self.0);
        let all = async move {
            for counting in later {
                used.push(counting.await?);
            }
            Ok(used)
        };
        Flow::wait(all, move |cx, used| limiting.decide(cx, subject, used))
    }

    fn response(&self, cx: &mut ResponseCx<'_>) {
        let Some(usage) = cx.carried.take::<Usage>() else { return };
        if cx.source == Source::Upstream {
            self.0.count(cx, &usage);
        }
    }

    fn phases(&self) -> Phases {
        Phases::ACCESS.and(Phases::RESPONSE)
    }
}

impl ResponseRateLimiting {
    fn decide(&self, cx: &mut RequestCx<'_>, subject: Subject, used: Result<Vec<Used>, CountersAway>) -> Flow {
        let used = match (used, self.0.outage) {
            (Ok(used), _) => used,
            (Err(error), Outage::Tolerated) => {
                tracing::error!(%error, "requests pass without a look at what is left");
                return Flow::Continue;
            }
            (Err(error), Outage::Refused) => {
                tracing::error!(%error, "requests are refused, since nobody knows what is left");
                let message = "An unexpected error occurred";
                return Flow::respond(Reply::message(StatusCode::INTERNAL_SERVER_ERROR, message));
            }
        };
        for (limit, used) in self.0.limits.iter().zip(&used) {
            let left =
                limit.quotas.iter().zip(used).map(|(quota, used)| quota.left(*used)).fold(f64::INFINITY, f64::min);
            if left <= 0.0 && self.0.used_up == UsedUp::Refused {
                let message = format!("API rate limit exceeded for '{}'", limit.name);
                return Flow::respond(Reply::error(StatusCode::TOO_MANY_REQUESTS, message));
            }
            cx.head.headers.set(limit.remaining.clone(), number(left));
        }
        cx.carried.put(Usage { subject, now: cx.now, used });
        Flow::Continue
    }

    /// Counts what the answer has used. One that has used more than was left does not reach the client.
    fn count(&self, cx: &mut ResponseCx<'_>, usage: &Usage) {
        let mut is_over = false;
        for (limit, used) in self.0.limits.iter().zip(&usage.used) {
            let spent = spent::of(&cx.head.headers, &self.0.header, &limit.name);
            let quotas = || limit.quotas.iter().zip(used);
            is_over |= spent > 0 && quotas().any(|(quota, used)| quota.is_used_up(*used));
            if self.0.client == Client::Told {
                quotas().for_each(|(quota, used)| tell(cx, limit, *quota, used.saturating_add(spent)));
            }
            if spent > 0 {
                self.add(&of_limit(&usage.subject, limit), &limit.quotas, usage.now, spent);
            }
        }
        cx.head.headers.remove(&self.0.header);
        if is_over {
            cx.head.status = StatusCode::TOO_MANY_REQUESTS;
            cx.rewrites.push(Box::new(|_| Some(Bytes::new())));
        }
    }

    /// Nobody waits for it.
    fn add(&self, subject: &Subject, quotas: &[Quota], now: i64, spent: u64) {
        if let (Counted::Later(counting), Some(runtime)) =
            (self.0.policy.add(subject, quotas, now, spent), &self.0.runtime)
        {
            runtime.spawn(async move {
                if let Err(error) = counting.await {
                    tracing::error!(%error, "what an answer has used is not counted");
                }
            });
        }
    }
}

fn identifier(limit_by: LimitBy, cx: &RequestCx<'_>) -> String {
    let (consumer, credential) = (cx.identity.consumer.as_ref(), cx.identity.credential.as_ref());
    let by_credential = credential.map(|credential| credential.id);
    let id = match limit_by {
        LimitBy::Consumer => consumer.map(|consumer| consumer.id).or(by_credential),
        LimitBy::Credential => by_credential,
        LimitBy::Ip => None,
    };
    id.map_or_else(|| cx.client_ip.to_string(), |id| id.to_string())
}

fn of_limit(subject: &Subject, limit: &Limit) -> Subject {
    Subject { name: Some(limit.name.clone()), ..subject.clone() }
}

fn tell(cx: &mut ResponseCx<'_>, limit: &Limit, quota: Quota, used: u64) {
    let named = |part: &str| {
        let name = format!("x-ratelimit-{part}-{}-{}", limit.name, quota.period.as_str()).to_ascii_lowercase();
        name.parse::<HeaderName>().ok()
    };
    if let (Some(most), Some(left)) = (named("limit"), named("remaining")) {
        cx.head.headers.set(most, number(quota.most));
        cx.head.headers.set(left, number(quota.left(used)));
    }
}

/// A number as short as it can be written.
fn number(number: f64) -> HeaderValue {
    HeaderValue::from_str(&number.to_string()).unwrap_or(HeaderValue::from_static("0"))
}
