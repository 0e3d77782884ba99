//! A gateway with PostgreSQL as its database.

use crate::command::{Done, command};
use crate::place::{Place, eventually, get, status};
use gibbon_testkit::postgres::{Database, Door, PASSWORD, USER, is_installed};
use gibbon_testkit::{Action, Origin};
use std::io::Read as _;
use std::process::Stdio;

/// The lines of a configuration file that lead to a database.
pub(crate) fn lines(database: &Database) -> String {
    database.settings().into_iter().map(|(key, value)| format!("{key} = {value}\n")).collect()
}

/// The same through a door.
fn lines_through(database: &Database, door: &Door) -> String {
    format!(
        "database = postgres\npg_host = 127.0.0.1\npg_port = {}\npg_user = {USER}\npg_password = {PASSWORD}\n\
         pg_database = {}\npg_timeout = 1000\n",
        door.port(),
        database.name()
    )
}

/// Two gateways that run on one database.
fn two_nodes(database: &Database) -> [Place; 2] {
    [(); 2].map(|()| {
        let place = Place::new();
        place.configure(&lines(database));
        place.start();
        place
    })
}

/// Leads all requests to an origin, by the service `s`.
fn serve(place: &Place, origin: &Origin) {
    assert_eq!(place.post("/services", &format!("name=s&url={}", origin.url(""))), 201);
    assert_eq!(place.post("/services/s/routes", "paths[]=/"), 201);
}

fn body(place: &Place, path: &str) -> String {
    let mut answer = String::new();
    get(place.admin, path).read_to_string(&mut answer).unwrap();
    answer
}

fn migrations(place: &Place, arguments: &[&str]) -> Done {
    let mut all = vec!["migrations"];
    all.extend(arguments);
    place.run_with_file(&all)
}

#[test]
fn a_start_without_tables_names_the_command_that_makes_them() {
    if !is_installed() {
        return;
    }
    let (database, place) = (Database::empty(), Place::new());
    place.configure(&lines(&database));
    let done = place.run_with_file(&["start"]);
    assert_eq!((done.status, done.out.as_str()), (1, ""));
    let expected = "Error: Database needs bootstrapping; run 'gibbon migrations bootstrap'\n";
    assert!(done.err.starts_with(expected), "{}", done.err);
    assert_eq!(migrations(&place, &["bootstrap"]).status, 0);
    place.start();
    assert_eq!(place.post("/services", "name=hello&url=http://127.0.0.1:9"), 201);
}

#[test]
fn tables_are_made_listed_and_taken_away_with_kongs_words_and_statuses() {
    if !is_installed() {
        return;
    }
    let (database, place) = (Database::empty(), Place::new());
    place.configure(&lines(&database));
    let said = |arguments: &[&str]| {
        let done = migrations(&place, arguments);
        (done.status, done.out)
    };
    let needs = "Database needs bootstrapping; run 'gibbon migrations bootstrap'\n".to_owned();
    assert_eq!(said(&["list"]), (3, needs));
    assert_eq!(said(&["reset", "-y"]), (1, "Database not bootstrapped, nothing to reset\n".to_owned()));
    assert!(migrations(&place, &["up"]).err.starts_with("Error: Cannot run migrations: database needs bootstrapping;"));
    assert!(migrations(&place, &["finish"]).err.starts_with("Error: Cannot run migrations; run"));
    let (status, text) = said(&["bootstrap"]);
    assert_eq!(status, 0);
    assert!(text.starts_with("Bootstrapping database...\nmigrating core on database '"), "{text}");
    assert!(text.ends_with("\nDatabase is up-to-date\n") && text.contains(" processed\n"), "{text}");
    assert_eq!(said(&["bootstrap"]), (0, "Database already bootstrapped\n".to_owned()));
    assert_eq!(said(&["up"]), (0, "Database is already up-to-date\n".to_owned()));
    assert_eq!(said(&["finish"]), (0, "No pending migrations to finish\n".to_owned()));
    assert!(said(&["list"]).1.starts_with("Executed migrations:\ncore: 0001_tables"));
    assert_eq!(said(&["up", "-f", "-q"]), (0, String::new()));
    let state: serde_json::Value = serde_json::from_str(&said(&["status"]).1).unwrap();
    assert_eq!(state["executed_migrations"][0]["namespace"], "core");
    assert!(migrations(&place, &["reset"]).err.starts_with("Error: not a tty: invoke 'reset' non-interactively"));
    assert_eq!(said(&["reset", "-y"]), (0, "Resetting database...\nDatabase successfully reset\n".to_owned()));
    assert_eq!(said(&["list"]).0, 3);
}

#[test]
fn steps_that_a_version_before_did_not_know_are_new_and_keep_a_gateway_from_starting() {
    if !is_installed() {
        return;
    }
    let (database, place) = (Database::new(), Place::new());
    place.configure(&lines(&database));
    database.run("DROP TABLE history; UPDATE gibbon_schema SET begun = 1, finished = 1");
    let list = migrations(&place, &["list"]);
    assert_eq!(list.status, 5, "{}", list.out);
    assert!(list.out.ends_with("\nRun 'gibbon migrations up' to proceed\n"), "{}", list.out);
    let start = place.run_with_file(&["start"]);
    let expected = "Error: New migrations available; run 'gibbon migrations up' to proceed\n";
    assert!(start.status == 1 && start.err.starts_with(expected), "{}", start.err);
    let up = migrations(&place, &["up"]);
    assert!(up.out.contains("core migrated up to: 0002_history (executed)\n"), "{}", up.out);
    assert_eq!(migrations(&place, &["list"]).status, 0);
}

#[test]
fn a_database_that_is_away_is_waited_for_at_start() {
    if !is_installed() {
        return;
    }
    let (database, place) = (Database::new(), Place::new());
    let door = database.door();
    door.shut();
    place.configure(&format!("{}proxy_error_log = logs/error.log\n", lines_through(&database, &door)));
    let path = place.path("gibbon.conf");
    let arguments = ["start", "-c", path.to_str().unwrap(), "-p", place.prefix.path().to_str().unwrap()];
    let mut gateway = command(&arguments, &[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let log = || std::fs::read_to_string(place.path("logs/error.log")).unwrap_or_default();
    eventually("the log says what is waited for", || log().contains("does not answer; waiting for it"));
    assert!(gateway.try_wait().unwrap().is_none());
    door.open();
    assert_eq!(status(get(place.admin, "/services")), 200);
    place.kill("-TERM");
    assert!(gateway.wait().unwrap().success());
}

#[test]
fn a_gateway_that_starts_without_its_database_serves_its_copy_and_catches_up() {
    if !is_installed() {
        return;
    }
    let (database, place, other) = (Database::new(), Place::new(), Place::new());
    let door = database.door();
    place.configure(&lines_through(&database, &door));
    place.start();
    assert_eq!(place.post("/services", "name=hello&url=http://127.0.0.1:9"), 201);
    assert_eq!(place.post("/services/hello/routes", "paths[]=/hello"), 201);
    assert_eq!(place.run(&["quit"]).status, 0);
    assert!(place.path("mirror.db").exists());

    door.shut();
    place.start();
    assert_eq!(status(place.send("/hello")), 502, "the route is there, and its upstream is not");
    let said = body(&place, "/status");
    assert!(said.contains("\"database\":{\"reachable\":false,\"copy\":{\"revision\":2}}"), "{said}");
    assert_eq!(place.post("/services", "name=more&url=http://127.0.0.1:9"), 503);
    let log = std::fs::read_to_string(place.path("logs/error.log")).unwrap();
    assert!(log.contains("this node serves its copy of the database"), "{log}");

    other.configure(&lines(&database));
    other.start();
    assert_eq!(other.post("/services/hello/routes", "paths[]=/later"), 201);
    door.open();
    eventually("what was written meanwhile is served", || status(place.send("/later")) == 502);
    eventually("the status says it", || body(&place, "/status").contains("\"database\":{\"reachable\":true}"));
    assert_eq!(place.post("/services", "name=more&url=http://127.0.0.1:9"), 201);
}

#[test]
fn a_gateway_whose_database_goes_away_serves_on_and_says_so() {
    if !is_installed() {
        return;
    }
    let (database, place) = (Database::new(), Place::new());
    let door = database.door();
    place.configure(&lines_through(&database, &door));
    place.start();
    assert_eq!(place.post("/services", "name=hello&url=http://127.0.0.1:9"), 201);
    assert_eq!(place.post("/services/hello/routes", "paths[]=/hello"), 201);
    assert_eq!(status(place.send("/hello")), 502, "the route is there, and its upstream is not");
    door.shut();
    eventually("the status says it", || body(&place, "/status").contains("\"reachable\":false"));
    assert_eq!(status(place.send("/hello")), 502);
    assert_eq!(status(get(place.admin, "/services/hello")), 503);
    assert_eq!(place.post("/services", "name=other&url=http://127.0.0.1:9"), 503);
    let root = body(&place, "/");
    assert!(root.contains("\"database\":\"postgres\"") && root.contains("\"pg_password\":\"******\""), "{root}");
    assert!(!root.contains(PASSWORD));
    door.open();
    eventually("the status says it", || body(&place, "/status").contains("\"reachable\":true"));
    assert_eq!(place.post("/services", "name=other&url=http://127.0.0.1:9"), 201);
    let log = std::fs::read_to_string(place.path("logs/error.log")).unwrap();
    assert!(!log.contains(PASSWORD));
}

#[test]
fn a_write_on_one_gateway_is_live_on_the_other() {
    if !is_installed() {
        return;
    }
    let database = Database::new();
    let [first, second] = two_nodes(&database);
    assert_eq!(status(second.send("/hello")), 404);
    assert_eq!(first.post("/services", "name=hello&url=http://127.0.0.1:9"), 201);
    assert_eq!(first.post("/services/hello/routes", "paths[]=/hello"), 201);
    eventually("the other gateway has the route", || status(second.send("/hello")) == 502);
}

#[test]
fn answers_that_one_node_forgets_are_forgotten_by_the_other() {
    if !is_installed() {
        return;
    }
    let origin = Origin::start(|_| Action::answer("200 OK", &["Content-Type: text/plain"], "kept"));
    let database = Database::new();
    let [one, other] = two_nodes(&database);
    serve(&one, &origin);
    let cache = "name=proxy-cache&config.strategy=memory&config.content_type[]=text/plain";
    assert_eq!(one.post("/services/s/plugins", cache), 201);
    let says = |status: &str| {
        let mut answer = String::new();
        get(other.proxy, "/").read_to_string(&mut answer).unwrap();
        answer.contains(&format!("X-Cache-Status: {status}\r\n"))
    };
    eventually("the other node keeps the answer", || says("Hit"));
    assert_eq!(one.send_form("DELETE", "/proxy-cache", ""), 204);
    eventually("the other node has forgotten it", || says("Miss"));
}

#[test]
fn a_token_that_is_revoked_on_one_node_is_refused_by_the_other() {
    if !is_installed() {
        return;
    }
    let origin = Origin::start(|_| Action::ok("served"));
    let database = Database::new();
    let [one, other] = two_nodes(&database);
    serve(&one, &origin);
    assert_eq!(one.post("/services/s/plugins", "name=jwt"), 201);
    assert_eq!(one.post("/consumers", "username=ann"), 201);
    let secret = "a-secret-that-is-long-enough-for-it";
    assert_eq!(one.post("/consumers/ann/jwt", &format!("key=ann&secret={secret}")), 201);
    let token = |jti: &str| {
        let claim = format!("jti={jti}");
        let arguments = ["jwt", "mint", "--quiet", "--alg", "HS256", "--iss", "ann", "--exp-in", "600"];
        let done = one.run(&[&arguments[..], &["--secret", secret, "--claim", &claim]].concat());
        done.out.trim().to_owned()
    };
    let (lost, kept) = (token("lost"), token("kept"));
    let answers = |place: &Place, token: &str| status(get(place.proxy, &format!("/?jwt={token}")));
    eventually("the other node knows the consumer", || answers(&other, &lost) == 200);
    assert_eq!(one.post("/jwt/revocations", "by=jti&value=lost"), 201);
    assert_eq!((answers(&one, &lost), answers(&one, &kept)), (401, 200));
    eventually("the other node knows of it", || answers(&other, &lost) == 401);
    assert_eq!(answers(&other, &kept), 200);
}

#[test]
fn what_is_said_about_a_target_holds_on_every_node() {
    if !is_installed() {
        return;
    }
    let database = Database::new();
    let [one, other] = two_nodes(&database);
    let checks = "healthchecks.passive.unhealthy.http_failures=1";
    assert_eq!(one.post("/upstreams", &format!("name=pool&{checks}")), 201);
    assert_eq!(one.post("/upstreams/pool/targets", "target=127.0.0.1:9"), 201);
    let health = |place: &Place| body(place, "/upstreams/pool/health");
    eventually("the other node knows the target", || health(&other).contains("\"health\":\"HEALTHY\""));
    for (word, shown) in [("unhealthy", "UNHEALTHY"), ("healthy", "HEALTHY")] {
        assert_eq!(one.put(&format!("/upstreams/pool/targets/127.0.0.1:9/{word}")), 204);
        let shown = format!("\"health\":\"{shown}\"");
        assert!(health(&one).contains(&shown), "{}", health(&one));
        eventually("the other node hears of it", || health(&other).contains(&shown));
    }
}
