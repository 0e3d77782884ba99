//! Connections take over from the socket that accepts them whether the system asks if the peer is still there.

use std::io;
use std::net::TcpListener;

use gibbon_conf::KeepAlive;
use socket2::{SockRef, TcpKeepalive};

/// Sets it for all connections that will be accepted.
pub(super) fn apply(keep_alive: KeepAlive, listener: &TcpListener) -> io::Result<()> {
    let socket = SockRef::from(listener);
    match keep_alive {
        KeepAlive::System => Ok(()),
        KeepAlive::Off => socket.set_keepalive(false),
        KeepAlive::On { idle, interval, probes } => {
            socket.set_keepalive(true)?;
            let times = TcpKeepalive::new();
            let times = idle.map_or(times.clone(), |time| times.with_time(time));
            let times = interval.map_or(times.clone(), |time| times.with_interval(time));
            let times = probes.map_or(times.clone(), |number| times.with_retries(number));
            socket.set_tcp_keepalive(&times)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{KeepAlive, SockRef, apply};
    use std::net::{TcpListener, TcpStream};
    use std::time::Duration;

    #[test]
    fn connections_are_asked_as_their_listener_says() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let idle = Some(Duration::from_secs(77));
        apply(KeepAlive::On { idle, interval: None, probes: Some(3) }, &listener).unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (connection, _) = listener.accept().unwrap();
        let socket = SockRef::from(&connection);
        assert!(socket.keepalive().unwrap());
        assert_eq!(socket.tcp_keepalive_time().unwrap(), Duration::from_secs(77));
        assert_eq!(socket.tcp_keepalive_retries().unwrap(), 3);
    }
}
