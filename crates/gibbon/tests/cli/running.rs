//! The commands to a gateway that runs.

use crate::command::{Done, gibbon_with};
use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// A prefix with two free ports; whatever still runs there is stopped in the end.
struct Place {
    prefix: tempfile::TempDir,
    proxy: u16,
    admin: u16,
}

impl Place {
    fn new() -> Self {
        // Both are held while the second is chosen, so that they differ.
        let ports = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let [proxy, admin] = ports.map(|listener| listener.local_addr().unwrap().port());
        let place = Self { prefix: tempfile::tempdir().unwrap(), proxy, admin };
        place.configure("");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.prefix.path().join(name)
    }

    /// Writes the configuration file anew, with some lines more.
    fn configure(&self, more: &str) {
        let listen = format!("proxy_listen = 127.0.0.1:{}\nadmin_listen = 127.0.0.1:{}\n", self.proxy, self.admin);
        std::fs::write(self.path("gibbon.conf"), format!("{listen}nginx_worker_processes = 1\n{more}")).unwrap();
    }

    /// Runs a command with this prefix.
    fn run(&self, arguments: &[&str]) -> Done {
        let mut all = arguments.to_vec();
        all.extend(["-p", self.prefix.path().to_str().unwrap()]);
        gibbon_with(&all, &[])
    }

    /// The same with the configuration file.
    fn run_with_file(&self, arguments: &[&str]) -> Done {
        let file = self.path("gibbon.conf");
        let mut all = arguments.to_vec();
        all.extend(["-c", file.to_str().unwrap()]);
        self.run(&all)
    }

    fn start(&self) {
        let done = self.run_with_file(&["start", "--daemon"]);
        assert_eq!((done.status, done.out.as_str()), (0, "Gibbon started\n"), "{}", done.err);
    }

    fn pid(&self) -> String {
        std::fs::read_to_string(self.path("pids/gibbon.pid")).unwrap()
    }

    fn is_open(&self) -> bool {
        [self.proxy, self.admin].iter().all(|port| TcpStream::connect(("127.0.0.1", *port)).is_ok())
    }

    /// Sends a signal to the gateway as an operator would.
    fn kill(&self, signal: &str) {
        let status = std::process::Command::new("kill").args([signal, self.pid().trim()]).status().unwrap();
        assert!(status.success());
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.run(&["stop"]);
    }
}

/// Waits for something that another process is about to do.
fn eventually(what: &str, mut happened: impl FnMut() -> bool) {
    let start = Instant::now();
    while !happened() {
        assert!(start.elapsed() < Duration::from_secs(20), "{what} did not happen");
        std::thread::yield_now();
    }
}

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
