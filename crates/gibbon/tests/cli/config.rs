//! `gibbon config`: files of configuration, and what is in the database as one.

use crate::command::gibbon_with;
use crate::place::{Place, eventually, get, status};
use std::os::unix::fs::PermissionsExt as _;

const FILE: &str = "_format_version: '3.0'
services:
- name: a
  url: http://127.0.0.1:9
  routes: [{name: r, paths: [/r]}]
  plugins: [{name: key-auth}]
consumers:
- username: ann
  keyauth_credentials: [{key: k}]
";

const WRONG: &str = "_format_version: '3.0'\nservices: [{name: a, host: a}, {name: b}]\n";

fn write(place: &Place, name: &str, text: &str) -> String {
    std::fs::write(place.path(name), text).unwrap();
    place.path(name).to_str().unwrap().to_owned()
}

#[test]
fn parse_says_whether_a_file_could_be_loaded() {
    let place = Place::new();
    let (good, wrong) = (write(&place, "good.yml", FILE), write(&place, "wrong.yml", WRONG));
    let done = place.run(&["config", "parse", &good]);
    assert_eq!((done.status, done.out.as_str(), done.err.as_str()), (0, "parse successful\n", ""));
    let done = place.run(&["config", "parse", &wrong]);
    let expected = "Error: Failed parsing:
in 'services':
  - in entry 2 of 'services':
    in 'host': required field missing

  Run with --v (verbose) or --vv (debug) for more details
";
    assert_eq!((done.status, done.out.as_str(), done.err.as_str()), (1, "", expected));
}

#[test]
fn a_file_has_to_be_named_be_there_and_be_of_a_known_type() {
    let place = Place::new();
    let lua = write(&place, "kong.lua", "");
    let missing = place.path("nowhere.yml").to_str().unwrap().to_owned();
    let cases = [
        (vec!["config", "parse"], "expected a declarative configuration file; see `gibbon config --help`"),
        (vec!["config", "parse", &lua], "Failed parsing:\nunknown file type: "),
        (vec!["config", "db_import", &missing], "Failed parsing:\n"),
    ];
    for (arguments, text) in cases {
        let done = place.run(&arguments);
        assert!(done.status == 1 && done.err.starts_with(&format!("Error: {text}")), "{}", done.err);
    }
}

#[test]
fn init_writes_an_example_once() {
    let place = Place::new();
    let path = place.path("kong.yml").to_str().unwrap().to_owned();
    let init = || gibbon_with(&["config", "init", &path], &[]);
    assert_eq!(init().status, 0);
    assert_eq!(place.run(&["config", "parse", &path]).out, "parse successful\n");
    let again = init();
    let text = format!("Error: {path} already exists in the current directory.\nWill not overwrite it.");
    assert!(again.status == 1 && again.err.starts_with(&text), "{}", again.err);
}

#[test]
fn an_import_becomes_live_on_a_gateway_that_runs_and_its_export_is_another_import() {
    let place = Place::new();
    place.start();
    assert_eq!(status(get(place.proxy, "/r")), 404);
    let file = write(&place, "good.yml", FILE);
    let done = place.run_with_file(&["config", "db_import", &file]);
    let said = "parse successful, beginning import\nimport successful\n";
    assert_eq!((done.status, done.out.as_str()), (0, said), "{}", done.err);
    eventually("the import on the gateway that runs", || status(get(place.proxy, "/r")) == 401);
    assert_eq!(status(get(place.proxy, "/r?apikey=k")), 502, "nobody listens behind the service");
    let export = place.path("export.yml");
    let exported = export.to_str().unwrap();
    let done = place.run_with_file(&["config", "db_export", exported]);
    assert_eq!((done.status, done.out.as_str()), (0, ""), "{}", done.err);
    assert_eq!(std::fs::metadata(&export).unwrap().permissions().mode() & 0o777, 0o600);
    let again = place.run_with_file(&["config", "db_export", exported]);
    let text = format!("Error: {exported} already exists. Will not overwrite it.");
    assert!(again.status == 1 && again.err.starts_with(&text), "{}", again.err);

    let other = Place::new();
    assert_eq!(other.run_with_file(&["config", "db-import", exported]).out, said);
    let second = other.path("export.yml");
    assert_eq!(other.run_with_file(&["config", "db_export", second.to_str().unwrap()]).status, 0);
    assert_eq!(std::fs::read_to_string(second).unwrap(), std::fs::read_to_string(export).unwrap());
}

#[test]
fn an_import_that_is_not_taken_leaves_nothing_behind() {
    let place = Place::new();
    let first = write(&place, "first.yml", "_format_version: '3.0'\nconsumers: [{username: ann}]\n");
    let clash = "_format_version: '3.0'\nconsumers:\n- {username: bob}\n- {id: 0dc6f45b-8f8d-40d2-a504-473544ee190b, username: ann}\n";
    let clash = write(&place, "clash.yml", clash);
    assert_eq!(place.run_with_file(&["config", "db_import", &first]).status, 0);
    let done = place.run_with_file(&["config", "db_import", &clash]);
    let text = "Error: Failed importing:\nUNIQUE violation detected on '{username=\"ann\"}'";
    assert!(done.status == 1 && done.err.starts_with(text), "{}", done.err);
    let export = place.path("export.yml");
    place.run_with_file(&["config", "db_export", export.to_str().unwrap()]);
    assert!(!std::fs::read_to_string(export).unwrap().contains("bob"));
}

#[test]
fn without_a_database_there_is_nothing_to_import_into_or_to_export_from() {
    let place = Place::new();
    place.configure("database = off\n");
    let file = write(&place, "good.yml", FILE);
    let done = place.run_with_file(&["config", "db_import", &file]);
    assert!(
        done.err.starts_with("Error: 'gibbon config db_import' only works with a database.\nWhen using database=off")
    );
    let done = place.run_with_file(&["config", "db_export", "unwritten.yml"]);
    assert!(done.err.starts_with("Error: 'gibbon config db_export' only works with a database."), "{}", done.err);
}
