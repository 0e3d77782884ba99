//! What the plugin does: it answers preflights, and marks the answers to everything else.

use gibbon_plugin_api::{
    ConfigureError, Flow, Handler, Headers, Phases, Reply, ReplyBody, RequestCx, ResponseCx, Settings,
};
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use serde_json::Value;

use super::config::{Config, Preflights};
use super::origins::Origins;

const REQUEST_PRIVATE_NETWORK: &str = "access-control-request-private-network";
const ALLOW_PRIVATE_NETWORK: HeaderName = HeaderName::from_static("access-control-allow-private-network");
const TRUE: HeaderValue = HeaderValue::from_static("true");
const ANY: HeaderValue = HeaderValue::from_static("*");

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, _: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    Ok(Box::new(Cors(Config::read(config)?)))
}

struct Cors(Config);

/// That a request is a preflight: its answer is not marked a second time.
struct Preflight;

/// What a page of the request's origin is told.
struct Verdict {
    /// The value of `Access-Control-Allow-Origin`.
    origin: Option<HeaderValue>,
    credentials: Credentials,
    /// Whether another origin would be told something else.
    varies: Varies,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Credentials {
    Allowed,
    Unsaid,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Varies {
    ByOrigin,
    Never,
}

impl Handler for Cors {
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        if !is_preflight(cx) {
            return Flow::Continue;
        }
        cx.carried.put(Preflight);
        match self.0.preflights {
            Preflights::LeftToUpstream => Flow::Continue,
            Preflights::AnsweredHere => Flow::respond(self.preflight(&cx.head.headers)),
        }
    }

    fn response(&self, cx: &mut ResponseCx<'_>) {
        let origin = cx.request.headers.get_str(header::ORIGIN);
        if cx.carried.get::<Preflight>().is_some() || (origin.is_none() && !self.0.allow_origin_absent) {
            return;
        }
        let verdict = self.judge(origin);
        let headers = &mut cx.head.headers;
        if verdict.varies == Varies::ByOrigin {
            headers.append(header::VARY, HeaderValue::from_static("Origin"));
        }
        match verdict.origin {
            Some(origin) => headers.set(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin),
            None => drop(headers.remove(header::ACCESS_CONTROL_ALLOW_ORIGIN)),
        }
        if verdict.credentials == Credentials::Allowed {
            headers.set(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, TRUE);
        }
        if let Some(names) = &self.0.exposed_headers {
            headers.set(header::ACCESS_CONTROL_EXPOSE_HEADERS, names.clone());
        }
    }

    fn phases(&self) -> Phases {
        Phases::ACCESS.and(Phases::RESPONSE)
    }
}

fn is_preflight(cx: &RequestCx<'_>) -> bool {
    let headers = &cx.head.headers;
    cx.head.method == Method::OPTIONS
        && headers.contains(header::ORIGIN)
        && headers.contains(header::ACCESS_CONTROL_REQUEST_METHOD)
}

impl Cors {
    fn judge(&self, origin: Option<&str>) -> Verdict {
        let credentials = if self.0.credentials { Credentials::Allowed } else { Credentials::Unsaid };
        let chosen = match &self.0.origins {
            Origins::All => return self.judge_of_all(origin),
            Origins::One(one) => Some(one.clone()),
            Origins::Some(patterns) => origin.and_then(|origin| Origins::find(patterns, origin)),
        };
        Verdict { origin: chosen, credentials, varies: Varies::ByOrigin }
    }

    /// Credentials are not allowed to all at once, but to each by name.
    fn judge_of_all(&self, origin: Option<&str>) -> Verdict {
        let named = origin.filter(|_| self.0.credentials).and_then(|origin| HeaderValue::from_str(origin).ok());
        match named {
            Some(origin) => {
                Verdict { origin: Some(origin), credentials: Credentials::Allowed, varies: Varies::ByOrigin }
            }
            None => Verdict { origin: Some(ANY), credentials: Credentials::Unsaid, varies: Varies::Never },
        }
    }

    fn preflight(&self, request: &Headers) -> Reply {
        let verdict = self.judge(request.get_str(header::ORIGIN));
        let mut reply = Reply { status: StatusCode::OK, headers: Vec::new(), body: ReplyBody::Empty };
        let mut tell = |name: HeaderName, value: Option<HeaderValue>| {
            reply.headers.extend(value.map(|value| (name, value)));
        };
        let varies = verdict.varies == Varies::ByOrigin;
        tell(header::VARY, varies.then_some(HeaderValue::from_static("Origin")));
        tell(header::ACCESS_CONTROL_ALLOW_ORIGIN, verdict.origin);
        let credentials = verdict.credentials == Credentials::Allowed;
        tell(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, credentials.then_some(TRUE));
        let wanted = || request.get_value(header::ACCESS_CONTROL_REQUEST_HEADERS);
        tell(header::ACCESS_CONTROL_ALLOW_HEADERS, self.0.headers.clone().or_else(wanted));
        tell(header::ACCESS_CONTROL_ALLOW_METHODS, Some(self.0.methods.clone()));
        tell(header::ACCESS_CONTROL_MAX_AGE, self.0.max_age.clone());
        let asks = self.0.private_network && request.get(REQUEST_PRIVATE_NETWORK) == Some(b"true");
        tell(ALLOW_PRIVATE_NETWORK, asks.then_some(TRUE));
        reply
    }
}
