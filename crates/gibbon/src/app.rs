//! A running gateway: which part gets what, and in which order they start and stop. Nothing else is decided here.

mod control;
pub(crate) mod database;
pub(crate) mod declared;
mod ending;
mod keep_alive;
mod node;
mod ports;
mod running;
mod seat;
mod settings;
mod tls;
mod upgrade;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use gibbon_balancer::dns::{self, Family, Resolver, SystemLookup};
use gibbon_conf::{AddressOrder, Conf, Database, RouterFlavor, ServiceNames, UntrustedLua};
use gibbon_entities::route::Flavor;
use gibbon_plugin_api::{IssuerSettings, Keeping, LuaCode, Node, Registry, Settings as PluginSettings};
use gibbon_proxy::DataPlane;
use gibbon_runtime::{Configuration, Definitions, StartError, secrets};
use gibbon_store::{Options, Store, StoreError};
use gibbon_tls::client::Usual;
use gibbon_vault::Vaults;
use tokio::runtime::Runtime;

use crate::cli::Boot;
use crate::handover::SuccessorError;
use crate::pid_file::PidFileError;
use crate::service_manager;
use crate::signals::{Signal, Signals};
use database::Absence;
use ending::End;
use running::Running;
pub(crate) use seat::Seat;
use settings::Beside;

/// Why a gateway cannot run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AppError {
    /// The system refuses a runtime, a thread or a signal handler.
    #[error("cannot run: {0}")]
    Io(#[from] io::Error),
    /// A port cannot be had.
    #[error("cannot listen on `{address}`: {source}")]
    Listen { address: SocketAddr, source: io::Error },
    /// The database cannot be opened.
    #[error("cannot open the database `{}`: {source}", path.display())]
    Database { path: PathBuf, source: StoreError },
    /// The database of a server cannot be opened, for a reason that waiting does not mend.
    #[error("cannot open the database `{place}`: {source}")]
    Postgres { place: String, source: StoreError },
    /// There are no tables in the database. Whether to make them is for an administrator to say.
    #[error("Database needs bootstrapping; run 'gibbon migrations bootstrap'")]
    NeedsBootstrapping,
    /// The tables are those of an older version.
    #[error("New migrations available; run 'gibbon migrations up' to proceed")]
    NewMigrations,
    /// It was told to stop before it was up.
    #[error("told to stop while the database was waited for")]
    Interrupted,
    /// The database cannot be read.
    #[error(transparent)]
    Start(#[from] StartError),
    /// What is declared cannot be served.
    #[error(transparent)]
    Declared(#[from] declared::DeclaredError),
    /// Certificates or authorities of the settings cannot be used.
    #[error("cannot speak TLS: {0}")]
    Tls(#[from] gibbon_tls::TlsError),
    /// It cannot take over from the process before it.
    #[error(transparent)]
    Successor(#[from] SuccessorError),
    /// The prefix cannot be had.
    #[error(transparent)]
    PidFile(#[from] PidFileError),
    /// A plugin is asked for that this gateway does not have.
    #[error("plugin `{0}` is named in `plugins`, but this gateway does not have it")]
    NoSuchPlugin(String),
}

/// Runs a gateway until it is told to stop; `ready` is called when its ports are open.
///
/// # Errors
/// When it cannot start.
pub(crate) fn run(boot: Boot, seat: Seat, ready: impl FnOnce()) -> Result<(), AppError> {
    let registry = Arc::new(registry(&boot.conf)?);
    let (seat, mut listeners) = seat.with_listeners();
    // Ports first: whoever cannot have them should not touch the database of the one who has.
    let proxy_ports = ports::of_proxy(&boot.conf, &mut listeners)?;
    let control_ports = control::Ports::open(&boot.conf, &mut listeners)?;
    listeners.close_unwanted();
    let control = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let mut signals = control.block_on(async { Signals::listen() })?;
    let node = node::of(&boot.conf, boot.logging.feed())?;
    let configuration = control.block_on(async {
        tokio::select! {
            configuration = configure(&boot.conf, &boot.vaults, registry, node.clone(), Absence::IsWaitedFor) => configuration,
            () = end(&mut signals) => Err(AppError::Interrupted),
        }
    })?;
    if let Some(revision) = configuration.store().copy_in_use() {
        tracing::warn!(
            revision,
            "PostgreSQL does not answer: this node serves its copy of the database, and refuses writes until that is back"
        );
    }
    let declared = match boot.conf.database {
        Database::Off => {
            Some(control.block_on(declared::start(&boot.conf.prefix, &boot.conf.declared, &configuration))?)
        }
        Database::Sqlite { .. } | Database::Postgres(_) => None,
    };
    let resolver = resolver(&boot.conf, &control);
    let settings = settings::of(&boot.conf, Beside::of(&boot.conf, &boot.logging, &configuration)?);
    let taken = control.block_on(seat.take(&boot.conf.prefix, &configuration))?;
    let data_plane = DataPlane::start(proxy_ports, Arc::clone(&configuration), settings, resolver)?;
    let counted = (data_plane.counters(), data_plane.traffic());
    let claim = taken.serves();
    let admin =
        control::start(control.handle(), &boot, &node, &configuration, counted, declared.clone(), control_ports)?;
    ready();
    service_manager::ready();
    tracing::info!("gibbon {} is up", env!("CARGO_PKG_VERSION"));
    let mut running = Running {
        boot: &boot,
        node: &node,
        data_plane: &data_plane,
        configuration: &configuration,
        admin,
        declared,
        listeners,
        claim,
    };
    let end = control.block_on(running.steer(&mut signals));
    if end != End::HandedOver {
        service_manager::stopping();
    }
    tracing::info!("gibbon is going down");
    let _claim = control.block_on(running.end(end, &mut signals));
    data_plane.stop();
    control.block_on(ending::write_last_lines());
    control.block_on(ending::close(&configuration, end));
    Ok(())
}

/// Waits for a signal that asks for the end. Before the gateway is up, the others mean nothing.
async fn end(signals: &mut Signals) {
    while !matches!(signals.next().await, Signal::Stop | Signal::Quit) {}
}

/// The plugins that the settings ask for.
pub(crate) fn registry(conf: &Conf) -> Result<Registry, AppError> {
    let all = gibbon_plugins::registry::all();
    let unknown = conf.plugins.named().iter().find(|name| all.iter().all(|plugin| plugin.name != **name));
    if let Some(name) = unknown {
        return Err(AppError::NoSuchPlugin(name.clone()));
    }
    let wanted = all.into_iter().filter(|plugin| conf.plugins.includes(plugin.name));
    let registry = Registry::new(wanted).with_entities(gibbon_plugins::registry::entities());
    let registry = registry.with_marks(gibbon_plugins::registry::marks());
    Ok(registry.with_admin_paths(gibbon_plugins::registry::admin_paths()))
}

/// The vaults of a gateway with those that are stored in its database, for a command that is not the gateway.
///
/// # Errors
/// When the database cannot be opened or read.
pub(crate) fn stored_vaults(conf: &Conf, mut vaults: Vaults) -> Result<Vaults, AppError> {
    let definitions = Arc::new(definitions(conf)?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let store = open_store(conf, &definitions).await?;
        let loaded = store.load(&[secrets::VAULTS]).await.map_err(StartError::from)?;
        loaded.records.iter().filter_map(|(_, body)| secrets::definition(body)).for_each(|vault| vaults.define(vault));
        store.close().await;
        Ok(vaults)
    })
}

async fn configure(
    conf: &Conf,
    vaults: &Vaults,
    registry: Arc<Registry>,
    node: Node,
    absence: Absence,
) -> Result<Arc<Configuration>, AppError> {
    let definitions = Arc::new(Definitions::with_flavor(&registry, flavor(conf)).with_vaults(vaults.clone()));
    let options = Options { kinds: Arc::clone(&definitions) as _, ..Options::default() };
    let store = database::open(conf, options, absence).await?;
    let plugin_settings = PluginSettings {
        verified_tokens_bytes: conf.jwt.verified_tokens_bytes,
        trusted: Usual::load(&conf.upstream.trusted, None)?.trusted,
        stored_answers_bytes: conf.stored_answers.bytes,
        issuers: issuers(conf),
        tracing: node::tracing(conf),
        lua: match conf.untrusted_lua {
            UntrustedLua::Off => LuaCode::IsRefused,
            UntrustedLua::Sandbox => LuaCode::Runs,
        },
        keeping: match conf.database {
            Database::Off => Keeping::Declared,
            Database::Sqlite { .. } | Database::Postgres(_) => Keeping::Lasting,
        },
        node,
    };
    Ok(Configuration::load(store, registry, definitions, plugin_settings).await?)
}

/// The name, below the prefix, of the folder in which keys of issuers are kept.
const ISSUER_KEYS: &str = "issuer_keys";

fn issuers(conf: &Conf) -> IssuerSettings {
    IssuerSettings {
        hosts: conf.jwt.issuer_hosts.iter().map(|host| host.as_str().into()).collect(),
        folder: Some(conf.prefix.join(ISSUER_KEYS).into()),
    }
}

/// The records of a gateway, for a command that is not the gateway.
///
/// # Errors
/// Where they cannot be had.
pub(crate) async fn open_store(conf: &Conf, definitions: &Arc<Definitions>) -> Result<Arc<dyn Store>, AppError> {
    let options = Options { kinds: Arc::clone(definitions) as _, ..Options::default() };
    database::open(conf, options, Absence::IsAFailure).await
}

/// The configuration of a gateway, for commands that change it beside one that may be running.
///
/// # Errors
/// Where it cannot be had.
pub(crate) async fn configuration(conf: &Conf, vaults: &Vaults) -> Result<Arc<Configuration>, AppError> {
    configure(conf, vaults, Arc::new(registry(conf)?), Node::default(), Absence::IsAFailure).await
}

/// Every entity of a gateway with these settings.
///
/// # Errors
/// Where they name a plugin that is not there.
pub(crate) fn definitions(conf: &Conf) -> Result<Definitions, AppError> {
    Ok(Definitions::with_flavor(&registry(conf)?, flavor(conf)))
}

fn flavor(conf: &Conf) -> Flavor {
    match conf.proxy.router_flavor {
        RouterFlavor::TraditionalCompatible => Flavor::TraditionalCompatible,
        RouterFlavor::Traditional => Flavor::Traditional,
        RouterFlavor::Expressions => Flavor::Expressions,
    }
}

fn resolver(conf: &Conf, control: &Runtime) -> Resolver {
    let settings = dns::Settings {
        valid_ttl: conf.dns.valid_ttl,
        stale_ttl: conf.dns.stale_ttl,
        not_found_ttl: conf.dns.not_found_ttl,
        error_ttl: conf.dns.error_ttl,
        capacity: conf.dns.cache_size,
    };
    let family = match conf.dns.order {
        AddressOrder::V4ThenV6 => Family::V4ThenV6,
        AddressOrder::V6ThenV4 => Family::V6ThenV4,
        AddressOrder::V4 => Family::V4,
        AddressOrder::V6 => Family::V6,
    };
    let services = match conf.dns.services {
        ServiceNames::LookedUp => dns::ServiceNames::LookedUp,
        ServiceNames::Ignored => dns::ServiceNames::Ignored,
    };
    let lookup = SystemLookup::new(&conf.dns.resolvers, family).with_services(services);
    let lookup = lookup.with_hosts_file(&conf.dns.hosts_file);
    Resolver::new(lookup, settings, control.handle().clone())
}
