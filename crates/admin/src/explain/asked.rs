//! The request that is asked about.

use std::cell::Cell;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::rc::Rc;

use gibbon_plugin_api::{Connection, Headers, RequestHead, Scheme, Target};
use gibbon_router::path;
use gibbon_schema::Object;
use http::{HeaderName, HeaderValue, Method, Version};
use serde_json::Value;

use crate::error::ApiError;

/// A request that nobody has sent.
pub(crate) struct Asked {
    pub(super) head: RequestHead,
    /// Its path in the form that is routed.
    pub(super) path: String,
    pub(super) client_ip: IpAddr,
    scheme: Scheme,
    port: u16,
    sni: Option<Box<str>>,
}

/// The most header lines that are asked about.
const MOST_HEADERS: usize = 200;

impl Asked {
    /// Reads what is said of a request; what is not said is as in `GET /` over plain HTTP.
    ///
    /// # Errors
    /// Where it is no request.
    pub(crate) fn read(body: &Object) -> Result<Self, ApiError> {
        let text = |name: &str| match body.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str())),
            Some(_) => Err(wrong(name, "is a text")),
        };
        let scheme = match text("scheme")? {
            None | Some("http") => Scheme::Http,
            Some("https") => Scheme::Https,
            Some(_) => return Err(wrong("scheme", "is `http` or `https`")),
        };
        let method = Method::from_bytes(text("method")?.unwrap_or("GET").as_bytes());
        let target: Target = text("path")?.unwrap_or("/").parse().map_err(|_| wrong("path", "begins with a slash"))?;
        let client_ip =
            text("client_ip")?.map(str::parse).transpose().map_err(|_| wrong("client_ip", "is an address"))?;
        let port = match body.get("port") {
            None | Some(Value::Null) => {
                if scheme == Scheme::Http {
                    80
                } else {
                    443
                }
            }
            Some(port) => {
                port.as_u64().and_then(|port| port.try_into().ok()).ok_or_else(|| wrong("port", "is a port"))?
            }
        };
        let headers = headers(body, text("host")?, text("token")?)?;
        let method = method.map_err(|_| wrong("method", "is a method"))?;
        let head = RequestHead::new(method, target, Version::HTTP_11, headers);
        let normal = path::normalize(head.raw_path().as_bytes()).map(|path| path.into_owned());
        let path = normal.map_err(|_| wrong("path", "is a path that a request can have"))?;
        let (client_ip, sni) = (client_ip.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)), text("sni")?.map(Box::from));
        Ok(Self { head, path, client_ip, scheme, port, sni })
    }

    /// The connection that it would come on.
    pub(super) fn connection(&self) -> Connection {
        let peer = SocketAddr::new(self.client_ip, 0);
        Connection {
            peer,
            peer_ip: HeaderValue::from_str(&self.client_ip.to_string())
                .unwrap_or_else(|_| HeaderValue::from_static("")),
            local_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
            local_port: self.port,
            serial: 0,
            requests: Rc::new(Cell::new(1)),
            scheme: self.scheme,
            sni: self.sni.clone(),
            tls: None,
            trusted: false,
        }
    }
}

fn headers(body: &Object, host: Option<&str>, token: Option<&str>) -> Result<Headers, ApiError> {
    let mut headers = Headers::default();
    let mut add = |name: &str, value: &str| {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong("headers", "have names of headers"))?;
        let value = HeaderValue::from_str(value).map_err(|_| wrong("headers", "have values that headers can have"))?;
        headers.append(name, value);
        Ok::<_, ApiError>(())
    };
    if let Some(host) = host {
        add("host", host)?;
    }
    if let Some(token) = token {
        add("authorization", &format!("Bearer {token}"))?;
    }
    let none = Object::new();
    let given = match body.get("headers") {
        None | Some(Value::Null) => &none,
        Some(Value::Object(given)) if given.len() <= MOST_HEADERS => given,
        Some(_) => return Err(wrong("headers", "are an object of at most 200 members")),
    };
    for (name, value) in given {
        match value {
            Value::String(value) => add(name, value)?,
            Value::Array(values) if values.len() <= MOST_HEADERS => {
                for value in values {
                    add(name, value.as_str().ok_or_else(|| wrong("headers", "are texts or lists of texts"))?)?;
                }
            }
            _ => return Err(wrong("headers", "are texts or lists of texts")),
        }
    }
    Ok(headers)
}

fn wrong(field: &str, what: &str) -> ApiError {
    ApiError::BadRequest(format!("`{field}` {what}"))
}
