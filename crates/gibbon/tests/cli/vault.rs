//! Secrets that are kept in the environment.

use crate::command::gibbon_with;
use crate::place::{Place, eventually};

#[test]
fn vault_get_prints_what_a_reference_stands_for_with_its_frame_or_without() {
    let folder = tempfile::tempdir().unwrap();
    let prefix = folder.path().to_str().unwrap();
    let env = [("MY_SECRET", "hush"), ("APP_MY_SECRET", "psst"), ("DB", r#"{"user":"u"}"#)];
    for (reference, expected) in [
        ("{vault://env/my-secret}", "hush\n"),
        ("env/my-secret", "hush\n"),
        ("env/my-secret?prefix=APP_", "psst\n"),
        ("env/db/user", "u\n"),
    ] {
        let done = gibbon_with(&["vault", "get", reference, "-p", prefix], &env);
        assert_eq!((done.status, done.out.as_str()), (0, expected), "{reference}: {}", done.err);
    }
    let prefixed = [("MY_SECRET", "hush"), ("APP_MY_SECRET", "psst"), ("KONG_VAULT_ENV_PREFIX", "APP_")];
    assert_eq!(gibbon_with(&["vault", "get", "env/my-secret", "-p", prefix], &prefixed).out, "psst\n");
}

#[test]
fn vault_get_says_in_kongs_words_why_there_is_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let prefix = folder.path().to_str().unwrap();
    for (reference, expected) in [
        ("env/nothing", "Error: could not get value from external vault (no value found)\n"),
        ("mine/nothing", "Error: could not find vault (mine)\n"),
        ("env", "Error: reference url is missing path [{vault://env}]\n"),
    ] {
        let done = gibbon_with(&["vault", "get", reference, "-p", prefix], &[]);
        assert_eq!((done.status, done.out.as_str()), (1, ""), "{reference}");
        assert!(done.err.starts_with(expected), "{}", done.err);
    }
}

#[test]
fn vault_get_finds_a_vault_that_is_stored_while_the_gateway_runs() {
    let place = Place::new();
    place.start();
    assert_eq!(place.post("/vaults", "prefix=mine&name=env&config.prefix=APP_"), 201);
    let prefix = place.prefix.path().to_str().unwrap();
    let done = gibbon_with(&["vault", "get", "mine/my-secret", "-p", prefix], &[("APP_MY_SECRET", "psst")]);
    assert_eq!((done.status, done.out.as_str()), (0, "psst\n"), "{}", done.err);
    let other = gibbon_with(&["vault", "get", "other/my-secret", "-p", prefix], &[("APP_MY_SECRET", "psst")]);
    assert!(other.err.starts_with("Error: could not find vault (other)\n"), "{}", other.err);
}

#[test]
fn another_prefix_for_all_variables_takes_a_restart_and_says_so() {
    let place = Place::new();
    place.start();
    place.configure("vault_env_prefix = APP_\n");
    assert_eq!(place.run(&["reload"]).status, 0);
    let log = || std::fs::read_to_string(place.path("logs/error.log")).unwrap_or_default();
    eventually("the warning", || log().contains("the keys of vaults changed in the settings"));
}

#[test]
fn a_setting_may_be_a_reference_and_its_value_is_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my.conf");
    std::fs::write(&path, "log_level = {vault://env/the-level}\n").unwrap();
    let check = |env: &[(&str, &str)]| gibbon_with(&["check", path.to_str().unwrap()], env);
    assert_eq!(check(&[("THE_LEVEL", "info")]).status, 0);
    let wrong = check(&[("THE_LEVEL", "hunter2")]);
    assert_eq!(wrong.status, 1);
    assert!(wrong.err.contains("my.conf:1: `log_level` cannot be `{vault://env/the-level}`"), "{}", wrong.err);
    assert!(!wrong.err.contains("hunter2"), "{}", wrong.err);
    let missing = check(&[]);
    assert!(missing.err.contains("(no value found)"), "{}", missing.err);
}
