//! Plugins without a gateway around them: shown requests as the data plane shows them, for tests that count what that takes.

use std::cell::Cell;
use std::net::Ipv4Addr;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use gibbon_plugin_api::{
    Busy, Captures, Carried, Connection, EVERYWHERE, Flow, Handler, Identity, LogValues, Offload, Registry, Reply,
    RequestCx, RequestHead, Scheme, Settings, Shared, WorkerLocals,
};
use gibbon_router::Flavor;
use gibbon_runtime::{Definitions, Records, Secrets, Snapshot};
use gibbon_schema::Object;
use http::HeaderValue;
use serde_json::{Value, json};
use uuid::Uuid;

/// One worker, and a configuration that its requests see.
pub struct PluginAlone {
    registry: Registry,
    definitions: Arc<Definitions>,
    settings: Settings,
    records: Records,
    snapshot: Snapshot,
    connection: Connection,
    worker: WorkerLocals,
    shared: Shared,
}

/// What has become of a request.
pub struct Met {
    /// What the plugin answers; `None` where the request goes on.
    pub reply: Option<Reply>,
    /// What goes upstream.
    pub head: RequestHead,
}

/// The paths of its requests have no groups.
struct NoGroups;

/// Long work is done at once.
struct AtOnce;

impl Captures for NoGroups {
    fn named(&self, _: &str) -> Option<&str> {
        None
    }

    fn numbered(&self, _: usize) -> Option<&str> {
        None
    }
}

impl Offload for AtOnce {
    fn submit(&self, job: Box<dyn FnOnce() + Send>) -> Result<(), Busy> {
        job();
        Ok(())
    }
}

impl PluginAlone {
    /// With the plugins of a registry, and nothing configured.
    pub fn new(registry: Registry) -> Self {
        let definitions = Arc::new(Definitions::new(&registry));
        let records = Records::empty(&registry, Secrets::new(Arc::clone(&definitions)));
        let snapshot = Snapshot::build(&records, &registry, Flavor::TraditionalCompatible);
        let settings = Settings { verified_tokens_bytes: 1 << 20, ..Settings::default() };
        let connection = Connection {
            peer: ([127, 0, 0, 1], 50_000).into(),
            peer_ip: HeaderValue::from_static("127.0.0.1"),
            local_ip: Ipv4Addr::LOCALHOST.into(),
            local_port: 8000,
            serial: 1,
            requests: Rc::new(Cell::new(1)),
            scheme: Scheme::Http,
            sni: None,
            tls: None,
            trusted: false,
        };
        let (worker, shared) = (WorkerLocals::default(), Shared::default());
        Self { registry, definitions, settings, records, snapshot, connection, worker, shared }
    }

    /// Takes a record over as the Admin API would; requests see it after [`PluginAlone::publish`]. Returns its id.
    ///
    /// # Panics
    /// Where it is not valid.
    pub fn put(&mut self, kind: &str, body: Value) -> Uuid {
        let record = self.prepared(kind, body);
        let id = record["id"].as_str().and_then(|id| id.parse().ok()).expect("a record has an id");
        self.store(kind, id, &record);
        id
    }

    /// The same with a record as it is stored.
    pub fn store(&mut self, kind: &str, id: Uuid, record: &Object) {
        self.records.put(kind, id, record, &self.registry, &self.settings);
    }

    /// Has requests see what was taken over.
    pub fn publish(&mut self) {
        self.snapshot = Snapshot::build(&self.records, &self.registry, Flavor::TraditionalCompatible);
    }

    /// A plugin in this configuration.
    ///
    /// # Panics
    /// Where there is no such plugin, or it cannot be configured so.
    pub fn configured(&self, name: &str, config: Value) -> Box<dyn Handler> {
        let record = self.prepared("plugins", json!({ "name": name, "config": config }));
        let plugin = self.registry.get(name).expect("there is such a plugin");
        (plugin.configure)(&record["config"], &self.settings).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn prepared(&self, kind: &str, body: Value) -> Object {
        let Value::Object(body) = body else { panic!("a record is an object") };
        let definition = self.definitions.get(kind).expect("there is such an entity");
        let record = definition.prepare_insert(body, &*self.definitions);
        record.unwrap_or_else(|violations| panic!("{kind}: {}", violations.message()))
    }

    /// Sends a request through a plugin at a time, in seconds since 1970.
    ///
    /// # Panics
    /// Where the plugin waits for something that is not there at once.
    pub fn send(&self, plugin: &dyn Handler, mut head: RequestHead, now: i64) -> Met {
        let reply = self.meet(&mut head, now, |cx| finish(plugin.access(cx), cx));
        Met { reply, head }
    }

    /// Has a plugin explain what it would do with a request; its answer, if it would give one.
    pub fn explain(&self, plugin: &dyn Handler, mut head: RequestHead, now: i64) -> Option<Reply> {
        self.meet(&mut head, now, |cx| plugin.explain(cx)).and_then(|explanation| explanation.reply)
    }

    fn meet<T>(&self, head: &mut RequestHead, now: i64, see: impl FnOnce(&mut RequestCx<'_>) -> T) -> T {
        let path = head.raw_path().to_owned();
        let mut cx = RequestCx {
            request_id: "00112233445566778899aabbccddeeff",
            started: Instant::now(),
            head,
            path: &path,
            body: None,
            announced: gibbon_plugin_api::Announced { length: Some(0), waits: false },
            body_limit: None,
            connection: &self.connection,
            client_ip: Ipv4Addr::LOCALHOST.into(),
            instance: Uuid::nil(),
            scope: &EVERYWHERE,
            captures: &NoGroups,
            route: None,
            service: None,
            now,
            identity: Identity::default(),
            carried: Carried::default(),
            log_values: LogValues::default(),
            refusal: "",
            shared: &self.shared,
            directory: &self.snapshot,
            worker: &self.worker,
            side: &AtOnce,
        };
        see(&mut cx)
    }
}

/// Follows the flow of a plugin to its end.
///
/// # Panics
/// Where it has to be waited for.
pub fn finish(mut flow: Flow, cx: &mut RequestCx<'_>) -> Option<Reply> {
    loop {
        match flow {
            Flow::Continue => return None,
            Flow::Respond(reply) => return Some(*reply),
            Flow::Wait(mut waiting) => {
                let Poll::Ready(then) = waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
                    panic!("the plugin waits");
                };
                flow = then(cx);
            }
        }
    }
}
