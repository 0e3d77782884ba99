use gibbon_entities::Consumer;
use serde_json::{Value, json};

use super::config::Config;
use super::{DEFINITION, handler};
use crate::fixture::{Ended, id, plugin_record, violations};
use crate::statistic::Subject;

fn lines(config: Value, exchange: &Ended) -> Vec<String> {
    let record = plugin_record(&DEFINITION, config).unwrap();
    let (config, ..) = Config::read(&record["config"], "host.example").unwrap();
    handler::lines(&config, &Subject::of(&exchange.cx()))
}

fn exchange() -> Ended {
    Ended::proxied(json!({ "name": "my.service", "host": "h.example" }), json!({ "id": id(2), "paths": ["/"] }))
}

fn ann() -> Consumer {
    Consumer { id: id(1), username: Some("ann".into()), custom_id: Some("007".into()), tags: Vec::new() }
}

#[test]
fn by_default_everything_is_told_of_the_service() {
    let expected = [
        "kong.service.my_service.request.count:1|c",
        "kong.service.my_service.latency:27|ms",
        "kong.service.my_service.request.size:100|c",
        "kong.service.my_service.status.200:1|c",
        "kong.service.my_service.response.size:250|c",
        "kong.service.my_service.upstream_latency:20|ms",
        "kong.service.my_service.kong_latency:3|ms",
        "kong.service.my_service.workspace.0dc6f45b-8f8d-40d2-a504-473544ee190b.status.200:1|c",
    ];
    assert_eq!(lines(json!({}), &exchange()), expected);
}

#[test]
fn of_a_consumer_more_is_told() {
    let all = lines(json!({}), &exchange().of(ann()));
    let of_consumer: Vec<_> = all.iter().filter(|line| line.contains("user")).collect();
    let route = format!("kong.route.{}.user.007.status.200:1|c", id(2));
    let expected = [
        "kong.service.my_service.user.uniques:007|s",
        "kong.service.my_service.user.007.request.count:1|c",
        "kong.service.my_service.user.007.status.200:1|c",
        &route,
    ];
    assert_eq!(of_consumer, expected);
}

#[test]
fn what_has_no_route_is_told_under_a_name_of_its_own() {
    let all = lines(json!({}), &Ended::unrouted());
    assert_eq!(all[0], "kong.global.unmatched.request.count:1|c");
    assert!(all.iter().all(|line| !line.contains("upstream_latency")), "{all:?}");
}

#[test]
fn identifiers_of_a_metric_count_before_the_usual_ones() {
    let metric = |fields: Value| {
        let mut metric = json!({ "name": "request_per_user", "stat_type": "counter", "sample_rate": 0.5 });
        metric.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        metric
    };
    let own = json!({ "consumer_identifier": "username", "service_identifier": "service_host" });
    let metrics = json!([metric(json!({})), metric(own)]);
    let config = json!({
        "metrics": metrics, "prefix": "gw", "consumer_identifier_default": "consumer_id",
        "service_identifier_default": "service_id", "hostname_in_prefix": true,
    });
    let exchange = exchange().of(ann());
    let service = exchange.service.as_ref().unwrap().id;
    let expected = [
        format!("gw.node.host_example.service.{service}.user.{}.request.count:1|c|@0.5", id(1)),
        "gw.node.host_example.service.h_example.user.ann.request.count:1|c|@0.5".to_owned(),
    ];
    assert_eq!(lines(config, &exchange), expected);
}

#[test]
fn with_tags_names_say_only_what_is_measured() {
    let exchange = exchange().of(ann());
    let tags = |sign: char| {
        ["service=my.service", "route=R", "workspace=default", "consumer=007", "node=host_example", "status=200"]
            .map(|tag| tag.replace('=', &sign.to_string()).replace("=R", &format!("={}", id(2))))
            .join(",")
            .replace(":R", &format!(":{}", id(2)))
    };
    let metrics = json!([
        { "name": "latency", "stat_type": "timer" }, { "name": "status_count", "stat_type": "counter", "sample_rate": 1 },
        { "name": "unique_users", "stat_type": "set" },
    ]);
    for (style, expected) in [
        ("dogstatsd", format!("kong.latency:27|ms|#{}", tags(':'))),
        ("influxdb", format!("kong.latency,{}:27|ms", tags('='))),
        ("librato", format!("kong.latency#{}:27|ms", tags('='))),
        ("signalfx", format!("kong.latency[{}]:27|ms", tags('='))),
    ] {
        let config = json!({
            "tag_style": style, "metrics": metrics, "hostname_in_prefix": true,
            "workspace_identifier_default": "workspace_name",
        });
        assert_eq!(lines(config, &exchange), [expected]);
    }
}

#[test]
fn only_statuses_that_are_allowed_are_counted() {
    let count = |ranges: Value| lines(json!({ "allow_status_codes": ranges }), &exchange()).len();
    assert_eq!((count(json!(["200-204"])), count(json!(["500-599", "404-404"])), count(json!([]))), (8, 0, 0));
}

#[test]
fn counters_need_a_rate() {
    let metrics = json!([{ "name": "request_count", "stat_type": "counter" }]);
    let found = violations(&DEFINITION, json!({ "metrics": metrics, "allow_status_codes": ["200"] }));
    assert!(found["metrics"].to_string().contains("required field missing"), "{found}");
    assert!(found["allow_status_codes"].is_array(), "{found}");
}
