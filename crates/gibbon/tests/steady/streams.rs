//! Streams while another process takes over: those that are open go on, and new ones are accepted all the while.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};

use gibbon_testkit::{PATIENCE, StreamOrigin, reserved_port};

use crate::place::Place;

/// A gateway that carries what comes on a port to an origin that sends it back.
fn gateway(origin: &StreamOrigin) -> (Place, u16) {
    let place = Place::new();
    let port = reserved_port();
    place.configure(&format!(
        "proxy_listen = 127.0.0.1:{}\nstream_listen = 127.0.0.1:{port}\nclient_drain_timeout = 10m\n",
        place.proxy
    ));
    place.start();
    let service = format!("name=echo&protocol=tcp&host=127.0.0.1&port={}", origin.port());
    assert_eq!(place.post("/services", &service), 201);
    let route = format!("name=all&protocols[]=tcp&destinations[1][port]={port}");
    assert_eq!(place.post("/services/echo/routes", &route), 201);
    (place, port)
}

fn open(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Whether what is said comes back.
fn is_served(stream: &mut TcpStream) -> bool {
    let mut answer = [0; 4];
    stream.write_all(b"ping").is_ok() && stream.read_exact(&mut answer).is_ok() && answer == *b"ping"
}

#[test]
fn an_open_stream_goes_on_when_another_process_takes_over() {
    let origin = StreamOrigin::echoing();
    let (place, port) = gateway(&origin);
    let mut stream = open(port);
    assert!(is_served(&mut stream));
    let before = place.pid();
    let done = place.run(&["upgrade"]);
    assert_eq!(done.status, 0, "{}", done.err);
    assert_ne!(place.pid(), before);
    assert!(is_served(&mut stream));
    assert!(is_served(&mut open(port)));
    assert_eq!(origin.connections(), 2);
}

#[test]
fn no_stream_is_lost_when_another_process_takes_over() {
    let origin = StreamOrigin::echoing();
    let (place, port) = gateway(&origin);
    let over = AtomicBool::new(false);
    let (served, lost) = std::thread::scope(|scope| {
        let client = scope.spawn(|| {
            let (mut served, mut lost) = (0, 0);
            while !over.load(Ordering::Relaxed) {
                *if is_served(&mut open(port)) { &mut served } else { &mut lost } += 1;
            }
            (served, lost)
        });
        for _ in 0..3 {
            let done = place.run(&["upgrade"]);
            assert_eq!(done.status, 0, "{}", done.err);
        }
        over.store(true, Ordering::Relaxed);
        client.join().unwrap()
    });
    assert!(served > 0);
    assert_eq!(lost, 0, "of {served}");
}
