//! The commands that need no gateway, as a user types them.

use crate::command::{gibbon, gibbon_with};

#[test]
fn version_is_one_number_alone_and_with_a_everything_below_it() {
    let short = gibbon(&["version"]);
    assert_eq!((short.status, short.out.as_str()), (0, concat!(env!("CARGO_PKG_VERSION"), "\n")));
    let long = gibbon(&["version", "-a"]);
    for name in ["Gibbon: ", "Kong interfaces: 3.10", "hyper: 1.", "tokio: 1.", "rustc: 1."] {
        assert!(long.out.lines().any(|line| line.starts_with(name)), "{name} in {}", long.out);
    }
}

#[test]
fn check_says_that_a_file_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my.conf");
    std::fs::write(&path, "log_level = info # more\n").unwrap();
    let path = path.to_str().unwrap();
    let done = gibbon(&["check", path]);
    assert_eq!((done.status, done.out), (0, format!("configuration at {path} is valid\n")));
    assert_eq!(done.err, "");
}

#[test]
fn check_reports_everything_that_is_wrong_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my.conf");
    std::fs::write(&path, "log_level = loud\nproxy_listen = here\n").unwrap();
    let done = gibbon_with(&["check", path.to_str().unwrap()], &[("KONG_DATABASE", "cassandra")]);
    assert_eq!((done.status, done.out.as_str()), (1, ""));
    assert_eq!(done.err.lines().filter(|line| line.starts_with("Error: ")).count(), 3, "{}", done.err);
    for part in ["my.conf:1: `log_level` cannot be `loud`", "my.conf:2: `proxy_listen`", "KONG_DATABASE: `database`"] {
        assert!(done.err.contains(part), "{part} in {}", done.err);
    }
    assert!(done.err.ends_with("\n  Run with --v (verbose) or --vv (debug) for more details\n"), "{}", done.err);
}

#[test]
fn check_also_reads_what_is_declared_and_names_its_mistakes() {
    let folder = tempfile::tempdir().unwrap();
    let (path, declared) = (folder.path().join("my.conf"), folder.path().join("kong.yml"));
    std::fs::write(&path, format!("database = off\ndeclarative_config = {}\n", declared.display())).unwrap();
    std::fs::write(&declared, "_format_version: '3.0'\nservices: [{name: a}, {host: b, port: 70000}]\n").unwrap();
    let path = path.to_str().unwrap();
    let done = gibbon(&["check", path]);
    assert_eq!((done.status, done.out.as_str()), (1, ""));
    for part in [declared.to_str().unwrap(), "in 'host': required field missing", "in 'port': value should be between"]
    {
        assert!(done.err.contains(part), "{part} in {}", done.err);
    }
    std::fs::write(&declared, "_format_version: '3.0'\n").unwrap();
    assert_eq!(gibbon(&["check", path]).status, 0);
}

#[test]
fn check_warns_about_what_has_no_effect_and_keeps_passwords_to_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my.conf");
    std::fs::write(&path, "proxy_listem = 0.0.0.0:80\npg_password = hunter2\n").unwrap();
    let done = gibbon(&["check", path.to_str().unwrap(), "--vv"]);
    assert_eq!(done.status, 0, "{}", done.err);
    assert!(done.err.contains("did you mean `proxy_listen`?"), "{}", done.err);
    assert!(done.err.contains("`pg_password` has no effect"), "{}", done.err);
    assert!(!done.err.contains("hunter2"));
}

#[test]
fn the_committed_description_of_the_admin_api_is_that_of_this_gateway() {
    let done = gibbon(&["openapi"]);
    assert_eq!((done.status, done.err.as_str()), (0, ""));
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == done.out, "docs/openapi.json is out of date: run `cargo xtask openapi`");
}

#[test]
fn a_token_of_the_admin_api_is_printed_with_the_line_that_a_gateway_takes() {
    let done = gibbon(&["admin-token", "new", "--name", "ci", "--read-only"]);
    assert_eq!((done.status, done.err.as_str()), (0, ""));
    let [token, line] = done.out.lines().collect::<Vec<_>>()[..] else { panic!("{}", done.out) };
    assert!(token.starts_with("token: gibbon_"), "{token}");
    assert!(line.starts_with("admin_tokens = ci:read-only:sha256:"), "{line}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my.conf");
    std::fs::write(&path, format!("{line}\n")).unwrap();
    assert_eq!(gibbon(&["check", path.to_str().unwrap()]).status, 0);
    let another = gibbon(&["admin-token", "new", "--name", "ci", "--read-only"]);
    assert_ne!(another.out, done.out);
}

#[test]
fn a_token_that_was_put_where_its_digest_belongs_is_not_printed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my.conf");
    std::fs::write(&path, "admin_tokens = gibbon_hunter2\n").unwrap();
    let done = gibbon(&["check", path.to_str().unwrap()]);
    assert_eq!(done.status, 1, "{}", done.err);
    assert!(done.err.contains("`admin_tokens`") && !done.err.contains("hunter2"), "{}", done.err);
}

#[test]
fn a_file_that_is_not_there_is_an_error() {
    let done = gibbon(&["check", "/nowhere/gibbon.conf"]);
    assert_eq!(done.status, 1);
    assert!(done.err.starts_with("Error: cannot read `/nowhere/gibbon.conf`: "), "{}", done.err);
}

#[test]
fn start_refuses_a_bad_configuration_in_the_foreground_and_in_the_background() {
    let prefix = tempfile::tempdir().unwrap();
    let prefix = prefix.path().to_str().unwrap();
    for arguments in [&["start", "-p", prefix][..], &["start", "--daemon", "-p", prefix], &["restart", "-p", prefix]] {
        let done = gibbon_with(arguments, &[("GIBBON_NGINX_WORKER_PROCESSES", "none")]);
        assert_eq!((done.status, done.out.as_str()), (1, ""), "{arguments:?}");
        assert_eq!(
            done.err.matches("GIBBON_NGINX_WORKER_PROCESSES: `nginx_worker_processes`").count(),
            1,
            "{}",
            done.err
        );
    }
}

#[test]
fn commands_to_a_gateway_that_is_not_there_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let prefix = folder.path().to_str().unwrap();
    for command in ["stop", "quit", "reload", "health"] {
        let done = gibbon(&[command, "-p", prefix]);
        assert_eq!(done.status, 1, "{command}");
        assert!(done.err.starts_with(&format!("Error: Gibbon is not running at {prefix}\n")), "{}", done.err);
        let done = gibbon(&[command, "--prefix", "/nowhere/at/all"]);
        assert!(done.err.starts_with("Error: no such prefix: /nowhere/at/all\n"), "{}", done.err);
    }
    assert_eq!(gibbon(&["health", "-p", prefix]).out, "gibbon......not running\n\n");
}

#[test]
fn a_process_id_that_a_crash_left_behind_is_not_taken_for_a_gateway() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("pids")).unwrap();
    std::fs::write(folder.path().join("pids/gibbon.pid"), format!("{}\n", std::process::id())).unwrap();
    let done = gibbon(&["stop", "-p", folder.path().to_str().unwrap()]);
    assert_eq!(done.status, 1, "and this test has not been sent a signal");
    assert!(done.err.contains("Gibbon is not running"), "{}", done.err);
}

#[test]
fn a_mistake_in_the_arguments_ends_with_1_and_help_with_0() {
    for arguments in [&["frobnicate"][..], &["start", "--fast"], &["start", "--detached"], &[]] {
        let done = gibbon(arguments);
        assert_eq!(done.status, 1, "{arguments:?}");
        assert!(done.err.contains("Usage: "), "{}", done.err);
    }
    let done = gibbon(&["--help"]);
    assert_eq!(done.status, 0);
    for command in ["start", "stop", "quit", "restart", "reload", "health", "check", "version", "jwt", "vault"] {
        assert!(done.out.lines().any(|line| line.trim_start().starts_with(command)), "{command} in {}", done.out);
    }
}

#[test]
fn check_of_a_file_of_configuration_tells_what_is_surely_not_meant_by_its_status_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kong.yml");
    let path = path.to_str().unwrap();
    let write = |plugin: &str| {
        let services = "services:\n- name: s\n  host: a.example\n  routes:\n  - name: r\n    paths: [/a]\n";
        std::fs::write(path, format!("_format_version: '3.0'\n{services}plugins:\n- name: jwt\n{plugin}")).unwrap();
    };
    write("");
    let done = gibbon(&["check", path]);
    assert_eq!(done.status, 2, "{}{}", done.out, done.err);
    assert!(done.out.contains("warning jwt-without-exp: plugins jwt"), "{}", done.out);
    assert!(done.out.ends_with("\n1 finding\n"), "{}", done.out);
    write("  config:\n    claims_to_verify: [exp]\n");
    let done = gibbon(&["check", path]);
    assert_eq!((done.status, done.out.ends_with("\nnothing found\n")), (0, true), "{}{}", done.out, done.err);
    write("  config:\n    claims_to_verify: [nonsense]\n");
    assert_eq!(gibbon(&["check", path]).status, 1);
}
