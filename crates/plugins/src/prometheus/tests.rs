use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use gibbon_entities::{Consumer, Route, Service, route, service};
use gibbon_plugin_api::{
    Exposition, Handler, Measure, MeterCx, Names, Phases, Settings, Source, TargetHealth, TargetState, WorkerLocals,
};
use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fixture::{id, plugin_record, prepared};

/// What is configured, and a node that counts.
#[derive(Default)]
struct Node {
    routes: BTreeMap<Uuid, Route>,
    services: BTreeMap<Uuid, Service>,
    consumers: BTreeMap<Uuid, Arc<Consumer>>,
    settings: Settings,
    worker: WorkerLocals,
}

impl Names for Node {
    fn route(&self, id: Uuid) -> Option<&Route> {
        self.routes.get(&id)
    }

    fn service(&self, id: Uuid) -> Option<&Service> {
        self.services.get(&id)
    }

    fn consumer(&self, id: Uuid) -> Option<&Arc<Consumer>> {
        self.consumers.get(&id)
    }

    fn targets(&self, each: &mut dyn FnMut(TargetState<'_>)) {
        let target = |target, address, health| TargetState { upstream: "u", target, address, health };
        each(target("b.example:80", Some(([192, 0, 2, 1], 80).into()), TargetHealth::Healthy));
        each(target("c.example:80", None, TargetHealth::Nowhere));
    }
}

impl Node {
    /// One with the route 1 of the service 2, and the consumer 3.
    fn new() -> Self {
        Self::default().route(1, Some("r")).service(2, Some("s")).consumer(3, "ann")
    }

    fn route(mut self, number: u128, name: Option<&str>) -> Self {
        let body = prepared(&route::definition(route::Flavor::default()), json!({ "paths": ["/"], "name": name }));
        let mut route = Route::from_body(&body.unwrap()).unwrap();
        route.id = id(number);
        self.routes.insert(route.id, route);
        self
    }

    fn service(mut self, number: u128, name: Option<&str>) -> Self {
        let body = prepared(&service::definition(), json!({ "host": "h.example", "name": name }));
        let mut service = Service::from_body(&body.unwrap()).unwrap();
        service.id = id(number);
        self.services.insert(service.id, service);
        self
    }

    fn consumer(mut self, number: u128, username: &str) -> Self {
        let consumer = Consumer { id: id(number), username: Some(username.into()), custom_id: None, tags: Vec::new() };
        self.consumers.insert(consumer.id, Arc::new(consumer));
        self
    }

    fn handler(&self, config: Value) -> Box<dyn Handler> {
        let record = plugin_record(&super::DEFINITION, config).unwrap();
        (super::DEFINITION.configure)(&record["config"], &self.settings).unwrap()
    }

    /// An exchange on a route of a service.
    fn count(&self, handler: &dyn Handler, (route, service): (u128, u128), status: u16, consumer: Option<u128>) {
        let cx = MeterCx {
            route: Some(id(route)),
            service: Some(id(service)),
            consumer: consumer.map(id),
            status: StatusCode::from_u16(status).unwrap(),
            source: if status == 200 { Source::Upstream } else { Source::Gateway },
            worker: &self.worker,
        };
        let millis = Duration::from_millis;
        let measure = Measure {
            request_bytes: 10,
            response_bytes: 100,
            total: millis(30),
            upstream: (status == 200).then(|| millis(26)),
            receive: millis(1),
            ..Measure::default()
        };
        handler.meter(&cx).unwrap().over(&measure);
    }

    /// All samples that begin with this.
    fn samples(&self, prefix: &str) -> Vec<String> {
        let mut exposition = Exposition::of(&["http", "stream"]);
        self.settings.node.live.write_metrics(self, &mut exposition);
        let text = exposition.into_text();
        text.lines().filter(|line| line.starts_with(prefix)).map(str::to_owned).collect()
    }
}

#[test]
fn requests_are_counted_by_service_route_status_and_who_answered() {
    let node = Node::new();
    let handler = node.handler(json!({ "status_code_metrics": true }));
    for status in [200, 401, 200] {
        node.count(&*handler, (1, 2), status, Some(3));
    }
    let expected = [
        r#"kong_http_requests_total{service="s",route="r",code="200",source="service",workspace="default",consumer=""} 2"#,
        r#"kong_http_requests_total{service="s",route="r",code="401",source="kong",workspace="default",consumer=""} 1"#,
    ];
    assert_eq!(node.samples("kong_http"), expected);
    assert_eq!(node.samples("kong_bandwidth"), [""; 0]);
    assert_eq!(node.samples("kong_request_latency"), [""; 0]);
}

#[test]
fn consumers_are_counted_apart_where_that_is_wanted() {
    let node = Node::new();
    let config = json!({ "status_code_metrics": true, "bandwidth_metrics": true, "per_consumer": true });
    let handler = node.handler(config);
    node.count(&*handler, (1, 2), 200, Some(3));
    node.count(&*handler, (1, 2), 200, None);
    assert_eq!(node.samples("kong_http").len(), 2);
    let expected = [
        r#"kong_bandwidth_bytes{service="s",route="r",direction="egress",workspace="default",consumer=""} 100"#,
        r#"kong_bandwidth_bytes{service="s",route="r",direction="ingress",workspace="default",consumer=""} 10"#,
        r#"kong_bandwidth_bytes{service="s",route="r",direction="egress",workspace="default",consumer="ann"} 100"#,
        r#"kong_bandwidth_bytes{service="s",route="r",direction="ingress",workspace="default",consumer="ann"} 10"#,
    ];
    assert_eq!(node.samples("kong_bandwidth"), expected);
}

#[test]
fn times_are_told_apart_by_who_has_taken_them() {
    let node = Node::new();
    let handler = node.handler(json!({ "latency_metrics": true }));
    node.count(&*handler, (1, 2), 200, None);
    node.count(&*handler, (1, 2), 503, None);
    let path = r#"{service="s",route="r",workspace="default"}"#;
    let sums = ["kong_kong_latency_ms", "kong_upstream_latency_ms", "kong_request_latency_ms"]
        .map(|name| [format!("{name}_sum{path}"), format!("{name}_count{path}")])
        .map(|names| names.map(|name| node.samples(&name)[0].rsplit_once(' ').unwrap().1.to_owned()));
    // 30 ms in all, 26 of them the upstream's, 1 of the body; and 29 without an upstream, since the body counts for none.
    assert_eq!(sums, [["32", "2"], ["26", "1"], ["60", "2"]]);
    let bucket = r#"kong_upstream_latency_ms_bucket{service="s",route="r",workspace="default",le="#;
    let buckets = node.samples(bucket);
    assert_eq!(buckets[..2], [format!("{bucket}\"25\"}} 0"), format!("{bucket}\"50\"}} 1")]);
    assert_eq!((buckets.len(), node.samples("kong_kong_latency_ms_bucket").len()), (14, 18));
}

#[test]
fn what_has_no_name_is_called_by_its_host_or_its_id() {
    let node = Node::new().route(4, None).service(5, None).service(6, None);
    let handler = node.handler(json!({ "status_code_metrics": true }));
    node.count(&*handler, (4, 5), 200, None);
    node.count(&*handler, (4, 6), 200, None);
    let route = id(4);
    let expected = format!(
        "kong_http_requests_total{{service=\"h.example\",route=\"{route}\",code=\"200\",source=\"service\",\
         workspace=\"default\",consumer=\"\"}} 2"
    );
    assert_eq!(node.samples("kong_http"), [expected]);
}

#[test]
fn what_is_renamed_goes_on_and_what_is_deleted_is_gone() {
    let node = Node::new().route(4, Some("other"));
    let handler =
        node.handler(json!({ "status_code_metrics": true, "bandwidth_metrics": true, "latency_metrics": true }));
    node.count(&*handler, (1, 2), 200, None);
    node.count(&*handler, (4, 2), 200, None);
    let mut node = node.route(1, Some("renamed"));
    node.routes.remove(&id(4));
    node.count(&*handler, (1, 2), 200, None);
    let lines = node.samples("kong_http");
    assert!(lines.len() == 1 && lines[0].contains(r#"route="renamed""#) && lines[0].ends_with(" 2"), "{lines:?}");
    // It is there again: its counts begin anew.
    let node = node.route(4, Some("other"));
    node.count(&*handler, (4, 2), 200, None);
    assert!(node.samples("kong_http").iter().any(|line| line.contains(r#"route="other""#) && line.ends_with(" 1")));
    assert_eq!(node.samples("kong_bandwidth").len(), 4);
}

#[test]
fn what_belongs_to_no_route_is_not_counted() {
    let node = Node::new();
    let handler = node.handler(json!({ "status_code_metrics": true }));
    let cx = MeterCx {
        route: None,
        service: None,
        consumer: None,
        status: StatusCode::NOT_FOUND,
        source: Source::Gateway,
        worker: &node.worker,
    };
    assert!(handler.meter(&cx).is_none());
}

#[test]
fn a_plugin_that_is_told_to_count_nothing_takes_part_in_nothing() {
    let node = Node::new();
    let quiet = node.handler(json!({ "per_consumer": true, "upstream_health_metrics": true }));
    assert_eq!(quiet.phases(), Phases::NONE);
    assert_eq!(node.handler(json!({ "latency_metrics": true })).phases(), Phases::METER.and(Phases::STREAM_LOG));
}

#[test]
fn how_targets_are_is_told_as_long_as_somebody_wants_it() {
    let node = Node::new();
    assert_eq!(node.samples("kong_upstream"), [""; 0]);
    let handler = node.handler(json!({ "upstream_health_metrics": true }));
    let lines = node.samples("kong_upstream_target_health");
    let ones: Vec<_> = lines.iter().filter(|line| line.ends_with(" 1")).collect();
    let healthy = r#"target="b.example:80",address="192.0.2.1:80",state="healthy""#;
    let nowhere = r#"target="c.example:80",address="",state="dns_error""#;
    let line = |state, of| format!(r#"kong_upstream_target_health{{upstream="u",{state},subsystem="{of}"}} 1"#);
    let expected = [line(healthy, "http"), line(healthy, "stream"), line(nowhere, "http"), line(nowhere, "stream")];
    assert_eq!((ones, lines.len()), (expected.iter().collect(), 16));
    drop(handler);
    assert_eq!(node.samples("kong_upstream"), [""; 0]);
}
