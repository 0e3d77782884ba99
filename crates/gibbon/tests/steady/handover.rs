//! One process takes over from the other.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;
use std::process::Stdio;

use crate::command::command;
use crate::place::{Place, eventually, get, status};
use crate::world::World;
use gibbon_testkit::reserved_port;
use std::net::TcpListener;

#[test]
fn no_request_is_lost_when_another_process_takes_over() {
    let world = World::start();
    world.under_load(|load| {
        for _ in 0..3 {
            let before = world.place.pid();
            world.run(&["upgrade"]);
            assert_ne!(world.place.pid(), before);
            load.go_on();
        }
    });
    eventually("the end of the processes before", || files_of_processes(&world.place) == 1);
}

#[test]
fn more_and_fewer_workers_lose_no_request_either() {
    let world = World::start();
    world.under_load(|load| {
        for workers in [1, 3, 2] {
            world.configure(&format!("nginx_worker_processes = {workers}\n"));
            world.run(&["upgrade"]);
            load.go_on();
        }
    });
}

#[test]
fn no_write_is_lost_when_another_process_takes_over() {
    let world = World::start();
    let over = std::sync::atomic::AtomicBool::new(false);
    let written = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut written = 0;
            while !over.load(std::sync::atomic::Ordering::Relaxed) {
                world.write("/consumers", &format!("username=c{written}"));
                written += 1;
            }
            written
        });
        for _ in 0..3 {
            world.run(&["upgrade"]);
        }
        over.store(true, std::sync::atomic::Ordering::Relaxed);
        writer.join().unwrap()
    });
    assert!(written > 0);
    for number in 0..written {
        assert_eq!(status(get(world.place.admin, &format!("/consumers/c{number}"))), 200, "c{number} of {written}");
    }
}

#[test]
fn what_is_written_is_live_in_the_next_request_also_while_another_process_takes_over() {
    let world = World::start();
    let over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut number = 0;
            while !over.load(std::sync::atomic::Ordering::Relaxed) {
                world.write("/services/echo/routes", &format!("paths[]=/n{number}&hosts[]=new.test&name=n{number}"));
                world.write(&format!("/routes/n{number}/plugins"), "name=request-termination&config.status_code=299");
                assert_eq!(ask(world.place.proxy, number), 299, "/n{number}");
                number += 1;
            }
        });
        for _ in 0..3 {
            world.run(&["upgrade"]);
        }
        over.store(true, std::sync::atomic::Ordering::Relaxed);
        writer.join().unwrap();
    });
}

fn ask(port: u16, number: u32) -> u16 {
    use std::io::Write as _;
    let mut connection = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(connection, "GET /n{number} HTTP/1.1\r\nHost: new.test\r\nConnection: close\r\n\r\n").unwrap();
    status(connection)
}

/// How many processes are, or have been, the gateway of a place.
fn files_of_processes(place: &Place) -> usize {
    let files = std::fs::read_dir(place.path("pids")).unwrap();
    files.filter(|file| file.as_ref().unwrap().file_name().to_string_lossy().starts_with("gibbon.pid")).count()
}

#[test]
fn what_takes_effect_after_a_restart_does_so_after_a_handover() {
    let place = Place::new();
    place.start();
    let other = reserved_port();
    let before = place.proxy;
    let file =
        format!("proxy_listen = 127.0.0.1:{other}\nadmin_listen = 127.0.0.1:{}\nstatus_listen = off\n", place.admin);
    std::fs::write(place.path("gibbon.conf"), file).unwrap();
    let done = place.run(&["upgrade"]);
    assert_eq!((done.status, done.out.as_str()), (0, "Gibbon upgraded\n"), "{}", done.err);
    assert_eq!(status(get(other, "/")), 404);
    eventually("the closing of the port that is not wanted any more", || {
        std::net::TcpStream::connect(("127.0.0.1", before)).is_err()
    });
}

#[test]
fn a_successor_that_does_not_start_leaves_everything_as_it_was() {
    let place = Place::new();
    place.start();
    let before = place.pid();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let _taken = TcpListener::bind(taken).unwrap();
    place.configure(&format!("proxy_listen = {taken}\n"));
    let done = place.run(&["upgrade"]);
    assert_eq!((done.status, done.out.as_str()), (1, ""));
    assert!(done.err.contains(&format!("cannot listen on `{taken}`")), "{}", done.err);
    assert_eq!(place.pid(), before);
    assert!(place.is_open());
    place.configure("");
    assert_eq!(place.run(&["upgrade"]).status, 0);
    assert_ne!(place.pid(), before);
}

#[test]
fn a_successor_that_fails_in_the_last_moment_gives_everything_back() {
    let place = Place::new();
    let program = place.path("gibbon");
    std::fs::copy(env!("CARGO_BIN_EXE_gibbon"), &program).unwrap();
    let (file, prefix) = (place.path("gibbon.conf"), place.prefix.path());
    let mut start = std::process::Command::new(&program);
    start.args(["start", "--daemon", "-c"]).arg(file).arg("-p").arg(prefix);
    assert!(start.status().unwrap().success());
    let before = place.pid();
    // It says that it is prepared, waits for its turn, and dies then.
    let script = "#!/bin/sh\nprintf prepared >&0\n\
                  while [ \"$(dd bs=256 count=1 2>/dev/null)\" != go ]; do :; done\necho dead >&2\nexit 3\n";
    std::fs::remove_file(&program).unwrap();
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
    let done = place.run(&["upgrade"]);
    assert_eq!((done.status, done.out.as_str()), (1, ""));
    assert!(done.err.contains("dead"), "{}", done.err);
    assert_eq!((place.pid(), files_of_processes(&place)), (before, 1));
    assert_eq!(place.post("/services", "name=a&url=http://127.0.0.1:9"), 201);
    assert_eq!(status(place.send("/")), 404);
}

#[test]
fn a_service_manager_is_told_who_is_the_gateway() {
    let place = Place::new();
    let path = place.path("notify");
    let manager = UnixDatagram::bind(&path).unwrap();
    manager.set_read_timeout(Some(gibbon_testkit::PATIENCE)).unwrap();
    let said = || {
        let mut buffer = [0; 256];
        let length = manager.recv(&mut buffer).unwrap();
        String::from_utf8_lossy(&buffer[..length]).trim().to_owned()
    };
    let (file, prefix) = (place.path("gibbon.conf"), place.prefix.path().to_owned());
    let arguments = ["start", "-c", file.to_str().unwrap(), "-p", prefix.to_str().unwrap()];
    let mut gateway = command(&arguments, &[("NOTIFY_SOCKET", path.to_str().unwrap())]);
    let mut gateway = gateway.stdout(Stdio::null()).spawn().unwrap();
    assert_eq!(said(), "READY=1");
    assert_eq!(place.run(&["upgrade"]).status, 0);
    let said = [said(), said()];
    assert!(said.contains(&format!("MAINPID={}", place.pid().trim())), "{said:?}");
    assert!(gateway.wait().unwrap().success());
    assert!(place.is_open());
}

#[test]
fn stop_also_ends_a_process_that_has_handed_over_and_has_requests_under_way() {
    let place = Place::new();
    place.start();
    let origin = TcpListener::bind("127.0.0.1:0").unwrap();
    assert_eq!(place.post("/services", &format!("name=slow&url=http://{}", origin.local_addr().unwrap())), 201);
    assert_eq!(place.post("/services/slow/routes", "paths[]=/slow"), 201);
    let client = place.send("/slow");
    let (_upstream, _) = origin.accept().unwrap();
    assert_eq!(place.run(&["upgrade"]).status, 0);
    assert_eq!(files_of_processes(&place), 2);
    assert_eq!(place.run(&["stop"]).status, 0);
    assert_ne!(status(client), 200);
    assert_eq!(files_of_processes(&place), 0);
}
