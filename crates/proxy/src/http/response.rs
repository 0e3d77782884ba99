//! The answer that the client gets: the upstream's, or the gateway's own.

use std::time::{Duration, Instant};

use bytes::Bytes;
use gibbon_conf::{ErrorType, GatewayHeader as Own};
use gibbon_plugin_api::{Headers, KnownName, Reply, ReplyBody, ResponseHead, Source};
use gibbon_traffic::Reason;
use http::{HeaderValue, StatusCode};

use crate::engine::body::ResponseBody;
use crate::http::chain::Chain;
use crate::http::debug_fields::DebugFields;
use crate::http::error::{Origin, ProxyError};
use crate::http::exchange::Exchange;
use crate::http::negotiation::Wishes;
use crate::http::request_id::RequestId;
use crate::http::timing::{Times, Wanted};
use crate::http::upstream::{Answer, AnswerBody};
use crate::http::{copying, error_page, filtering, grpc, hop_by_hop, rewriting};
use crate::settings::Settings;
use crate::worker::Worker;

/// The upstream's answer with the gateway's marks on it.
pub(crate) async fn proxied(
    exchange: &mut Exchange<'_>,
    chain: &mut Chain<'_>,
    mut answer: Answer,
) -> (ResponseHead, ResponseBody) {
    if matches!(answer.body, AnswerBody::Switched(_)) && exchange.upgrade.is_none() {
        return own(exchange, chain, ProxyError::ProtocolChanged);
    }
    hop_by_hop::clean_response(&mut answer.head.headers, answer.survey);
    let upstream_status = answer.head.status;
    exchange.answered = Some(answer.answered);
    if let Some(upstream) = &mut exchange.upstream {
        upstream.status = Some(upstream_status.as_u16());
    }
    let wanted = chain.respond(exchange, &mut answer.head, Source::Upstream);
    let has_no_body = exchange.is_asked_by_head || is_without_body(answer.head.status);
    let body = match answer.body {
        AnswerBody::Http(body) if wanted.rewrites.is_empty() && !chain.changes_body() => {
            exchange.as_asked_for(&mut answer.head, body)
        }
        // Few answers are rewritten: the room that it takes must not be room that all of them take.
        AnswerBody::Http(body) => {
            match Box::pin(rewriting::rewrite(exchange, chain, &mut answer.head, body, wanted.rewrites)).await {
                Ok(body) => body,
                Err(error) => return own(exchange, &mut Chain::default(), error),
            }
        }
        AnswerBody::Call(_) if has_no_body => ResponseBody::empty(),
        AnswerBody::Call(body) => ResponseBody::Call(body),
        AnswerBody::Switched(protocol) => {
            switched(&mut answer.head);
            ResponseBody::Switched(protocol)
        }
    };
    let body = if wanted.filters.is_empty() || has_no_body {
        body
    } else {
        answer.head.headers.remove(KnownName::ContentLength);
        filtering::filtered(body, wanted.filters, exchange.worker)
    };
    let body = if wanted.copies.is_empty() { body } else { copying::copied(body, wanted.copies) };
    let headers = &mut answer.head.headers;
    let own = exchange.settings.proxy.headers;
    if own.contains(Own::Via) {
        headers.append(KnownName::Via, &exchange.settings.via);
    }
    if own.contains(Own::Server) && !headers.contains(KnownName::Server) {
        headers.append(KnownName::Server, &exchange.settings.product);
    }
    if own.contains(Own::UpstreamLatency) {
        headers.set(KnownName::XKongUpstreamLatency, millis(answer.answered - answer.asked));
    }
    if own.contains(Own::ProxyLatency) {
        headers.set(KnownName::XKongProxyLatency, millis(answer.asked - exchange.started));
    }
    if own.contains(Own::UpstreamStatus) {
        headers.set(KnownName::XKongUpstreamStatus, HeaderValue::from(upstream_status.as_u16()));
    }
    if own.contains(Own::RequestId) {
        headers.set(KnownName::XKongRequestId, &exchange.id);
    }
    if let Some(fields) = exchange.debug.take() {
        fields.write(headers);
    }
    if let Some(cookie) = exchange.cookie.take() {
        headers.append(KnownName::SetCookie, cookie);
    }
    if let Some(wanted) = exchange.timing {
        let times = Times { started: exchange.started, upstream: Some((answer.asked, answer.answered)) };
        times.tell(wanted, &exchange.id, headers);
    }
    exchange.worker.tally.answered(answer.head.status.as_u16(), Some(answer.answered - exchange.started));
    (answer.head, body)
}

/// Whether nothing follows the head of such an answer (RFC 9110 section 6.4.1).
fn is_without_body(status: StatusCode) -> bool {
    status.is_informational() || status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED
}

/// Both sides go over to another protocol, as the client has asked for.
fn switched(head: &mut ResponseHead) {
    head.headers.set(KnownName::Connection, HeaderValue::from_static("Upgrade"));
    head.headers.set(KnownName::Upgrade, HeaderValue::from_static("websocket"));
}

/// What an answer of the gateway's own depends on beside what it says.
struct Circumstances<'e> {
    settings: &'e Settings,
    id: &'e RequestId,
    started: Instant,
    /// When an upstream was asked, if one was.
    asked: Option<Instant>,
    wishes: Wishes<'e>,
    is_asked_by_head: bool,
    /// Whether its client reads a status of gRPC.
    is_call: bool,
    debug: Option<&'e DebugFields>,
    timing: Option<Wanted>,
}

/// The gateway's own answer.
pub(crate) fn own(exchange: &Exchange<'_>, chain: &mut Chain<'_>, error: ProxyError) -> (ResponseHead, ResponseBody) {
    let source = if error.is_decision() { Source::Gateway } else { Source::Failure };
    let circumstances = Circumstances {
        settings: &exchange.settings,
        id: &exchange.id,
        started: exchange.started,
        asked: exchange.asked,
        wishes: Wishes::of(&exchange.head.headers),
        is_asked_by_head: exchange.is_asked_by_head,
        is_call: grpc::is_call(&exchange.head),
        debug: exchange.debug.as_ref(),
        timing: exchange.timing,
    };
    // What the gateway says itself is not rewritten as an upstream's body is; a plugin may make another one of it.
    let reason = error.reason();
    let (mut head, body, took) = circumstances.answer(error, |head| drop(chain.respond(exchange, head, source)));
    count(exchange.worker, head.status, took, reason);
    exchange.reason.set(is_refusal(head.status).then_some(reason));
    let body = match body {
        ResponseBody::Whole(bytes) if chain.changes_body() && !exchange.is_asked_by_head => {
            let bytes = chain.change_body(exchange, &mut head, source, bytes);
            head.headers.set(KnownName::ContentLength, HeaderValue::from(bytes.len()));
            ResponseBody::Whole(bytes)
        }
        other => other,
    };
    (head, body)
}

/// Counts an answer of the gateway's own. Not every one of them refuses something.
fn count(worker: &Worker, status: StatusCode, took: Option<Duration>, reason: Reason) {
    worker.tally.answered(status.as_u16(), took);
    if is_refusal(status) {
        worker.tally.refused(reason);
    }
}

fn is_refusal(status: StatusCode) -> bool {
    status.is_client_error() || status.is_server_error()
}

/// The answer to what is no request.
pub(crate) fn refusal(worker: &Worker, id: &RequestId, error: ProxyError) -> (ResponseHead, ResponseBody) {
    let settings = &worker.settings();
    let reason = error.reason();
    let started = Instant::now();
    let wishes = Wishes::default();
    let (asked, debug, timing) = (None, None, None);
    let (is_asked_by_head, is_call) = (false, false);
    let circumstances =
        Circumstances { settings, id, started, asked, wishes, is_asked_by_head, is_call, debug, timing };
    let (head, body, _) = circumstances.answer(error, |_| {});
    count(worker, head.status, None, reason);
    (head, body)
}

impl Circumstances<'_> {
    /// The answer, and how long it took where one of the marks says so. `edit` sees the head before the gateway's own marks
    /// are on it.
    fn answer(
        &self,
        error: ProxyError,
        edit: impl FnOnce(&mut ResponseHead),
    ) -> (ResponseHead, ResponseBody, Option<Duration>) {
        log(self.id, &error);
        let ends_connection = error.ends_connection();
        let asked = self.asked.filter(|_| error.origin() == Origin::Upstream);
        let form = if error.is_decision() {
            self.wishes.of_decision()
        } else {
            self.wishes.of_failure(self.settings.proxy.error_default_type)
        };
        let reply = error.into_reply();
        let mut head = ResponseHead { status: reply.status, headers: Headers::default() };
        let is_stored = matches!(reply.body, ReplyBody::Stored { .. });
        let body = self.write_body(&reply, form, &mut head.headers);
        for (name, value) in reply.headers {
            head.headers.set(name, value);
        }
        if ends_connection {
            head.headers.set(KnownName::Connection, HeaderValue::from_static("close"));
        }
        edit(&mut head);
        let took = match asked {
            // It is an upstream's, and as old as it says.
            _ if is_stored => self.mark_as_proxied(&mut head.headers, Instant::now(), reply.status),
            Some(asked) => self.mark_as_proxied(&mut head.headers, asked, reply.status),
            None => self.mark(&mut head.headers),
        };
        let server = if is_stored { head.headers.get_value(KnownName::Server) } else { None };
        self.mark_in_any_case(&mut head.headers);
        if let Some(server) = server {
            head.headers.set(KnownName::Server, server);
        }
        (head, body, took)
    }

    fn mark(&self, headers: &mut Headers) -> Option<Duration> {
        let own = self.settings.proxy.headers;
        let took = own.contains(Own::ResponseLatency).then(|| self.started.elapsed())?;
        headers.set(KnownName::XKongResponseLatency, millis(took));
        Some(took)
    }

    /// An upstream that was asked in vain has taken its time all the same.
    fn mark_as_proxied(&self, headers: &mut Headers, asked: Instant, status: StatusCode) -> Option<Duration> {
        let own = self.settings.proxy.headers;
        if own.contains(Own::Via) {
            headers.append(KnownName::Via, &self.settings.via);
        }
        let waited = own.contains(Own::UpstreamLatency).then(|| asked.elapsed());
        if let Some(waited) = waited {
            headers.set(KnownName::XKongUpstreamLatency, millis(waited));
        }
        let before = asked - self.started;
        if own.contains(Own::ProxyLatency) {
            headers.set(KnownName::XKongProxyLatency, millis(before));
        }
        if own.contains(Own::UpstreamStatus) {
            headers.set(KnownName::XKongUpstreamStatus, HeaderValue::from(status.as_u16()));
        }
        waited.map(|waited| before + waited)
    }

    fn mark_in_any_case(&self, headers: &mut Headers) {
        let own = self.settings.proxy.headers;
        if own.contains(Own::Server) {
            headers.set(KnownName::Server, &self.settings.product);
        }
        if own.contains(Own::RequestId) {
            headers.set(KnownName::XKongRequestId, self.id);
        }
        if let Some(fields) = self.debug {
            fields.write(headers);
        }
        if let Some(wanted) = self.timing {
            Times { started: self.started, upstream: None }.tell(wanted, self.id, headers);
        }
    }

    fn write_body(&self, reply: &Reply, form: ErrorType, headers: &mut Headers) -> ResponseBody {
        if let Some(told) = self.is_call.then(|| grpc::tell(reply.status, &reply.body)).flatten() {
            told.write(headers);
            return ResponseBody::empty();
        }
        let (content_type, bytes) = match &reply.body {
            ReplyBody::Empty => {
                headers.set(KnownName::ContentLength, HeaderValue::from_static("0"));
                return ResponseBody::empty();
            }
            ReplyBody::Json(bytes) => {
                (Some(HeaderValue::from_static("application/json; charset=utf-8")), bytes.clone())
            }
            ReplyBody::Raw { content_type, bytes } => (content_type.clone(), bytes.clone()),
            ReplyBody::Stored { headers: stored, bytes } => {
                stored.clone_into(headers);
                // That of an answer to HEAD is among its fields.
                if !self.is_asked_by_head {
                    headers.set(KnownName::ContentLength, HeaderValue::from(bytes.len()));
                }
                return ResponseBody::Whole(bytes.clone());
            }
            ReplyBody::Error(message) => {
                let (content_type, page) = error_page::render(&self.settings.proxy.error_pages, form, message, self.id);
                (Some(content_type), page)
            }
        };
        if let Some(content_type) = content_type {
            headers.set(KnownName::ContentType, content_type);
        }
        headers.set(KnownName::ContentLength, HeaderValue::from(bytes.len()));
        // A HEAD request gets the fields of what a GET would have got (RFC 9110 section 9.3.2).
        ResponseBody::Whole(if self.is_asked_by_head { Bytes::new() } else { bytes })
    }
}

/// A failure is logged once, here, where it is answered; what a client does wrong is its own business.
fn log(id: &RequestId, error: &ProxyError) {
    match error.origin() {
        Origin::Upstream => tracing::error!(request_id = id.as_str(), "{error}"),
        Origin::Client | Origin::Configuration => {
            tracing::debug!(request_id = id.as_str(), "{error}");
        }
    }
}

/// Most latencies are small: their texts need not be made anew.
fn millis(duration: Duration) -> HeaderValue {
    const SMALL: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    let millis = duration.as_millis();
    let small = usize::try_from(millis).ok().and_then(|index| SMALL.get(index));
    small.map_or_else(
        || HeaderValue::from(u64::try_from(millis).unwrap_or(u64::MAX)),
        |text| HeaderValue::from_static(text),
    )
}
