//! A gateway in the test's own process: its own store, its own workers, its own port.

mod records;
mod streams;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gibbon_balancer::dns::{Family, Resolver, SystemLookup};
use gibbon_conf::{Conf, ConfFile, Listener, Machine, RouterFlavor, Sources, User};
use gibbon_entities::route::Flavor;
use gibbon_plugin_api::{
    Instruments, IssuerSettings, Keeping, Node, PluginDef, Registry, Settings as PluginSettings, Tracing,
};
use gibbon_proxy::listen::{Port, Serves};
use gibbon_proxy::{Counters, DataPlane, Drain, LineSink, Settings, StreamSettings, WorkerPorts};
use gibbon_runtime::{Configuration, Definitions};
use gibbon_schema::EntityDef;
use gibbon_store::{Options, Store, sqlite};
use gibbon_tls::client::Usual;
use gibbon_tls::server::ServerTls;
use gibbon_tls::{Identity, Shown, own};
use gibbon_traffic::Traffic;
use http::HeaderValue;
use rustls::ServerConfig;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::client::Client;
use crate::waiting::eventually;

/// What `Server` says of a gateway of these tests.
pub const PRODUCT: &str = "gibbon/test";

/// What it adds to `Via`.
pub const VIA: &str = "1.1 gibbon/test";

/// The same for requests that came by HTTP/2.
pub const VIA_HTTP2: &str = "2 gibbon/test";

/// The name of its machine.
pub const HOSTNAME: &str = "test.example";

/// Its id.
pub const NODE_ID: Uuid = Uuid::from_u128(7);

/// A running gateway. It stops when dropped.
pub struct Gateway {
    data_plane: Option<DataPlane>,
    configuration: Arc<Configuration>,
    counters: Arc<Counters>,
    access_log: Lines,
    stream_log: Lines,
    addresses: Vec<SocketAddr>,
    stream_addresses: Vec<SocketAddr>,
    // After everything that uses them: fields are dropped in this order.
    control: Runtime,
    folder: TempDir,
}

/// What is to be different from an ordinary gateway.
#[derive(Default)]
pub struct Builder {
    settings: Vec<(String, String)>,
    plugins: Vec<&'static PluginDef>,
    entities: Vec<fn() -> EntityDef>,
    keeping: Keeping,
    issuer_keys: Option<Arc<Path>>,
}

type Lines = Arc<Mutex<Vec<u8>>>;

impl Builder {
    /// Sets a key of the configuration file, by the name that it has there.
    #[must_use]
    pub fn setting(mut self, key: &str, value: &str) -> Self {
        self.settings.push((key.to_owned(), value.to_owned()));
        self
    }

    /// Offers a plugin.
    #[must_use]
    pub fn plugin(mut self, plugin: &'static PluginDef) -> Self {
        self.plugins.push(plugin);
        self
    }

    /// Knows entities of plugins beside their credentials.
    #[must_use]
    pub fn entities(mut self, entities: impl IntoIterator<Item = fn() -> EntityDef>) -> Self {
        self.entities.extend(entities);
        self
    }

    /// Has records that go with the next configuration that is declared.
    #[must_use]
    pub fn keeping(mut self, keeping: Keeping) -> Self {
        self.keeping = keeping;
        self
    }

    /// Keeps keys of issuers in this folder, for the next gateway that is told of it.
    #[must_use]
    pub fn issuer_keys(mut self, folder: &Path) -> Self {
        self.issuer_keys = Some(folder.into());
        self
    }

    /// Starts the gateway.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn start(self) -> Gateway {
        let folder = tempfile::tempdir().expect("a folder is to be had");
        let conf = configure(folder.path(), &self.settings);
        let control = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let control = control.expect("a runtime is to be had");
        let registry = Registry::new(self.plugins).with_entities(self.entities);
        let configuration = control.block_on(load(folder.path(), registry, &conf, (self.keeping, self.issuer_keys)));
        let (access_log, stream_log) = (Lines::default(), Lines::default());
        let mut ports: Vec<WorkerPorts> = (0..conf.workers).map(|_| WorkerPorts::default()).collect();
        let addresses = open(&conf, &mut ports);
        let stream_addresses = streams::open(&conf, &mut ports);
        let data_plane = DataPlane::start(
            ports,
            Arc::clone(&configuration),
            settings(&conf, (&access_log, &stream_log), &configuration),
            resolver(&conf, &control),
        );
        let data_plane = data_plane.expect("the workers start");
        let counters = data_plane.counters();
        Gateway {
            data_plane: Some(data_plane),
            configuration,
            counters,
            access_log,
            stream_log,
            addresses,
            stream_addresses,
            control,
            folder,
        }
    }
}

impl Gateway {
    /// A gateway with the usual settings, one worker and no plugin.
    pub fn start() -> Self {
        Self::builder().start()
    }

    /// A gateway with some settings of its own, by the names that they have in the configuration file.
    pub fn with(settings: &[(&str, &str)]) -> Self {
        settings.iter().fold(Self::builder(), |builder, (key, value)| builder.setting(key, value)).start()
    }

    /// A gateway that is to be described further.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Where it listens: at the first address of `proxy_listen`.
    pub fn address(&self) -> SocketAddr {
        self.addresses[0]
    }

    /// Where it listens: at the addresses of `proxy_listen`, in their order.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Where it listens for streams: at the addresses of `stream_listen`, in their order.
    pub fn stream_addresses(&self) -> &[SocketAddr] {
        &self.stream_addresses
    }

    /// A new connection to it.
    pub fn connect(&self) -> Client {
        Client::connect(self.address())
    }

    /// What it has counted.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// What it has seen of requests.
    ///
    /// # Panics
    /// After a drain.
    pub fn traffic(&self) -> Arc<Traffic> {
        self.data_plane.as_ref().expect("it runs").traffic()
    }

    /// Its configuration, for what the helpers here do not offer.
    pub fn configuration(&self) -> &Arc<Configuration> {
        &self.configuration
    }

    /// The lines of its access log, once there are `count` of them.
    pub fn access_log(&self, count: usize) -> Vec<String> {
        wait_for_lines(&self.access_log, count)
    }

    /// The lines that it has written about streams, once there are `count` of them.
    pub fn stream_log(&self, count: usize) -> Vec<String> {
        wait_for_lines(&self.stream_log, count)
    }

    /// Makes other settings valid while it runs.
    pub fn reconfigure(&self, changed: &[(&str, &str)]) {
        let changed: Vec<_> = changed.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let conf = configure(self.folder.path(), &changed);
        let data_plane = self.data_plane.as_ref().expect("the gateway runs");
        data_plane.reconfigure(settings(&conf, (&self.access_log, &self.stream_log), &self.configuration));
    }

    /// Accepts nothing more and waits for what is under way, for `patience` at the longest.
    pub fn drain(&mut self, patience: Duration) -> Drain {
        self.data_plane.take().expect("the gateway runs").drain(patience)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        if let Some(data_plane) = self.data_plane.take() {
            data_plane.stop();
        }
        self.control.block_on(self.configuration.store().close());
    }
}

/// Opens the ports for HTTP, in each worker; where they are.
fn open(conf: &Conf, ports: &mut [WorkerPorts]) -> Vec<SocketAddr> {
    let open = |listener: &Listener| {
        let sockets = gibbon_proxy::listen::open(listener.address, conf.workers, None).expect("a port is free");
        let address = sockets[0].local_addr().expect("it is bound");
        let Listener { tls, http2, proxy_protocol, .. } = *listener;
        for (worker, socket) in ports.iter_mut().zip(sockets) {
            worker.http.push(Port { socket, serves: Serves { tls, http2, proxy_protocol } });
        }
        address
    };
    conf.proxy.listeners.iter().map(open).collect()
}

/// The settings of the gateway: the defaults, one worker, and what the test says.
fn configure(folder: &Path, settings: &[(String, String)]) -> Conf {
    let own = [
        ("prefix", folder.to_str().expect("a folder of ours has a plain name")),
        ("nginx_worker_processes", "1"),
        ("proxy_listen", "127.0.0.1:0"),
    ];
    let own = own.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned()));
    let env = own.chain(settings.iter().cloned()).map(|(key, value)| (format!("KONG_{}", key.to_uppercase()), value));
    let sources = Sources {
        file: ConfFile::Search(Vec::new()),
        env: env.collect(),
        options: Vec::new(),
        machine: Machine { user: User::Ordinary, cores: 1, folder: folder.to_owned() },
    };
    let loaded = gibbon_conf::load(&sources).expect("the settings of a test are valid");
    assert!(loaded.warnings.is_empty(), "the settings of a test mean something: {:?}", loaded.warnings);
    loaded.conf
}

async fn load(
    folder: &Path,
    registry: Registry,
    conf: &Conf,
    (keeping, issuer_keys): (Keeping, Option<Arc<Path>>),
) -> Arc<Configuration> {
    let registry = Arc::new(registry);
    let flavor = match conf.proxy.router_flavor {
        RouterFlavor::TraditionalCompatible => Flavor::TraditionalCompatible,
        RouterFlavor::Traditional => Flavor::Traditional,
        RouterFlavor::Expressions => Flavor::Expressions,
    };
    let definitions = Arc::new(Definitions::with_flavor(&registry, flavor));
    let options = Options { kinds: Arc::clone(&definitions) as _, ..Options::default() };
    let store = sqlite::open_with(&folder.join("gibbon.db"), options).await.expect("the store opens");
    let store: Arc<dyn Store> = Arc::new(store);
    let node = Node { id: NODE_ID, hostname: HOSTNAME.into(), ..Node::default() };
    let trusted = Usual::load(&conf.upstream.trusted, None).expect("authorities can be read").trusted;
    let plugin_settings = PluginSettings {
        verified_tokens_bytes: 1 << 20,
        stored_answers_bytes: 1 << 20,
        trusted,
        issuers: IssuerSettings {
            hosts: conf.jwt.issuer_hosts.iter().map(|host| host.as_str().into()).collect(),
            folder: Some(issuer_keys.unwrap_or_else(|| folder.join("issuer_keys").into())),
        },
        tracing: tracing(conf),
        keeping,
        node,
        ..PluginSettings::default()
    };
    Configuration::load(store, registry, definitions, plugin_settings).await.expect("the store can be read")
}

fn tracing(conf: &Conf) -> Tracing {
    let instruments = Instruments::named(conf.tracing.instrumentations.iter().copied());
    Tracing { instruments, sampling_rate: f64::from(conf.tracing.sampled_in_a_million) / 1_000_000.0 }
}

fn wait_for_lines(log: &Lines, count: usize) -> Vec<String> {
    let lines = || {
        let bytes = log.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect::<Vec<_>>()
    };
    eventually(&format!("{count} lines in the log"), || lines().len() >= count);
    lines()
}

fn line_sink(log: &Lines) -> LineSink {
    let lines = Arc::clone(log);
    Arc::new(move |more: Vec<u8>| lines.lock().unwrap_or_else(PoisonError::into_inner).extend(more))
}

fn settings(conf: &Conf, logs: (&Lines, &Lines), configuration: &Arc<Configuration>) -> Settings {
    Settings {
        proxy: conf.proxy.clone(),
        limits: conf.limits.clone(),
        real_ip: conf.real_ip.clone(),
        tls: conf.proxy.listeners.iter().any(|listener| listener.tls).then(|| tls(conf, configuration)),
        upstream: conf.upstream.clone(),
        product: HeaderValue::from_static(PRODUCT),
        via: HeaderValue::from_static(VIA),
        via_http2: HeaderValue::from_static(VIA_HTTP2),
        access_log: Some(line_sink(logs.0)),
        log_format: conf.logs.proxy_format.clone().map(Arc::new),
        streams: StreamSettings {
            tls: conf.streams.listeners.iter().any(|listener| listener.tls).then(|| stream_tls(conf, configuration)),
            access_log: Some(line_sink(logs.1)),
        },
    }
}

fn tls(conf: &Conf, configuration: &Arc<Configuration>) -> ServerTls {
    let shown = Arc::new(shown(conf, configuration));
    gibbon_tls::server::config(&conf.tls, &conf.proxy.tls.clients, shown).expect("the settings fit together")
}

fn stream_tls(conf: &Conf, configuration: &Arc<Configuration>) -> Arc<ServerConfig> {
    let shown = Arc::new(shown(conf, configuration));
    gibbon_tls::server::config_of_streams(&conf.tls, shown).expect("the settings fit together")
}

fn shown(conf: &Conf, configuration: &Arc<Configuration>) -> Shown {
    let identity = match conf.proxy.tls.certificates.as_slice() {
        [] => own(&conf.prefix.join("ssl")),
        certificates => Identity::load(certificates),
    };
    Shown::by_name(Arc::clone(configuration) as _, identity.expect("there is a certificate"))
}

fn resolver(conf: &Conf, control: &Runtime) -> Resolver {
    let settings = gibbon_balancer::dns::Settings {
        valid_ttl: conf.dns.valid_ttl,
        stale_ttl: conf.dns.stale_ttl,
        not_found_ttl: conf.dns.not_found_ttl,
        error_ttl: conf.dns.error_ttl,
        ..gibbon_balancer::dns::Settings::default()
    };
    Resolver::new(SystemLookup::new(&conf.dns.resolvers, Family::default()), settings, control.handle().clone())
}
