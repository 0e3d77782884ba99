//! A client of HTTP/2: several requests at a time on one connection.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use h2::client::SendRequest;
use http::Request;
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tokio::task::LocalSet;
use tokio_rustls::TlsConnector;

use crate::load::Count;

/// Requests at the same time.
const STREAMS: usize = 4;

/// Sends until it is over; gives what went wrong.
pub(crate) fn send(address: SocketAddr, config: Arc<ClientConfig>, count: &Count) -> Vec<String> {
    let mut config = ClientConfig::clone(&config);
    config.alpn_protocols = vec![b"h2".to_vec()];
    let config = Arc::new(config);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    LocalSet::new().block_on(&runtime, async {
        let mut failures = Vec::new();
        while !count.is_over() && failures.len() < 5 {
            match connect(address, &config).await {
                Ok(connection) => failures.extend(converse(&connection, count).await),
                Err(error) => failures.push(format!("no connection: {error}")),
            }
        }
        failures
    })
}

async fn connect(
    address: SocketAddr,
    config: &Arc<ClientConfig>,
) -> Result<SendRequest<Bytes>, Box<dyn std::error::Error>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let stream = TlsConnector::from(Arc::clone(config)).connect("localhost".try_into()?, stream).await?;
    let (sender, connection) = h2::client::handshake(stream).await?;
    tokio::task::spawn_local(async move {
        // Whoever waits for an answer learns of it there.
        let _ = connection.await;
    });
    Ok(sender)
}

/// Until the gateway takes no more requests on this connection, which it may say at any time.
async fn converse(connection: &SendRequest<Bytes>, count: &Count) -> Vec<String> {
    let senders: Vec<_> = (0..STREAMS)
        .map(|number| tokio::task::spawn_local(ask(connection.clone(), number % 2 == 0, count.clone())))
        .collect();
    let mut failures = Vec::new();
    for sender in senders {
        failures.extend(sender.await.unwrap());
    }
    failures
}

async fn ask(connection: SendRequest<Bytes>, has_body: bool, count: Count) -> Option<String> {
    while !count.is_over() {
        let Ok(mut ready) = connection.clone().ready().await else { return None };
        let request =
            if has_body { Request::post("https://localhost/post") } else { Request::get("https://localhost/") };
        let Ok((answer, mut body)) = ready.send_request(request.body(()).unwrap(), !has_body) else { return None };
        if has_body && body.send_data(Bytes::from_static(&[b'x'; 20_000]), true).is_err() {
            return Some("the body was not taken".to_owned());
        }
        let answer = match answer.await {
            Ok(answer) => answer,
            Err(error) => return Some(format!("no answer: {error}")),
        };
        if answer.status() != 200 {
            return Some(format!("status {}", answer.status()));
        }
        let mut body = answer.into_body();
        while let Some(piece) = body.data().await {
            match piece {
                Ok(piece) => drop(body.flow_control().release_capacity(piece.len())),
                Err(error) => return Some(format!("half an answer: {error}")),
            }
        }
        count.answered();
    }
    None
}
