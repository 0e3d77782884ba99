//! What the kit may ask in every phase.

use std::net::IpAddr;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use gibbon_entities::{Route, Service};
use gibbon_lua::mlua::{Error, Lua, MultiValue, Result, Value as LuaValue};
use gibbon_plugin_api::{Identity, RequestHead, Shared, StreamTls, query};
use http::Version;
use serde_json::{Value, json};

use super::arguments::{bytes, count, document, fields, nothing, one, optional, perhaps, text, yes};
use super::context::{Context, Logged, Mode};

/// A request, whatever has become of it.
pub(super) struct Facts<'f> {
    pub(super) request_id: &'f str,
    pub(super) request: &'f RequestHead,
    pub(super) scheme: &'static str,
    pub(super) local_port: u16,
    /// The other end of the connection, where it is still there.
    pub(super) peer: Option<(IpAddr, u16)>,
    pub(super) is_trusted: bool,
    pub(super) sni: Option<&'f str>,
    pub(super) tls: Option<&'f StreamTls>,
    pub(super) client_ip: IpAddr,
    pub(super) route: Option<&'f Route>,
    pub(super) service: Option<&'f Service>,
    pub(super) identity: &'f Identity,
    pub(super) shared: &'f Shared,
    /// Seconds since 1970 when the request came.
    pub(super) started_at: f64,
}

impl Facts<'_> {
    /// What `operation` asks; `None` where it is none of those that every phase has.
    pub(super) fn ask(&self, lua: &Lua, operation: &str, arguments: &mut MultiValue) -> Option<Result<MultiValue>> {
        let answer = match operation {
            "request.method" => one(lua, self.request.method.as_str()),
            "request.version" => Ok(count(self.version())),
            "request.scheme" => one(lua, self.scheme),
            "request.host" => one(lua, self.request.host()),
            "request.port" | "connection.port" => Ok(count(self.local_port)),
            "request.path" => one(lua, self.request.raw_path()),
            "request.target" => one(lua, self.request.raw_target()),
            "request.query" => perhaps(lua, self.request.query()),
            "request.header" => self.header(lua, arguments),
            "request.headers" => fields(lua, &self.request.headers),
            "request.cookie" => self.cookie(lua, arguments),
            "request.id" => one(lua, self.request_id),
            "connection.sni" => perhaps(lua, self.sni),
            "request.start_time" => Ok(count(self.started_at * 1000.0)),
            "client.ip" => one(lua, self.peer.map_or(self.client_ip, |(address, _)| address).to_string()),
            "client.forwarded_ip" => one(lua, self.client_ip.to_string()),
            "client.port" => Ok(count(self.peer.map_or(0, |(_, port)| port))),
            "client.is_trusted" => Ok(yes(self.is_trusted)),
            "tls.client_certificates" => self.client_certificates(lua),
            "client.consumer" => document(lua, &self.consumer()),
            "client.credential" => document(lua, &self.credential()),
            "router.route" => document(lua, &json!(self.route)),
            "router.service" => document(lua, &json!(self.service)),
            "upstream.host" => perhaps(lua, self.upstream_host()),
            "log" => log(arguments),
            "log.set" => self.set_logged(lua, arguments),
            _ => return None,
        };
        Some(answer)
    }

    fn version(&self) -> f64 {
        match self.request.version {
            Version::HTTP_10 => 1.0,
            Version::HTTP_2 => 2.0,
            _ => 1.1,
        }
    }

    fn header(&self, lua: &Lua, arguments: &mut MultiValue) -> Result<MultiValue> {
        let name = text(arguments)?;
        let headers = &self.request.headers;
        let found = headers.get(&*name).or_else(|| headers.get(&*name.replace('_', "-")));
        perhaps(lua, found)
    }

    fn cookie(&self, lua: &Lua, arguments: &mut MultiValue) -> Result<MultiValue> {
        let name = bytes(arguments)?;
        let lines = self.request.headers.all(http::header::COOKIE);
        let pairs = lines.flat_map(|line| line.split(|byte| *byte == b';')).map(<[u8]>::trim_ascii);
        let found = pairs.filter_map(|pair| pair.strip_prefix(&*name)?.strip_prefix(b"=")).next();
        perhaps(lua, found)
    }

    /// The certificate that the client has shown and those that it has shown with it, as PEM.
    fn client_certificates(&self, lua: &Lua) -> Result<MultiValue> {
        let chain = self.tls.iter().flat_map(|tls| tls.client_certificate.iter().chain(&tls.client_chain));
        let pem: String = chain.map(|certificate| pem(certificate)).collect();
        perhaps(lua, Some(pem).filter(|pem| !pem.is_empty()))
    }

    fn consumer(&self) -> Value {
        let Some(consumer) = &self.identity.consumer else { return Value::Null };
        let members = [
            ("id", json!(consumer.id)),
            ("username", json!(consumer.username)),
            ("custom_id", json!(consumer.custom_id)),
        ];
        let known = members.into_iter().filter(|(_, value)| !value.is_null());
        Value::Object(known.map(|(name, value)| (name.to_owned(), value)).collect())
    }

    fn credential(&self) -> Value {
        let Some(credential) = &self.identity.credential else { return Value::Null };
        let consumer = self.identity.consumer.as_ref().map(|consumer| json!({ "id": consumer.id }));
        json!({ "id": credential.id, "key": credential.identifier, "consumer": consumer })
    }

    fn upstream_host(&self) -> Option<&[u8]> {
        self.request.upstream_host().map(http::HeaderValue::as_bytes)
    }

    fn set_logged(&self, lua: &Lua, arguments: &mut MultiValue) -> Result<MultiValue> {
        let name = text(arguments)?;
        let value = arguments.pop_front().unwrap_or(LuaValue::Nil);
        let mode = match &*text(arguments)? {
            "add" => Mode::Add,
            "replace" => Mode::Replace,
            _ => Mode::Set,
        };
        let value = if value.is_nil() { None } else { Some(json_of(lua, &value)?) };
        let path = name.split('.').map(Box::from).collect();
        if let Some(context) = self.shared.get::<Context>() {
            context.logged.borrow_mut().push(Logged { path, value, mode });
        }
        Ok(nothing())
    }
}

/// The arguments of a query, as templates have them.
pub(super) fn query_of(request: &RequestHead) -> Value {
    let mut all = serde_json::Map::new();
    for argument in query::arguments(request.query().unwrap_or("")) {
        let value = argument.value.map_or(Value::Bool(true), |value| value.into_owned().into());
        all.entry(argument.name.into_owned()).or_insert(value);
    }
    Value::Object(all)
}

/// A value of Lua as JSON.
pub(super) fn json_of(_: &Lua, value: &LuaValue) -> Result<Value> {
    let meter = gibbon_lua::Meter::new(gibbon_lua::Limits::default());
    gibbon_lua::json_of(value, &meter)?.map_err(Error::runtime)
}

/// An operation that this phase does not have.
pub(super) fn disabled(operation: &str) -> Result<MultiValue> {
    Err(Error::runtime(format!("function cannot be called in this phase ({operation})")))
}

/// A certificate as PEM (RFC 7468 section 2).
fn pem(certificate: &[u8]) -> String {
    let text = base64_simd::STANDARD.encode_to_string(certificate);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

pub(super) fn log(arguments: &mut MultiValue) -> Result<MultiValue> {
    let level = text(arguments)?;
    let message = String::from_utf8_lossy(&bytes(arguments)?).into_owned();
    match &*level {
        "emerg" | "alert" | "crit" | "err" => tracing::error!("{message}"),
        "warn" => tracing::warn!("{message}"),
        "notice" | "info" => tracing::info!("{message}"),
        _ => tracing::debug!("{message}"),
    }
    let _ = optional(arguments)?;
    Ok(nothing())
}

/// The names of the groups in the regular expressions of a route's paths.
pub(super) fn names_of(route: &Route) -> Vec<String> {
    route
        .paths
        .iter()
        .flat_map(|path| path.split("(?<").skip(1).map(|rest| rest.trim_start_matches('P')))
        .filter_map(name_of)
        .collect()
}

fn name_of(rest: &str) -> Option<String> {
    let (name, _) = rest.split_once('>')?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name.then(|| name.to_owned())
}

/// What a moment of the past is, in seconds since 1970.
pub(super) fn since_1970(moment: Instant) -> f64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    now.saturating_sub(moment.elapsed()).as_secs_f64()
}
