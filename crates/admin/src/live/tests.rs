use std::time::Duration;

use gibbon_traffic::{Facts, Known, Reason, Seen, Tally, Traffic};
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::mpsc::Receiver;

use super::listeners::MOST;
use crate::answer::Answer;
use crate::request::Request;
use crate::testing::{Fixture, fixture_that_saw};

const SECOND: Duration = Duration::from_secs(1);

async fn ask(fixture: &Fixture, method: Method) -> Answer {
    let request = Request::new(method, "/live/overview", HeaderMap::new(), bytes::Bytes::new()).unwrap();
    fixture.api.handle(request).await
}

fn get(target: &str) -> Request {
    Request::new(Method::GET, target, HeaderMap::new(), bytes::Bytes::new()).unwrap()
}

async fn listen(fixture: &Fixture) -> Receiver<bytes::Bytes> {
    let answer = ask(fixture, Method::GET).await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.events.unwrap().take().unwrap()
}

/// The next event and what it says, but for the wish how to come back.
async fn next(events: &mut Receiver<bytes::Bytes>) -> (String, Value) {
    loop {
        let text = String::from_utf8(events.recv().await.unwrap().to_vec()).unwrap();
        let Some((name, data)) = text.split_once('\n') else { panic!("{text}") };
        if let Some(name) = name.strip_prefix("event: ") {
            let data = data.strip_prefix("data: ").unwrap();
            return (name.to_owned(), serde_json::from_str(data).unwrap());
        }
    }
}

#[tokio::test]
async fn who_listens_is_told_the_past_first_and_then_each_second() {
    let traffic = Traffic::new(1);
    let fixture = fixture_that_saw(&traffic).await;
    let tally = Tally::new(&traffic, 0);
    fixture.api.look(SECOND);
    tally.answered(200, Some(Duration::from_millis(3)));
    fixture.api.look(SECOND);
    let mut events = listen(&fixture).await;
    let (name, past) = next(&mut events).await;
    assert_eq!((name.as_str(), &past["samples"][0]["classes"]), ("past", &json!([0.0, 1.0, 0.0, 0.0, 0.0])));
    assert_eq!(past["samples"].as_array().unwrap().len(), 1);
    assert_eq!((&past["node"]["hostname"], &past["node"]["connections"]), (&json!("node-1"), &json!(5)));
    let (name, around) = next(&mut events).await;
    assert_eq!((name.as_str(), &around["database"]["reachable"]), ("around", &json!(true)));
    assert_eq!(around["nodes"][0]["hostname"], "node-1");
    tally.answered(401, None);
    tally.refused(Reason { by: "jwt", code: "expired" });
    fixture.api.look(SECOND);
    let (name, now) = next(&mut events).await;
    assert_eq!((name.as_str(), &now["sample"]["classes"]), ("now", &json!([0.0, 0.0, 0.0, 1.0, 0.0])));
    assert_eq!(now["sample"]["latency"], Value::Null);
    assert_eq!(now["refusals"], json!([{ "by": "jwt", "reason": "expired", "count": 1 }]));
}

#[tokio::test]
async fn more_than_may_listen_are_told_to_come_back() {
    let fixture = fixture_that_saw(&Traffic::new(1)).await;
    let mut all = Vec::new();
    for _ in 0..MOST {
        all.push(listen(&fixture).await);
    }
    let answer = ask(&fixture, Method::GET).await;
    assert_eq!((answer.status, answer.events), (StatusCode::SERVICE_UNAVAILABLE, None));
    all.pop();
    listen(&fixture).await;
}

#[tokio::test]
async fn who_does_not_read_is_let_go_of_and_the_others_are_told() {
    let fixture = fixture_that_saw(&Traffic::new(1)).await;
    let (mut slow, mut quick) = (listen(&fixture).await, listen(&fixture).await);
    fixture.api.look(SECOND);
    next(&mut quick).await;
    next(&mut quick).await;
    for _ in 0..30 {
        fixture.api.look(SECOND);
        assert_eq!(next(&mut quick).await.0, "now");
    }
    let mut told = 0;
    while slow.recv().await.is_some() {
        told += 1;
    }
    assert!(told < 30, "{told}");
}

#[tokio::test]
async fn nobody_is_told_anything_by_a_server_that_goes_down() {
    let fixture = fixture_that_saw(&Traffic::new(1)).await;
    let mut events = listen(&fixture).await;
    fixture.api.live.end();
    while events.recv().await.is_some() {}
    assert_eq!(ask(&fixture, Method::GET).await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn head_opens_nothing() {
    let answer = ask(&fixture_that_saw(&Traffic::new(1)).await, Method::HEAD).await;
    assert_eq!((answer.status, answer.events), (StatusCode::OK, None));
}

#[tokio::test]
async fn nodes_that_say_who_they_are_are_shown_with_their_revision() {
    let fixture = fixture_that_saw(&Traffic::new(1)).await;
    fixture.api.hear_of_nodes("node_is 00000000-0000-0000-0000-000000000009 42 1.2.4 node-2");
    let mut events = listen(&fixture).await;
    next(&mut events).await;
    let (_, around) = next(&mut events).await;
    let node = json!({ "id": "00000000-0000-0000-0000-000000000009", "hostname": "node-2", "version": "1.2.4", "revision": 42 });
    assert_eq!(around["nodes"][1], node);
}

#[tokio::test]
async fn upstreams_are_told_with_the_sick_ones_first() {
    let fixture = fixture_that_saw(&Traffic::new(1)).await;
    for (path, body) in [
        ("/upstreams", json!({ "name": "a" })),
        ("/upstreams", json!({ "name": "b" })),
        ("/upstreams/a/targets", json!({ "target": "192.0.2.1:80" })),
        ("/upstreams/b/targets", json!({ "target": "nowhere.invalid:80" })),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
        let request = Request::new(Method::POST, path, headers, body.to_string().into()).unwrap();
        assert_eq!(fixture.api.handle(request).await.status, StatusCode::CREATED);
    }
    let mut events = listen(&fixture).await;
    next(&mut events).await;
    let (_, around) = next(&mut events).await;
    assert_eq!(
        around["upstreams"],
        json!([{ "name": "b", "targets": 1, "healthy": 0 }, { "name": "a", "targets": 1, "healthy": 1 }])
    );
    assert_eq!(around["upstreams_total"], 2);
}

#[tokio::test]
async fn who_follows_requests_is_told_of_those_that_are_wanted() {
    let traffic = Traffic::new(1);
    let fixture = fixture_that_saw(&traffic).await;
    let tally = Tally::new(&traffic, 0);
    let answer = fixture.api.handle(get("/live/requests?route=orders&status=4xx")).await;
    let mut events = answer.events.unwrap().take().unwrap();
    assert_eq!(next(&mut events).await, ("begun".to_owned(), json!({})));
    for (status, name) in [(200, "orders"), (401, "stock"), (401, "orders")] {
        let facts = Facts { route: Some(Known { id: 7, name: Some(name) }), status, ..Facts::default() };
        let reason = Some(Reason { by: "jwt", code: "expired" });
        tally.tell(&facts, || Seen { status, route: Some(name.to_owned()), reason, ..Seen::default() });
    }
    let (name, told) = next(&mut events).await;
    let [request] = &told["requests"].as_array().unwrap()[..] else { panic!("{told}") };
    assert_eq!((name.as_str(), &request["route"], &request["status"]), ("requests", &json!("orders"), &json!(401)));
    assert_eq!(request["refused"], json!({ "by": "jwt", "reason": "expired" }));
    fixture.api.live.end();
    while events.recv().await.is_some() {}
    assert!(!tally.is_followed());
}

#[tokio::test]
async fn who_goes_away_follows_no_more_and_what_is_no_status_is_refused() {
    let traffic = Traffic::new(1);
    let fixture = fixture_that_saw(&traffic).await;
    drop(fixture.api.handle(get("/live/requests")).await);
    let tally = Tally::new(&traffic, 0);
    while tally.is_followed() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for status in ["6xx", "x", "9", "99", "4x"] {
        let answer = fixture.api.handle(get(&format!("/live/requests?status={status}"))).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{status}");
    }
}
