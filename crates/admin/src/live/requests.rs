//! `GET /live/requests`: single requests, while they go on.

use std::sync::Arc;
use std::time::{Duration, Instant, UNIX_EPOCH};

use bytes::Bytes;
use gibbon_traffic::{Filter, Following, Named, Seen, Tried};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

use super::Ended;
use super::events::{Events, Sender, event};
use super::facts::{millis, refused, rounded};
use super::listeners::LIFE;
use super::overview::full;
use crate::answer::Answer;
use crate::api::AdminApi;
use crate::error::ApiError;
use crate::request::Request;

/// How often is looked at what there is to be told.
const BEAT: Duration = Duration::from_millis(250);

/// After how many looks without anything a word is said all the same, so that it is seen when nobody listens any more.
const QUIET: u32 = 40;

/// One more who follows.
pub(crate) fn requests(api: &AdminApi, request: &Request) -> Result<Answer, ApiError> {
    let filter = filter(request)?;
    if request.method == Method::HEAD {
        return Ok(Answer::empty(StatusCode::OK));
    }
    let Some(following) = Following::begin(&api.about.traffic, filter) else { return Ok(full()) };
    let (sender, events) = Events::beginning_with([event("begun", &json!({}))]);
    tokio::spawn(pass_on(following, sender, Arc::clone(&api.live.ended)));
    Ok(Answer::events(events))
}

/// Passes on what is seen until nobody listens, the time is over, or the server goes down.
async fn pass_on(following: Following, sender: Sender, ended: Arc<Ended>) {
    let (mut beat, until, mut quiet) = (interval(BEAT), Instant::now() + LIFE, 0);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !ended.is_so() && !sender.is_closed() && Instant::now() < until {
        beat.tick().await;
        let (seen, missed) = following.look();
        quiet = if seen.is_empty() && missed == 0 { quiet + 1 } else { 0 };
        let told = match quiet {
            0 => {
                let requests: Vec<_> = seen.iter().map(shown).collect();
                event("requests", &json!({ "requests": requests, "missed": missed }))
            }
            QUIET => {
                quiet = 0;
                Bytes::from_static(b": still here\n\n")
            }
            _ => continue,
        };
        if sender.try_send(told).is_err() {
            return;
        }
    }
}

/// What is wanted, by the arguments of the query.
fn filter(request: &Request) -> Result<Filter, ApiError> {
    let said = |name| request.query_value(name).filter(|value| !value.is_empty()).map(str::to_owned);
    let named = |name| said(name).map(|name| Named { id: Uuid::try_parse(&name).ok().map(|id| id.as_u128()), name });
    let status = said("status").map(|status| {
        let digits = status.strip_suffix("xx").unwrap_or(&status);
        let number = digits.parse().ok().filter(|number| matches!(number, 1..=5 | 100..=599));
        number.ok_or_else(|| ApiError::BadRequest(format!("`{status}` is no status: `404`, or `4xx`")))
    });
    Ok(Filter {
        route: named("route"),
        service: named("service"),
        consumer: named("consumer"),
        status: status.transpose()?,
        method: said("method").map(|method| method.to_ascii_uppercase()),
        path: said("path"),
    })
}

pub(super) fn shown(seen: &Seen) -> Value {
    let own = seen.took.saturating_sub(seen.upstream.unwrap_or_default());
    json!({
        "id": seen.id,
        "at": rounded(seen.at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()),
        "client_ip": seen.client.to_string(),
        "method": seen.method,
        "host": seen.host,
        "path": seen.target,
        "status": seen.status,
        "route": seen.route,
        "service": seen.service,
        "consumer": seen.consumer,
        "latency": { "total": millis(seen.took), "gateway": millis(own), "upstream": seen.upstream.map(millis) },
        "tries": seen.tries.iter().map(tried).collect::<Vec<_>>(),
        "refused": seen.reason.map(refused),
    })
}

fn tried(attempt: &Tried) -> Value {
    json!({ "address": attempt.address.to_string(), "connected_in": attempt.took.map(millis), "failure": attempt.failure })
}
