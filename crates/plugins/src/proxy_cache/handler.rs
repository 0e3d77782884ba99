//! What the plugin does: it looks for an answer that is kept, or keeps the one that comes.

use std::sync::Arc;

use gibbon_plugin_api::{
    BodyCopy, ConfigureError, Flow, Handler, Phases, Reply, ReplyBody, RequestCx, ResponseCx, Settings,
};
use http::header::AUTHORIZATION;
use http::{HeaderValue, Method, StatusCode};
use serde_json::Value;

use super::cache_control::CacheControl;
use super::config::{Config, Rules};
use super::freshness;
use super::key::{self, Asked};
use super::stored::StoredAnswer;
use super::storing;

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, settings: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    Ok(Box::new(ProxyCache(Config::read(config, settings)?)))
}

struct ProxyCache(Config);

/// How a request stands to what is kept; clients are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Miss,
    Hit,
    Refresh,
    Bypass,
}

/// A request that an upstream answers, and whose answer may be kept.
pub(super) struct Wanted {
    pub(super) asked: Asked,
    /// Seconds since 1970 when it came.
    pub(super) now: i64,
    pub(super) is_asked_by_head: bool,
    pub(super) sharing: Sharing,
    status: Status,
}

/// A request whose answer is not looked for.
struct Bypassed;

/// Who may get the answer to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sharing {
    /// Whoever asks for the same.
    Anyone,
    /// Only those for whom the upstream allows it: the request says who it is from, and its key does not.
    AsAllowed,
}

impl Handler for ProxyCache {
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        let config = &self.0;
        let control = match config.rules {
            Rules::Configured => CacheControl::default(),
            Rules::CacheControl => CacheControl::of(&cx.head.headers),
        };
        if !config.methods.contains(&cx.head.method) || control.has("no-store") || control.has("no-cache") {
            cx.carried.put(Bypassed);
            return Flow::Continue;
        }
        let asked = Asked::of(config, cx);
        let found = config.dictionary.get(&asked.key, cx.now);
        let found = found.filter(|answer| answer.parts == asked.parts && answer.fits(&cx.head.headers));
        let status = match found {
            Some(answer) if freshness::is_acceptable(config, &answer, &control, cx.now) => {
                return Flow::respond(self.hit(&answer, &asked, cx.now));
            }
            Some(_) => Status::Refresh,
            None => Status::Miss,
        };
        // Whoever wants what is kept and nothing else is not kept waiting (RFC 9111 section 5.2.1.7).
        if status == Status::Miss && control.has("only-if-cached") {
            let mut reply = Reply { status: StatusCode::GATEWAY_TIMEOUT, headers: Vec::new(), body: ReplyBody::Empty };
            if config.told.key {
                reply.headers.push((http::HeaderName::from_static("x-cache-key"), key_value(&asked)));
            }
            return Flow::respond(reply);
        }
        let is_asked_by_head = cx.head.method == Method::HEAD;
        cx.carried.put(Wanted { asked, now: cx.now, is_asked_by_head, sharing: sharing(cx), status });
        Flow::Continue
    }

    fn response(&self, cx: &mut ResponseCx<'_>) {
        if cx.carried.take::<Bypassed>().is_some() {
            return self.tell(cx, Status::Bypass);
        }
        let Some(wanted) = cx.carried.take::<Wanted>() else { return };
        match storing::answer_to_keep(&self.0, cx, &wanted) {
            Some(answer) => {
                self.keep(cx, wanted.asked, answer);
                self.tell(cx, wanted.status);
            }
            None => self.tell(cx, Status::Bypass),
        }
        if self.0.told.key {
            cx.head.headers.set("X-Cache-Key", key_value(&wanted.asked));
        }
    }

    fn phases(&self) -> Phases {
        Phases::ACCESS.and(Phases::RESPONSE)
    }
}

impl ProxyCache {
    fn hit(&self, answer: &StoredAnswer, asked: &Asked, now: i64) -> Reply {
        let mut headers = answer.headers.clone();
        if self.0.told.age {
            headers.set("Age", HeaderValue::from(answer.age(now)));
        }
        if self.0.told.status {
            headers.set("X-Cache-Status", Status::Hit.value());
        }
        if self.0.told.key {
            headers.set("X-Cache-Key", key_value(asked));
        }
        let body = ReplyBody::Stored { headers, bytes: answer.body.clone() };
        Reply { status: answer.status, headers: Vec::new(), body }
    }

    fn tell(&self, cx: &mut ResponseCx<'_>, status: Status) {
        if self.0.told.status {
            cx.head.headers.set("X-Cache-Status", status.value());
        }
    }

    /// Keeps the answer when all of it has come.
    fn keep(&self, cx: &mut ResponseCx<'_>, asked: Asked, answer: StoredAnswer) {
        let dictionary = Arc::clone(&self.0.dictionary);
        let keep = move |body: Vec<u8>| {
            let body_room = body.capacity();
            dictionary.put(asked.key, StoredAnswer { body: body.into(), body_room, ..answer });
        };
        cx.copies.push(BodyCopy { most: self.0.dictionary.most(), keep: Box::new(keep) });
    }
}

impl Status {
    fn value(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Miss => "Miss",
            Self::Hit => "Hit",
            Self::Refresh => "Refresh",
            Self::Bypass => "Bypass",
        })
    }
}

fn key_value(asked: &Asked) -> HeaderValue {
    HeaderValue::from_str(&key::shown(&asked.key)).unwrap_or(HeaderValue::from_static(""))
}

/// The answers to a consumer are kept for that consumer. What says in another way who a request is from is not part
/// of its key (RFC 9111 section 3.5).
fn sharing(cx: &RequestCx<'_>) -> Sharing {
    let is_told_apart = cx.identity.consumer.is_some() && cx.is_authenticated();
    match !is_told_apart && (cx.is_authenticated() || cx.head.headers.contains(AUTHORIZATION)) {
        true => Sharing::AsAllowed,
        false => Sharing::Anyone,
    }
}
