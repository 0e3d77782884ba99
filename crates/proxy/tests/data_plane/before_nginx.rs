//! Hostile and odd requests on their way through the gateway to nginx: both understand the same requests, and nginx
//! never has to refuse one that the gateway has let through.

mod corpus;

use gibbon_testkit::nginx::{self, Read};
use gibbon_testkit::{Client, Gateway, Nginx};
use serde_json::json;

use corpus::Case;

/// What is sent behind each case: where the connection has survived, it is answered, and ends it.
const LAST: &str = "GET /§/last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

fn gateway(nginx: &Nginx) -> Gateway {
    let short = ["client_head_timeout", "client_body_timeout", "client_idle_timeout"].map(|key| (key, "2s"));
    let gateway = Gateway::with(&short);
    let service = gateway.service(json!({ "host": "127.0.0.1", "port": nginx.port() }));
    gateway.route_to(service, json!({ "paths": ["/"], "strip_path": false }));
    gateway
}

/// The statuses of all answers until the connection ends.
fn statuses(mut client: Client) -> Vec<u16> {
    std::iter::from_fn(|| client.try_response().ok()).map(|answer| answer.status).collect()
}

/// Sends each case on a connection of its own, all at the same time, and tells what was answered and what nginx has
/// understood of it. The `§` in a case is its number.
fn exchange(cases: &[Case]) -> Vec<(Vec<u16>, Vec<Read>)> {
    let nginx = Nginx::start();
    let gateway = gateway(&nginx);
    let send = |(number, case): (usize, &Case)| {
        let client = gateway.connect();
        let bytes = [case.bytes.replace('§', &number.to_string()), LAST.replace('§', &number.to_string())].concat();
        // The gateway may have had enough before the end.
        let _ = client.try_send(bytes);
        client
    };
    let clients: Vec<_> = cases.iter().enumerate().map(send).collect();
    let answers: Vec<_> = clients.into_iter().map(statuses).collect();
    let (read, refused) = nginx.read();
    assert_eq!(refused, Vec::<String>::new(), "nginx refuses what the gateway has passed on");
    let of_case = |number: usize| {
        let start = format!("/{number}/");
        read.iter().filter(|read| read.target.starts_with(&start)).cloned().collect::<Vec<_>>()
    };
    let seen: Vec<_> = (0..cases.len()).map(of_case).collect();
    assert_eq!(seen.iter().map(Vec::len).sum::<usize>(), read.len(), "all that nginx has read belongs to a case");
    answers.into_iter().zip(seen).collect()
}

fn assert_all_hold(cases: &[Case]) {
    let mut failures = Vec::new();
    for (number, (case, (answers, seen))) in cases.iter().zip(exchange(cases)).enumerate() {
        let expected: Vec<Read> = case.expected(number);
        if answers != case.answers() || seen != expected {
            failures.push(format!(
                "{:?}\n  answered {answers:?}, not {:?}\n  nginx read {seen:?}\n",
                case.bytes,
                case.answers()
            ));
        }
    }
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), cases.len(), failures.concat());
}

#[test]
fn requests_that_are_odd_mean_the_same_to_both() {
    if nginx::is_installed() {
        assert_all_hold(&corpus::passed());
    }
}

#[test]
fn requests_that_two_readers_could_read_in_two_ways_never_get_there() {
    if nginx::is_installed() {
        assert_all_hold(&corpus::refused());
    }
}

#[test]
fn methods_that_are_not_for_a_gateway_never_get_there() {
    if nginx::is_installed() {
        assert_all_hold(&corpus::declined());
    }
}

#[test]
fn requests_over_a_limit_never_get_there() {
    if nginx::is_installed() {
        assert_all_hold(&corpus::over_limits());
    }
}
