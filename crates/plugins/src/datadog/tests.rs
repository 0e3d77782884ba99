use gibbon_entities::{Body, Consumer};
use serde_json::{Value, json};

use super::config::{Config, place};
use super::{DEFINITION, handler};
use crate::fixture::{Ended, id, plugin_record, violations};
use crate::statistic::Subject;

fn lines(config: Value, exchange: &Ended) -> Vec<String> {
    let record = plugin_record(&DEFINITION, config).unwrap();
    let (config, ..) = Config::read(&record["config"]).unwrap();
    handler::lines(&config, &Subject::of(&exchange.cx()))
}

fn exchange() -> Ended {
    let consumer =
        Consumer { id: id(1), username: Some("ann".into()), custom_id: Some("007".into()), tags: Vec::new() };
    Ended::proxied(json!({ "name": "my.service", "host": "h.example" }), json!({ "paths": ["/"] })).of(consumer)
}

#[test]
fn by_default_six_metrics_are_told() {
    let tags = "|#name:my_service,status:200,consumer:007,app:kong";
    let expected = [
        "request.count:1|c",
        "latency:27|ms",
        "request.size:100|ms",
        "response.size:250|ms",
        "upstream_latency:20|ms",
        "kong_latency:3|ms",
    ];
    assert_eq!(lines(json!({}), &exchange()), expected.map(|line| format!("kong.{line}{tags}")));
}

#[test]
fn tags_are_called_as_the_configuration_says() {
    let metrics = json!([
        { "name": "latency", "stat_type": "distribution", "tags": ["a:b", "c"], "consumer_identifier": "consumer_id" },
        { "name": "request_count", "stat_type": "counter", "sample_rate": 0.1 },
    ]);
    let config = json!({
        "prefix": "gw", "service_name_tag": "svc", "status_tag": "code", "consumer_tag": "who", "metrics": metrics,
    });
    let consumer = id(1).to_string().replace('-', "_");
    let expected = [
        format!("gw.latency:27|d|#svc:my_service,code:200,who:{consumer},a:b,c"),
        "gw.request.count:1|c|@0.1|#svc:my_service,code:200".to_owned(),
    ];
    assert_eq!(lines(config, &exchange()), expected);
}

#[test]
fn what_has_no_service_has_an_empty_name() {
    let all = lines(json!({}), &Ended::unrouted());
    assert_eq!(all[0], "kong.request.count:1|c|#name:,status:404,app:kong");
    assert_eq!(all.len(), 5);
}

#[test]
fn the_environment_says_where_the_agent_is_where_the_configuration_does_not() {
    let place = |config: Value, environment: &[(&str, &str)]| {
        let variable = |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, v)| (*v).to_owned());
        let place = place(Body::new(config.as_object().unwrap()), variable).unwrap();
        place.map(|place| (place.host.to_string(), place.port))
    };
    let environment = [("KONG_DATADOG_AGENT_HOST", "agent"), ("KONG_DATADOG_AGENT_PORT", "9125")];
    let nothing = json!({ "host": null, "port": null });
    assert_eq!(place(nothing.clone(), &environment), Some(("agent".into(), 9125)));
    assert_eq!(place(json!({ "host": "h", "port": 1 }), &environment), Some(("h".into(), 1)));
    assert_eq!(place(nothing, &[]), None);
}

#[test]
fn a_tag_must_have_a_value_behind_its_colon() {
    let metrics = json!([{ "name": "latency", "stat_type": "timer", "tags": ["a:"] }]);
    assert!(violations(&DEFINITION, json!({ "metrics": metrics }))["metrics"].is_array());
}
