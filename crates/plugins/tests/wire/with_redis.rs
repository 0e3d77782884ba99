//! Counts in a real Redis, through whole gateways.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use gibbon_testkit::redis::is_installed;
use gibbon_testkit::{Action, Authority, Gateway, Origin, Redis};
use serde_json::{Value, json};

use crate::gateway_with;

/// Three a year, counted in that Redis.
fn three(redis: &Redis, more: Value) -> Value {
    let mut config = json!({ "year": 3, "policy": "redis", "limit_by": "ip", "fault_tolerant": false });
    config["redis"] = json!({ "host": "127.0.0.1", "port": redis.port() });
    more.as_object().unwrap().iter().for_each(|(name, value)| config["redis"][name] = value.clone());
    config
}

fn limited(config: &Value) -> (Gateway, Origin) {
    gateway_with(&[("rate-limiting", config.clone())])
}

fn statuses(gateway: &Gateway, count: usize) -> Vec<u16> {
    let mut client = gateway.connect();
    (0..count).map(|_| client.get("/").status).collect()
}

#[test]
fn nodes_count_together_in_the_database_that_is_named() {
    if !is_installed() {
        return;
    }
    let redis = Redis::start();
    let config = three(&redis, json!({ "database": 3 }));
    let (one, _origin) = limited(&config);
    let (other, _origin) = limited(&config);
    assert_eq!(
        (statuses(&one, 2), statuses(&other, 2), statuses(&one, 1)),
        (vec![200, 200], vec![200, 429], vec![429])
    );
    let answer = redis.ask(&["DBSIZE", "SELECT 3", "DBSIZE", "KEYS ratelimit:*:127.0.0.1:*:year"]);
    assert!(answer.starts_with(":0\r\n+OK\r\n:1\r\n*1\r\n"), "{answer}");
}

#[test]
fn a_redis_that_wants_a_password_gets_it() {
    if !is_installed() {
        return;
    }
    let redis = Redis::with(&["--requirepass", "sesame", "--user", "ada", "on", ">lovelace", "~*", "+@all"]);
    for (login, expected) in [
        (json!({ "password": "sesame" }), 200),
        (json!({ "username": "ada", "password": "lovelace" }), 200),
        (json!({ "username": "ada", "password": "sesame" }), 500),
        (json!({ "password": "wrong" }), 500),
        (json!({}), 500),
    ] {
        let (gateway, _origin) = limited(&three(&redis, login.clone()));
        assert_eq!(statuses(&gateway, 1), [expected], "{login}");
    }
}

#[test]
fn a_redis_over_tls_has_to_be_who_it_is_where_that_is_asked_for() {
    if !is_installed() {
        return;
    }
    let authority = Authority::new();
    let redis = Redis::over_tls(&authority.issue("redis.example"));
    let trusting = [("lua_ssl_trusted_certificate", authority.file().to_str().unwrap().to_owned())];
    for (tls, expected) in [
        (json!({ "ssl": true }), 200),
        (json!({ "ssl": true, "ssl_verify": true, "server_name": "redis.example" }), 200),
        (json!({ "ssl": true, "ssl_verify": true, "server_name": "other.example" }), 500),
        (json!({ "ssl": true, "ssl_verify": true }), 500),
        (json!({ "ssl": false }), 500),
    ] {
        let all = gibbon_plugins::registry::all();
        let builder = all.into_iter().fold(Gateway::builder(), |builder, plugin| builder.plugin(plugin));
        let builder = trusting.iter().fold(builder, |builder, (key, value)| builder.setting(key, value));
        let gateway = builder.start();
        let origin = Origin::echoing_targets();
        gateway.proxy_to(&origin);
        gateway.plugin(json!({ "name": "rate-limiting", "config": three(&redis, tls.clone()) }));
        assert_eq!(statuses(&gateway, 1), [expected], "{tls}");
    }
    // Somebody whom nobody vouches for.
    let (stranger, _origin) =
        limited(&three(&redis, json!({ "ssl": true, "ssl_verify": true, "server_name": "redis.example" })));
    assert_eq!(statuses(&stranger, 1), [500]);
}

#[test]
fn while_a_redis_hangs_requests_pass_or_not_and_afterwards_they_are_counted() {
    if !is_installed() {
        return;
    }
    for (tolerant, hanging) in [(true, 200), (false, 500)] {
        let redis = Redis::start();
        let mut config = three(&redis, json!({ "timeout": 200 }));
        config["fault_tolerant"] = json!(tolerant);
        let (gateway, _origin) = limited(&config);
        assert_eq!(statuses(&gateway, 1), [200]);
        redis.hang();
        // Those that come at once wait for one attempt together.
        let clients: Vec<_> = (0..50).map(|_| gateway.connect()).collect();
        clients.iter().for_each(|client| client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
        let answers: Vec<_> = clients.into_iter().map(|mut client| client.response().status).collect();
        assert_eq!(answers, vec![hanging; 50]);
        redis.go_on();
        // What was counted before is still known; so may be what was asked while it hung.
        gibbon_testkit::eventually("requests are counted again", || statuses(&gateway, 1) == [429]);
    }
}

#[test]
fn a_redis_that_has_begun_anew_is_used_by_the_next_request() {
    if !is_installed() {
        return;
    }
    let mut redis = Redis::start();
    let (gateway, _origin) = limited(&three(&redis, json!({})));
    assert_eq!(statuses(&gateway, 4), [200, 200, 200, 429]);
    redis.restart();
    assert_eq!(statuses(&gateway, 4), [200, 200, 200, 429]);
}

#[test]
fn what_answers_have_used_is_known_to_all_nodes() {
    if !is_installed() {
        return;
    }
    let redis = Redis::start();
    let config = json!({
        "limits": { "video": { "year": 3 } }, "limit_by": "ip", "policy": "redis", "fault_tolerant": false,
        "redis": { "host": "127.0.0.1", "port": redis.port() },
    });
    let node = || {
        let origin = Origin::start(|_| Action::answer("200 OK", &["X-Kong-Limit: video=2"], ""));
        let all = gibbon_plugins::registry::all();
        let gateway = all.into_iter().fold(Gateway::builder(), |builder, plugin| builder.plugin(plugin)).start();
        gateway.proxy_to(&origin);
        gateway.plugin(json!({ "name": "response-ratelimiting", "config": config }));
        (gateway, origin)
    };
    let ((one, _origin), (other, _other_origin)) = (node(), node());
    let counted = |used: u8| {
        let line = format!("${}\r\n{used}\r\n", used.to_string().len());
        let keys = redis.ask(&["KEYS *video:year"]);
        let name = keys.lines().nth(2).unwrap_or("none").to_owned();
        redis.ask(&[&format!("GET {name}")]).starts_with(&line)
    };
    assert_eq!(statuses(&one, 1), [200]);
    gibbon_testkit::eventually("the first answer is counted", || counted(2));
    assert_eq!(statuses(&other, 1), [200]);
    gibbon_testkit::eventually("the second answer is counted", || counted(4));
    assert_eq!((statuses(&one, 1), statuses(&other, 1)), (vec![429], vec![429]));
}

/// How many are allowed in an hour.
const ALLOWED: usize = 1_000;

/// How many clients ask at the same time, and how often each of them.
const CLIENTS: usize = 200;
const REQUESTS: usize = 15;

/// No window ends while the test runs.
fn wait_for_an_hour_that_is_long_enough() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let left = 3600 - now.as_secs() % 3600;
    if left < 60 {
        std::thread::sleep(Duration::from_secs(left + 1));
    }
}

/// When each request was admitted, by two nodes with one Redis, asked by many clients at once.
fn admitted_by_two_nodes(sync_rate: f64) -> Vec<Instant> {
    wait_for_an_hour_that_is_long_enough();
    let redis = Redis::start();
    let config = json!({
        "hour": ALLOWED, "policy": "redis", "limit_by": "ip", "fault_tolerant": false, "sync_rate": sync_rate,
        "redis": { "host": "127.0.0.1", "port": redis.port(), "timeout": 20_000 },
    });
    let nodes = [limited(&config), limited(&config)];
    let (refused, others) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let admitted = std::thread::scope(|threads| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let (mut client, refused, others) = (nodes[number % 2].0.connect(), &refused, &others);
                threads.spawn(move || {
                    let mut admitted = Vec::new();
                    for _ in 0..REQUESTS {
                        match client.get("/").status {
                            200 => admitted.push(Instant::now()),
                            429 => drop(refused.fetch_add(1, Ordering::Relaxed)),
                            _ => drop(others.fetch_add(1, Ordering::Relaxed)),
                        }
                    }
                    admitted
                })
            })
            .collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(others.into_inner(), 0);
    assert_eq!(admitted.len() + refused.into_inner(), CLIENTS * REQUESTS);
    admitted
}

#[test]
fn two_nodes_that_ask_each_time_admit_exactly_what_is_allowed() {
    if is_installed() {
        assert_eq!(admitted_by_two_nodes(-1.0).len(), ALLOWED);
    }
}

#[test]
fn two_nodes_that_exchange_counts_admit_no_more_than_they_do_between_two_exchanges() {
    if !is_installed() {
        return;
    }
    let mut admitted = admitted_by_two_nodes(0.1);
    admitted.sort();
    // The most that both together have admitted in a tenth of a second.
    let within = |from: &Instant| {
        let until = *from + Duration::from_millis(100);
        admitted.iter().filter(|at| **at >= *from && **at <= until).count()
    };
    let most = admitted.iter().map(within).max().unwrap();
    println!("admitted {} of {ALLOWED} allowed; at most {most} in a tenth of a second", admitted.len());
    assert!((ALLOWED..=ALLOWED + most).contains(&admitted.len()));
}
