//! A gateway without a database: what it serves is declared.

use crate::place::{Place, eventually, get, status};

fn declare(place: &Place, path: &str) {
    let text = format!(
        "_format_version: '3.0'\nservices: [{{name: a, url: 'http://127.0.0.1:9', routes: [{{paths: [{path}]}}]}}]\n"
    );
    std::fs::write(place.path("kong.yml"), text).unwrap();
}

fn declared() -> Place {
    let place = Place::new();
    let file = place.path("kong.yml");
    place.configure(&format!("database = off\ndeclarative_config = {}\n", file.display()));
    place
}

/// Whether a route is there: nobody listens behind it.
fn serves(place: &Place, path: &str) -> bool {
    status(get(place.proxy, path)) == 502
}

#[test]
fn what_a_file_declares_is_served_and_read_again_at_a_reload() {
    let place = declared();
    declare(&place, "/first");
    place.start();
    assert!(serves(&place, "/first"));
    declare(&place, "/second");
    let done = place.run(&["reload"]);
    assert_eq!((done.status, done.out.as_str()), (0, "Gibbon reloaded\n"), "{}", done.err);
    eventually("the reload", || serves(&place, "/second"));
    assert!(!serves(&place, "/first"));
}

#[test]
fn a_file_with_a_mistake_in_it_keeps_a_gateway_from_starting_and_a_running_one_as_it_is() {
    let place = declared();
    std::fs::write(place.path("kong.yml"), "_format_version: '3.0'\nservices: [{name: a}]\n").unwrap();
    let text = format!(
        "Error: error parsing declarative config file {}:\nin 'services':\n  - in entry 1 of 'services':\n    in 'host': \
         required field missing\n",
        place.path("kong.yml").display()
    );
    let done = place.run_with_file(&["start", "--daemon"]);
    assert!(done.status == 1 && done.err.starts_with(&text), "{}", done.err);
    assert!(!place.path("pids/gibbon.pid").exists());

    declare(&place, "/first");
    place.start();
    std::fs::write(place.path("kong.yml"), "_format_version: '3.0'\nservices: [{name: a}]\n").unwrap();
    let done = place.run(&["reload"]);
    assert!(done.status == 1 && done.err.starts_with(&text), "{}", done.err);
    place.kill("-HUP");
    assert!(serves(&place, "/first"));
}

#[test]
fn what_was_posted_outlives_a_restart_unless_a_file_is_the_truth() {
    let place = Place::new();
    place.configure("database = off\n");
    place.start();
    let config =
        "_format_version: '3.0'\nservices: [{name: a, url: 'http://127.0.0.1:9', routes: [{paths: [/posted]}]}]\n";
    assert_eq!(place.post("/config", config), 201);
    assert!(serves(&place, "/posted"));
    assert_eq!(place.post("/consumers", "username=ann"), 405);
    assert_eq!(place.run_with_file(&["restart"]).status, 0);
    assert!(serves(&place, "/posted"));
    assert_eq!(place.post("/config?check_hash=1", config), 304);

    declare(&place, "/declared");
    place.configure(&format!("database = off\ndeclarative_config = {}\n", place.path("kong.yml").display()));
    assert_eq!(place.run_with_file(&["restart"]).status, 0);
    assert!(serves(&place, "/declared") && !serves(&place, "/posted"));
}

#[test]
fn the_settings_themselves_may_declare() {
    let place = Place::new();
    let text =
        r#"{"_format_version": "3.0", "services": [{"host": "127.0.0.1", "port": 9, "routes": [{"paths": ["/s"]}]}]}"#;
    place.configure(&format!("database = off\ndeclarative_config_string = {text}\n"));
    place.start();
    assert!(serves(&place, "/s"));
}
