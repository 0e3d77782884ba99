//! Routes of streams in a revision.

use std::net::SocketAddr;

use gibbon_router::stream::{Spoken, StreamKey};
use gibbon_runtime::{Configuration, RouteEntry};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fixture::{Fixture, to};

fn found<T>(configuration: &Configuration, spoken: Spoken, look: impl FnOnce(&RouteEntry) -> T) -> Option<T> {
    let snapshot = configuration.snapshot();
    let (source, destination) = (SocketAddr::from(([192, 0, 2, 1], 5000)), SocketAddr::from(([192, 0, 2, 2], 5432)));
    let key = StreamKey { spoken, source, destination, sni: None };
    snapshot.routes.streams().find(&key).map(look)
}

fn over_tcp(fixture: &Fixture) -> Option<Uuid> {
    found(&fixture.configuration, Spoken::Tcp, |entry| entry.route.id)
}

fn route(protocol: &str) -> Value {
    json!({ "protocols": [protocol], "destinations": [{ "port": 5432 }] })
}

#[tokio::test]
async fn a_route_is_found_by_streams_of_its_protocols_and_by_no_request() {
    let fixture = Fixture::new().await;
    let id = fixture.put("routes", route("tcp")).await;
    assert_eq!(over_tcp(&fixture), Some(id));
    assert_eq!(found(&fixture.configuration, Spoken::Udp, |entry| entry.route.id), None);
    assert!(fixture.configuration.snapshot().routes.entry(0).is_none());
    fixture.put("routes", route("udp")).await;
    assert!(found(&fixture.configuration, Spoken::Udp, |entry| entry.route.id).is_some());
}

#[tokio::test]
async fn a_route_that_changes_its_protocols_changes_sides() {
    let fixture = Fixture::new().await;
    let id = fixture.put("routes", route("tcp")).await;
    fixture.put("routes", json!({ "id": id, "protocols": ["http"], "paths": ["/"] })).await;
    assert_eq!(over_tcp(&fixture), None);
    assert_eq!(fixture.configuration.snapshot().routes.entry(0).map(|entry| entry.route.id), Some(id));
    fixture.put("routes", json!({ "id": id, "protocols": ["tcp"], "sources": [{ "ip": "192.0.2.0/24" }] })).await;
    assert_eq!(over_tcp(&fixture), Some(id));
    assert!(fixture.configuration.snapshot().routes.entry(0).is_none());
}

#[tokio::test]
async fn a_service_that_is_switched_off_takes_no_streams() {
    let fixture = Fixture::new().await;
    let service = fixture.put("services", json!({ "host": "a.example", "protocol": "tcp" })).await;
    let mut body = route("tcp");
    body["service"] = to(service);
    let id = fixture.put("routes", body).await;
    let found_service = || found(&fixture.configuration, Spoken::Tcp, |entry| entry.service.is_some());
    assert_eq!((over_tcp(&fixture), found_service()), (Some(id), Some(true)));
    let off = json!({ "id": service, "host": "a.example", "protocol": "tcp", "enabled": false });
    fixture.put("services", off).await;
    assert_eq!(over_tcp(&fixture), None);
}

#[tokio::test]
async fn a_plugin_for_requests_alone_does_not_run_for_streams() {
    let fixture = Fixture::new().await;
    fixture.put("routes", route("tcp")).await;
    fixture.put("plugins", json!({ "name": "early" })).await;
    let count = found(&fixture.configuration, Spoken::Tcp, |entry| {
        (entry.plan.steps.len(), entry.plan.steps.iter().filter_map(|step| step.select_for_stream()).count())
    });
    assert_eq!(count, Some((1, 0)));
}
