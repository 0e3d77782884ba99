//! A small world for plugins to be tried in: consumers, credentials, one worker, and requests written as literals.

mod ended;
mod outcome;
mod request;

use std::any::Any;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use gibbon_entities::{Consumer, plugin};
use gibbon_plugin_api::{
    Busy, Carried, ConfigureError, Connection, CredentialDef, Directory, EVERYWHERE, Handler, Headers, Identity,
    LoadedCredential, LogValues, Mark, MarkDef, Offload, Phases, PluginDef, Reply, RequestCx, ResponseCx, ResponseHead,
    Scheme, Settings, Shared, Source, StreamTls, WorkerLocals,
};
use gibbon_schema::{EntityDef, Environment, Object, Subschema, Violations};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) use ended::Ended;
pub(crate) use outcome::Outcome;
pub(crate) use request::Request;

/// The present, unless a test says otherwise.
pub(crate) const NOW: i64 = 1_700_000_000;

/// Settings with a cache of verified tokens that is large enough.
pub(crate) static SETTINGS: LazyLock<Settings> =
    LazyLock::new(|| Settings { verified_tokens_bytes: 1 << 20, stored_answers_bytes: 1 << 20, ..Settings::default() });

/// An id that is easy to tell from others.
pub(crate) fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x4000_8000_0000_0000_0000 | number)
}

/// The environment in which records are prepared: one plugin, and nothing left to chance.
pub(crate) struct Fixed(Option<Subschema>);

/// The environment without any plugin.
pub(crate) const BARE: Fixed = Fixed(None);

impl Environment for Fixed {
    fn now(&self) -> i64 {
        NOW
    }

    fn new_id(&self) -> Uuid {
        id(0xff)
    }

    fn random_string(&self) -> String {
        "r".repeat(32)
    }

    fn subschema(&self, entity: &str, key: &str) -> Option<&Subschema> {
        self.0.as_ref().filter(|plugin| entity == "plugins" && key == plugin.name)
    }
}

fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        other => panic!("{other} is no object"),
    }
}

/// A record as it is stored.
pub(crate) fn prepared(entity: &EntityDef, body: Value) -> Result<Object, Violations> {
    entity.prepare_insert(object(body), &Fixed(None))
}

/// A `plugins` record of this configuration.
pub(crate) fn plugin_record(def: &PluginDef, config: Value) -> Result<Object, Violations> {
    let body = object(json!({ "name": def.name, "config": config }));
    plugin::definition().prepare_insert(body, &Fixed(Some((def.schema)())))
}

/// What is wrong with a configuration, under the names of its fields.
pub(crate) fn violations(def: &PluginDef, config: Value) -> Value {
    let violations = plugin_record(def, config).unwrap_err();
    violations.fields()["config"].clone()
}

/// A handler of this configuration.
pub(crate) fn configured(
    def: &PluginDef,
    config: Value,
    settings: &Settings,
) -> Result<Box<dyn Handler>, ConfigureError> {
    let record = plugin_record(def, config).unwrap();
    (def.configure)(&record["config"], settings)
}

/// A handler of this configuration, which has to be right.
pub(crate) fn handler(def: &PluginDef, config: Value) -> Box<dyn Handler> {
    configured(def, config, &SETTINGS).unwrap()
}

/// One worker, and what it knows.
pub(crate) struct World {
    pub(crate) now: i64,
    pub(crate) side: Side,
    pub(crate) worker: WorkerLocals,
    consumers: Vec<Arc<Consumer>>,
    credentials: BTreeMap<(&'static str, Box<str>), Arc<dyn Any + Send + Sync>>,
    marks: BTreeMap<Uuid, Mark>,
    connection: Connection,
    /// What the plugins of all its requests share; a test that sends several in one world has one exchange.
    pub(crate) shared: Shared,
}

/// The threads beside the worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Work is done at once.
    Idle,
    /// There is no room for work.
    Full,
}

impl World {
    pub(crate) fn new() -> Self {
        let connection = Connection {
            peer: ([127, 0, 0, 1], 50_000).into(),
            peer_ip: HeaderValue::from_static("127.0.0.1"),
            local_ip: Ipv4Addr::LOCALHOST.into(),
            local_port: 8000,
            serial: 1,
            requests: std::rc::Rc::new(Cell::new(1)),
            scheme: Scheme::Http,
            sni: None,
            tls: None,
            trusted: false,
        };
        Self {
            now: NOW,
            side: Side::Idle,
            worker: WorkerLocals::default(),
            consumers: Vec::new(),
            credentials: BTreeMap::new(),
            marks: BTreeMap::new(),
            connection,
            shared: Shared::default(),
        }
    }

    /// The client's connection has TLS, on which it has shown this certificate.
    pub(crate) fn over_tls(mut self, certificate: Option<&[u8]>) -> Self {
        let client_certificate = certificate.map(Box::from);
        self.connection.scheme = Scheme::Https;
        self.connection.tls = Some(std::rc::Rc::new(StreamTls {
            version: "TLSv1.3",
            cipher: Box::default(),
            client_certificate,
            client_chain: Box::default(),
        }));
        self
    }

    /// Adds a consumer with `id(number)`.
    pub(crate) fn consumer(mut self, number: u128, username: &str) -> Self {
        let consumer = Consumer { id: id(number), username: Some(username.into()), custom_id: None, tags: Vec::new() };
        self.consumers.push(Arc::new(consumer));
        self
    }

    /// The same with a custom id.
    pub(crate) fn consumer_with_custom_id(mut self, number: u128, username: &str, custom_id: &str) -> Self {
        let (username, custom_id) = (Some(username.into()), Some(custom_id.into()));
        self.consumers.push(Arc::new(Consumer { id: id(number), username, custom_id, tags: Vec::new() }));
        self
    }

    /// Adds a credential of the consumer with `id(number)`, or changes the one with that key.
    pub(crate) fn credential(self, def: &CredentialDef, number: u128, mut body: Value) -> Self {
        body["consumer"] = json!({ "id": id(number) });
        let loaded = (def.load)(&prepared(&(def.entity)(), body).unwrap()).unwrap();
        self.loaded(def, loaded)
    }

    /// Adds a record of which requests ask only whether it is there.
    pub(crate) fn marked(mut self, def: &MarkDef, body: Value) -> Self {
        let body = prepared(&(def.entity)(), body).unwrap();
        let id = body["id"].as_str().unwrap().parse().unwrap();
        self.marks.insert(id, (def.load)(&body).unwrap());
        self
    }

    /// The same with a credential as it is stored.
    pub(crate) fn loaded(mut self, def: &CredentialDef, loaded: LoadedCredential) -> Self {
        self.credentials.insert((def.kind, loaded.key), loaded.value);
        self
    }

    pub(crate) fn without_consumers(mut self) -> Self {
        self.consumers.clear();
        self
    }

    pub(crate) fn without_credentials(mut self) -> Self {
        self.credentials.clear();
        self
    }

    /// The client's connection.
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Sends a request through one plugin.
    pub(crate) fn send(&self, handler: &dyn Handler, request: Request) -> Outcome {
        self.send_through(&[handler], request)
    }

    /// Sends a request through plugins, one after the other.
    pub(crate) fn send_through(&self, handlers: &[&dyn Handler], request: Request) -> Outcome {
        let run =
            |cx: &mut RequestCx<'_>| handlers.iter().find_map(|handler| gibbon_testkit::finish(handler.access(cx), cx));
        let (reply, outcome) = self.meet(request, run);
        Outcome { reply, ..outcome }
    }

    /// Shows a request to `see` as plugins see it, and what has become of it then.
    pub(crate) fn meet<T>(&self, request: Request, see: impl FnOnce(&mut RequestCx<'_>) -> T) -> (T, Outcome) {
        let Request { mut head, body, announced, from, captures } = request;
        let path = head.raw_path().to_owned();
        let mut cx = RequestCx {
            request_id: "00112233445566778899aabbccddeeff",
            started: Instant::now(),
            head: &mut head,
            path: &path,
            body,
            announced,
            body_limit: None,
            connection: &self.connection,
            client_ip: from,
            instance: Uuid::nil(),
            scope: &EVERYWHERE,
            captures: &captures,
            route: None,
            service: None,
            now: self.now,
            identity: Identity::default(),
            carried: Carried::default(),
            log_values: LogValues::default(),
            refusal: "",
            shared: &self.shared,
            directory: self,
            worker: &self.worker,
            side: &self.side,
        };
        let seen = see(&mut cx);
        let RequestCx { body, body_limit, identity, carried, log_values, .. } = cx;
        let outcome = Outcome {
            reply: None,
            head,
            body,
            body_limit,
            identity,
            carried,
            log_values,
            rewrites: Vec::new(),
            copies: Vec::new(),
            filters: Vec::new(),
        };
        (seen, outcome)
    }

    /// Sends a request through one plugin, and the answer back: `upstream`, or the plugin's own.
    pub(crate) fn exchange(
        &self,
        handler: &dyn Handler,
        request: Request,
        upstream: ResponseHead,
    ) -> (Outcome, ResponseHead) {
        self.exchange_through(&[handler], request, upstream)
    }

    /// Sends a request through plugins; the first of them sees the answer.
    pub(crate) fn exchange_through(
        &self,
        handlers: &[&dyn Handler],
        request: Request,
        upstream: ResponseHead,
    ) -> (Outcome, ResponseHead) {
        let mut outcome = self.send_through(handlers, request);
        let handler = handlers[0];
        let (mut head, source) = match &outcome.reply {
            Some(reply) => (head_of(reply), Source::Gateway),
            None => (upstream, Source::Upstream),
        };
        if handler.phases().contains(Phases::RESPONSE) {
            handler.response(&mut ResponseCx {
                request_id: "00112233445566778899aabbccddeeff",
                started: Instant::now(),
                head: &mut head,
                source,
                request: &outcome.head,
                connection: &self.connection,
                client_ip: Ipv4Addr::LOCALHOST.into(),
                route: None,
                service: None,
                identity: &outcome.identity,
                carried: &mut outcome.carried,
                shared: &self.shared,
                worker: &self.worker,
                rewrites: &mut outcome.rewrites,
                copies: &mut outcome.copies,
                filters: &mut outcome.filters,
            });
        }
        (outcome, head)
    }
}

/// The head of an answer.
pub(crate) fn answer(status: u16, fields: &[(&'static str, &'static str)]) -> ResponseHead {
    let mut headers = Headers::default();
    for (name, value) in fields {
        headers.append(*name, HeaderValue::from_static(value));
    }
    ResponseHead { status: StatusCode::from_u16(status).unwrap(), headers }
}

fn head_of(reply: &Reply) -> ResponseHead {
    let mut headers = Headers::default();
    for (name, value) in &reply.headers {
        headers.set(name.clone(), value.clone());
    }
    ResponseHead { status: reply.status, headers }
}

impl Directory for World {
    fn consumer(&self, id: Uuid) -> Option<&Arc<Consumer>> {
        self.consumers.iter().find(|consumer| consumer.id == id)
    }

    fn consumer_named(&self, username: &str) -> Option<&Arc<Consumer>> {
        self.consumers.iter().find(|consumer| consumer.username.as_deref() == Some(username))
    }

    fn consumer_by_custom_id(&self, custom_id: &str) -> Option<&Arc<Consumer>> {
        self.consumers.iter().find(|consumer| consumer.custom_id.as_deref() == Some(custom_id))
    }

    fn credential(&self, kind: &'static str, key: &str) -> Option<&Arc<dyn Any + Send + Sync>> {
        self.credentials.get(&(kind, key.into()))
    }

    fn mark(&self, _: &'static str, id: Uuid) -> Option<Mark> {
        self.marks.get(&id).copied()
    }

    fn has_marks(&self, _: &'static str) -> bool {
        !self.marks.is_empty()
    }

    fn credential_by_id(&self, _: &'static str, _: Uuid) -> Option<&Arc<dyn Any + Send + Sync>> {
        None
    }

    fn credentials_below<'d>(
        &'d self,
        kind: &'static str,
        prefix: &'d str,
    ) -> Box<dyn Iterator<Item = &'d Arc<dyn Any + Send + Sync>> + 'd> {
        let below = self.credentials.iter().filter(move |((of, key), _)| *of == kind && key.starts_with(prefix));
        Box::new(below.map(|(_, value)| value))
    }
}

impl Offload for Side {
    fn submit(&self, job: Box<dyn FnOnce() + Send>) -> Result<(), Busy> {
        match self {
            Self::Idle => {
                job();
                Ok(())
            }
            Self::Full => Err(Busy),
        }
    }
}
