//! A small world for plugins to be tried in: consumers, credentials, one worker, and requests written as literals.

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use gibbon_entities::{Consumer, plugin};
use gibbon_plugin_api::{
    Busy, ConfigureError, Connection, CredentialDef, Directory, Flow, Handler, Headers, Identity, Offload, PluginDef,
    Reply, ReplyBody, RequestCx, RequestHead, Scheme, Settings, WorkerLocals,
};
use gibbon_schema::{EntityDef, Environment, Object, Subschema, Violations};
use http::{HeaderName, HeaderValue, Method, Version};
use serde_json::{Value, json};
use uuid::Uuid;

/// The present, unless a test says otherwise.
pub(crate) const NOW: i64 = 1_700_000_000;

/// Settings with a cache of verified tokens that is large enough.
pub(crate) const SETTINGS: Settings = Settings { verified_tokens_bytes: 1 << 20 };

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
    credentials: HashMap<(&'static str, Box<str>), Arc<dyn Any + Send + Sync>>,
    connection: Connection,
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
            local_port: 8000,
            scheme: Scheme::Http,
            sni: None,
            trusted: false,
        };
        Self {
            now: NOW,
            side: Side::Idle,
            worker: WorkerLocals::default(),
            consumers: Vec::new(),
            credentials: HashMap::new(),
            connection,
        }
    }

    /// Adds a consumer with `id(number)`.
    pub(crate) fn consumer(mut self, number: u128, username: &str) -> Self {
        let consumer = Consumer { id: id(number), username: Some(username.into()), custom_id: None, tags: Vec::new() };
        self.consumers.push(Arc::new(consumer));
        self
    }

    /// Adds a credential of the consumer with `id(number)`, or changes the one with that key.
    pub(crate) fn credential(mut self, def: &CredentialDef, number: u128, mut body: Value) -> Self {
        body["consumer"] = json!({ "id": id(number) });
        let loaded = (def.load)(&prepared(&(def.entity)(), body).unwrap()).unwrap();
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

    /// Sends a request through one plugin.
    pub(crate) fn send(&self, handler: &dyn Handler, request: Request) -> Outcome {
        self.send_through(&[handler], request)
    }

    /// Sends a request through plugins, one after the other.
    pub(crate) fn send_through(&self, handlers: &[&dyn Handler], request: Request) -> Outcome {
        let mut head = request.head;
        let mut cx = RequestCx {
            head: &mut head,
            body: request.body,
            connection: &self.connection,
            route: None,
            service: None,
            now: self.now,
            identity: Identity::default(),
            directory: self,
            worker: &self.worker,
            side: &self.side,
        };
        let reply = handlers.iter().find_map(|handler| finish(handler.access(&mut cx), &mut cx));
        let (body, identity) = (cx.body, cx.identity);
        Outcome { reply, head, body, identity }
    }
}

/// Follows a flow to its end; the side work is done when it is waited for.
fn finish(mut flow: Flow, cx: &mut RequestCx<'_>) -> Option<Reply> {
    loop {
        match flow {
            Flow::Continue => return None,
            Flow::Respond(reply) => return Some(*reply),
            Flow::Wait(mut waiting) => {
                let Poll::Ready(then) = waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
                    panic!("the work was not done");
                };
                flow = then(cx);
            }
        }
    }
}

impl Directory for World {
    fn consumer(&self, id: Uuid) -> Option<&Arc<Consumer>> {
        self.consumers.iter().find(|consumer| consumer.id == id)
    }

    fn consumer_named(&self, username: &str) -> Option<&Arc<Consumer>> {
        self.consumers.iter().find(|consumer| consumer.username.as_deref() == Some(username))
    }

    fn credential(&self, kind: &'static str, key: &str) -> Option<&Arc<dyn Any + Send + Sync>> {
        self.credentials.get(&(kind, key.into()))
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

/// A request.
pub(crate) struct Request {
    head: RequestHead,
    body: Option<Bytes>,
}

impl Request {
    pub(crate) fn new(method: Method, target: &str) -> Self {
        let head = RequestHead::new(method, target.parse().unwrap(), Version::HTTP_11, Headers::default());
        Self { head, body: None }
    }

    pub(crate) fn get(target: &str) -> Self {
        Self::new(Method::GET, target)
    }

    pub(crate) fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        self.head.headers.append(name, HeaderValue::from_bytes(value.as_ref()).unwrap());
        self
    }

    pub(crate) fn body(mut self, body: &'static str) -> Self {
        self.body = Some(Bytes::from_static(body.as_bytes()));
        self
    }
}

/// What became of a request.
pub(crate) struct Outcome {
    pub(crate) reply: Option<Reply>,
    pub(crate) head: RequestHead,
    pub(crate) body: Option<Bytes>,
    pub(crate) identity: Identity,
}

impl Outcome {
    /// The status, the challenge and the body of the answer.
    pub(crate) fn answer(&self) -> (u16, Option<&str>, &str) {
        let reply = self.reply.as_ref().expect("the request was let through");
        let challenge = reply.headers.iter().find(|(name, _)| name == http::header::WWW_AUTHENTICATE);
        let body = match &reply.body {
            ReplyBody::Json(bytes) => std::str::from_utf8(bytes).unwrap(),
            ReplyBody::Error(message) => message,
            other => panic!("{other:?} is not expected"),
        };
        (reply.status.as_u16(), challenge.map(|(_, value)| value.to_str().unwrap()), body)
    }

    /// Who the request is from, as the upstream is told: username, credential, anonymous. Panics where the gateway
    /// answers.
    pub(crate) fn upstream(&self) -> (Option<&str>, Option<&str>, Option<&str>) {
        assert!(self.reply.is_none(), "the request was refused: {:?}", self.answer());
        let told = |name: &str| self.head.headers.get_str(name);
        (told("x-consumer-username"), told("x-credential-identifier"), told("x-anonymous-consumer"))
    }

    /// Whether the request passes as one of the consumer with this name.
    pub(crate) fn is_from(&self, username: &str) -> bool {
        self.reply.is_none()
            && self.identity.credential.is_some()
            && self.identity.consumer.as_ref().is_some_and(|consumer| consumer.username.as_deref() == Some(username))
    }
}
