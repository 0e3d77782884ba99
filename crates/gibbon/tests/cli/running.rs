//! The commands to a gateway that runs.

use crate::command::gibbon_with;
use crate::place::{Place, eventually, get, status};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;
use std::time::{Duration, Instant};

#[test]
fn start_returns_when_the_ports_are_open_and_stop_when_they_are_closed() {
    let place = Place::new();
    place.start();
    assert!(place.is_open());
    let health = place.run(&["health"]);
    let healthy = format!("gibbon......running\n\nGibbon is healthy at {}\n", place.prefix.path().display());
    assert_eq!((health.status, health.out), (0, healthy));
    let stopped = place.run(&["stop"]);
    assert_eq!((stopped.status, stopped.out.as_str()), (0, "Gibbon stopped\n"), "{}", stopped.err);
    assert!(!place.is_open() && !place.path("pids/gibbon.pid").exists());
    assert_eq!(place.run(&["health"]).status, 1);
}

#[test]
fn quit_without_requests_under_way_ends_gracefully() {
    let place = Place::new();
    place.start();
    let done = place.run(&["quit", "-t", "15"]);
    assert_eq!((done.status, done.out.as_str()), (0, "Gibbon stopped (gracefully)\n"), "{}", done.err);
    assert!(!place.is_open());
}

#[test]
fn two_gateways_cannot_share_a_prefix() {
    let place = Place::new();
    place.start();
    let first = place.pid();
    for arguments in [&["start", "--daemon"][..], &["start"]] {
        let second = place.run_with_file(arguments);
        let expected = format!("Error: Gibbon is already running in {}\n", place.prefix.path().display());
        assert_eq!(second.status, 1);
        assert!(second.err.starts_with(&expected), "{}", second.err);
    }
    assert_eq!(place.pid(), first);
    assert!(place.is_open(), "the first is none the worse for it");
}

#[test]
fn a_port_that_is_taken_is_named_where_the_command_was_given() {
    let place = Place::new();
    let _taken = TcpListener::bind(("127.0.0.1", place.admin)).unwrap();
    let done = place.run_with_file(&["start", "--daemon"]);
    assert_eq!((done.status, done.out.as_str()), (1, ""));
    assert!(done.err.contains(&format!("127.0.0.1:{}", place.admin)), "{}", done.err);
    assert_eq!(done.err.matches("Error: ").count(), 1, "{}", done.err);
    assert!(!place.path("pids/gibbon.pid").exists());
}

#[test]
fn reload_keeps_the_process_and_its_ports() {
    let place = Place::new();
    place.start();
    let first = place.pid();
    place.configure("log_level = debug\n");
    let done = place.run(&["reload"]);
    assert_eq!((done.status, done.out.as_str()), (0, "Gibbon reloaded\n"), "{}", done.err);
    assert_eq!(place.pid(), first);
    assert!(place.is_open());
}

#[test]
fn tokens_of_the_admin_api_count_from_a_reload_on() {
    let place = Place::new();
    place.start();
    let asked = || status(get(place.admin, "/services"));
    assert_eq!(asked(), 200);
    let made = crate::command::gibbon(&["admin-token", "new", "--name", "ci"]);
    place.configure(made.out.lines().nth(1).unwrap());
    assert_eq!(place.run(&["reload"]).status, 0);
    eventually("a token being asked for", || asked() == 401);
    place.configure("");
    assert_eq!(place.run(&["reload"]).status, 0);
    eventually("nobody being asked", || asked() == 200);
}

#[test]
fn a_file_that_got_broken_is_refused_by_reload_and_restart_but_not_by_stop() {
    let place = Place::new();
    place.start();
    let first = place.pid();
    place.configure("log_level = loud\n");
    for done in [place.run(&["reload"]), place.run_with_file(&["reload"]), place.run_with_file(&["restart"])] {
        assert_eq!((done.status, done.out.as_str()), (1, ""));
        assert!(done.err.contains("`log_level` cannot be `loud`"), "{}", done.err);
    }
    assert_eq!(place.pid(), first);
    assert!(place.is_open());
    assert_eq!(place.run_with_file(&["stop"]).status, 0);
}

#[test]
fn restart_is_another_process_on_the_same_ports() {
    let place = Place::new();
    place.start();
    let first = place.pid();
    let done = place.run_with_file(&["restart"]);
    assert_eq!((done.status, done.out.as_str()), (0, "Gibbon started\n"), "{}", done.err);
    assert_ne!(place.pid(), first);
    assert!(place.is_open());
}

#[test]
fn restart_starts_what_is_not_running() {
    let place = Place::new();
    assert_eq!(place.run_with_file(&["restart"]).status, 0);
    assert!(place.is_open());
}

#[test]
fn a_gateway_that_was_killed_leaves_nothing_in_the_way_of_the_next() {
    let place = Place::new();
    place.start();
    place.kill("-KILL");
    eventually("the end of the process", || place.run(&["health"]).status == 1);
    assert!(place.path("pids/gibbon.pid").exists());
    place.start();
    assert!(place.is_open());
}

#[test]
fn usr1_begins_a_log_anew_that_was_moved_away() {
    let place = Place::new();
    place.start();
    let log = place.path("logs/error.log");
    assert!(log.exists());
    std::fs::rename(&log, place.path("logs/error.log.1")).unwrap();
    place.kill("-USR1");
    eventually("a new log", || log.exists());
}

#[test]
fn in_the_foreground_the_command_is_the_gateway_and_term_ends_it_well() {
    let place = Place::new();
    let arguments = ["start", "-c", "gibbon.conf", "-p", "."];
    let mut command = crate::command::command(&arguments, &[]);
    let mut gateway = command.current_dir(place.prefix.path()).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(gateway.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "Gibbon started\n");
    assert!(place.is_open());
    assert_eq!(place.pid(), format!("{}\n", gateway.id()));
    place.kill("-TERM");
    assert!(gateway.wait().unwrap().success());
}

#[test]
fn only_the_owner_can_look_into_a_new_prefix() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    let below = place.path("new");
    let file = place.path("gibbon.conf");
    let arguments = |command| [command, "-c", file.to_str().unwrap(), "-p", below.to_str().unwrap()];
    let mut start = arguments("start").to_vec();
    start.push("--daemon");
    assert_eq!(gibbon_with(&start, &[]).status, 0);
    let mode = std::fs::metadata(&below).unwrap().permissions().mode();
    assert_eq!(gibbon_with(&arguments("stop"), &[]).status, 0);
    assert_eq!(mode & 0o777, 0o700);
}

/// A service behind the gateway that the test answers for, with a request on its way through to it: the connection of the
/// client, and that of the gateway.
fn request_under_way(place: &Place) -> (TcpStream, TcpStream) {
    let origin = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("url=http://127.0.0.1:{}&name=slow", origin.local_addr().unwrap().port());
    assert_eq!(place.post("/services", &url), 201);
    assert_eq!(place.post("/services/slow/routes", "paths[]=/slow"), 201);
    let client = place.send("/slow");
    let (mut upstream, _) = origin.accept().unwrap();
    assert!(upstream.read(&mut [0; 4096]).unwrap() > 0);
    (client, upstream)
}

#[test]
fn quit_waits_for_a_request_under_way() {
    let place = Place::new();
    place.start();
    let (client, mut upstream) = request_under_way(&place);
    let quit = std::thread::scope(|scope| {
        let quit = scope.spawn(|| place.run(&["quit", "-t", "60"]));
        eventually("the closing of the proxy's port", || place.proxy_refuses());
        upstream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
        assert_eq!(status(client), 200);
        quit.join().unwrap()
    });
    assert_eq!((quit.status, quit.out.as_str()), (0, "Gibbon stopped (gracefully)\n"), "{}", quit.err);
}

#[test]
fn quit_does_not_wait_for_ever_and_stop_not_at_all() {
    for (command, said) in
        [(&["quit", "-t", "1"][..], "Timeout, Gibbon stopped forcefully\n"), (&["stop"], "Gibbon stopped\n")]
    {
        let place = Place::new();
        place.start();
        let (client, _upstream) = request_under_way(&place);
        let done = place.run(command);
        assert_eq!((done.status, done.out.as_str()), (0, said), "{}", done.err);
        assert_ne!(status(client), 200);
    }
}

#[test]
fn what_reload_reads_takes_effect() {
    let place = Place::new();
    place.start();
    let long = format!("/{}", "x".repeat(2000));
    assert_eq!(status(place.send(&long)), 404);
    place.configure("client_uri_max_size = 1k\n");
    assert_eq!(place.run(&["reload"]).status, 0);
    eventually("the new limit", || status(place.send(&long)) == 414);
}

#[test]
fn reload_with_another_file_changes_to_it_for_good() {
    let place = Place::new();
    place.start();
    let long = format!("/{}", "x".repeat(2000));
    place.configure_file("other.conf", "client_uri_max_size = 1k\n");
    assert_eq!(place.run_with("other.conf", &["reload"]).status, 0);
    eventually("the other limit", || status(place.send(&long)) == 414);
    place.configure_file("other.conf", "");
    assert_eq!(place.run(&["reload"]).status, 0);
    eventually("the limit of the changed file", || status(place.send(&long)) == 404);
}

#[test]
fn what_was_written_is_there_after_a_restart() {
    let place = Place::new();
    place.start();
    assert_eq!(place.post("/services", "name=kept&url=http://127.0.0.1:9"), 201);
    assert_eq!(place.run_with_file(&["restart"]).status, 0);
    assert_eq!(status(get(place.admin, "/services/kept")), 200);
    assert_eq!(status(get(place.admin, "/services/another")), 404);
}

#[test]
fn every_request_is_in_its_access_log_when_the_gateway_has_stopped() {
    let place = Place::new();
    place.start();
    assert_eq!(status(place.send("/nowhere")), 404);
    assert_eq!(status(get(place.admin, "/status")), 200);
    assert_eq!(place.run(&["stop"]).status, 0);
    let log = |name| std::fs::read_to_string(place.path(name)).unwrap();
    let (proxy, admin) = (log("logs/access.log"), log("logs/admin_access.log"));
    assert_eq!((proxy.lines().count(), admin.lines().count()), (1, 1), "{proxy}{admin}");
    assert!(proxy.contains("/nowhere") && proxy.contains("404"), "{proxy}");
    assert!(admin.contains("/status") && admin.contains("200"), "{admin}");
}

#[test]
fn options_of_kong_are_taken_and_those_without_effect_are_named() {
    let place = Place::new();
    let options = ["start", "--daemon", "--run-migrations", "--db-timeout", "7", "--nginx-conf", "/x/nginx.template"];
    let done = place.run_with_file(&options);
    assert_eq!((done.status, done.out.as_str()), (0, "Gibbon started\n"), "{}", done.err);
    assert!(done.err.contains("Warning: `--nginx-conf` has no effect"), "{}", done.err);
    assert!(done.err.contains("Warning: `--db-timeout` has no effect"), "{}", done.err);
    assert!(!done.err.contains("run-migrations"), "{}", done.err);
}

#[test]
fn the_status_api_has_a_port_of_its_own() {
    let place = Place::new();
    place.start();
    assert_eq!(status(get(place.status, "/status")), 200);
    assert_eq!(status(get(place.status, "/status/ready")), 200);
    assert_eq!(status(get(place.status, "/services")), 404);
    place.configure("status_listen = off\n");
    assert_eq!(place.run_with_file(&["restart"]).status, 0);
    assert!(TcpStream::connect(("127.0.0.1", place.status)).is_err());
    assert!(place.is_open());
}

#[test]
fn a_port_of_the_status_api_that_was_asked_for_has_to_be_had() {
    let place = Place::new();
    let _taken = TcpListener::bind(("127.0.0.1", place.status)).unwrap();
    let done = place.run_with_file(&["start", "--daemon"]);
    assert_eq!(done.status, 1);
    assert!(done.err.contains(&format!("127.0.0.1:{}", place.status)), "{}", done.err);
}

#[test]
fn more_is_logged_when_the_admin_api_is_told_so() {
    let place = Place::new();
    place.configure("log_level = error\n");
    place.start();
    let log = || std::fs::read_to_string(place.path("logs/error.log")).unwrap_or_default();
    assert_eq!(place.put("/debug/node/log-level/notice?timeout=600"), 200);
    assert_eq!(place.run(&["stop"]).status, 0);
    assert!(log().contains("[notice] gibbon is going down"), "{}", log());
}

#[test]
fn a_plugin_that_does_not_exist_is_named() {
    let place = Place::new();
    place.configure("plugins = bundled, frobnicate\n");
    for arguments in [&["start", "--daemon"][..], &["start"]] {
        let done = place.run_with_file(arguments);
        assert_eq!(done.status, 1);
        assert!(done.err.contains("`frobnicate`"), "{}", done.err);
    }
}

#[test]
fn a_client_that_sends_half_a_request_does_not_hold_up_stop() {
    let place = Place::new();
    for port in [place.proxy, place.admin] {
        place.start();
        let mut client = TcpStream::connect(("127.0.0.1", port)).unwrap();
        client.write_all(b"POST /services HTTP/1.1\r\nHost: localhost\r\nContent-Le").unwrap();
        let begun = Instant::now();
        let done = place.run(&["stop"]);
        assert_eq!((done.status, done.out.as_str()), (0, "Gibbon stopped\n"), "{}", done.err);
        assert!(begun.elapsed() < Duration::from_secs(5), "it took {:?}", begun.elapsed());
    }
}
