//! Requests that are followed while they go on.

use std::time::Duration;

use gibbon_plugin_api::{Flow, Handler, Phases, PluginDef, RequestCx, ResponseCx};
use gibbon_schema::{Subschema, field};
use gibbon_testkit::{Action, Gateway, Origin};
use gibbon_traffic::{Filter, Following, Reason, Trial};
use serde_json::json;

#[test]
fn a_follower_is_told_of_a_request_without_its_secrets() {
    let origin = Origin::start(|_| Action::ok("ok"));
    let gateway = Gateway::start();
    let service = gateway.service_at(&origin, json!({ "name": "shop" }));
    gateway.route_to(service, json!({ "name": "orders", "paths": ["/orders"] }));
    let following = Following::begin(&gateway.traffic(), Filter::default()).unwrap();
    let fields = ["Authorization: Bearer eyJh.eyJi.c", "Cookie: session=s3cr3t"];
    let answer = gateway.connect().get_with("/orders/42?apikey=k3y", &fields);
    let (seen, missed) = following.look();
    let [told] = &seen[..] else { panic!("{seen:?}") };
    assert_eq!(Some(&*told.id), answer.field("x-kong-request-id"));
    assert_eq!((&*told.method, &*told.target, told.status, missed), ("GET", "/orders/42?apikey=…", 200, 0));
    assert_eq!((told.route.as_deref(), told.service.as_deref()), (Some("orders"), Some("shop")));
    assert_eq!(told.tries.iter().map(|tried| tried.address.port()).collect::<Vec<_>>(), [origin.port()]);
    assert!(told.upstream.is_some_and(|upstream| upstream <= told.took && told.took < Duration::from_secs(5)));
    for secret in ["eyJh", "s3cr3t", "k3y"] {
        assert!(!format!("{told:?}").contains(secret), "{told:?}");
    }
}

#[test]
fn a_follower_is_told_why_a_request_was_refused_and_which_attempts_failed() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let gateway = Gateway::start();
    let following = Following::begin(&gateway.traffic(), Filter::default()).unwrap();
    gateway.connect().get("/");
    let service = gateway.service(json!({ "host": "127.0.0.1", "port": closed.port(), "retries": 1 }));
    gateway.route_to(service, json!({ "paths": ["/"] }));
    gateway.connect().get("/");
    let (seen, _) = following.look();
    let [lost, vain] = &seen[..] else { panic!("{seen:?}") };
    assert_eq!((lost.reason, lost.route.is_some()), (Some(Reason::own("no_route")), false));
    assert_eq!((vain.reason, vain.route.is_some()), (Some(Reason::own("upstream_connection")), true));
    assert_eq!(vain.tries.iter().map(|tried| tried.failure).collect::<Vec<_>>(), [Some(502), Some(502)]);
}

#[test]
fn who_begins_to_follow_is_told_of_what_comes_then_also_on_connections_that_are_open() {
    let gateway = Gateway::start();
    let mut client = gateway.connect();
    client.get("/before");
    let wanted = Filter { path: Some("/after".to_owned()), ..Filter::default() };
    let following = Following::begin(&gateway.traffic(), wanted).unwrap();
    client.get("/after");
    client.get("/other");
    assert_eq!(following.look().0.iter().map(|seen| &*seen.target).collect::<Vec<_>>(), ["/after"]);
}

/// Takes part before the upstream is asked, and when it has answered.
static BOTH: PluginDef = PluginDef {
    name: "both",
    version: "1.0.0",
    priority: 10,
    schema: || Subschema::new("both", [field("config").record([]).required()]),
    credentials: &[],
    configure: |_, _| Ok(Box::new(Both)),
};

struct Both;

impl Handler for Both {
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        assert!(!cx.head.headers.contains("x-gibbon-trial"));
        Flow::Continue
    }

    fn response(&self, _: &mut ResponseCx<'_>) {}

    fn phases(&self) -> Phases {
        Phases::ACCESS.and(Phases::RESPONSE)
    }
}

#[test]
fn the_whole_way_of_a_request_is_told_to_who_has_announced_it_and_to_nobody_else() {
    let origin = Origin::start(|_| Action::ok("ok"));
    let gateway = Gateway::builder().plugin(&BOTH).start();
    gateway.proxy_to(&origin);
    gateway.plugin(json!({ "name": "both" }));
    let trial = Trial::announce(&gateway.traffic(), b"m4rk").unwrap();
    let ask = |mark: &str| gateway.connect().get_with("/a", &[&*format!("X-Gibbon-Trial: {mark}")]).status;
    assert_eq!((ask("other"), trial.course()), (200, None));
    assert_eq!(ask("m4rk"), 200);
    let course = trial.course().unwrap();
    let steps: Vec<_> = course.steps.iter().map(|step| (step.phase, step.plugin)).collect();
    assert_eq!(steps, [("routing", None), ("access", Some("both")), ("response", Some("both"))]);
    assert_eq!((course.seen.status, course.seen.tries.len()), (200, 1));
    assert_eq!((ask("m4rk"), trial.course()), (200, None), "a mark is good once");
    let seen = origin.requests();
    assert!(seen.iter().all(|request| request.field("x-gibbon-trial").is_none()), "{seen:?}");
}
