//! A request told to those who follow requests: who they are is asked when it comes, and what they are told is made when
//! its answer has a head.

use std::borrow::Cow;
use std::time::SystemTime;

use gibbon_entities::Consumer;
use gibbon_plugin_api::{Activity, Headers, KnownName, Step, Try};
use gibbon_traffic::{Course, Done, Facts, Known, Report, Seen, Tried};
use http::StatusCode;

use crate::access_log::is_token;
use crate::http::exchange::Exchange;
use crate::worker::Worker;

/// Bytes of a target that are told.
const LONGEST: usize = 1024;

/// Who is to be told of the whole way of a request. What says so goes no further, whoever has said it.
pub(crate) fn claim(worker: &Worker, headers: &mut Headers) -> Option<Report> {
    let report = headers.get(KnownName::XGibbonTrial).and_then(|mark| worker.tally.claim(mark));
    headers.remove(KnownName::XGibbonTrial);
    report
}

/// Tells all who want to know of it, where anybody did when it came.
pub(super) fn tell_all(exchange: &mut Exchange<'_>, steps: &[Step], status: StatusCode) {
    if !exchange.is_followed {
        return;
    }
    tell(exchange, status);
    if let Some(trial) = exchange.trial.take() {
        report(&trial, exchange, steps, status);
    }
}

/// Tells the whole way of it.
fn report(report: &Report, exchange: &Exchange<'_>, steps: &[Step], status: StatusCode) {
    let done = |step: &Step| {
        let (phase, plugin) = match step.what {
            Activity::Routing => ("routing", None),
            Activity::Access(plugin) => ("access", Some(plugin)),
            Activity::Response(plugin) => ("response", Some(plugin)),
        };
        Done { phase, plugin, begun: step.begun, took: step.took }
    };
    let seen = seen(exchange, &facts(exchange, status));
    // Who has asked may have lost patience.
    let _ = report.try_send(Course { seen, steps: steps.iter().map(done).collect() });
}

/// Tells those whose filters let it through.
fn tell(exchange: &Exchange<'_>, status: StatusCode) {
    let facts = facts(exchange, status);
    exchange.worker.tally.tell(&facts, || seen(exchange, &facts));
}

fn facts<'e>(exchange: &'e Exchange<'_>, status: StatusCode) -> Facts<'e> {
    let (route, service) = exchange.found();
    let consumer = exchange.identity.consumer.as_deref();
    Facts {
        route: route.map(|route| Known { id: route.id.as_u128(), name: route.name.as_deref() }),
        service: service.map(|service| Known { id: service.id.as_u128(), name: service.name.as_deref() }),
        consumer: consumer.map(|consumer| Known { id: consumer.id.as_u128(), name: name_of(consumer) }),
        status: status.as_u16(),
        method: exchange.head.method.as_str(),
        path: exchange.head.raw_path(),
    }
}

fn name_of(consumer: &Consumer) -> Option<&str> {
    consumer.username.as_deref().or(consumer.custom_id.as_deref())
}

fn seen(exchange: &Exchange<'_>, facts: &Facts<'_>) -> Seen {
    let tries = exchange.upstream.as_ref().map(|upstream| upstream.tries.iter().map(tried).collect());
    Seen {
        at: SystemTime::now(),
        id: exchange.id.as_str().to_owned(),
        client: exchange.client_ip(),
        method: facts.method.to_owned(),
        host: exchange.head.host().to_owned(),
        target: shown(exchange.head.raw_target()),
        status: facts.status,
        route: facts.route.map(shown_name),
        service: facts.service.map(shown_name),
        consumer: facts.consumer.map(shown_name),
        took: exchange.started.elapsed(),
        upstream: exchange.asked.zip(exchange.answered).map(|(asked, answered)| answered - asked),
        tries: tries.unwrap_or_default(),
        reason: exchange.reason.get(),
    }
}

fn shown_name(known: Known<'_>) -> String {
    known.name.map_or_else(|| uuid::Uuid::from_u128(known.id).to_string(), str::to_owned)
}

fn tried(attempt: &Try) -> Tried {
    Tried { address: attempt.address, took: attempt.took, failure: attempt.failure }
}

/// A target without secrets: no value of a query is told, and nothing that has the shape of a token.
fn shown(target: &str) -> String {
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let segment = |text: &str| if is_token(text) { Cow::Borrowed("<token>") } else { Cow::Owned(text.to_owned()) };
    let mut shown = path.split('/').map(segment).collect::<Vec<_>>().join("/");
    for (index, argument) in query.into_iter().flat_map(|query| query.split('&')).enumerate() {
        shown.push(if index == 0 { '?' } else { '&' });
        match argument.split_once('=') {
            Some((name, _)) => shown.extend([&*segment(name), "=…"]),
            None => shown.push('…'),
        }
    }
    if shown.len() > LONGEST {
        shown.truncate(shown.floor_char_boundary(LONGEST));
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_of_a_target_has_no_secrets() {
        assert_eq!(shown("/a/b"), "/a/b");
        assert_eq!(shown("/a?apikey=k1&page=2&flag"), "/a?apikey=…&page=…&…");
        assert_eq!(shown("/reset/eyJh.eyJi.c?eyJh.eyJi.c=1"), "/reset/<token>?<token>=…");
    }

    #[test]
    fn a_long_target_is_cut_off() {
        let told = shown(&format!("/{}", "a".repeat(9_000)));
        assert_eq!(told.chars().count(), LONGEST + 1);
    }
}
