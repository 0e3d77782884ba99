//! What runs beside the workers: the Admin API, and the housekeeping of the configuration.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use gibbon_admin::{About, AdminApi, Declared, LineSink, Port, ServerOptions, TokenGate, serve};
use gibbon_conf::{Conf, Database};
use gibbon_manager::Manager;
use gibbon_plugin_api::Node;
use gibbon_proxy::Counters;
use gibbon_runtime::Configuration;
use gibbon_runtime::feed::{self, Hearer};
use gibbon_traffic::Traffic;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::{AppError, ports, tls};
use crate::cli::Boot;
use crate::handover::Listeners;
use crate::logging::Sink;

/// How often expired records are looked for, what others have written is taken over, and old revisions are dropped.
const HOUSEKEEPING: Duration = Duration::from_secs(1);

/// Open ports, by what is served on them.
pub(super) struct Ports {
    pub(super) admin: Vec<Port>,
    pub(super) manager: Vec<Port>,
    pub(super) status: Vec<Port>,
}

impl Ports {
    /// Opens them.
    ///
    /// # Errors
    /// Where one cannot be had.
    pub(super) fn open(conf: &Conf, listeners: &mut Listeners) -> Result<Self, AppError> {
        Ok(Self {
            admin: ports::of_admin(conf, tls::of_admin(conf)?, listeners)?,
            manager: ports::of_manager(conf, tls::of_manager(conf)?, listeners)?,
            status: ports::of_status(conf, tls::of_status(conf)?, listeners)?,
        })
    }
}

/// The parts beside the workers.
pub(super) struct Control {
    stop: watch::Sender<bool>,
    /// By the name of their ports.
    servers: Vec<(&'static str, JoinHandle<io::Result<()>>)>,
    /// The housekeeping, who looks at the counts, who follows other nodes.
    beside: [JoinHandle<()>; 3],
    tokens: Arc<TokenGate>,
}

/// Starts them on `runtime`.
pub(super) fn start(
    runtime: &Handle,
    boot: &Boot,
    node: &Node,
    configuration: &Arc<Configuration>,
    (counters, traffic): (Arc<Counters>, Arc<Traffic>),
    declared: Option<Arc<Declared>>,
    ports: Ports,
) -> io::Result<Control> {
    let lines = |sink: Option<Sink>| sink.map(|sink| Arc::new(move |lines| sink.write(lines)) as LineSink);
    let options = |sink: Option<Sink>| ServerOptions::new(&boot.conf, &node.hostname, lines(sink));
    let counters: Arc<dyn gibbon_admin::Counters> = Arc::new(Counted(counters));
    let about = || About {
        version: env!("CARGO_PKG_VERSION"),
        hostname: node.hostname.to_string(),
        node_id: node.id,
        conf: boot.conf.clone(),
        counters: Arc::clone(&counters),
        traffic: Arc::clone(&traffic),
    };
    let levels = Arc::new(boot.logging.level().clone());
    let admin_api = AdminApi::new(Arc::clone(configuration), about()).with_log_levels(Arc::clone(&levels) as _);
    let status_api = AdminApi::status_only(Arc::clone(configuration), about());
    let [admin_api, status_api] = [admin_api, status_api].map(|api| {
        Arc::new(match &declared {
            Some(declared) => api.without_database(Arc::clone(declared)),
            None => api,
        })
    });
    let (stop, stopped) = watch::channel(false);
    let of_admin = options(boot.logging.admin_access()).audited(lines(boot.logging.admin_audit()));
    let of_manager = of_admin.clone().behind(Manager::new(&boot.conf), lines(boot.logging.manager_access()));
    // Monitoring asks without a token: there is nothing on these ports that could be changed or that is secret.
    let of_status = options(boot.logging.status_access()).without_tokens();
    let tokens = of_admin.tokens();
    let admin = serve(ports.admin, Arc::clone(&admin_api), of_admin, stopped.clone());
    let manager = serve(ports.manager, Arc::clone(&admin_api), of_manager, stopped.clone());
    let status = serve(ports.status, status_api, of_status, stopped);
    let servers =
        vec![("admin", runtime.spawn(admin)), ("manager", runtime.spawn(manager)), ("status", runtime.spawn(status))];
    let housekeeping = runtime.spawn(keep_house(Arc::clone(configuration)));
    let heard = Arc::clone(configuration);
    let observing = runtime.spawn(gibbon_admin::observe(Arc::clone(&admin_api)));
    let hearer: Hearer = Arc::new(move |word| {
        gibbon_admin::hear(&heard, &*levels, word);
        admin_api.hear_of_nodes(word);
    });
    let feed = runtime.spawn(feed::follow(Arc::clone(configuration), poll(&boot.conf.database), hearer));
    Ok(Control { stop, servers, beside: [housekeeping, observing, feed], tokens })
}

impl Control {
    /// Takes over what may change while the gateway runs.
    pub(super) fn reconfigure(&self, conf: &Conf) {
        self.tokens.replace(&conf.admin.tokens);
    }

    /// Ends them at once.
    pub(super) fn abort(self) {
        self.servers.iter().for_each(|(_, server)| server.abort());
        self.beside.iter().for_each(JoinHandle::abort);
    }

    /// Ends them; requests to the Admin API that are under way are answered.
    pub(super) async fn stop(mut self) {
        self.take_leave().await;
    }

    /// The same, for who may begin anew.
    pub(super) async fn take_leave(&mut self) {
        // Nobody listens only if the server has ended already.
        let _ = self.stop.send(true);
        for (port, server) in self.servers.drain(..) {
            match server.await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!(%error, "the {port} port failed"),
                Err(error) => tracing::error!(%error, "the {port} port ended badly"),
            }
        }
        self.beside.iter().for_each(JoinHandle::abort);
    }
}

/// How often changes by others are asked for, where there are others.
fn poll(database: &Database) -> Duration {
    match database {
        Database::Postgres(postgres) => postgres.poll,
        Database::Sqlite { .. } | Database::Off => Duration::MAX,
    }
}

async fn keep_house(configuration: Arc<Configuration>) {
    let mut failing = false;
    let mut interval = tokio::time::interval(HOUSEKEEPING);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        interval.tick().await;
        configuration.sweep();
        match look_after(&configuration).await {
            Ok(()) => failing = false,
            // Once, however long it lasts: the database is away, and its coming back is worth no word of ours.
            Err(error) if !failing => {
                failing = true;
                tracing::error!(%error, "cannot look after the database");
            }
            Err(_) => {}
        }
    }
}

/// What a command has put into the database meanwhile becomes live here, what has expired goes, and the copy of a
/// database elsewhere follows.
async fn look_after(configuration: &Configuration) -> Result<(), Box<dyn Error + Send + Sync>> {
    configuration.follow().await?;
    configuration.purge_expired().await?;
    configuration.store().keep_copy(configuration.snapshot().revision).await?;
    Ok(())
}

/// The counts of the data plane as the Admin API asks for them.
struct Counted(Arc<Counters>);

impl gibbon_admin::Counters for Counted {
    fn connections_active(&self) -> u64 {
        self.0.connections_active()
    }

    fn connections_accepted(&self) -> u64 {
        self.0.connections_accepted()
    }

    fn requests_in_flight(&self) -> u64 {
        self.0.requests_in_flight()
    }

    fn requests_total(&self) -> u64 {
        self.0.requests_total()
    }
}
