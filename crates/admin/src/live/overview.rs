//! `GET /live/overview`: how the node is and what it does, second by second.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::{HeaderValue, Method, StatusCode};
use serde_json::{Value, json};
use tokio::time::MissedTickBehavior;

use super::events::event;
use super::facts;
use super::neighbours::QUESTION;
use crate::answer::Answer;
use crate::api::AdminApi;
use crate::request::Request;

/// How often the counts are looked at.
const BEAT: Duration = Duration::from_secs(1);

/// How often is told what changes seldom and takes asking.
const SLOW_BEAT: Duration = Duration::from_secs(5);

/// Looks at the counts of the workers once a second, and tells those who listen, for as long as the node runs.
pub async fn observe(api: Arc<AdminApi>) {
    tokio::join!(look(&api), look_around(&api));
}

async fn look(api: &AdminApi) {
    let mut beat = tokio::time::interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last = Instant::now();
    loop {
        beat.tick().await;
        let now = Instant::now();
        api.look(now - last);
        last = now;
    }
}

async fn look_around(api: &AdminApi) {
    let mut beat = tokio::time::interval(SLOW_BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beat.tick().await;
        if api.live.overview.are_there() {
            // Without the others there is still this one.
            let _ = api.configuration.store().tell(QUESTION).await;
            api.live.overview.tell(&event("around", &facts::around(api).await));
        }
    }
}

impl AdminApi {
    /// Takes down what was counted since the last look, and tells of it.
    pub(super) fn look(&self, passed: Duration) {
        let (requests, totals) = (self.about.counters.requests_total(), self.about.traffic.totals());
        let mut past = self.live.past();
        let sample = past.look(SystemTime::now(), passed, requests, totals).map(facts::sample);
        if let Some(sample) = sample
            && self.live.overview.are_there()
        {
            let refusals = facts::refusals(past.refusals());
            // Nobody may join between the sample's coming into the past and its being told.
            self.live.overview.tell(&event("now", &now(self, sample, refusals)));
        }
    }

    /// Takes in what another node says of itself, and answers one that asks.
    pub fn hear_of_nodes(self: &Arc<Self>, word: &str) {
        let now = Instant::now();
        self.live.neighbours.hear(word, now);
        if word == QUESTION && self.live.neighbours.may_answer(now) {
            let api = Arc::clone(self);
            tokio::spawn(async move {
                // A database that is away has nobody to tell either.
                let _ = api.configuration.store().tell(&facts::own(&api).word()).await;
            });
        }
    }
}

fn now(api: &AdminApi, sample: Value, refusals: Value) -> Value {
    json!({ "sample": sample, "node": facts::node(api), "refusals": refusals })
}

/// One more who listens.
pub(crate) async fn overview(api: &AdminApi, request: &Request) -> Answer {
    if request.method == Method::HEAD {
        return Answer::empty(StatusCode::OK);
    }
    let around = event("around", &facts::around(api).await);
    let past = api.live.past();
    let samples: Vec<_> = past.samples().map(facts::sample).collect();
    let known = json!({ "samples": samples, "node": facts::node(api), "refusals": facts::refusals(past.refusals()) });
    let retry = Bytes::from_static(b"retry: 2000\n\n");
    match api.live.overview.join([retry, event("past", &known), around]) {
        Some(events) => Answer::events(events),
        None => full(),
    }
}

/// There are as many as may listen.
pub(super) fn full() -> Answer {
    let answer = Answer::message(StatusCode::SERVICE_UNAVAILABLE, "too many listen already");
    answer.header(RETRY_AFTER, HeaderValue::from_static("10"))
}
