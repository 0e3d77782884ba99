//! A running gateway: which part gets what, and in which order they start and stop. Nothing else is decided here.

mod control;
pub(crate) mod database;
pub(crate) mod declared;
mod keep_alive;
mod settings;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use gibbon_admin::Declared;
use gibbon_balancer::dns::{Family, Resolver, SystemLookup};
use gibbon_conf::{AddressOrder, Conf, Database, Demand, Listener, Status};
use gibbon_plugin_api::{Registry, Settings as PluginSettings};
use gibbon_proxy::DataPlane;
use gibbon_runtime::{Configuration, Definitions, StartError, secrets};
use gibbon_store::{Options, Store, StoreError};
use gibbon_vault::Vaults;
use tokio::runtime::Runtime;

use crate::cli::Boot;
use crate::signals::{Signal, Signals};
use control::Control;
use database::Absence;

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
    /// A plugin is asked for that this gateway does not have.
    #[error("plugin `{0}` is named in `plugins`, but this gateway does not have it")]
    NoSuchPlugin(String),
}

/// Runs a gateway until it is told to stop; `ready` is called when its ports are open.
///
/// # Errors
/// When it cannot start.
pub(crate) fn run(boot: Boot, ready: impl FnOnce()) -> Result<(), AppError> {
    let registry = Arc::new(registry(&boot.conf)?);
    // Ports first: whoever cannot have them should not touch the database of the one who has.
    let proxy_sockets = open_proxy(&boot.conf)?;
    let sockets =
        control::Sockets { admin: open(&boot.conf.admin.listeners)?, status: open_status(&boot.conf.status)? };
    let control = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let mut signals = control.block_on(async { Signals::listen() })?;
    let configuration = control.block_on(async {
        tokio::select! {
            configuration = configure(&boot.conf, &boot.vaults, registry, Absence::IsWaitedFor) => configuration,
            () = end(&mut signals) => Err(AppError::Interrupted),
        }
    })?;
    let declared = match boot.conf.database {
        Database::Off => {
            Some(control.block_on(declared::start(&boot.conf.prefix, &boot.conf.declared, &configuration))?)
        }
        Database::Sqlite { .. } | Database::Postgres(_) => None,
    };
    let resolver = resolver(&boot.conf, &control);
    let data_plane = DataPlane::start(
        proxy_sockets,
        Arc::clone(&configuration),
        settings::of(&boot.conf, boot.logging.proxy_access()),
        resolver,
    )?;
    let admin = control::start(&control, &boot, &configuration, data_plane.counters(), declared.clone(), sockets)?;
    ready();
    tracing::info!("gibbon {} is up", env!("CARGO_PKG_VERSION"));
    let end = control.block_on(steer(&boot, &data_plane, &admin, declared.as_deref(), &mut signals));
    tracing::info!("gibbon is going down");
    control.block_on(async {
        match end {
            End::Now => admin.abort(),
            End::Gracefully => {
                tokio::join!(admin.stop(), drain(&data_plane, &mut signals));
            }
        }
    });
    data_plane.stop();
    control.block_on(configuration.store().close());
    Ok(())
}

/// How often a drain is looked at.
const DRAIN_TICK: Duration = Duration::from_millis(20);

/// Waits for requests under way, unless a signal says that this has lasted long enough.
async fn drain(data_plane: &DataPlane, signals: &mut Signals) {
    data_plane.begin_drain();
    let mut tick = tokio::time::interval(DRAIN_TICK);
    while !data_plane.is_over() {
        tokio::select! {
            _ = tick.tick() => {}
            signal = signals.next() => if signal == Signal::Stop {
                tracing::warn!("requests under way are cut off");
                return;
            }
        }
    }
}

/// Waits for a signal that asks for the end. Before the gateway is up, the others mean nothing.
async fn end(signals: &mut Signals) {
    while !matches!(signals.next().await, Signal::Stop | Signal::Quit) {}
}

/// How the gateway ends.
enum End {
    Now,
    Gracefully,
}

/// Does what signals ask for until one of them asks for the end.
async fn steer(
    boot: &Boot,
    data_plane: &DataPlane,
    admin: &Control,
    declared: Option<&Declared>,
    signals: &mut Signals,
) -> End {
    loop {
        match signals.next().await {
            Signal::Stop => return End::Now,
            Signal::Quit => return End::Gracefully,
            Signal::ReopenLogs => boot.logging.reopen(),
            Signal::Reload => reload(boot, data_plane, admin, declared).await,
        }
    }
}

/// Takes over what may change while the gateway runs. A file with a mistake in it changes nothing.
async fn reload(boot: &Boot, data_plane: &DataPlane, admin: &Control, declared: Option<&Declared>) {
    match boot.source.reload(&boot.conf.prefix) {
        Ok(loaded) => {
            loaded.warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
            boot.logging.set_level(loaded.conf.logs.level);
            settings::name_what_needs_a_restart(&boot.conf, &loaded.conf);
            if boot.vaults != loaded.vaults {
                tracing::warn!("the keys of vaults changed in the settings: that takes effect after a restart");
            }
            admin.reconfigure(&loaded.conf);
            data_plane.reconfigure(settings::of(&loaded.conf, boot.logging.proxy_access()));
            tracing::info!("the settings were read again");
            if let Some(declared) = declared {
                declared::reload(declared, &loaded.conf.declared).await;
            }
        }
        Err(errors) => {
            errors.iter().for_each(|error| tracing::error!("{error}"));
            tracing::error!("the settings were not read again: the old ones stay valid");
        }
    }
}

/// The plugins that the settings ask for.
fn registry(conf: &Conf) -> Result<Registry, AppError> {
    let all = gibbon_plugins::registry::all();
    let unknown = conf.plugins.named().iter().find(|name| all.iter().all(|plugin| plugin.name != **name));
    if let Some(name) = unknown {
        return Err(AppError::NoSuchPlugin(name.clone()));
    }
    let wanted = all.into_iter().filter(|plugin| conf.plugins.includes(plugin.name));
    Ok(Registry::new(wanted).with_entities(gibbon_plugins::registry::entities()))
}

/// The sockets of each worker.
fn open_proxy(conf: &Conf) -> Result<Vec<Vec<TcpListener>>, AppError> {
    let mut workers: Vec<Vec<TcpListener>> = (0..conf.workers).map(|_| Vec::new()).collect();
    for listener in &conf.proxy.listeners {
        for (worker, socket) in workers.iter_mut().zip(open_for(conf.workers, listener)?) {
            worker.push(socket);
        }
    }
    Ok(workers)
}

fn open(listeners: &[Listener]) -> Result<Vec<TcpListener>, AppError> {
    let opened: Result<Vec<_>, _> = listeners.iter().map(|listener| open_for(1, listener)).collect();
    Ok(opened?.into_iter().flatten().collect())
}

/// The sockets of one address, as many as there are threads that accept on it.
fn open_for(threads: usize, listener: &Listener) -> Result<Vec<TcpListener>, AppError> {
    let address = listener.address;
    let failed = |source| AppError::Listen { address, source };
    let backlog = listener.backlog.map(|backlog| i32::try_from(backlog).unwrap_or(i32::MAX));
    let sockets = gibbon_proxy::listen::open(address, threads, backlog).map_err(failed)?;
    sockets.iter().try_for_each(|socket| keep_alive::apply(listener.keep_alive, socket)).map_err(failed)?;
    Ok(sockets)
}

/// A second gateway on one machine has other ports for what its operator thought of; that the usual port of the Status
/// API is taken then must not keep it from starting.
fn open_status(status: &Status) -> Result<Vec<TcpListener>, AppError> {
    match open(&status.listeners) {
        Err(AppError::Listen { address, source })
            if status.demand == Demand::Usual && source.kind() == io::ErrorKind::AddrInUse =>
        {
            tracing::warn!("`{address}` is taken, so there is no Status API; `status_listen` gives it another port");
            Ok(Vec::new())
        }
        other => other,
    }
}

/// The vaults of a gateway with those that are stored in its database, for a command that is not the gateway.
///
/// # Errors
/// When the database cannot be opened or read.
pub(crate) fn stored_vaults(conf: &Conf, mut vaults: Vaults) -> Result<Vaults, AppError> {
    let definitions = Arc::new(Definitions::new(&registry(conf)?));
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
    absence: Absence,
) -> Result<Arc<Configuration>, AppError> {
    let definitions = Arc::new(Definitions::new(&registry).with_vaults(vaults.clone()));
    let options = Options { kinds: Arc::clone(&definitions) as _, ..Options::default() };
    let store = database::open(conf, options, absence).await?;
    let plugin_settings = PluginSettings { verified_tokens_bytes: conf.jwt.verified_tokens_bytes };
    Ok(Arc::new(Configuration::load(store, registry, definitions, plugin_settings).await?))
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
    configure(conf, vaults, Arc::new(registry(conf)?), Absence::IsAFailure).await
}

/// Every entity of a gateway with these settings.
///
/// # Errors
/// Where they name a plugin that is not there.
pub(crate) fn definitions(conf: &Conf) -> Result<Definitions, AppError> {
    Ok(Definitions::new(&registry(conf)?))
}

fn resolver(conf: &Conf, control: &Runtime) -> Resolver {
    let settings = gibbon_balancer::dns::Settings {
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
    let lookup = SystemLookup::new(&conf.dns.resolvers, family).with_hosts_file(&conf.dns.hosts_file);
    Resolver::new(lookup, settings, control.handle().clone())
}
