//! Answers that come bit by bit.

use tokio::time::timeout;

use super::*;

const ASK: &[u8] = b"GET /live/overview HTTP/1.1\r\nHost: localhost\r\n\r\n";

async fn read_until(socket: &mut TcpStream, wanted: &str) -> String {
    let mut bytes = Vec::new();
    while !String::from_utf8_lossy(&bytes).contains(wanted) {
        let read = socket.read_buf(&mut bytes).await.unwrap();
        assert!(read > 0, "it ends with {}", String::from_utf8_lossy(&bytes));
    }
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn events_come_as_such_for_longer_than_an_idle_connection_may_stay() {
    let server = run(fixture().await, ServerOptions { times: impatient(), ..options() }).await;
    let mut socket = server.connect().await;
    socket.write_all(ASK).await.unwrap();
    let begun = read_until(&mut socket, "event: around").await;
    let head = begun.to_ascii_lowercase();
    assert!(head.starts_with("http/1.1 200"), "{begun}");
    for field in
        ["content-type: text/event-stream\r\n", "cache-control: no-store\r\n", "transfer-encoding: chunked\r\n"]
    {
        assert!(head.contains(field), "{begun}");
    }
    let _observing = tokio::spawn(crate::observe(Arc::clone(&server.fixture.api)));
    // Looked at for the second time a second later, which is many times what an idle connection has.
    read_until(&mut socket, "event: now").await;
}

#[tokio::test]
async fn events_end_when_the_server_goes_down() {
    let server = running().await;
    let mut socket = server.connect().await;
    socket.write_all(ASK).await.unwrap();
    read_until(&mut socket, "event: around").await;
    server.stop.send(true).unwrap();
    let mut rest = Vec::new();
    timeout(Duration::from_secs(5), socket.read_to_end(&mut rest)).await.unwrap().unwrap();
    timeout(Duration::from_secs(5), server.served).await.unwrap().unwrap().unwrap();
}
