//! `POST /live/try`: a request that is sent through the node's own proxy, and the whole way that it goes.

use std::convert::Infallible;
use std::future::pending;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use gibbon_traffic::{Course, Done, Trial};
use http::header::{CONNECTION, CONTENT_LENGTH, EXPECT, HOST, TE, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use super::facts::millis;
use super::requests::shown;
use crate::answer::Answer;
use crate::api::AdminApi;
use crate::body;
use crate::error::ApiError;
use crate::random;
use crate::request::Request;

/// What begins a request's being told of. The gateway takes it off before anything else looks at the request.
const MARK: HeaderName = HeaderName::from_static("x-gibbon-trial");

/// How long the whole may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Bytes of an answer that are shown.
const SHOWN: usize = 64 * 1024;

/// Fields that belong to a connection: this one is made here.
const OF_CONNECTION: [HeaderName; 6] = [CONNECTION, CONTENT_LENGTH, EXPECT, TE, TRANSFER_ENCODING, UPGRADE];

/// Sends it, and tells what became of it.
pub(crate) async fn try_out(api: &AdminApi, request: &Request) -> Result<Answer, ApiError> {
    let wanted = wanted(&body::parse(&request.headers, request.body.clone()).await?.values)?;
    let Some(address) = own_address(api) else {
        return Ok(Answer::message(StatusCode::CONFLICT, "this node has no proxy port for plain HTTP"));
    };
    let mark = random::text().map_err(|error| ApiError::Internal(error.to_string()))?;
    let Some(trial) = Trial::announce(&api.about.traffic, mark.as_bytes()) else {
        return Ok(Answer::message(StatusCode::TOO_MANY_REQUESTS, "too many are tried at the same time"));
    };
    let begun = Instant::now();
    let told = tokio::time::timeout(PATIENCE, send(address, wanted, &mark)).await;
    let took = begun.elapsed();
    let way = trial.course().map(|course| way(&course));
    Ok(match told {
        Ok(Ok(answer)) => Answer::ok(json!({ "answer": answer, "took": millis(took), "way": way })),
        Ok(Err(error)) => failed(StatusCode::BAD_GATEWAY, &format!("the gateway's own port: {error}"), way),
        Err(_) => failed(StatusCode::GATEWAY_TIMEOUT, "there was no whole answer within 30 seconds", way),
    })
}

fn failed(status: StatusCode, message: &str, way: Option<Value>) -> Answer {
    Answer::with(status, json!({ "message": message, "way": way }))
}

/// A port of the proxy on this machine. No other address is ever asked.
fn own_address(api: &AdminApi) -> Option<SocketAddr> {
    let mut listeners = api.about.conf.proxy.listeners.iter();
    let listener =
        listeners.find(|listener| !listener.tls && !listener.proxy_protocol && listener.address.port() != 0)?;
    let ip = match listener.address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    Some(SocketAddr::new(ip, listener.address.port()))
}

/// The request that the body describes.
fn wanted(values: &gibbon_schema::Object) -> Result<http::Request<Full<Bytes>>, ApiError> {
    let bad = |what: &str| ApiError::BadRequest(what.to_owned());
    let text = |name: &str| values.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let method = Method::from_bytes(text("method").unwrap_or("GET").as_bytes());
    let method = method.ok().filter(|method| method != Method::CONNECT).ok_or_else(|| bad("`method` is none"))?;
    let path =
        text("path").filter(|path| path.starts_with('/')).ok_or_else(|| bad("`path` has to begin with a slash"))?;
    let mut request = http::Request::new(Full::new(Bytes::from(text("body").unwrap_or_default().to_owned())));
    *request.method_mut() = method;
    *request.uri_mut() = path.parse().map_err(|_| bad("`path` cannot be sent"))?;
    let host = text("host").unwrap_or("localhost");
    let fields = request.headers_mut();
    fields.insert(HOST, HeaderValue::from_str(host).map_err(|_| bad("`host` cannot be sent"))?);
    let given = values.get("headers").and_then(Value::as_object).into_iter().flatten();
    for (name, value) in given {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad("a name in `headers` is none"))?;
        let value = value.as_str().and_then(|value| HeaderValue::from_str(value).ok());
        let value = value.ok_or_else(|| bad("a value in `headers` cannot be sent"))?;
        if !OF_CONNECTION.contains(&name) && name != MARK {
            fields.insert(name, value);
        }
    }
    Ok(request)
}

async fn send(
    address: SocketAddr,
    mut request: http::Request<Full<Bytes>>,
    mark: &str,
) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
    request.headers_mut().insert(MARK, HeaderValue::from_str(mark)?);
    let socket = TcpStream::connect(address).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(socket)).await?;
    // The connection is carried on for as long as the answer is read, and not longer. Why it ends early, the answer tells.
    let carried = async {
        let _ = connection.await;
        pending::<Infallible>().await
    };
    tokio::select! {
        answer = async { shown_answer(sender.send_request(request).await?).await } => answer,
        never = carried => match never {},
    }
}

async fn shown_answer(answer: Response<Incoming>) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
    let (head, mut body) = answer.into_parts();
    let (mut bytes, mut is_cut) = (BytesMut::new(), false);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        let room = SHOWN - bytes.len();
        bytes.extend_from_slice(data.get(..room).unwrap_or(&data));
        if data.len() > room {
            is_cut = true;
            break;
        }
    }
    Ok(json!({
        "status": head.status.as_u16(),
        "headers": fields(&head.headers),
        "body": String::from_utf8_lossy(&bytes),
        "body_is_cut": is_cut,
    }))
}

fn fields(headers: &HeaderMap) -> Vec<Value> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| json!([name.as_str(), text(value)])).collect()
}

fn way(course: &Course) -> Value {
    let mut way = shown(&course.seen);
    way["steps"] = course.steps.iter().map(step).collect();
    way
}

fn step(step: &Done) -> Value {
    json!({ "phase": step.phase, "plugin": step.plugin, "begun": millis(step.begun), "took": millis(step.took) })
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::testing::{Fixture, fixture, fixture_at};

    async fn ask(fixture: &Fixture, body: Value) -> (StatusCode, Value) {
        let mut headers = HeaderMap::new();
        headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let request = Request::new(Method::POST, "/live/try", headers, body.to_string().into()).unwrap();
        let answer = fixture.api.handle(request).await;
        (answer.status, answer.body.unwrap_or_default())
    }

    #[tokio::test]
    async fn a_request_goes_to_the_nodes_own_port_and_its_answer_is_shown() {
        let own = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let fixture = fixture_at(&own.local_addr().unwrap().to_string()).await;
        let served = tokio::spawn(async move {
            let (mut socket, _) = own.accept().await.unwrap();
            let mut bytes = Vec::new();
            while !bytes.ends_with(b"text") {
                socket.read_buf(&mut bytes).await.unwrap();
            }
            let long = "a".repeat(SHOWN + 10);
            let head = format!("HTTP/1.1 201 Created\r\nX-A: b\r\nContent-Length: {}\r\n\r\n", long.len());
            let _ = socket.write_all((head + &long).as_bytes()).await;
            String::from_utf8_lossy(&bytes).to_lowercase()
        });
        let fields = json!({ "Host": "other", "X-Gibbon-Trial": "guess", "Connection": "close", "Content-Length": "9", "A": "b" });
        let wanted = json!({ "method": "POST", "path": "/a?b=c", "host": "api", "headers": fields, "body": "text" });
        let (status, told) = ask(&fixture, wanted).await;
        assert_eq!((status, &told["answer"]["status"]), (StatusCode::OK, &json!(201)));
        assert_eq!(told["answer"]["headers"][0], json!(["x-a", "b"]));
        assert_eq!(
            (told["answer"]["body"].as_str().unwrap().len(), &told["answer"]["body_is_cut"]),
            (SHOWN, &json!(true))
        );
        assert_eq!(told["way"], Value::Null);
        let sent = served.await.unwrap();
        assert!(sent.starts_with("post /a?b=c http/1.1\r\n") && sent.contains("\r\na: b\r\n"), "{sent}");
        assert!(sent.contains("content-length: 4\r\n") && !sent.contains("guess"), "{sent}");
        assert!(!sent.contains("connection:") && sent.ends_with("text"), "{sent}");
    }

    #[tokio::test]
    async fn what_cannot_be_sent_is_refused() {
        let fixture = fixture().await;
        for wanted in [
            json!({}),
            json!({ "path": "http://elsewhere/" }),
            json!({ "path": "/a b" }),
            json!({ "path": "/", "method": "GE T" }),
            json!({ "path": "/", "method": "CONNECT" }),
            json!({ "path": "/", "host": "a\nb" }),
            json!({ "path": "/", "headers": { "a b": "c" } }),
            json!({ "path": "/", "headers": { "a": "b\r\nc: d" } }),
            json!({ "path": "/", "headers": { "a": 1 } }),
        ] {
            assert_eq!(ask(&fixture, wanted.clone()).await.0, StatusCode::BAD_REQUEST, "{wanted}");
        }
    }

    #[tokio::test]
    async fn a_node_that_cannot_be_asked_says_so() {
        let none = fixture_at("127.0.0.1:9443 ssl").await;
        assert_eq!(ask(&none, json!({ "path": "/" })).await.0, StatusCode::CONFLICT);
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let away = fixture_at(&closed.to_string()).await;
        assert_eq!(ask(&away, json!({ "path": "/" })).await.0, StatusCode::BAD_GATEWAY);
    }
}
